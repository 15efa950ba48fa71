"""Population stability: how far the distribution of a figure is from what it was, and by chance.

The population stability index (PSI) of two samples over the same bins, with shares p and q, is
the sum of (p - q) ln(p / q) (Siddiqi, Credit Risk Scorecards, 2006; Jeffreys, 1946). By the usual
rule of thumb 0.1 is a moderate shift and 0.25 a large one, whatever the sizes of the samples; but
without any shift, PSI / (1/n + 1/m) follows nearly a chi-square distribution with bins - 1 degrees
of freedom (Yurdakul, Statistical Properties of Population Stability Index, 2018), so that small
samples pass 0.1 by chance alone. `stability_bound` is the larger of the two.
"""

import numpy as np
from scipy.stats import chi2

from ledger.arrays import Array, Floats, Rows

BINS = 10
MODERATE_SHIFT = 0.1
LARGE_SHIFT = 0.25
SMOOTHING = 0.5
"""Added to every count, lest an empty bin make the index infinite."""


def population_stability(expected_counts: Array, found_counts: Array) -> float:
    """PSI of two samples, given their counts in the same bins, both shape (bins,).

    0.5 is added to every count. Zero where the bins are fewer than two.

    Raises
    ------
    ValueError
        If the counts have different shapes.

    >>> round(population_stability(np.array([49.5, 49.5]), np.array([74.5, 24.5])), 4)
    0.2747
    """
    if expected_counts.shape != found_counts.shape:
        raise ValueError(
            f"counts of {expected_counts.shape} and {found_counts.shape} bins; expected the same "
            "bins; count both samples with one `bin_edges`"
        )
    expected, found = (
        (counts + SMOOTHING) / (counts + SMOOTHING).sum()
        for counts in (expected_counts, found_counts)
    )
    return float(((found - expected) * np.log(found / expected)).sum())


def stability_bound(
    n_expected: float,
    n_found: float,
    bins: int,
    chance: float = 0.001,
    floor: float = MODERATE_SHIFT,
) -> float:
    """PSI that samples of one distribution exceed with this chance, at least `floor`.

    Its mean is (bins - 1) (1 / n_expected + 1 / n_found). The sizes are those of independent
    draws: of values that come in clusters, such as invoices of a customer, give the effective
    sizes. Infinite where a sample is empty, since nothing can then be said.

    >>> round(stability_bound(10_000, 100, 10, chance=0.05), 3)
    0.171
    >>> stability_bound(1_000_000, 1_000_000, 10)
    0.1
    """
    if min(n_expected, n_found) <= 0:
        return float("inf")
    by_chance = (1 / n_expected + 1 / n_found) * float(chi2.ppf(1 - chance, max(bins - 1, 1)))
    return max(floor, by_chance)


def bin_edges(values: Floats, bins: int = BINS) -> Floats:
    """Upper edges of bins with about equally many known values each, shape (at most bins - 1,).

    Deciles, fewer where values repeat; none where no value is known.

    >>> bin_edges(np.array([1.0, 2.0, 2.0, 2.0, 3.0, np.nan]), 4)
    array([2.])
    """
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return np.empty(0)
    quantiles = np.quantile(known, np.arange(1, bins) / bins, method="lower")
    edges: Floats = np.unique(quantiles[quantiles < known.max()])
    return edges


def bin_counts(values: Floats, edges: Floats) -> Rows:
    """Known values at or below each edge and above the one before, then above the last one.

    NaN is in no bin: its share is a figure of its own. Shape (len(edges) + 1,).

    >>> bin_counts(np.array([1.0, 2.0, 5.0, np.nan]), np.array([2.0]))
    array([2, 1])
    """
    known = values[~np.isnan(values)]
    return np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)


def missing_share(values: Floats) -> float:
    """Share of values that are NaN; 0 where there are none."""
    return float(np.isnan(values).mean()) if len(values) else 0.0
