"""A lower threshold of default: proposed in words where it would make enough, used only if set."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.priors import build_priors
from ledger.days import parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from tests.training.small_recipe import small_recipe
from training.default_training import DefaultTraining, train_default
from training.labels import delay_outcomes
from training.lower_threshold import LowerThreshold, lower_threshold
from training.recipe import Recipe

DAYS_LATE = [70] * 12 + [50] * 12 + [20] * 16 + [0] * 20
"""Of the one item of each customer: 12 defaults beyond 60 days, 24 beyond 45, 40 beyond 15."""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    names = [f"c{n:02d}" for n in range(len(DAYS_LATE))]
    due_on = np.datetime64("2023-03-01")
    invoices = pd.DataFrame(
        {
            "invoice_id": names,
            "customer_id": names,
            "issued_on": due_on - 30,
            "due_on": due_on,
            "amount": "1000.00",
        }
    )
    payments = pd.DataFrame(
        {
            "payment_id": names,
            "invoice_id": names,
            "paid_on": due_on + np.array(DAYS_LATE, "timedelta64[D]"),
            "amount": "1000.00",
        }
    )
    return ledger_from_frames(
        {"invoices": invoices, "payments": payments}, Extract("EUR", parse_day("2023-12-31"))
    )


def recipe_with(min_defaults: int, threshold_days: int = 90) -> Recipe:
    changes: dict[str, Any] = {
        "default": {"min_defaults": min_defaults},
        "definitions": {"delinquency_threshold_days": threshold_days},
    }
    return small_recipe(**changes)


def proposed(ledger: Ledger, recipe: Recipe) -> LowerThreshold | None:
    return lower_threshold(ledger, delay_outcomes(ledger, recipe.definitions), recipe)


def trained(ledger: Ledger, recipe: Recipe) -> DefaultTraining:
    outcomes = delay_outcomes(ledger, recipe.definitions)
    return train_default(ledger, outcomes, build_priors(ledger, recipe.definitions), recipe)


@pytest.mark.parametrize(
    ("min_defaults", "threshold_days", "days", "defaults"),
    [(12, 90, 60, 12), (13, 90, 45, 24), (25, 90, 15, 40), (5, 45, 30, 24), (1, 30, 15, 40)],
)
def test_the_highest_lower_threshold_with_enough_defaults_is_proposed(
    ledger: Ledger, min_defaults: int, threshold_days: int, days: int, defaults: int
) -> None:
    found = proposed(ledger, recipe_with(min_defaults, threshold_days))
    assert found == LowerThreshold(days, defaults)


@pytest.mark.parametrize(("min_defaults", "threshold_days"), [(41, 90), (1, 15)])
def test_nothing_is_proposed_where_no_lower_threshold_makes_enough(
    ledger: Ledger, min_defaults: int, threshold_days: int
) -> None:
    assert proposed(ledger, recipe_with(min_defaults, threshold_days)) is None


def test_the_reason_for_no_model_ends_with_the_proposal(ledger: Ledger) -> None:
    assert trained(ledger, recipe_with(20)).absent == (
        "0 defaults came within 180 days of an observed month end; a default model needs 20; "
        "with delinquency_threshold_days = 45 there would be 24: "
        "set it in the recipe if that is what default shall mean"
    )
    assert trained(ledger, recipe_with(41)).absent.endswith("a default model needs 41")


def test_the_proposal_holds_only_once_it_is_in_the_recipe(ledger: Ledger) -> None:
    assert trained(ledger, recipe_with(20)).model is None
    taken = trained(ledger, recipe_with(20, 45))
    assert taken.model is not None
    assert taken.metrics["defaults"] == 24
