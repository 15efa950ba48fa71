"""What a figure usually is, by what it was in earlier weeks, and whether it has left that range.

Four weeks of a ledger differ from the next four by more than chance: invoices come in clusters by
customer, the season and the business climate come and go. All of that is in the figures of
earlier four weeks, each with the same customers in it, so that their scatter is the measure. The
windows end a week apart and overlap, and are worth as many independent ones as there are disjoint
among them. Hence the interval of Student's t that the next value of a normal variable falls in
(Hahn and Meeker, Statistical Intervals, 1991): mean +- t s sqrt(1 + 1/m), m disjoint windows.
"""

from dataclasses import dataclass
from math import inf, isfinite, sqrt

from scipy.stats import t

from ledger.arrays import Floats

WINDOW_DAYS = 28
STEP_DAYS = 7
"""Days from one window's end to the next one's."""

_OVERLAPPING = WINDOW_DAYS // STEP_DAYS


@dataclass(frozen=True)
class Watched:
    """A figure of the last four weeks, and the range it usually stays in.

    None: the figure cannot be told, or nothing bounds the range on that side.

    >>> Watched(0.31, None, 0.25).is_unusual
    True
    """

    value: float | None
    low: float | None
    high: float | None

    @property
    def is_unusual(self) -> bool:
        """Whether the figure lies outside the range."""
        if self.value is None:
            return False
        below = self.low is not None and self.value < self.low
        return below or (self.high is not None and self.value > self.high)


def watched(
    value: float | None,
    past: Floats,
    chance: float,
    tolerance: float,
    centre: float | None = None,
) -> Watched:
    """A figure against the range of its past values, which it leaves with this chance.

    Parameters
    ----------
    past
        The figure in windows that end `STEP_DAYS` apart, shape (n,). Five at least make a range;
        few make a wide one.
    chance
        Of leaving the range on either side, though nothing has changed.
    tolerance
        Distance from the centre that is usual in any case.
    centre
        Of the range; the mean of the past if None.

    >>> import numpy as np
    >>> watched(0.09, np.tile([-0.001, 0.001], 24), 0.01, 0.03)
    Watched(value=0.09, low=-0.03, high=0.03)
    """
    disjoint = len(past) / _OVERLAPPING
    if disjoint <= 1:
        return Watched(value, None, None)
    margin = max(tolerance, _quantile(chance / 2, disjoint) * float(past.std(ddof=1)))
    if not isfinite(margin):
        return Watched(value, None, None)
    middle = float(past.mean()) if centre is None else centre
    return Watched(value, middle - margin, middle + margin)


def watched_index(value: float, past: Floats, floor: float) -> Watched:
    """A stability index against three times the largest of its past values, at least `floor`.

    The index of a few customers' invoices scatters too wildly for an interval of its mean.
    `past` as for `watched`.

    >>> import numpy as np
    >>> watched_index(0.31, np.array([0.02, 0.04, 0.05, 0.04, 0.03]), 0.25).is_unusual
    True
    """
    if len(past) <= _OVERLAPPING or not isfinite(floor):
        return Watched(value, None, None)
    return Watched(value, None, max(floor, 3 * float(past.max())))


def _quantile(chance: float, disjoint: float) -> float:
    """Standard deviations above the mean that the next value exceeds with a chance."""
    found = float(t.ppf(1 - chance, disjoint - 1)) * sqrt(1 + 1 / disjoint)
    return found if isfinite(found) else inf
