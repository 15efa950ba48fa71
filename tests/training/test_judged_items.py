"""Single forecasts give the figures of the accuracy table, and intervals around them."""

import numpy as np
import pytest

from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from tests.training.fated_ledgers import START, fated_ledger
from tests.training.small_recipe import small_recipe
from training.accuracy import baseline_accuracy, model_accuracy
from training.baselines import baselines
from training.judged_items import FIGURES, JudgedItems
from training.labels import delay_outcomes
from training.train import train

RECIPE = small_recipe(delay={"min_paid": 100})
LEDGER = fated_ledger(900)
OUTCOMES = delay_outcomes(LEDGER, RECIPE.definitions)
INVOICE = np.flatnonzero(OUTCOMES.observable & (OUTCOMES.observed_from > START + 200))
CUSTOMER = LEDGER.invoices["customer_id"][INVOICE]
AS_OF = OUTCOMES.observed_from[INVOICE]


def test_the_figures_of_a_model_are_those_of_its_accuracy() -> None:
    bundle = train(LEDGER, START + 200, RECIPE)
    frame = compute_features(
        LEDGER,
        of_invoices(CUSTOMER, INVOICE, AS_OF),
        build_priors(LEDGER, RECIPE.definitions),
        RECIPE.definitions,
    )
    said = bundle.score_invoices(frame).distribution
    table = model_accuracy(said, OUTCOMES, INVOICE)
    items = JudgedItems.of_model(said, OUTCOMES, INVOICE)
    late, days = table.later_than[0], table.days
    assert items.figures().tolist() == pytest.approx([late.auc, late.brier, days.mae, days.crps])
    between = items.intervals(CUSTOMER, seed=1, draws=100)
    assert tuple(between) == FIGURES
    for figure, name in zip(items.figures(), FIGURES, strict=True):
        low, high = between[name]
        assert low < figure < high


def test_a_baseline_that_says_nothing_of_probabilities_has_figures_of_days_alone() -> None:
    simple = baselines(LEDGER, OUTCOMES, CUSTOMER, AS_OF, (0,))["customer"]
    silent = JudgedItems.of_baseline(type(simple)(simple.days_late, {}), OUTCOMES, INVOICE)
    table = baseline_accuracy(simple, OUTCOMES, INVOICE)
    figures = silent.figures()
    assert np.isnan(figures[:2]).all()
    assert figures[2:].tolist() == pytest.approx([table.days.mae, table.days.crps])
    assert tuple(silent.intervals(CUSTOMER, seed=1, draws=20)) == ("mae", "crps")
