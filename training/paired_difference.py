"""Whether one forecast is worse than another on the same items, beyond chance."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats

DRAWS = 1_000
INTERVAL = (0.025, 0.975)


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

    The interval is the percentile interval of `DRAWS` means over whole clusters drawn with
    replacement, for items of one cluster are not independent (Efron and Tibshirani: An
    Introduction to the Bootstrap, 1993; Cameron, Gelbach and Miller: Bootstrap-Based
    Improvements for Inference with Clustered Errors, 2008).

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
    _, position = np.unique(cluster, return_inverse=True)
    items = np.bincount(position).astype(np.float64)
    sums = np.bincount(position, weights=difference)
    clusters = len(items)
    generator = np.random.default_rng(seed)
    times = generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=DRAWS)
    means = (times * sums).sum(axis=1) / (times * items).sum(axis=1)
    low, high = np.quantile(means, INTERVAL).tolist()
    return PairedDifference(float(difference.mean()), low, high)
