"""When an invoice will be paid: the distribution of days_late of an item that is still open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Days, Floats
from ledger.table import Column
from models import survival
from models.grid import LAST_DAY, LOWER_ENDS, UPPER_ENDS


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
        logits = np.ascontiguousarray(logits, np.float64)
        return cls(start, survival.log_survival(LOWER_ENDS, UPPER_ENDS, start, logits))

    @classmethod
    def concatenated(cls, parts: Sequence["DelayDistribution"]) -> "DelayDistribution":
        """All distributions of some parts, one part after the other."""
        return cls(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.log_survival for part in parts]),
        )

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
        return self._on_days(survival.later_than, days_late)

    def paid_by(self, days_late: int | Days) -> Floats:
        """P(days_late <= k) = 1 - later_than(k), shape (n,)."""
        return self._on_days(survival.paid_by, days_late)

    def paid_between(self, first: int | Days, last: int | Days) -> Floats:
        """P(first <= days_late <= last), shape (n,); 0 where last < first."""
        before = self.paid_by(np.asarray(first, np.int32) - np.int32(1))
        return np.maximum(self.paid_by(last) - before, 0.0)

    def quantile(self, q: float) -> Column:
        """Smallest day k with paid_by(k) >= q, for 0 < q < 1; unknown beyond the grid, (n,)."""
        return Column(*survival.quantile(*self._curves, q))

    def expected_days_late(self) -> Floats:
        """E[min(days_late, `LAST_DAY`)] in days, shape (n,)."""
        return survival.expected_days_late(*self._curves)

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
        return self._on_days(survival.crps, days_late)

    @property
    def _curves(self) -> tuple[Days, Days, Days, Floats]:
        return LOWER_ENDS, UPPER_ENDS, self.start, self.log_survival

    def _on_days(
        self, kernel: Callable[[Days, Days, Days, Floats, Days], Floats], days_late: int | Days
    ) -> Floats:
        """The kernel's number for each row on a day of its own, or on the same for all."""
        day = np.empty(len(self), np.int32)
        day[:] = days_late
        return kernel(*self._curves, day)
