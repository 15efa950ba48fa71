"""The distribution of days_late against its definition, day by day, and at its edges."""

import numpy as np
import pytest

from models.distribution import DelayDistribution
from models.grid import INTERVALS, LAST_DAY, LOWER_ENDS, UPPER_ENDS
from tests.models.random_models import daily_survival

STARTS = (-200, -91, -90, -75, -61, -60, -8, -1, 0, 3, 15, 21, 100, 364)


def one(start: int, seed: int = 0) -> tuple[np.ndarray, DelayDistribution]:
    logits = np.random.default_rng(seed).normal(-2, 1.5, (1, INTERVALS))
    return logits[0], DelayDistribution.of_logits(logits, np.array([start], np.int32))


@pytest.mark.parametrize("start", STARTS)
def test_part_of_an_interval_has_its_share_of_the_hazard(start: int) -> None:
    logits, distribution = one(start)
    for day, is_open in daily_survival(logits, start).items():
        assert distribution.later_than(day)[0] == pytest.approx(is_open, rel=1e-12)


@pytest.mark.parametrize("start", STARTS)
def test_expected_days_late_counts_days_beyond_the_grid_as_its_last(start: int) -> None:
    logits, distribution = one(start)
    survival = daily_survival(logits, start)
    first = max(start, int(LOWER_ENDS[0])) + 1
    expected = first + sum(survival[day] for day in range(first, LAST_DAY))
    assert distribution.expected_days_late()[0] == pytest.approx(expected, rel=1e-12)


def test_the_hazard_of_a_whole_interval_is_the_models_own() -> None:
    logits, distribution = one(int(LOWER_ENDS[0]))
    before = np.concatenate([[1.0], 1 - distribution.cdf[0, :-1]])
    hazards = (distribution.cdf[0] - (1 - before)) / before
    assert hazards == pytest.approx(1 / (1 + np.exp(-logits)), rel=1e-9)


def test_elapsed_intervals_have_no_mass_and_their_hazards_do_not_count() -> None:
    logits, distribution = one(14)
    elapsed = UPPER_ENDS <= 14
    assert (distribution.cdf[0, elapsed] == 0).all()
    changed = np.where(elapsed, np.inf, logits)[None]
    same = DelayDistribution.of_logits(changed, distribution.start)
    assert np.array_equal(same.log_survival, distribution.log_survival)


@pytest.mark.parametrize("start", [365, 366, 4000])
def test_an_item_open_beyond_the_grid_is_not_expected_to_be_paid(start: int) -> None:
    _, distribution = one(start)
    assert distribution.p_unpaid_365[0] == 1
    assert distribution.expected_days_late()[0] == 365
    assert not distribution.quantile(0.1).known[0]
    assert distribution.quantile(0.1).values[0] == 0


def test_a_quantile_that_the_grid_does_not_reach_is_unknown() -> None:
    logits = np.full((1, INTERVALS), -9.0)
    distribution = DelayDistribution.of_logits(logits, np.array([0], np.int32))
    assert not distribution.quantile(0.5).known[0]
    assert distribution.quantile(0.0001).known[0]


def test_each_row_may_be_asked_for_a_day_of_its_own() -> None:
    logits = np.random.default_rng(1).normal(-2, 1, (3, INTERVALS))
    distribution = DelayDistribution.of_logits(logits, np.array([-40, 0, 10], np.int32))
    days = np.array([-20, 5, 40], np.int32)
    alone = [distribution.later_than(int(day))[row] for row, day in enumerate(days)]
    assert distribution.later_than(days).tolist() == alone
    taken = distribution.take(np.array([2]))
    assert len(taken) == 1
    assert taken.later_than(40)[0] == alone[2]


def test_a_certain_outcome_has_no_crps() -> None:
    logits = np.full((1, INTERVALS), -700.0)
    logits[0, UPPER_ENDS == 4] = 700.0
    distribution = DelayDistribution.of_logits(logits, np.array([-95], np.int32))
    assert distribution.crps(np.array([4], np.int32))[0] == pytest.approx(0, abs=1e-12)
    assert distribution.crps(np.array([9], np.int32))[0] == pytest.approx(5)
    assert distribution.crps(np.array([-95], np.int32))[0] == pytest.approx(99)


def test_without_a_model_nothing_is_known() -> None:
    unknown = np.full((1, INTERVALS), np.nan)
    distribution = DelayDistribution.of_logits(unknown, np.array([3], np.int32))
    assert np.isnan(distribution.later_than(10)[0])
    assert np.isnan(distribution.expected_days_late()[0])
    assert not distribution.quantile(0.5).known[0]
    assert distribution.later_than(2)[0] == 1
