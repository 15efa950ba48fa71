"""Scores of invoices as they are answered."""

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np

from decisions.position import Position
from ledger.applications import is_credit_note
from ledger.days import date_of
from ledger.settlement import CANCELLED, OPEN, PAID, WRITTEN_OFF
from ledger.table import Column
from models.scores import LATER_THAN, InvoiceScores
from serving.score_answers import InvoiceState, ReasonAnswer, ScoredInvoice, UnscoredInvoice
from serving.wire import Money

_LATER_THAN = tuple(map(str, LATER_THAN))
_STATES: dict[int, InvoiceState] = {
    OPEN: "settled",
    PAID: "paid",
    CANCELLED: "cancelled",
    WRITTEN_OFF: "written_off",
}


def scored_invoices(position: Position, scores: InvoiceScores) -> list[ScoredInvoice]:
    """Scores of a position's items, in their order."""
    items, invoices = position.items, position.ledger.invoices
    ids = position.ledger.text("invoices", "invoice_id")[items.invoice]
    customers = position.ledger.vocabularies["customer"][items.customer]
    currencies = position.ledger.vocabularies["currency"][items.currency]
    amounts = invoices["amount"][items.invoice]
    paid_on = _known(scores.expected_payment_on)
    p10, p50, p90 = map(_known, (scores.days_late_p10, scores.days_late_p50, scores.days_late_p90))
    late = scores.p_later_than.tolist()
    return [
        ScoredInvoice(
            invoice_id=ids[row],
            customer_id=customers[row],
            due_on=date_of(items.due_on[row]),
            days_past_due=int(items.days_past_due[row]),
            amount=Money.of(amounts[row], currencies[row]),
            residual=Money.of(items.residual_minor[row], currencies[row]),
            is_deduction=bool(items.is_deduction[row]),
            expected_days_late=_number(scores.expected_days_late[row]),
            days_late_p10=p10[row],
            days_late_p50=p50[row],
            days_late_p90=p90[row],
            expected_payment_date=None if paid_on[row] is None else date_of(paid_on[row]),
            p_later_than=dict(zip(_LATER_THAN, map(_number, late[row]), strict=True)),
            p_unpaid_365=_number(scores.p_unpaid_365[row]),
            confidence=scores.confidence[row],
            reasons=[ReasonAnswer(**vars(reason)) for reason in scores.reasons[row]],
        )
        for row in range(len(items))
    ]


def unscored_invoices(position: Position, names: Sequence[str]) -> list[UnscoredInvoice]:
    """Why invoices of the ledger are not open in a position."""
    ledger = position.ledger
    rows, known = ledger.row_of("invoices", "invoice_id")
    credit_note = is_credit_note(ledger)
    found = []
    for name, code in zip(names, ledger.codes("invoice", np.array(names, object))[0], strict=True):
        row = rows[code]
        state, paid_on = _STATES[int(position.state[row])] if known[code] else None, None
        if state is None:
            state = "not_yet_known"
        elif credit_note[row]:
            state = "credit_note"
        elif state == "paid":
            paid_on = date_of(position.paid_on[row])
        found.append(UnscoredInvoice(invoice_id=name, state=state, paid_on=paid_on))
    return found


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _known(column: Column) -> list[Any]:
    """Values of a column, None where unknown."""
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [value if known else None for value, known in pairs]
