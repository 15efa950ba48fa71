"""Contributions in days against what they claim to be, computed by brute force.

The logit of each interval is shared by the definition of the Shapley value, over every subset of
the features that differ, with LightGBM's own predictions. The days are the path integral along
the line of logits, by many nodes and numerical derivatives of a slow expected delay.
"""

from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pytest

from features.frame import NAMES, FeatureFrame
from ledger.arrays import Array, Floats
from models import intervals
from models.delay import DelayModel
from models.explanation import (
    NODES,
    Explanation,
    explain_delay,
    explain_log_odds,
    explain_points,
)
from models.grid import INTERVALS, LAST_DAY, LOWER_ENDS, UPPER_ENDS
from models.intervals import design, elapsed_days
from models.reference import reference_row, references_of
from tests.models.random_models import (
    CALIBRATION,
    PARAMETERS,
    default_model,
    delay_model,
    influential,
    random_frame,
)

DIFFERING = 6
PATH_NODES = 200
STARTS = (-120, -75, -8, 0, 15, 100)


def frame_with_reference(start: int, seed: int) -> tuple[FeatureFrame, Floats, Array]:
    """One invoice, and a reference that differs from it in a few features the model asks.

    Some of them are features that covariates of the intervals count from.
    """
    frame = random_frame(1, seed)
    frame.due_on[:] = frame.observations.as_of - start
    rng = np.random.default_rng(seed)
    counted = [NAMES.index(name) for name in intervals.COUNTED_FROM]
    others = np.setdiff1d(influential(12), counted)
    half = DIFFERING // 2
    chosen = [rng.choice(own, half, replace=False) for own in (others, counted)]
    differing = np.sort(np.concatenate(chosen))
    references = frame.values.copy()
    references[0, differing] = rng.normal(0, 2, DIFFERING)
    return frame, references, differing


def calibrated_logits(model: DelayModel, rows: Array) -> Floats:
    margins = lightgbm.Booster(model_str=model.text).predict(rows, raw_score=True, num_threads=1)
    logits: Floats = CALIBRATION.intercept + CALIBRATION.slope * margins
    return logits


def count_again(rows: Array) -> None:
    """Set the covariates that count from features, in the rows of one invoice's intervals."""
    columns = (*NAMES, *intervals.NAMES)
    for name in intervals.COUNTED_FROM:
        counted = UPPER_ENDS - rows[:, columns.index(name)]
        rows[:, columns.index(intervals.AFTER + name)] = counted


def brute_force_logits(
    model: DelayModel, frame: FeatureFrame, references: Floats, differing: Array
) -> Floats:
    """Shapley value of each differing feature on the logit of each interval."""
    rows = design(frame, np.zeros(INTERVALS, np.int64), np.arange(INTERVALS))
    players = range(DIFFERING)
    worth = {}
    for size in range(DIFFERING + 1):
        for team in combinations(players, size):
            mixed = rows.copy()
            mixed[:, : len(NAMES)] = references[0]
            for player in team:
                mixed[:, differing[player]] = frame.values[0, differing[player]]
            count_again(mixed)
            worth[team] = calibrated_logits(model, mixed)
    shapley = np.zeros((DIFFERING, INTERVALS))
    for team, logits in worth.items():
        for player in set(players) - set(team):
            joined = tuple(sorted((*team, player)))
            share = factorial(len(team)) * factorial(DIFFERING - len(team) - 1)
            shapley[player] += share / factorial(DIFFERING) * (worth[joined] - logits)
    return shapley


def slow_expected_days(logits: Floats, start: int) -> float:
    """E[min(days_late, 365)], the share of each day's interval gone by at each day's close."""
    days = np.arange(LOWER_ENDS[0] + 1, LAST_DAY)
    cumulated = np.logaddexp(0, logits) / (UPPER_ENDS - LOWER_ENDS)
    daily = cumulated[np.searchsorted(UPPER_ENDS, days)] * (days > start)
    is_open = np.exp(-np.cumsum(daily))
    return float(days[0] + is_open.sum())


def slow_days(logits: Floats, reference: Floats, shapley: Floats, start: int) -> Floats:
    """Path integral of the directional derivatives, by many nodes and central differences."""
    total, step = np.zeros(len(shapley)), 1e-4
    for node, weight in zip(*np.polynomial.legendre.leggauss(PATH_NODES), strict=True):
        here = reference + (node + 1) / 2 * (logits - reference)
        for player, direction in enumerate(shapley):
            ahead = slow_expected_days(here + step * direction, start)
            behind = slow_expected_days(here - step * direction, start)
            total[player] += (ahead - behind) / (2 * step) * weight / 2
    return total


@pytest.mark.parametrize("start", STARTS)
def test_days_are_the_path_integral_of_brute_force_shapley_values(start: int) -> None:
    model = delay_model()
    frame, references, differing = frame_with_reference(start, seed=500 + start)
    shapley = brute_force_logits(model, frame, references, differing)
    rows = design(frame, np.zeros(INTERVALS, np.int64), np.arange(INTERVALS))
    logits = calibrated_logits(model, rows)
    rows[:, : len(NAMES)] = references[0]
    count_again(rows)
    expected = slow_days(logits, calibrated_logits(model, rows), shapley, start)

    found = explain_delay(model, frame, references)
    assert found.contributions[0, differing] == pytest.approx(expected, abs=1e-6)
    assert np.abs(expected).max() > 0.1
    others = np.delete(found.contributions[0], differing)
    assert (others == 0).all()
    assert found.prediction[0] == pytest.approx(slow_expected_days(logits, start), rel=1e-12)


def median_explanation(seed: int) -> tuple[FeatureFrame, Explanation]:
    frame = random_frame(300, seed)
    return frame, explain_delay(delay_model(), frame, references_of(frame, reference_row(frame)))


def test_days_sum_to_prediction_minus_reference() -> None:
    _, found = median_explanation(seed=41)
    total = found.contributions.sum(axis=1)
    assert total == pytest.approx(found.prediction - found.reference_prediction, abs=1e-6)


def test_the_quadrature_leaves_little_to_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    _, coarse = median_explanation(seed=42)
    monkeypatch.setattr("models.explanation.NODES", 4 * NODES)
    _, fine = median_explanation(seed=42)
    assert coarse.contributions == pytest.approx(fine.contributions, abs=1e-6)


def test_what_a_coarse_quadrature_leaves_is_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.explanation.NODES", 1)
    _, found = median_explanation(seed=42)
    total = found.contributions.sum(axis=1)
    assert total == pytest.approx(found.prediction - found.reference_prediction, abs=1e-9)


def test_a_row_is_explained_alone_with_the_bits_of_the_batch() -> None:
    frame, together = median_explanation(seed=43)
    references = together.references
    for row in (0, 150, 299):
        own = np.array([row])
        alone = explain_delay(delay_model(), frame.take(own), references[own])
        assert np.array_equal(alone.contributions[0], together.contributions[row])


def test_an_item_beyond_the_grid_has_nothing_to_explain() -> None:
    frame, found = median_explanation(seed=44)
    beyond = elapsed_days(frame) >= LAST_DAY
    assert beyond.any()
    assert (found.contributions[beyond] == 0).all()


def test_a_monotone_feature_never_has_the_wrong_sign() -> None:
    frame, column = random_frame(400, seed=45), int(influential(12)[0])
    row, interval = np.repeat(np.arange(400), INTERVALS), np.tile(np.arange(INTERVALS), 400)
    rows = design(frame, row, interval)
    rng = np.random.default_rng(0)
    paid = rng.random(len(rows)) < 0.1 - 0.03 * np.tanh(np.nan_to_num(rows[:, column]))
    constraints = [0] * rows.shape[1]
    constraints[column] = -1
    parameters = {**PARAMETERS, "monotone_constraints": constraints}
    booster = lightgbm.train(parameters, lightgbm.Dataset(rows, paid), 20)
    model = DelayModel(booster.model_to_string(), CALIBRATION)

    known = frame.take(~np.isnan(frame.values[:, column]))
    median = np.nan_to_num(reference_row(frame))
    found = explain_delay(model, known, np.broadcast_to(median, known.values.shape).copy())
    above = known.values[:, column] - median[column]
    assert (found.contributions[:, column] * np.sign(above) >= 0).all()
    assert (found.contributions[:, column] != 0).sum() > 100


def test_default_contributions_sum_in_both_units() -> None:
    model, frame = default_model(), random_frame(200, seed=46, of_invoices=False)
    references = references_of(frame, reference_row(frame))
    odds, points = (f(model, frame, references) for f in (explain_log_odds, explain_points))
    for found in (odds, points):
        total = found.contributions.sum(axis=1)
        assert total == pytest.approx(found.prediction - found.reference_prediction, abs=1e-6)
    assert points.prediction == pytest.approx(100 * model.pd(frame))
    assert odds.prediction == pytest.approx(np.log(model.pd(frame) / (1 - model.pd(frame))))
    same_sign = np.sign(points.contributions) == np.sign(odds.contributions)
    assert same_sign.all()


def test_equal_predictions_are_taken_apart_with_the_slope_where_they_are() -> None:
    model, frame = default_model(), random_frame(50, seed=47, of_invoices=False)
    found = explain_log_odds(model, frame, frame.values.copy())
    assert (found.contributions == 0).all()
    assert np.array_equal(found.prediction, found.reference_prediction)
