"""Currencies without a rate, and days without a recent one."""

import numpy as np

from ledger.arrays import Flags
from ledger.currencies import row_currencies
from ledger.days import date_of
from ledger.drafts import Draft
from ledger.findings import Finding
from ledger.ledger import Ledger
from ledger.rates import MAX_AGE_DAYS, rates_on
from ledger.schema import TABLES


def currency_findings(draft: Draft) -> list[Finding]:
    """Invoices, payments and guarantees in a currency that has no rate at all."""
    ledger = draft.ledger
    rated = _rated(ledger)
    found = []
    for table in ("invoices", "payments", "guarantees"):
        codes = row_currencies(ledger, table)
        for code in np.unique(codes[~rated[codes]]):
            found += _without_rate(draft, table, codes == code, int(code))
    return found


def rate_gaps(draft: Draft) -> list[Finding]:
    """Invoices and payments on days without a recent rate, and rates that end too early."""
    return [*_gaps(draft, "invoices"), *_gaps(draft, "payments"), *_stale(draft)]


def _rated(ledger: Ledger) -> Flags:
    """Which currencies of the vocabulary have any rate, or need none."""
    rated = ledger.vocabularies["currency"] == ledger.extract.reporting_currency
    rated = np.append(rated, True)
    rated[ledger.fx_rates["currency"]] = True
    return rated


def _without_rate(draft: Draft, table: str, where: Flags, code: int) -> list[Finding]:
    currency = draft.ledger.vocabularies["currency"][code]
    home = draft.ledger.extract.reporting_currency
    what = f"the currency is {currency}, which has no rate to {home} in fx_rates"
    return draft.found("unknown-currency", table, where, lambda row: what)


def _gaps(draft: Draft, table: str) -> list[Finding]:
    ledger = draft.ledger
    rows, day = ledger.tables[table], str(TABLES[table].happened_on)
    _, recent = rates_on(ledger, rows["currency"], rows[day])

    def what(row: int) -> str:
        currency = ledger.vocabularies["currency"][rows["currency"][row]]
        return (
            f"{draft.called(table, row, day)} is {date_of(rows[day][row])}; {currency} has no rate"
            f" on that day or at most {MAX_AGE_DAYS} days before"
        )

    return draft.found("rate-gap", table, _rated(ledger)[rows["currency"]] & ~recent, what)


def _stale(draft: Draft) -> list[Finding]:
    """Currencies in use whose latest rate is too old on the last day of the extract."""
    ledger = draft.ledger
    rates, through = ledger.fx_rates, ledger.extract.complete_through
    used = np.unique(np.concatenate([ledger.invoices["currency"], ledger.payments["currency"]]))
    _, recent = rates_on(ledger, used, np.full(len(used), through, np.int32))
    latest = np.zeros(len(rates), np.bool_)
    for code in used[~recent]:
        rows = np.flatnonzero((rates["currency"] == code) & (rates["on"] <= through))
        latest[rows[np.argsort(rates["on"][rows])][-1:]] = True

    def what(row: int) -> str:
        currency = ledger.vocabularies["currency"][rates["currency"][row]]
        return (
            f"the latest rate of {currency} is of {date_of(rates['on'][row])}, more than"
            f" {MAX_AGE_DAYS} days before complete_through ({date_of(through)})"
        )

    return draft.found("rate-gap", "fx_rates", latest, what)
