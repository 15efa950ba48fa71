"""The books' open balances against the ledger's: what `--control` compares."""

from pathlib import Path

import numpy as np

from ledger.books import books_of
from ledger.delimited import read_delimited
from ledger.findings import Finding, sentence
from ledger.ledger import Ledger
from ledger.money import exponent, major
from ledger.parsing import has_decimal_comma, parse_money, text_of
from ledger.sheets import UNSTATED, Format, Sheet

COLUMNS = ("customer_id", "currency", "open_balance")

Balances = dict[tuple[str, str], int]
"""Minor units by customer and currency; what owes nothing is left out."""


def control_findings(ledger: Ledger, path: Path) -> list[Finding]:
    """Every customer and currency in which the books' open balance is not the ledger's.

    The control file is CSV with the columns customer_id, currency (absent: the reporting
    currency) and open_balance (invoices less credit notes, cash and what else was posted, major
    units). Rows of one customer and currency add up; a customer who is not in it owes nothing.
    The ledger's balance is what was posted on or before `complete_through`.
    """
    problems: list[Finding] = []
    sheet = read_delimited(path, COLUMNS, problems)
    if sheet is None:
        return problems
    ours, (books, rows) = balances(ledger), _books(sheet, ledger, problems)
    if problems:
        return problems
    found = []
    for key in sorted({*ours, *books}):
        mine, theirs = ours.get(key, 0), books.get(key, 0)
        if mine != theirs:
            customer, currency = key
            gap = major(mine - theirs, currency)
            what = (
                f"customer {customer} owes {major(mine, currency)} {currency} in the ledger and"
                f" {major(theirs, currency)} {currency} in the books, a difference of {gap}"
            )
            place = f"{path.name} row {rows[key][0]}" if key in rows else path.name
            found.append(
                Finding(
                    "unbalanced",
                    sentence("unbalanced", place, what),
                    file=path.name,
                    rows=np.array(rows.get(key, []), np.int64),
                    money={currency: gap},
                )
            )
    return found


def balances(ledger: Ledger) -> Balances:
    """What each customer owes in each currency at the close of `complete_through`, as posted."""
    books = books_of(ledger, "posted")
    posted = books.movements.take(books.moved_on <= ledger.extract.complete_through)
    currencies = ledger.vocabularies["currency"]
    keys = posted.customer.astype(np.int64) * max(len(currencies), 1) + posted.currency
    distinct, position = np.unique(keys, return_inverse=True)
    total = np.zeros(len(distinct), np.int64)
    np.add.at(total, position, posted.amount_minor)
    customers, codes = np.divmod(distinct, max(len(currencies), 1))
    words = ledger.vocabularies["customer"]
    return {
        (str(words[customer]), str(currencies[code])): int(owed)
        for customer, code, owed in zip(customers, codes, total, strict=True)
        if owed
    }


def _books(
    sheet: Sheet, ledger: Ledger, problems: list[Finding]
) -> tuple[Balances, dict[tuple[str, str], list[int]]]:
    """Balances of the control file, and the rows in which each stands."""
    for name in ("customer_id", "open_balance"):
        if name not in sheet.columns:
            what = f"there is no column {name}; expected {', '.join(COLUMNS)}"
            _complain(problems, sheet.file, what)
    if problems:
        return {}, {}
    customers = text_of(sheet.columns["customer_id"]).to_pylist()
    currencies = [ledger.extract.reporting_currency] * len(customers)
    if "currency" in sheet.columns:
        stated = text_of(sheet.columns["currency"]).to_pylist()
        currencies = [own or home for own, home in zip(stated, currencies, strict=True)]
    texts = text_of(sheet.columns["open_balance"])
    comma = has_decimal_comma([texts])
    owed = parse_money(
        texts,
        np.array([exponent(currency) for currency in currencies], np.int64),
        Format(decimal=",", thousands=".") if comma else UNSTATED,
    )
    totals: Balances = {}
    rows: dict[tuple[str, str], list[int]] = {}
    for i, customer in enumerate(customers):
        place = f"{sheet.file} row {sheet.rows[i]}"
        if customer is None:
            _complain(problems, place, "customer_id is missing; it is required")
        elif owed.bad[i] or not owed.given[i]:
            what = f"open_balance is {texts[i].as_py()!r}; expected an amount like 1234.56"
            _complain(problems, place, what)
        else:
            key = (customer, currencies[i])
            totals[key] = totals.get(key, 0) + int(owed.values[i])
            rows.setdefault(key, []).append(int(sheet.rows[i]))
    return totals, rows


def _complain(problems: list[Finding], place: str, what: str) -> None:
    problems.append(Finding("unusable-control", sentence("unusable-control", place, what)))
