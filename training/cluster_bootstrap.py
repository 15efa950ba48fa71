"""How far chance moves figures of rows that belong together: the bootstrap by cluster."""

from collections.abc import Callable

import numpy as np

from ledger.arrays import Array, Floats, Rows

DRAWS = 1_000
INTERVAL = (0.025, 0.975)

DRAWS_OF_TRAINING = 200
"""Enough for a model card; every training draws them."""


def cluster_intervals(
    figures: Callable[[Rows], Floats], cluster: Array, seed: int, draws: int = DRAWS
) -> tuple[Floats, Floats]:
    """Low and high end of the 95 % percentile interval of each figure.

    Whole clusters are drawn with replacement, as many as there are, for rows of one cluster are
    not independent (Efron and Tibshirani: An Introduction to the Bootstrap, 1993; Cameron, Gelbach
    and Miller: Bootstrap-Based Improvements for Inference with Clustered Errors, 2008).

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


def drawn_means(values: Floats, cluster: Array, seed: int) -> Floats:
    """Means of each column over whole clusters drawn with replacement, shape (DRAWS, m).

    `values` has shape (n, m). As `cluster_intervals`, for figures that are means.
    """
    _, position, items = np.unique(cluster, return_inverse=True, return_counts=True)
    sums = np.column_stack([np.bincount(position, weights=column) for column in values.T])
    clusters = len(items)
    generator = np.random.default_rng(seed)
    times = generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=DRAWS)
    means: Floats = (times @ sums) / (times @ items)[:, None]
    return means
