"""What a user would build instead: LightGBM on closed invoices, one model for one question."""

from dataclasses import dataclass

import lightgbm
import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.arrays import Flags, Floats
from ledger.ledger import Ledger
from training.baselines import Baseline
from training.labels import delay_outcomes
from training.recipe import Recipe

ROUNDS = 300
PARAMETERS = {
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True, eq=False)
class _Closed:
    """Invoices closed by a day, with their features when they were first seen."""

    values: Floats
    days_late: Floats
    late: Flags


def boosters(known: Ledger, recipe: Recipe, scored: FeatureFrame) -> Baseline:
    """Median of days late by an L1 booster, P(late) by a late/not-late booster.

    Both get our features on the day each invoice was first seen, and learn, as is common, from
    the invoices closed by the last day known; those still open are left out.
    """
    closed = _closed(known, recipe)
    common = {**PARAMETERS, "seed": recipe.seed, "num_threads": recipe.threads}
    days = lightgbm.train(
        {**common, "objective": "l1"}, lightgbm.Dataset(closed.values, closed.days_late), ROUNDS
    )
    late = lightgbm.train(
        {**common, "objective": "binary"}, lightgbm.Dataset(closed.values, closed.late), ROUNDS
    )
    return Baseline(
        np.asarray(days.predict(scored.values)), {0: np.asarray(late.predict(scored.values))}
    )


def _closed(known: Ledger, recipe: Recipe) -> _Closed:
    outcomes = delay_outcomes(known, recipe.definitions)
    every = np.flatnonzero(outcomes.observable & outcomes.paid)
    seen = outcomes.observed_from[every]
    invoice, seen = (part[outcomes.known_open(every, seen)] for part in (every, seen))
    frame = compute_features(
        known,
        of_invoices(known.invoices["customer_id"][invoice], invoice, seen),
        build_priors(known, recipe.definitions),
        recipe.definitions,
    )
    days_late = outcomes.days_late()[invoice]
    late = days_late > recipe.definitions.grace_days
    return _Closed(frame.values, days_late.astype(np.float64), late)
