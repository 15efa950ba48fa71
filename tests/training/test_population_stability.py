"""Population stability, by hand and by what chance does to it."""

from math import log

import numpy as np
import pytest

from training.population_stability import (
    bin_counts,
    bin_edges,
    missing_share,
    population_stability,
    stability_bound,
)


def test_the_index_is_that_of_a_sum_done_by_hand() -> None:
    # With 0.5 added to each count: shares 0.25, 0.25, 0.50 against 0.50, 0.25, 0.25.
    expected, found = np.array([24.5, 24.5, 49.5]), np.array([49.5, 24.5, 24.5])
    by_hand = 0.25 * log(2) + 0 + (-0.25) * log(1 / 2)
    assert population_stability(expected, found) == pytest.approx(by_hand)


def test_the_same_shares_have_an_index_of_zero_whatever_the_sizes() -> None:
    assert population_stability(np.full(4, 99.5), np.full(4, 9.5)) == 0


def test_an_empty_bin_gives_a_large_but_finite_index() -> None:
    assert 1 < population_stability(np.array([500, 500]), np.array([1000, 0])) < 10


def test_counts_of_different_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="expected the same bins"):
        population_stability(np.ones(3), np.ones(4))


def test_one_sample_in_a_hundred_passes_the_bound_by_chance() -> None:
    rng = np.random.default_rng(3)
    bound = stability_bound(2_000, 300, 10, chance=0.01, floor=0.0)
    expected, found = (rng.multinomial(n, [0.1] * 10, 3_000) for n in (2_000, 300))
    indices = [population_stability(*counts) for counts in zip(expected, found, strict=True)]
    assert np.mean(indices) == pytest.approx(9 * (1 / 2_000 + 1 / 300), rel=0.05)
    assert 0.004 < np.mean(np.array(indices) > bound) < 0.016


def test_nothing_is_said_of_an_empty_sample() -> None:
    assert stability_bound(100, 0, 10) == float("inf")
    assert missing_share(np.empty(0)) == 0


def test_bins_hold_equally_many_and_leave_out_what_is_missing() -> None:
    values = np.append(np.arange(100.0), [np.nan] * 20)
    counts = bin_counts(values, bin_edges(values))
    assert counts.tolist() == [10] * 10
    assert missing_share(values) == pytest.approx(20 / 120)


def test_a_flag_has_two_bins_and_a_feature_nobody_has_one() -> None:
    flags = np.array([0.0] * 95 + [1.0] * 5)
    assert bin_counts(flags, bin_edges(flags)).tolist() == [95, 5]
    assert bin_counts(np.full(3, np.nan), bin_edges(np.full(3, np.nan))).tolist() == [0]
