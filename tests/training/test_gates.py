"""What the gates are made of: pairs of forecasts, what a version may be asked, shifts, monotony."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from features.catalogue import CATALOGUE, TRENDING
from features.frame import NAMES
from models.bundle import ModelBundle
from models.calibration import ProbabilityCalibration
from models.default import DefaultModel
from models.grid import LAST_DAY
from tests.models.random_models import (
    PARAMETERS,
    TODAY,
    default_model,
    delay_model,
    random_frame,
)
from training.comparison import Candidate, Comparison, unseen_forecasts
from training.gates import gates
from training.later_invoices import LaterInvoices
from training.metrics import calibration_error, chance_calibration_error
from training.paired_difference import paired_difference
from training.population_shift import important_features, largest_shift
from training.population_stability import bin_edges

N = 600


def later_invoices(seed: int = 1, split: int = TODAY - 500, rounds: int = 25) -> LaterInvoices:
    frame, draw = random_frame(N, seed), np.random.default_rng(seed)
    days_late = draw.integers(-20, 40, N).astype(float)
    return LaterInvoices(
        delay_model(rounds),
        split,
        frame,
        frame.observations.customer,
        np.where(draw.random(N) < 0.8, days_late, np.nan),
        draw.integers(-5, 90, N).astype(float),
    )


def candidate(as_of: str, later: LaterInvoices | None, default: bool = False) -> Candidate:
    model = default_model() if default else None
    bundle = ModelBundle(
        delay_model(10), model, {}, np.empty(0), np.empty(0), None, {"seed": 7},
        {"as_of": as_of}, "", {}, "", random_frame(1, 1),
    )  # fmt: skip
    return Candidate(bundle, later)


def date_after(days: int) -> str:
    return str(np.datetime64(TODAY + days, "D"))


def test_a_loss_that_is_always_higher_is_worse_beyond_chance() -> None:
    customer = np.repeat(np.arange(40), 10)
    other = np.random.default_rng(3).random(400)
    found = paired_difference(other + 0.1, other, customer, seed=1)
    assert found.low == pytest.approx(0.1) == found.mean
    assert found.mean > found.by_chance


def test_one_customer_that_went_wrong_is_chance_however_many_invoices_it_has() -> None:
    loss, other = np.zeros(400), np.zeros(400)
    loss[:100] = 1.0
    by_customer = paired_difference(loss, other, np.arange(400) // 100, seed=1)
    assert by_customer.low == 0
    assert paired_difference(loss, other, np.arange(400), seed=1).low > 0.2


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for trial in range(200):
        draw = np.random.default_rng(trial)
        customer = draw.integers(0, 60, 300)
        loss = 0.3 + draw.normal(0, 1, 60)[customer] + draw.normal(0, 1, 300)
        found = paired_difference(loss, np.zeros(300), customer, seed=trial)
        held += found.low <= 0.3 <= found.high
    assert 180 <= held <= 199


def test_an_invoice_is_scored_by_the_latest_model_that_was_not_fitted_on_it() -> None:
    later = later_invoices(split=TODAY - 100)
    as_of = later.frame.observations.as_of
    asked = candidate(date_after(100), later)
    found = unseen_forecasts(asked, later.frame)
    by_bundle = delay_model(10).distribution(later.frame).later_than(0)
    by_judged = delay_model(25).distribution(later.frame).later_than(0)
    served, judged = as_of > TODAY + 100, (as_of > TODAY - 100) & (as_of <= TODAY + 100)
    assert (found.late[served] == by_bundle[served]).all()
    assert (found.late[judged] == by_judged[judged]).all()
    assert np.isnan(found.late[~served & ~judged]).all()
    assert min(served.sum(), judged.sum(), (~served & ~judged).sum()) > 20


def test_both_are_compared_on_invoices_that_neither_was_fitted_on() -> None:
    older, newer = later_invoices(split=TODAY - 300), later_invoices(split=TODAY - 100)
    challenger = candidate(date_after(300), newer)
    champion = candidate(date_after(0), older)
    same = Comparison.of(challenger, champion)
    assert same is not None
    assert same.champion is not None
    as_of = newer.frame.observations.as_of
    usable = (as_of > TODAY - 100) & (newer.followed_days >= 0)
    assert len(same) == usable.sum() > 100
    assert (same.frame.observations.as_of == as_of[usable]).all()
    swapped = Comparison.of(champion, challenger)
    assert swapped is not None
    assert (swapped.challenger.late == same.champion.late).all()


def test_an_open_invoice_counts_as_far_as_it_was_followed() -> None:
    later = later_invoices()
    same = Comparison.of(candidate(date_after(-600), later), None)
    assert same is not None
    came = np.where(np.isnan(same.days_late), np.inf, same.days_late)
    expected = np.abs(
        np.minimum(same.challenger.median, same.followed_days)
        - np.minimum(came, same.followed_days)
    )
    assert (same.absolute_error(same.challenger) == expected).all()
    assert (same.late == (came > 0)).all()
    assert same.challenger.median.max() <= LAST_DAY


def test_log_loss_is_of_what_came() -> None:
    same = Comparison.of(candidate(date_after(-600), later_invoices()), None)
    assert same is not None
    said = np.where(same.late, same.challenger.late, 1 - same.challenger.late)
    expected = -np.log(np.clip(said, 1e-6, 1))
    assert same.log_loss(same.challenger) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("n", [200, 1000])
def test_right_probabilities_miss_calibration_by_what_chance_explains(n: int) -> None:
    draw = np.random.default_rng(n)
    said = draw.beta(2, 3, (200, n))
    errors = [calibration_error(p, draw.random(n) < p) for p in said]
    assert np.mean(errors) == pytest.approx(chance_calibration_error(said[0]), rel=0.1)


def test_forty_customers_that_each_change_in_their_own_way_are_seldom_a_shift() -> None:
    alarms = 0
    for trial in range(10):
        draw = np.random.default_rng(trial)
        two = []
        for seed in (1, 2):
            later = later_invoices(seed)
            values = draw.normal(0, 1, (40, 1))[later.customer]
            values = values + draw.normal(0, 0.3, later.frame.values.shape)
            two.append(replace(later, frame=replace(later.frame, values=values)))
        shift = largest_shift(two[0], two[1], seed=1)
        assert shift is not None
        assert shift.bound > 0.2
        alarms += shift.index > shift.bound
    assert alarms <= 2


def test_a_shift_of_one_important_feature_is_found_and_named() -> None:
    before, now = later_invoices(1), later_invoices(2)
    name = important_features(now.model.text)[3]
    values = now.frame.values.copy()
    values[:, NAMES.index(name)] += 3
    shift = largest_shift(before, replace(now, frame=replace(now.frame, values=values)), seed=1)
    assert shift is not None
    assert (shift.feature, shift.index > 2 * shift.bound) == (name, True)


def test_a_feature_whose_lowest_values_go_missing_is_a_shift() -> None:
    before, now = later_invoices(1), later_invoices(2)
    name = important_features(now.model.text)[0]
    values = now.frame.values.copy()
    values[now.frame[name] <= bin_edges(before.frame[name])[0], NAMES.index(name)] = np.nan
    shift = largest_shift(before, replace(now, frame=replace(now.frame, values=values)), seed=1)
    assert shift is not None
    assert (shift.feature, shift.index > shift.bound) == (name, True)


def test_features_that_trend_are_features_and_never_judged() -> None:
    assert set(NAMES) > TRENDING >= {"tenure_days", "outcomes", "invoices"}
    assert not TRENDING & set(important_features(delay_model(25).text))


def test_a_default_model_that_is_not_monotone_is_refused_by_how_much() -> None:
    *_, monotone, _probe = gates(candidate(date_after(0), None, default=True), None)
    assert (monotone.name, monotone.passed, monotone.excusable) == ("monotonicity", False, False)
    assert monotone.figure is not None
    assert monotone.figure > 0.1


def test_a_default_model_fitted_with_the_catalogues_directions_passes() -> None:
    frame = random_frame(2_000, seed=2, of_invoices=False)
    directions = [f.direction for f in CATALOGUE if f.scope == "observation"]
    risk = np.nan_to_num(frame.values) @ np.array(directions) / 4
    defaulted = np.random.default_rng(3).random(2_000) < 1 / (1 + np.exp(2 - risk))
    parameters = {**PARAMETERS, "monotone_constraints": directions}
    data = lightgbm.Dataset(frame.values, defaulted.astype(float))
    text = lightgbm.train(parameters, data, 20).model_to_string()
    asked = candidate(date_after(0), None)
    assert asked.bundle is not None
    model = DefaultModel(text, ProbabilityCalibration(1.2, 0.7, -0.3))
    *_, monotone, _probe = gates(replace(asked, bundle=replace(asked.bundle, default=model)), None)
    assert monotone.passed
    assert "pairs" in monotone.sentence
