"""When an invoice will be paid: the distribution of days_late of an item that is still open."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from ledger.arrays import Array, Days, Flags, Floats
from ledger.table import Column
from models.calibration import softplus
from models.grid import INTERVALS, LAST_DAY, LOWER_ENDS, UPPER_ENDS

FIRST_DAY = int(LOWER_ENDS[0]) + 1
"""Days after the due date of the first day that can have mass."""


@dataclass(frozen=True, eq=False)
class DelayDistribution:
    """Distributions of days_late, each given that the item is open at the close of a day.

    Within an interval the hazard is the same on each of its days: part of an interval has
    probability 1 - (1 - h)^(share of its days). So P(paid by any day) is defined, and the
    distribution of an item that is still open some days later is the same one, renormalised.
    Beyond `LAST_DAY` it says only: not yet paid.

    Parameters
    ----------
    start
        Days from the due date to the day at whose close the item is open, negative before it;
        the next day is the first at risk. Shape (n,).
    log_survival
        ln P(days_late > last day of the interval), at most 0 and never rising, 0 up to
        `start`. NaN where no model says anything. Shape (n, INTERVALS).
    """

    start: Days
    log_survival: Floats

    @classmethod
    def of_logits(cls, logits: Floats, start: Days) -> "DelayDistribution":
        """The distributions with given logits of the hazards of whole intervals.

        `logits` has shape (n, INTERVALS); those of intervals that end by `start` do not count.
        """
        start = np.ascontiguousarray(start, np.int32)
        return cls(start, _log_survival(np.ascontiguousarray(logits, np.float64), start))

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Array) -> "DelayDistribution":
        """The distributions at `rows` (row numbers or a mask)."""
        return DelayDistribution(self.start[rows], self.log_survival[rows])

    @property
    def cdf(self) -> Floats:
        """P(paid by the last day of each interval), shape (n, INTERVALS)."""
        return np.column_stack([self.paid_by(int(day)) for day in UPPER_ENDS])

    def later_than(self, days_late: int | Days) -> Floats:
        """P(days_late > k), k one number for all rows or one for each, shape (n,).

        1 up to `start`. After `LAST_DAY` as on it: of what is unpaid then, no more is known.
        """
        return self._apply(_later_than, days_late)

    def paid_by(self, days_late: int | Days) -> Floats:
        """P(days_late <= k) = 1 - later_than(k), shape (n,)."""
        return self._apply(_paid_by, days_late)

    def paid_between(self, first: int | Days, last: int | Days) -> Floats:
        """P(first <= days_late <= last), shape (n,); 0 where last < first."""
        before = self.paid_by(np.asarray(first, np.int32) - 1)
        return np.maximum(self.paid_by(last) - before, 0.0)

    def quantile(self, q: float) -> Column:
        """Smallest day k with paid_by(k) >= q, for 0 < q < 1; unknown beyond the grid, (n,)."""
        days, known = _quantile(self.start, self.log_survival, q)
        return Column(days, known)

    def expected_days_late(self) -> Floats:
        """E[min(days_late, `LAST_DAY`)] in days, shape (n,)."""
        expected: Floats = _expected_days_late(self.start, self.log_survival)
        return expected

    @property
    def p_unpaid_365(self) -> Floats:
        """P(days_late > 365), shape (n,)."""
        return self.later_than(LAST_DAY)

    def crps(self, days_late: Days) -> Floats:
        """Continuous ranked probability score of outcomes, in days, shape (n,); 0 is best.

        Sum over days k < `LAST_DAY` of (P(days_late <= k) - 1[outcome <= k])^2; an outcome
        after `LAST_DAY` counts as on it. (Gneiting, Raftery: Strictly proper scoring rules,
        JASA 102, 2007.)
        """
        return self._apply(_crps, days_late)

    def _apply(
        self, kernel: Callable[[Days, Floats, Days], Floats], days_late: int | Days
    ) -> Floats:
        """The kernel's number for each row at a day of its own, or the same for all."""
        each = np.broadcast_to(np.asarray(days_late, np.int32), self.start.shape)
        return kernel(self.start, self.log_survival, np.ascontiguousarray(each))


@numba.njit(cache=True)
def begin_of(interval: int, start: int) -> int:
    """Day before the first day of an interval that is at risk after `start`."""
    return max(int(LOWER_ENDS[interval]), start)


@numba.njit(cache=True)
def share_at_risk(interval: int, start: int) -> float:
    """Share of the days of an interval that lie after `start`."""
    days = max(int(UPPER_ENDS[interval]) - begin_of(interval, start), 0)
    return days / int(UPPER_ENDS[interval] - LOWER_ENDS[interval])


@numba.njit(cache=True)
def first_day_at_risk(start: int) -> int:
    """First day that has mass, at most `LAST_DAY`: before it nothing is paid."""
    return min(max(FIRST_DAY, start + 1), LAST_DAY)


@numba.njit(cache=True)
def log_survival_of(logits: Array, start: int, out: Array) -> None:
    """Write ln P(open after each interval) of one row of logits."""
    total = 0.0
    for k in range(INTERVALS):
        share = share_at_risk(k, start)
        if share > 0:
            total -= share * softplus(logits[k])
        out[k] = total


@numba.njit(cache=True)
def log_survival_at(log_survival: Array, start: int, day: int) -> float:
    """Ln P(days_late > day), linear over the days at risk of the interval that holds `day`."""
    k = int(np.searchsorted(UPPER_ENDS, min(day, LAST_DAY)))
    after = float(log_survival[k])
    before = float(log_survival[k - 1]) if k > 0 else 0.0
    begin = begin_of(k, start)
    if day >= UPPER_ENDS[k]:
        return after
    if day <= begin:
        return before
    share = (day - begin) / (int(UPPER_ENDS[k]) - begin)
    return max(before + (after - before) * share, after)


@numba.njit(cache=True)
def expected_days_late_of(log_survival: Array, start: int) -> float:
    """E[min(days_late, LAST_DAY)] of one row: the first day at risk, and P(later) of each day."""
    first = first_day_at_risk(start)
    total = float(first)
    for day in range(first, LAST_DAY):
        total += math.exp(log_survival_at(log_survival, start, day))
    return total


@numba.njit(cache=True)
def _log_survival(logits: Array, start: Array) -> Array:
    out = np.empty((len(start), INTERVALS))
    for i in range(len(start)):
        log_survival_of(logits[i], start[i], out[i])
    return out


@numba.njit(cache=True)
def _later_than(start: Array, log_survival: Array, day: Array) -> Array:
    out = np.empty(len(start))
    for i in range(len(start)):
        out[i] = math.exp(log_survival_at(log_survival[i], start[i], day[i]))
    return out


@numba.njit(cache=True)
def _paid_by(start: Array, log_survival: Array, day: Array) -> Array:
    out = np.empty(len(start))
    for i in range(len(start)):
        out[i] = -math.expm1(log_survival_at(log_survival[i], start[i], day[i]))
    return out


@numba.njit(cache=True)
def _quantile(start: Array, log_survival: Array, q: float) -> tuple[Days, Flags]:
    """First day on which paid_by reaches q, searched in the first interval that reaches it."""
    days = np.zeros(len(start), np.int32)
    known = np.zeros(len(start), np.bool_)
    for i in range(len(start)):
        for k in range(INTERVALS):
            if -math.expm1(log_survival[i, k]) >= q:
                day = begin_of(k, start[i]) + 1
                while -math.expm1(log_survival_at(log_survival[i], start[i], day)) < q:
                    day += 1
                days[i] = day
                known[i] = True
                break
    return days, known


@numba.njit(cache=True)
def _expected_days_late(start: Array, log_survival: Array) -> Array:
    out = np.empty(len(start))
    for i in range(len(start)):
        out[i] = expected_days_late_of(log_survival[i], start[i])
    return out


@numba.njit(cache=True)
def _crps(start: Array, log_survival: Array, outcome: Array) -> Array:
    out = np.empty(len(start))
    for i in range(len(start)):
        first = first_day_at_risk(start[i])
        paid = min(outcome[i], LAST_DAY)
        total = float(max(first - paid, 0))
        for day in range(first, LAST_DAY):
            log_open = log_survival_at(log_survival[i], start[i], day)
            gap = math.exp(log_open) if day >= paid else -math.expm1(log_open)
            total += gap * gap
        out[i] = total
    return out
