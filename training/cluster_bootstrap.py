"""How far chance moves figures of rows that belong together: the bootstrap by cluster."""

from collections.abc import Callable

import numpy as np

from ledger.arrays import Array, Floats, Rows
from training.paired_difference import DRAWS, INTERVAL

DRAWS_OF_TRAINING = 200
"""Enough for a model card; every training draws them."""


def cluster_intervals(
    figures: Callable[[Rows], Floats], cluster: Array, seed: int, draws: int = DRAWS
) -> tuple[Floats, Floats]:
    """Low and high end of the 95 % percentile interval of each figure.

    Whole clusters are drawn with replacement, as many as there are, for rows of one cluster are
    not independent (the sources are those of `paired_difference`).

    Parameters
    ----------
    figures
        Figures of some rows, an array of one shape; NaN for one that they do not tell. A draw
        that does not tell a figure does not count for it.
    cluster
        What each row belongs to, such as its customer. Shape (n,).
    seed
        The same gives the same intervals.

    >>> cluster_intervals(lambda rows: np.array([float(len(rows))]), np.array([4, 9]), seed=1)
    (array([2.]), array([2.]))
    """
    _, position, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    by_cluster, first = np.argsort(position, kind="stable"), np.cumsum(sizes) - sizes
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        taken = generator.integers(0, len(sizes), len(sizes))
        start = np.repeat(first[taken] - np.cumsum(sizes[taken]) + sizes[taken], sizes[taken])
        drawn.append(figures(by_cluster[start + np.arange(len(start))]))
    low, high = np.nanquantile(drawn, INTERVAL, axis=0)
    return low, high
