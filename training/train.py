"""From a ledger to a bundle of models: what was known on a day, and nothing else."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, Observations, of_customers
from features.priors import Priors, build_priors
from ledger.arrays import Codes, Rows
from ledger.completeness import require_complete
from ledger.days import date_of
from ledger.digest import digest
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.progress import silent
from models.bundle import ModelBundle
from models.reference import reference_row
from training.ablation import ablations
from training.card import model_card
from training.default_training import train_default
from training.delay_rows import DelayRows, delay_rows
from training.delay_training import DelayTraining, train_delay
from training.judgement import judgement
from training.labels import DelayOutcomes, active_customers, delay_outcomes
from training.later_invoices import LaterInvoices
from training.person_periods import Looks
from training.recipe import Recipe

PROBE_INVOICES, PROBE_CUSTOMERS = 12, 4

STEPS = (
    "Reading what was known",
    "Fitting the delay model",
    "Fitting the default model",
    "Judging on later invoices",
)
"""Steps of `train`, as `progress` is told them."""


@dataclass(frozen=True, eq=False)
class Training:
    """A bundle, and what it can be compared by; None where nothing later could judge its trees."""

    bundle: ModelBundle
    later: LaterInvoices | None


def train(
    ledger: Ledger, as_of: int, recipe: Recipe, progress: Callable[[str], None] = silent
) -> ModelBundle:
    """The bundle of `train_and_judge`."""
    return train_and_judge(ledger, as_of, recipe, progress).bundle


def train_and_judge(
    ledger: Ledger, as_of: int, recipe: Recipe, progress: Callable[[str], None] = silent
) -> Training:
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
    known = known_ledger(ledger, as_of)
    outcomes = delay_outcomes(known, recipe.definitions)
    priors = build_priors(known, recipe.definitions)
    progress(STEPS[1])
    rows = delay_rows(known, outcomes, priors, recipe)
    delay = train_delay(rows, recipe)
    progress(STEPS[2])
    default = train_default(known, outcomes, priors, recipe)
    progress(STEPS[3])
    metrics = {
        "delay": {**delay.metrics, **_judgement(delay, rows, known, outcomes, priors, recipe)},
        "default": dict(default.metrics),
    }
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
    customers = active_customers(known, outcomes, as_of, recipe.default.active_days)
    portfolio = compute_features(
        known,
        of_customers(customers, np.full(len(customers), as_of, np.int32)),
        priors,
        recipe.definitions,
    )
    bundle = ModelBundle(
        delay.model,
        default.model,
        absent,
        reference_row(rows.frame),
        reference_row(portfolio),
        priors,
        recipe.as_dict(),
        window,
        digest(known),
        {**metrics, "notes": list(notes)},
        model_card(window, metrics, notes, absent, recipe),
        _probe(known, rows.looks, customers, as_of, priors, recipe),
    )
    if delay.judged is None:
        return Training(bundle, None)
    return Training(bundle, LaterInvoices.of(delay.judged, rows, outcomes, known))


def known_ledger(ledger: Ledger, as_of: int) -> Ledger:
    """The ledger as known at the close of a day that it is complete through.

    Raises
    ------
    LedgerError
        If it is not, or no invoice was known by then.
    """
    require_complete(ledger, as_of)
    known = ledger.known_at(as_of)
    if len(known.invoices) == 0:
        raise LedgerError(
            [
                f"no invoice is known on {date_of(as_of)}; training needs invoices and their "
                "payments; check the dates of the ledger or train as of a later day"
            ]
        )
    return known


def _judgement(
    delay: DelayTraining,
    rows: DelayRows,
    known: Ledger,
    outcomes: DelayOutcomes,
    priors: Priors,
    recipe: Recipe,
) -> dict[str, Any]:
    """Metrics of the delay model on later invoices, and what its families of features are worth."""
    if delay.judged is None:
        return {}
    judged = {
        **delay.metrics["later_invoices"],
        **judgement(delay.judged, rows, known, outcomes, recipe.seed),
    }
    if recipe.delay.ablation_rows == 0:
        return {"later_invoices": judged}
    fewer = replace(recipe, delay=replace(recipe.delay, max_rows=recipe.delay.ablation_rows))
    few = delay_rows(known, outcomes, priors, fewer)
    return {
        "later_invoices": judged,
        "ablation": {
            "rows": len(few.periods),
            "families": [asdict(each) for each in ablations(few, outcomes, fewer)],
        },
    }


def _probe(
    ledger: Ledger, looks: Looks, customers: Codes, as_of: int, priors: Priors, recipe: Recipe
) -> FeatureFrame:
    """Features of a few looks at invoices, spread over the ledger, and of a few customers."""
    seen = looks.take(_spread(len(looks), PROBE_INVOICES))
    some = customers[_spread(len(customers), PROBE_CUSTOMERS)]
    observations = Observations(
        np.concatenate([ledger.invoices["customer_id"][seen.invoice], some]),
        np.concatenate([seen.invoice, np.zeros(len(some), np.int64)]),
        np.repeat([True, False], [len(seen), len(some)]),
        np.concatenate([seen.as_of, np.full(len(some), as_of, np.int32)]),
    )
    return compute_features(ledger, observations, priors, recipe.definitions)


def _spread(n: int, wanted: int) -> Rows:
    """At most so many of n positions, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).astype(np.int64))
