"""Covariates of the dates of intervals, again in plain slow Python."""

from calendar import monthrange
from datetime import timedelta
from math import nan

import numpy as np
import pytest

from features.frame import FeatureFrame
from ledger.days import date_of
from models.grid import INTERVALS, LOWER_ENDS, UPPER_ENDS
from models.intervals import NAMES, design, elapsed_days, interval_rows, live_intervals
from tests.models.random_models import random_frame

FRAME = random_frame(60, seed=11)
USUAL = (
    "days_late_shrunk",
    "days_late_median",
    "days_late_decayed_60d",
    "days_late_last_1",
    "days_late_p90",
    "days_late_same_weekday",
)


def slow_row(frame: FeatureFrame, i: int, k: int) -> dict[str, float]:
    due_on, as_of = date_of(frame.due_on[i]), date_of(frame.observations.as_of[i])
    days = range(int(LOWER_ENDS[k]) + 1, int(UPPER_ENDS[k]) + 1)
    dates = [due_on + timedelta(days=day) for day in days]
    last = dates[-1]
    discount_until = date_of(frame.discount_until[i])
    return {
        "interval_end": days[-1],
        "interval_days": len(dates),
        "interval_weekday": last.weekday() if len(dates) == 1 else nan,
        "interval_month_day": last.day if len(dates) <= 7 else nan,
        "interval_days_to_month_end": (
            monthrange(last.year, last.month)[1] - last.day if len(dates) <= 7 else nan
        ),
        "interval_weekday_share": np.mean([frame.weekday_share[i, d.weekday()] for d in dates]),
        "interval_month_day_share": np.mean([frame.month_day_share[i, d.day - 1] for d in dates]),
        "interval_holds_discount": (
            float(discount_until in dates) if frame.has_discount[i] else nan
        ),
        "interval_days_since_as_of": max((last - as_of).days, len(dates)),
        **{f"interval_after_{name}": days[-1] - frame[name][i] for name in USUAL},
    }


def test_every_covariate_is_what_its_dates_say() -> None:
    row, interval = np.repeat(np.arange(60), INTERVALS), np.tile(np.arange(INTERVALS), 60)
    found = interval_rows(FRAME, row, interval)
    for position in range(len(row)):
        expected = slow_row(FRAME, int(row[position]), int(interval[position]))
        assert tuple(expected) == NAMES
        assert found[position] == pytest.approx(list(expected.values()), rel=1e-12, nan_ok=True)


def test_the_design_is_the_features_and_then_the_covariates() -> None:
    row, interval = np.array([5, 3, 3]), np.array([0, 35, 10])
    rows = design(FRAME, row, interval)
    assert np.array_equal(rows[:, : len(FRAME.names)], FRAME.values[row], equal_nan=True)
    covariates = interval_rows(FRAME, row, interval)
    assert np.array_equal(rows[:, len(FRAME.names) :], covariates, equal_nan=True)


def test_a_covariate_does_not_depend_on_the_rows_beside_it() -> None:
    row, interval = np.repeat(np.arange(60), INTERVALS), np.tile(np.arange(INTERVALS), 60)
    together = interval_rows(FRAME, row, interval)
    alone = interval_rows(FRAME.take(np.array([17])), np.zeros(1, np.int64), np.array([20]))
    assert np.array_equal(alone[0], together[17 * INTERVALS + 20], equal_nan=True)


def test_an_interval_is_live_while_a_day_of_it_lies_after_as_of() -> None:
    live, elapsed = live_intervals(FRAME), elapsed_days(FRAME)
    for i in range(len(FRAME)):
        for k in range(INTERVALS):
            assert live[i, k] == (date_of(FRAME.due_on[i]) + timedelta(days=int(UPPER_ENDS[k]))
                                  > date_of(FRAME.observations.as_of[i]))  # fmt: skip
            assert live[i, k] == (UPPER_ENDS[k] > elapsed[i])


def test_no_rows_have_no_covariates() -> None:
    nothing = np.empty(0, np.int64)
    assert interval_rows(FRAME, nothing, nothing).shape == (0, len(NAMES))
    assert design(FRAME, nothing, nothing).shape == (0, len(FRAME.names) + len(NAMES))
