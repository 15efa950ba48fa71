"""From a ledger to a bundle of models: what was known on a day, and nothing else."""

from collections.abc import Callable

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, Observations, of_customers, of_invoices
from features.priors import Priors, build_priors
from ledger.arrays import Rows
from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from models.reference import reference_row
from training.card import model_card
from training.default_training import train_default
from training.delay_training import train_delay
from training.digest import ledger_digest
from training.labels import DelayOutcomes, delay_outcomes
from training.recipe import Recipe

PROBE_INVOICES, PROBE_CUSTOMERS = 12, 4

STEPS = (
    "Reading what was known",
    "Fitting the delay model",
    "Fitting the default model",
    "Writing the model card",
)
"""Steps of `train`, as `progress` is told them."""


def silent(step: str) -> None:
    """Progress that nobody watches."""


def train(
    ledger: Ledger, as_of: int, recipe: Recipe, progress: Callable[[str], None] = silent
) -> ModelBundle:
    """Models of what was known at the close of a day.

    The same rows known by `as_of`, in whatever order, and the same recipe give the same bundle,
    byte for byte, on one platform. What there is too little data for is left out; the bundle
    says so.

    Parameters
    ----------
    ledger
        Rows known later than `as_of` change nothing.
    as_of
        Last day known, at most the day the ledger is complete through.
    recipe
        How to train.
    progress
        Told each of `STEPS` as it begins.

    Raises
    ------
    LedgerError
        If the ledger does not reach `as_of`, or no invoice was known by then.
    """
    progress(STEPS[0])
    known = _known(ledger, as_of)
    outcomes = delay_outcomes(known, recipe.definitions)
    priors = build_priors(known, recipe.definitions)
    progress(STEPS[1])
    delay = train_delay(known, outcomes, priors, recipe)
    progress(STEPS[2])
    default = train_default(known, priors, recipe)
    progress(STEPS[3])
    metrics = {"delay": dict(delay.metrics), "default": dict(default.metrics)}
    notes = (*delay.notes, *default.notes)
    window = {
        "from": date_of(int(known.invoices["issued_on"].min())).isoformat(),
        "as_of": date_of(as_of).isoformat(),
    }
    absent = {
        name: part.absent
        for name, part in (("delay", delay), ("default", default))
        if part.model is None
    }
    customers = of_customers(*_latest(known, as_of))
    return ModelBundle(
        delay.model,
        default.model,
        absent,
        reference_row(delay.frame),
        reference_row(default.frame),
        priors,
        recipe.as_dict(),
        window,
        ledger_digest(known),
        {**metrics, "notes": list(notes)},
        model_card(window, metrics, notes, absent, recipe),
        delay.frame,
    )
