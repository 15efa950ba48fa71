"""The probability integral transform: where in its forecast distribution each outcome fell."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats, Rows
from models.distribution import DelayDistribution
from training.cluster_bootstrap import drawn_means
from training.labels import DelayOutcomes

GRID = np.arange(1, 100) / 100
"""Points at which uniformity is judged."""


@dataclass(frozen=True, eq=False)
class Pit:
    """Bounds between which the transform of each of n outcomes is uniform; shapes (n,).

    Days are discrete, so that an outcome has a range of its own: P(days_late < d) to
    P(days_late <= d). Of an item followed to a day and still open, all above P(days_late <= day).
    The mean of `share_up_to` is what a transform randomised in the range gives on average, without
    the chance (Czado, Gneiting and Held: Predictive Model Assessment for Count Data, 2009). Where
    all forecasts are right it is u.
    """

    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, distribution: DelayDistribution, outcomes: DelayOutcomes, invoice: Rows) -> "Pit":
        """Of the distributions of some invoices and what came of them.

        Followed as a training follows them: to the last day whose payments are on the books.
        """
        followed = np.minimum(outcomes.followed_through[invoice], outcomes.recorded_through)
        paid = outcomes.paid[invoice] & (outcomes.paid_on[invoice] <= followed)
        last_day = np.where(paid, outcomes.paid_on[invoice], followed)
        day = (last_day - outcomes.due_on[invoice]).astype(np.int32)
        up_to = distribution.paid_by(day)
        before = distribution.paid_by(day - np.int32(1))
        return cls(np.where(paid, before, up_to), np.where(paid, up_to, 1.0))

    def share_up_to(self, u: float) -> Floats:
        """Probability that the transform of each outcome is at most u, shape (n,).

        >>> Pit(np.array([0.0, 0.2, 0.6]), np.array([0.1, 0.6, 0.9])).share_up_to(0.3)
        array([1.  , 0.25, 0.  ])
        """
        width = np.maximum(self.upper - self.lower, 1e-12)
        share: Floats = np.clip((u - self.lower) / width, 0.0, 1.0)
        return share

    def coverage(self, low: float = 0.1, high: float = 0.9) -> float:
        """Share of outcomes between two quantiles, one that falls on a quantile in part."""
        return float((self.share_up_to(high) - self.share_up_to(low)).mean())


@dataclass(frozen=True)
class Uniformity:
    """Largest distance of the mean transform from uniform, and what chance explains of it."""

    distance: float
    by_chance: float


def uniformity(pit: Pit, cluster: Array, seed: int) -> Uniformity:
    """How far transforms are from uniform, as the statistic of Kolmogorov and Smirnov.

    Outcomes of one cluster, such as a customer, are not independent: what chance explains is the
    95 % quantile of the distance between the mean over whole clusters drawn with replacement and
    the mean over all.
    """
    shares = np.column_stack([pit.share_up_to(u) for u in GRID])
    mean = shares.mean(axis=0)
    drawn = drawn_means(shares, cluster, seed)
    distances = np.abs(drawn - mean).max(axis=1)
    return Uniformity(float(np.abs(mean - GRID).max()), float(np.quantile(distances, 0.95)))
