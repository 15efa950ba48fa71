"""The bootstrap draws whole clusters, and as many as there are."""

import numpy as np

from ledger.arrays import Floats, Rows
from training.cluster_bootstrap import cluster_intervals

CLUSTER = np.array([7, 3, 7, 7, 3, 1])
"""Rows of three clusters, one, two and three of them."""


def test_rows_of_a_cluster_are_drawn_together() -> None:
    drawn = []

    def count(rows: Rows) -> Floats:
        times = np.bincount(rows, minlength=len(CLUSTER))
        drawn.append(times)
        return times.astype(np.float64)

    cluster_intervals(count, CLUSTER, seed=1, draws=200)
    times = np.array(drawn)
    assert (times[:, [0, 1]] == times[:, [2, 4]]).all()
    assert (times[:, 0] == times[:, 3]).all()
    assert (times[:, [0, 1, 5]].sum(axis=1) == 3).all()
    assert set(times[:, 0].tolist()) == {0, 1, 2, 3}


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    draw = np.random.default_rng(2)
    cluster = np.repeat(np.arange(400), 5)
    value = np.repeat(draw.normal(size=400), 5)
    low, high = cluster_intervals(lambda rows: np.array([value[rows].mean()]), cluster, seed=1)
    width = 2 * 1.96 * value.std() / np.sqrt(400)
    assert np.isclose(high[0] - low[0], width, rtol=0.1)


def test_a_draw_that_does_not_tell_a_figure_does_not_count_for_it() -> None:
    def figures(rows: Rows) -> Floats:
        return np.array([np.nan if 5 in rows else 1.0, float(len(rows) > 0)])

    low, high = cluster_intervals(figures, CLUSTER, seed=1, draws=50)
    assert (low == 1).all()
    assert (high == 1).all()
