"""What anyone could forecast without a model, from what was known at the time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Codes, Days, Floats, Rows
from ledger.ledger import Ledger
from ledger.settlement import PAID
from training.labels import DelayOutcomes

PRIOR_ITEMS = 5
"""Items of the portfolio that a customer's own history is smoothed with."""


@dataclass(frozen=True)
class Baseline:
    """Forecasts of n items: days late, and P(later than due + k) for some k; shapes (n,)."""

    days_late: Floats
    later_than: dict[int, Floats]


def customer_median(days_late_median: Floats, portfolio: Baseline) -> Baseline:
    """Days late as the customer's own lower median so far, the portfolio's mean before any, (n,).

    The fair rival in absolute error, which a median minimises and a mean does not. It says
    nothing of probabilities.
    """
    unknown = np.isnan(days_late_median)
    return Baseline(np.where(unknown, portfolio.days_late, days_late_median), {})


def baselines(
    ledger: Ledger, outcomes: DelayOutcomes, customer: Codes, as_of: Days, ks: Iterable[int]
) -> dict[str, Baseline]:
    """Forecasts of three simple methods for items of customers at the close of days.

    - due_date: every item is paid on its due date
    - portfolio: share of later items and mean days late of all items paid, as known then
    - customer: the same of the customer's own items, smoothed with `PRIOR_ITEMS` of the portfolio

    Before the first payment the portfolio counts as paying on the due date.
    """
    history = _history(ledger, outcomes)
    wanted = tuple(ks)
    n = len(customer)
    portfolio_days, own_days = history.means(customer, as_of, history.days_late)
    rates = {k: history.means(customer, as_of, history.days_late > k) for k in wanted}
    return {
        "due_date": Baseline(np.zeros(n), {k: np.full(n, float(k < 0)) for k in wanted}),
        "portfolio": Baseline(portfolio_days, {k: rates[k][0] for k in wanted}),
        "customer": Baseline(own_days, {k: rates[k][1] for k in wanted}),
    }


@dataclass(frozen=True)
class _History:
    """Payments as they became known: +1 for one, -1 for one that turned out not to be final.

    Sorted by (customer, known_on); shapes (m,).
    """

    customer: Codes
    known_on: Days
    sign: Rows
    days_late: Array

    def means(self, customer: Codes, as_of: Days, value: Array) -> tuple[Floats, Floats]:
        """Mean of a value over payments known at the close of a day, of all and of one customer.

        The second is smoothed towards the first. Both shape (n,).
        """
        items = self._sums(as_of, self.sign)
        mean = self._sums(as_of, self.sign * value) / np.maximum(items, 1)
        own_items = self._sums_of(customer, as_of, self.sign)
        own = self._sums_of(customer, as_of, self.sign * value) + PRIOR_ITEMS * mean
        return mean, own / (own_items + PRIOR_ITEMS)

    def _sums(self, as_of: Days, values: Array) -> Array:
        """Sum of the values known at the close of each day, shape (n,)."""
        order = np.argsort(self.known_on, kind="stable")
        known = np.searchsorted(self.known_on[order], as_of, side="right")
        return _running(values[order])[known]

    def _sums_of(self, customer: Codes, as_of: Days, values: Array) -> Array:
        """Sum of the values of one customer known at the close of each day, shape (n,)."""
        span = np.int64(2**32)
        running = _running(values)
        known = np.searchsorted(
            self.customer * span + self.known_on, customer * span + as_of, side="right"
        )
        return running[known] - running[np.searchsorted(self.customer, customer, side="left")]


def _running(values: Array) -> Array:
    """Sums of the first i values, for i from 0, shape (m + 1,)."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(values.astype(np.int64))])


def _history(ledger: Ledger, outcomes: DelayOutcomes) -> _History:
    """Each change to PAID counts; one that is followed by another change is taken back then."""
    changes = outcomes.settlements
    late = changes.paid_on.astype(np.int64) - outcomes.due_on[changes.invoice]
    is_paid = changes.state == PAID
    same_invoice = changes.invoice[1:] == changes.invoice[:-1]
    counted = np.flatnonzero(is_paid)
    undone = np.flatnonzero(is_paid[:-1] & same_invoice)
    rows = np.concatenate([counted, undone + 1])
    sign = np.concatenate([np.ones(len(counted), np.int64), -np.ones(len(undone), np.int64)])
    days_late = np.concatenate([late[counted], late[undone]])
    customer = ledger.invoices["customer_id"][changes.invoice[rows]].astype(np.int64)
    known_on = changes.known_on[rows]
    order = np.lexsort((known_on, customer))
    return _History(customer[order], known_on[order], sign[order], days_late[order])
