import numpy as np
import pytest

from training.metrics import calibration_error, days_accuracy, event_accuracy, reliability


def test_an_event_that_never_or_always_came_has_a_share_and_nothing_else() -> None:
    for happened in (np.zeros(5, bool), np.ones(5, bool)):
        found = event_accuracy(np.full(5, 0.3), happened)
        assert (found.n, found.share) == (5, happened.mean())
        assert found.auc is found.brier is found.log_loss is found.calibration_error is None


def test_no_items_have_no_share() -> None:
    assert event_accuracy(np.empty(0), np.empty(0, bool)).share is None


def test_figures_of_an_event_are_those_computed_by_hand() -> None:
    found = event_accuracy(np.array([0.2, 0.6, 0.4, 0.8]), np.array([False, False, True, True]))
    assert found.auc == 0.75
    assert found.brier == pytest.approx((0.04 + 0.36 + 0.36 + 0.04) / 4)
    assert found.log_loss == pytest.approx(-np.log([0.8, 0.4, 0.4, 0.8]).mean())
    assert found.bias == pytest.approx(0.0)


def test_a_certain_and_wrong_forecast_has_no_log_loss() -> None:
    assert event_accuracy(np.zeros(2), np.array([True, False])).log_loss is None


def test_calibration_error_finds_what_a_shift_of_all_forecasts_adds() -> None:
    draw = np.random.default_rng(1)
    probability = draw.uniform(0.1, 0.8, 50_000)
    happened = draw.uniform(size=50_000) < probability
    assert calibration_error(probability, happened) < 0.01
    assert calibration_error(probability + 0.1, happened) == pytest.approx(0.1, abs=0.01)


def test_bins_of_reliability_hold_every_item_once() -> None:
    probability = np.linspace(0, 1, 205)
    bins = reliability(probability, probability)
    assert len(bins) == 10
    assert sum(n for _, _, n in bins) == 205
    assert all(forecast == share for forecast, share, _ in bins)


def test_days_are_judged_by_median_and_crps() -> None:
    found = days_accuracy(
        np.array([0, 10]),
        np.array([1.0, 4.0]),
        np.array([0.5, 2.5]),
        0.8,
    )
    assert (found.n, found.mae, found.coverage, found.crps) == (2, 3.5, 0.8, 1.5)


def test_the_crps_of_a_point_forecast_is_its_absolute_error() -> None:
    found = days_accuracy(np.array([0, 10]), np.array([1.0, 4.0]))
    assert (found.mae, found.crps, found.coverage) == (3.5, 3.5, None)
    assert days_accuracy(np.empty(0), np.empty(0)).mae is None
