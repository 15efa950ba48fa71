"""How customers paid and are expected to pay: what the payment class is told by."""

from dataclasses import dataclass

import numpy as np

from decisions.position import Position
from ledger.arrays import Array, Floats, Minor
from ledger.due import due_days
from ledger.rates import to_reporting
from ledger.settlement import PAID
from models.grid import LAST_DAY
from models.scores import InvoiceScores

RECORD_DAYS = 365
"""Days of payments that the record looks back on."""


@dataclass(frozen=True, eq=False)
class PaymentRecords:
    """Payment records of n customers, all shapes (n,).

    Parameters
    ----------
    paid_days_late
        Amount-weighted mean days late, early counted as negative, of the invoices paid in the
        last 365 days; NaN where there are none.
    expected_days_late
        Amount-weighted mean of the median days late expected of its open items, 365 where that
        lies beyond; NaN where nothing is expected.
    cleared_items
        Invoices it ever paid, int64.
    """

    paid_days_late: Floats
    expected_days_late: Floats
    cleared_items: Array

    @property
    def days_late(self) -> Floats:
        """The worse of how they paid and how they are expected to pay; NaN where neither is."""
        return np.fmax(self.paid_days_late, self.expected_days_late)


def payment_records(position: Position, scores: InvoiceScores) -> PaymentRecords:
    """Payment record of each customer of a position; `scores` are those of its items."""
    ledger, invoices, items = position.ledger, position.ledger.invoices, position.items
    paid = np.flatnonzero(position.state == PAID)
    owner = invoices["customer_id"][paid]
    recent = position.paid_on[paid] > position.as_of - RECORD_DAYS
    row = paid[recent]
    weight, _ = to_reporting(
        ledger, invoices["currency"][row], invoices["amount"][row], position.paid_on[row]
    )
    late = position.paid_on[row].astype(np.int64) - due_days(ledger, position.definitions)[row]
    scored = ~np.isnan(scores.expected_days_late)
    median = np.where(scores.days_late_p50.known, scores.days_late_p50.values, LAST_DAY)
    owed = items.residual_reporting_minor[scored]
    return PaymentRecords(
        _mean(position, invoices["customer_id"][row], late, weight),
        _mean(position, items.customer[scored], median[scored].astype(np.int64), owed),
        position.sum_by_customer(owner, np.ones(len(owner), np.int64)),
    )


def _mean(position: Position, customer: Array, days: Minor, weight: Minor) -> Floats:
    """Weighted mean by customer; NaN where the weights are zero."""
    total = position.sum_by_customer(customer, weight)
    weighted = position.sum_by_customer(customer, days * weight)
    known = total > 0
    return np.where(known, weighted / np.where(known, total, 1), np.nan)
