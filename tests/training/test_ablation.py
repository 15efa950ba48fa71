"""Leaving out a family costs what the family was worth."""

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from features.priors import build_priors
from models.intervals import interval_rows
from tests.training.fated_ledgers import THROUGH, fated_ledger
from tests.training.small_recipe import small_recipe
from training.ablation import FAMILIES, Ablation, ablations, without_family
from training.delay_rows import DelayRows, delay_rows
from training.labels import DelayOutcomes, delay_outcomes
from training.train import train

RECIPE = small_recipe(delay={"min_paid": 100})


@pytest.fixture(scope="module")
def made() -> tuple[DelayRows, DelayOutcomes]:
    ledger = fated_ledger(600)
    outcomes = delay_outcomes(ledger, RECIPE.definitions)
    priors = build_priors(ledger, RECIPE.definitions)
    return delay_rows(ledger, outcomes, priors, RECIPE), outcomes


@pytest.fixture(scope="module")
def found(made: tuple[DelayRows, DelayOutcomes]) -> dict[str, Ablation]:
    return {each.family: each for each in ablations(*made, RECIPE)}


def test_a_family_that_says_nothing_is_worth_nothing_and_the_first_most(
    found: dict[str, Ablation],
) -> None:
    assert set(found) == set(FAMILIES)
    amount, behaviour = found["amount"], found["behaviour"]  # all invoices have one amount
    assert (amount.hazard_log_loss, amount.brier, amount.crps) == (0, 0, 0)
    assert behaviour.features > 40
    assert min(behaviour.hazard_log_loss, behaviour.brier, behaviour.crps) > 0
    losses = [each.hazard_log_loss for each in found.values()]
    assert losses == sorted(losses, reverse=True)


def test_without_a_family_nothing_of_it_is_left(made: tuple[DelayRows, DelayOutcomes]) -> None:
    frame = made[0].frame
    row, interval = np.arange(5), np.full(5, 12)
    for family in FAMILIES:
        left = without_family(frame, family)
        is_member = np.array([f.family == family for f in CATALOGUE if f.scope == "observation"])
        assert np.isnan(left.values[:, is_member]).all()
        assert np.array_equal(
            left.values[:, ~is_member], frame.values[:, ~is_member], equal_nan=True
        )
        gone = np.isnan(interval_rows(left, row, interval)).sum()
        told = np.isnan(interval_rows(frame, row, interval)).sum()
        assert gone > told or family not in ("behaviour", "habits")


def test_the_card_tells_what_families_are_worth_where_the_recipe_asks() -> None:
    asked = small_recipe(delay={"min_paid": 100, "ablation_rows": 3_000})
    bundle = train(fated_ledger(400), THROUGH, asked)
    families = bundle.metrics["delay"]["ablation"]["families"]
    assert {each["family"] for each in families} == set(FAMILIES)
    assert all(f"| {each['family']} | {each['features']} |" in bundle.card for each in families)
    assert bundle.metrics["delay"]["ablation"]["rows"] <= 3_000
