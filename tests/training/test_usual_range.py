"""The range a figure usually stays in."""

import numpy as np
from scipy.stats import t

from training.usual_range import Watched, watched, watched_index


def test_the_range_is_the_interval_of_student_for_the_next_value() -> None:
    past = np.random.default_rng(5).normal(0.1, 0.02, 48)
    found = watched(0.1, past, 0.02, 0.0)
    margin = t.ppf(0.99, 11) * past.std(ddof=1) * np.sqrt(1 + 1 / 12)
    assert np.allclose([found.low, found.high], [past.mean() - margin, past.mean() + margin])


def test_a_figure_within_the_tolerance_is_usual_however_calm_the_past() -> None:
    calm = np.full(48, 0.01)
    assert not watched(0.04, calm, 0.02, 0.04).is_unusual
    assert watched(0.06, calm, 0.02, 0.04).is_unusual
    assert watched(-0.04, calm, 0.02, 0.04).is_unusual


def test_the_next_of_overlapping_windows_leaves_the_range_as_often_as_said() -> None:
    rng = np.random.default_rng(11)
    weeks = rng.normal(0.0, 1.0, (4_000, 60))
    windows = np.stack([weeks[:, at : at + 4].mean(axis=1) for at in range(57)], axis=1)
    unusual = [watched(row[56], row[:49], 0.05, 0.0).is_unusual for row in windows]
    assert 0.03 < np.mean(unusual) < 0.08


def test_an_index_may_be_three_times_what_it_ever_was_but_no_more() -> None:
    past = np.array([0.05, 0.2, 0.1, 0.1, 0.1])
    assert watched_index(0.61, past, 0.25).is_unusual
    assert not watched_index(0.59, past, 0.25).is_unusual
    assert watched_index(0.41, past, 0.7).high == 0.7


def test_a_short_past_says_nothing() -> None:
    assert watched(9.0, np.array([0.0, 0.1, 0.0, 0.1]), 0.01, 0.0) == Watched(9.0, None, None)
    assert not watched_index(9.0, np.full(4, 0.01), 0.1).is_unusual
    assert not Watched(None, 0.0, 1.0).is_unusual
