"""Scores and decisions as tables: what a score run writes, and what answers are made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from decisions.actions import silent_accounts
from decisions.exposure import BASIS
from decisions.limits import TERMS
from decisions.scoring import Portfolio
from decisions.worklist import Worklist
from ledger.arrays import Array, Days, Flags, Minor
from ledger.arrow import decimals
from ledger.currencies import exponents_of
from ledger.money import exponent
from models.reasons import Reason, Reasons

REASON = pa.struct(
    [
        ("feature", pa.string()),
        ("family", pa.string()),
        ("value", pa.float64()),
        ("reference", pa.float64()),
        ("contribution", pa.float64()),
        ("unit", pa.string()),
        ("sentence", pa.string()),
    ]
)


def invoice_table(portfolio: Portfolio, found: Worklist, model_through: int) -> Any:
    """One row for each open item: the columns of every prediction file, then what it is about.

    `cutoff` is the first day that the model did not know, the day after `model_through`. Money is
    in the item's `currency`, but `priority` in the reporting currency. Rows are sorted by
    customer, due date and invoice id.
    """
    position, scores, chased = portfolio.position, portfolio.invoice_scores, found.chased
    items, ledger = position.items, position.ledger
    number, _ = position.place(items.customer)
    n = len(items)
    predictions = pa.Table.from_pandas(
        scores.to_frame().assign(pd=portfolio.customer_scores.pd[number]), preserve_index=False
    )
    digits = exponents_of(ledger.vocabularies["currency"], items.currency)
    home = _digits(portfolio, n)
    columns = {
        "invoice_id": pa.array(ledger.text("invoices", "invoice_id")[items.invoice], pa.string()),
        "customer_id": pa.array(portfolio.credit.accounts.customer_id[number], pa.string()),
        "as_of": _dates(np.full(n, position.as_of)),
        "cutoff": _dates(np.full(n, model_through + 1)),
        **dict(zip(predictions.column_names, predictions.columns, strict=True)),
        "due_on": _dates(items.due_on),
        "days_past_due": pa.array(items.days_past_due),
        "currency": pa.array(ledger.vocabularies["currency"][items.currency], pa.string()),
        "amount": decimals(ledger.invoices["amount"][items.invoice], digits),
        "residual": decimals(items.residual_minor, digits),
        "disputed": decimals(items.disputed_minor, digits),
        "promised": decimals(items.promised_minor, digits),
        "chaseable": decimals(items.chaseable_minor, digits),
        "is_deduction": pa.array(items.is_deduction),
        "expected_payment_date": _dates(
            scores.expected_payment_on.values, scores.expected_payment_on.known
        ),
        "confidence": pa.array(scores.confidence, pa.string()),
        "p_still_open": pa.array(chased.p_still_open),
        "asked": decimals(chased.asked_minor, home),
        "priority": decimals(chased.priority_minor, home),
        "reporting_currency": _repeated(position.currency, n),
        "reasons": reason_lists(scores.reasons),
    }
    return pa.table(columns)


def customer_table(portfolio: Portfolio) -> Any:
    """One row for each customer, sorted by customer id; money in the reporting currency.

    `limit` is what the policy computes, `credit_limit` the approved one in force; terms that do
    not apply are null.
    """
    position, credit = portfolio.position, portfolio.credit
    n, who, owed, limits = len(position.customers), credit.accounts, credit.exposures, credit.limits
    scores, inputs = portfolio.customer_scores, credit.limit_inputs
    home = _digits(portfolio, n)
    terms = {
        f"limit_{term}": _money(portfolio, limits.terms[:, place])
        for place, term in enumerate(TERMS)
    }
    return pa.table(
        {
            "customer_id": pa.array(who.customer_id, pa.string()),
            "name": pa.array(who.name, pa.string()),
            "collector": pa.array(who.collector, pa.string()),
            "as_of": _dates(position.days),
            "reporting_currency": _repeated(position.currency, n),
            "exposure": decimals(owed.exposure_minor, home),
            "exposure_basis": _repeated(BASIS, n),
            "residual": decimals(owed.residual_minor, home),
            "overdue": decimals(owed.overdue_minor, home),
            "open_credits": decimals(owed.credit_minor, home),
            "unallocated_cash": decimals(owed.unallocated_minor, home),
            "pd": pa.array(scores.pd, mask=~scores.has_pd),
            "in_default": pa.array(scores.in_default),
            "grade": pa.array(credit.grades.letters(), pa.string()),
            "grade_rules": _texts(credit.grades.rules),
            "payment_class": pa.array(credit.payment_class_names(), pa.string()),
            "days_late": pa.array(credit.records.days_late, from_pandas=True),
            "cleared_items": pa.array(credit.records.cleared_items),
            "status": pa.array(who.status, pa.string()),
            "natural_person": pa.array(credit.natural_person),
            "do_not_contact": pa.array(silent_accounts(who.status, who.dunning_block)),
            "expected_loss": _masked(
                decimals(credit.expected_loss_minor, home), ~credit.has_expected_loss
            ),
            "guaranteed": _money(portfolio, inputs.cover.total),
            "limit": _money(portfolio, limits.limit),
            "limit_binding": pa.array(limits.binding, pa.string()),
            "limit_rules": _texts(limits.rules),
            **terms,
            "credit_limit": _money(
                portfolio, np.where(inputs.has_current_limit, inputs.current_limit, np.inf)
            ),
            "limit_proposed": pa.array(limits.proposed),
            "freeze": pa.array(limits.freeze),
            "refer": pa.array(limits.refer),
            "reasons": reason_lists(scores.reasons),
        }
    )


def worklist_table(found: Worklist) -> Any:
    """One row for each entry, in the order to work, ranked from 1; money in reporting currency."""
    portfolio, rows, lead = found.portfolio, found.customer, found.lead_item
    position, credit, scores = portfolio.position, portfolio.credit, portfolio.invoice_scores
    who, contacts = credit.accounts, found.contacts
    n = len(found)
    home = _digits(portfolio, n)
    expected = scores.expected_payment_on.take(lead)
    return pa.table(
        {
            "rank": pa.array(np.arange(1, n + 1)),
            "customer_id": pa.array(who.customer_id[rows], pa.string()),
            "name": pa.array(who.name[rows], pa.string()),
            "collector": pa.array(who.collector[rows], pa.string()),
            "action": pa.array(found.action, pa.string()),
            "stage": pa.array(found.stage, pa.string()),
            "is_reserved": pa.array(found.is_reserved),
            "priority": decimals(found.priority_minor, home),
            "overdue": decimals(found.overdue_minor, home),
            "chaseable": decimals(found.asked_minor, home),
            "reporting_currency": _repeated(position.currency, n),
            "oldest_days_past_due": pa.array(found.oldest_days_past_due),
            "expected_payment_date": _dates(expected.values, expected.known),
            "expected_loss": _masked(
                decimals(credit.expected_loss_minor[rows], home), ~credit.has_expected_loss[rows]
            ),
            "grade": pa.array(credit.grades.letters()[rows], pa.string()),
            "rules": _texts(found.rules),
            "reasons": _texts(found.reasons),
            "language": pa.array(who.language[rows], pa.string()),
            "last_contact_on": _dates(contacts.last_on[rows], contacts.has_last[rows]),
            "callback_on": _dates(contacts.callback_on[rows], contacts.has_callback[rows]),
        }
    )


def reason_lists(reasons: Reasons) -> Any:
    """Reasons as a column of lists of structs, one list a row."""
    rows = [[_reason(reason) for reason in own] for own in reasons]
    return pa.array(rows, _lists_of(REASON))


def _reason(reason: Reason) -> dict[str, Any]:
    return {field.name: getattr(reason, field.name) for field in REASON}


def _digits(portfolio: Portfolio, n: int) -> Array:
    return np.full(n, exponent(portfolio.position.currency), np.int64)


def _money(portfolio: Portfolio, major: Array) -> Any:
    """Amounts of the reporting currency, null where infinite, rounded half to even."""
    known = np.isfinite(major)
    digits = _digits(portfolio, len(major))
    minor: Minor = np.rint(np.where(known, major, 0.0) * 10.0**digits).astype(np.int64)
    return _masked(decimals(minor, digits), ~known)


def _masked(column: Any, unknown: Flags) -> Any:
    return pc.if_else(pa.array(unknown), pa.scalar(None, column.type), column)


def _dates(days: Days, known: Flags | None = None) -> Any:
    """Days as timestamps of their midnight, which pandas reads as dates to count with."""
    unknown = None if known is None else ~known
    column = pa.array(days.astype(np.int32), pa.int32(), mask=unknown)
    return column.cast(pa.date32()).cast(pa.timestamp("ms"))


def _texts(rows: Sequence[Sequence[str]]) -> Any:
    return pa.array([list(row) for row in rows], _lists_of(pa.string()))


def _lists_of(kind: Any) -> Any:
    """The type of lists with the name that a Parquet file gives to what they hold when it is read.

    So a table that was read from a file has the bytes of that file when it is written again.
    """
    return pa.list_(pa.field("element", kind))


def _repeated(word: str, n: int) -> Any:
    return pa.array([word] * n, pa.string())
