"""Whether one forecast is worse than another on the same items, beyond chance."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats
from training.cluster_bootstrap import INTERVAL, drawn_means


@dataclass(frozen=True)
class PairedDifference:
    """Mean of loss less other loss over the same items, and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @property
    def by_chance(self) -> float:
        """Largest mean that chance explains: a mean above it has its whole interval above 0."""
        return self.mean - self.low


def paired_difference(loss: Floats, other: Floats, cluster: Array, seed: int) -> PairedDifference:
    """Difference of two losses of the same items, n >= 1 of them.

    The interval is the percentile interval of `drawn_means`.

    Parameters
    ----------
    loss, other
        Of each item, shape (n,).
    cluster
        What each item belongs to, such as its customer. Shape (n,).
    seed
        The same gives the same interval.

    >>> paired_difference(np.array([2.0, 3.0]), np.array([1.0, 2.0]), np.array([4, 9]), seed=1)
    PairedDifference(mean=1.0, low=1.0, high=1.0)
    """
    difference = loss - other
    means = drawn_means(difference[:, None], cluster, seed)
    low, high = np.quantile(means, INTERVAL).tolist()
    return PairedDifference(float(difference.mean()), low, high)
