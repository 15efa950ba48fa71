"""The page of figures says that an aim is met only where it is, and beyond chance."""

from typing import Any

import pytest

from benchmarks.accuracy_rows import (
    BY_CHANCE,
    NO,
    YES,
    censoring,
    default,
    drift,
    every_reason,
    forecasts,
    reasons,
    rescoring,
)

FIGURES = {
    "auc": [0.86, 0.8, 0.9],
    "brier": [0.146, 0.1, 0.2],
    "mae": [2.0, 1, 3],
    "crps": [1, 1, 2],
}


def study(**changes: Any) -> dict[str, Any]:
    worse = {"auc": [0.7, 0.6, 0.8], "brier": [0.2, 0.1, 0.3], "mae": [3, 2, 4], "crps": [3, 2, 4]}
    simple = {name: worse for name in ("due_date", "portfolio", "customer", "customer_median")}
    fold = {
        "calibration_error": {"0": 0.01, "30": None},
        "bias": {"0": 0.004, "30": 0.0},
        "pit_distance": 0.01,
        "pit_by_chance": 0.02,
    }
    found = {
        "methods": {"model": FIGURES, "boosters": worse, **simple},
        "less_than_best_other": {
            "brier": {"other": "boosters", "difference": [-0.02, -0.03, -0.01]}
        },
        "folds": [fold],
        "coverage": [0.8, 0.79, 0.81],
        "thin_history": {"invoices": 0},
    }
    return found | changes


def met(rows: Any) -> list[str]:
    return [row.met for row in rows if row.met]


def test_all_is_met_where_all_is_well() -> None:
    assert set(met(forecasts("highradius", study()))) == {YES}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"methods": study()["methods"] | {"model": FIGURES | {"auc": [0.84, 0.8, 0.9]}}}, NO),
        ({"methods": study()["methods"] | {"model": FIGURES | {"brier": [0.15, 0, 1]}}}, NO),
        ({"folds": [study()["folds"][0], study()["folds"][0] | {
            "calibration_error": {"0": 0.03, "30": None}}]}, NO),
        ({"coverage": [0.85, 0.8, 0.9]}, NO),
        ({"less_than_best_other": {"mae": {"other": "customer", "difference": [0.1, 0, 1]}}}, NO),
        (
            {"less_than_best_other": {"mae": {"other": "customer", "difference": [-0.1, -1, 1]}}},
            BY_CHANCE,
        ),
    ],
)  # fmt: skip
def test_one_figure_that_misses_its_aim_is_told(changes: dict[str, Any], verdict: str) -> None:
    assert met(forecasts("highradius", study(**changes))).count(verdict) == 1


def test_the_transform_of_the_simulated_ledger_must_be_within_chance() -> None:
    off = study()["folds"][0] | {"pit_distance": 0.03}
    assert met(forecasts("simulated", study())).count(NO) == 0
    assert met(forecasts("simulated", study(folds=[off]))).count(NO) == 1


@pytest.mark.parametrize(("error", "verdict"), [(0.009, YES), (0.011, NO)])
def test_censoring(error: float, verdict: str) -> None:
    months = [{"invoices": 5_000, "news": -0.01}]
    means = {"error": error, "error_of_paid_only": 0.04}
    assert met(censoring({"months": months, "mean_absolute": means}, "still")) == [verdict]


@pytest.mark.parametrize(("last", "verdict"), [(0.03, YES), (0.05, NO)])
def test_rescoring(last: float, verdict: str) -> None:
    moments = [
        {"moment": "at issue", "invoices": 9, "brier": 0.04},
        {"moment": "due", "invoices": 9, "brier": last},
    ]
    assert met(rescoring(moments)) == [verdict]


@pytest.mark.parametrize(
    ("auc_difference", "verdict"),
    [([0.1, 0.05, 0.2], YES), ([0.1, -0.05, 0.2], BY_CHANCE), ([-0.1, -0.2, 0.0], NO)],
)
def test_default(auc_difference: list[float], verdict: str) -> None:
    some = [0.1, 0.0, 0.2]
    figures = {
        "model": dict.fromkeys(("auc", "brier", "bias"), some)
        | {"calibration_error": [0.02, 0, 1]},
        "days past due": dict.fromkeys(("auc", "brier", "calibration_error", "bias"), some),
        "difference": {"auc": auc_difference, "brier": [-0.1, -0.2, -0.05]},
    }
    found = {"figures": figures, "defaulters": 9, "customers": 99, "left_out": 0}
    rest = {"horizon_days": 180, "pairs": 10, "wrong_step": 0.0}
    assert met(default(found | rest)) == [verdict, YES, YES, YES]


def test_reasons_and_drift() -> None:
    flaws = dict.fromkeys(("wrong_signs", "contradictions", "crowded", "broken_sentences"), 0)
    row = {"reasons": 9, "rows": 3, "largest_gap": 1e-14, **flaws}
    assert met(every_reason("ibm", {"invoices": row})) == [YES]
    assert met(every_reason("ibm", {"invoices": row | {"crowded": 1}})) == [NO]
    delay = {"invoices": 1000, "trees": 9, "leaves": 9.0, "seconds": 1.6, "shap_seconds": 5.0}
    assert met(reasons(delay)) == [NO]
    shifts = [{"runs_with_payments": 2}, {"seed": 1}]
    assert met(drift({"runs": 100, "false_alarms": [{}] * 5, "shifts": shifts})) == [YES, NO]
