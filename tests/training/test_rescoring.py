"""One trained model, asked again and again: it sharpens, and never contradicts itself."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.days import parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from models.bundle import ModelBundle
from models.scores import LATER_THAN
from tests.training.small_recipe import small_recipe
from training.labels import delay_outcomes
from training.person_periods import looks_at
from training.rescoring import rescored
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

CUTOFF, THROUGH = parse_day("2022-12-01"), parse_day("2023-06-30")
RECIPE = small_recipe(default={"min_defaults": 10_000})


@dataclass(frozen=True)
class Trained:
    ledger: Ledger
    bundle: ModelBundle


@pytest.fixture(scope="module")
def trained() -> Trained:
    simulation = simulate(SimulationSettings(customers=80, months=18, seed=3))
    ledger = ledger_from_frames(simulation.frames, Extract("EUR", THROUGH))
    return Trained(ledger, train(ledger, CUTOFF - 1, RECIPE))


def test_forecasts_sharpen_at_every_step_from_issue_to_a_fortnight_past_due(
    trained: Trained,
) -> None:
    found = rescored(trained.bundle, trained.ledger, CUTOFF)
    assert [row.moment for row in found] == [
        "at issue", "due -7 days", "due +0 days", "due +7 days", "due +15 days",
    ]  # fmt: skip
    assert {row.invoices for row in found} == {found[0].invoices}
    assert found[0].invoices == found[0].open > 500
    assert all(after.open < before.open for before, after in pairwise(found))
    assert all(after.brier < before.brier for before, after in pairwise(found))


def test_what_is_settled_by_then_is_known(trained: Trained) -> None:
    """With no forecast at all, what is left of the Brier score are the invoices still open."""
    ledger = trained.ledger
    outcomes = delay_outcomes(ledger, RECIPE.definitions)
    later, known = outcomes.later_than(30)
    cohort = np.flatnonzero(known & (outcomes.observed_from >= CUTOFF))
    last = rescored(trained.bundle, ledger, CUTOFF)[-1]
    as_of = np.maximum(outcomes.observed_from, outcomes.due_on + 15)[cohort].astype(np.int32)
    is_open = outcomes.known_open(cohort, as_of)
    observed = of_invoices(
        ledger.invoices["customer_id"][cohort[is_open]], cohort[is_open], as_of[is_open]
    )
    priors = build_priors(ledger, RECIPE.definitions)
    frame = compute_features(ledger, observed, priors, RECIPE.definitions)
    said = trained.bundle.score_invoices(frame).distribution.later_than(30)
    squares = np.square(said - later[cohort[is_open]]).sum()
    assert (last.invoices, last.open) == (len(cohort), is_open.sum())
    assert last.brier == pytest.approx(squares / len(cohort), rel=1e-12)


def test_no_number_of_any_look_contradicts_another(trained: Trained) -> None:
    ledger, definitions = trained.ledger, RECIPE.definitions
    outcomes = delay_outcomes(ledger, definitions)
    looks = looks_at(ledger, outcomes, RECIPE.delay.moments)
    customer = ledger.invoices["customer_id"][looks.invoice]
    observed = of_invoices(customer, looks.invoice, looks.as_of)
    frame = compute_features(ledger, observed, build_priors(ledger, definitions), definitions)
    scores = trained.bundle.score_invoices(frame)
    assert len(scores) > 3_000

    quantiles = (scores.days_late_p10, scores.days_late_p50, scores.days_late_p90)
    for low, high in pairwise(quantiles):
        assert (low.known | ~high.known).all()
        assert (low.values <= high.values)[high.known].all()

    days = np.arange(-60, 366, 3)
    paid_by = np.column_stack([scores.distribution.paid_by(int(day)) for day in days])
    assert (np.diff(paid_by, axis=1) >= 0).all()

    days_past_due = looks.as_of - outcomes.due_on[looks.invoice]
    for column, grace_days in enumerate(LATER_THAN):
        past = days_past_due >= grace_days
        assert (scores.p_later_than[past, column] == 1).all()
        assert (scores.p_later_than[~past, column] < 1).all()
    assert (days_past_due >= 30).sum() > 50
