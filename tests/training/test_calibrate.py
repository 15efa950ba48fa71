from dataclasses import replace

import numpy as np
import pytest

from models.grid import INTERVALS, UPPER_ENDS
from training.calibrate import calibrate_default, calibrate_hazard, platt
from training.recipe import DelayRecipe, read_recipe


def drawn(margins: np.ndarray, seed: int = 1) -> np.ndarray:
    chance = 1 / (1 + np.exp(-margins))
    return np.random.default_rng(seed).uniform(size=len(margins)) < chance


def test_platt_finds_the_intercept_and_slope_that_were_taken_away() -> None:
    truth = np.random.default_rng(0).normal(-1, 1.5, 200_000)
    intercept, slope = platt((truth - 0.4) / 1.3, drawn(truth), np.ones(len(truth)), 20.0)
    assert intercept == pytest.approx(0.4, abs=0.03)
    assert slope == pytest.approx(1.3, abs=0.03)


def test_few_rows_change_little() -> None:
    intercept, slope = platt(np.array([-3.0]), np.array([True]), np.ones(1), 20.0)
    assert abs(intercept) < 0.1
    assert slope == pytest.approx(1.0, abs=0.2)


def test_a_slope_never_turns_the_order_around() -> None:
    margins = np.random.default_rng(0).normal(0, 2, 10_000)
    assert platt(margins, drawn(-margins), np.ones(10_000), 20.0)[1] > 0


def test_nothing_paid_later_means_nothing_corrected() -> None:
    recipe = read_recipe().delay
    nothing = calibrate_hazard(
        np.empty(0), np.empty(0, int), np.empty(0, bool), np.empty(0), recipe
    )
    assert nothing.intercepts == (0.0,)
    assert nothing.slopes == (1.0,)
    assert calibrate_default(np.empty(0), np.empty(0, bool), read_recipe().default).a == 1.0


def test_a_hazard_that_is_off_is_set_right_as_far_as_the_rows_outweigh_the_prior() -> None:
    truth = np.random.default_rng(0).normal(-1, 1, 100_000)
    interval = np.arange(len(truth)) % INTERVALS
    recipe = replace(read_recipe().delay, calibration_bounds=())
    for prior, least, most in ((0.0, 0.65, 0.75), (15_000.0, 0.15, 0.5), (1e9, 0.0, 0.001)):
        found = calibrate_hazard(
            truth - 0.7,
            interval,
            drawn(truth),
            np.ones(len(truth)),
            replace(recipe, calibration_prior=prior),
        )
        assert least <= found.intercepts[0] <= most


def test_blocks_end_where_the_recipe_says_and_join_where_too_little_was_paid() -> None:
    def blocks(paid_by_interval: dict[int, int]) -> list[int]:
        interval = np.repeat(list(paid_by_interval), list(paid_by_interval.values()))
        paid = np.ones(len(interval), bool)
        found = calibrate_hazard(
            np.zeros(len(interval)), interval, paid, np.ones(len(paid)), recipe
        )
        return [int(UPPER_ENDS[first]) for first in found.first_intervals]

    recipe: DelayRecipe = read_recipe().delay
    plenty = recipe.calibration_min_paid
    bounds = list(recipe.calibration_bounds)
    starts = [int(UPPER_ENDS[0])] + [int(UPPER_ENDS[UPPER_ENDS > bound][0]) for bound in bounds]
    assert blocks(dict.fromkeys(range(INTERVALS), plenty)) == starts
    assert blocks({0: plenty, INTERVALS - 1: plenty - 1}) == starts[:1]
    assert blocks({0: 1, INTERVALS - 1: plenty}) == starts[:1]
