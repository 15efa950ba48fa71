"""The default model from a ledger: customers at month ends, monotone trees, calibration."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pandas.util import hash_array

from features.catalogue import CATALOGUE
from features.compute import compute_features
from features.frame import FeatureFrame, of_customers
from features.priors import Priors
from ledger.arrays import Floats, Rows
from ledger.default import default_spells
from ledger.ledger import Ledger
from models.calibration import ProbabilityCalibration
from models.default import DefaultModel
from training.calibrate import calibrate_default
from training.cluster_bootstrap import DRAWS_OF_TRAINING, cluster_intervals
from training.fit import TreeData, parameters_of
from training.labels import DefaultLabels, DelayOutcomes, default_labels
from training.lower_threshold import lower_threshold
from training.metrics import event_accuracy
from training.recipe import Recipe

MIN_JUDGED_DEFAULTS = 10
"""Defaults needed on either side of the split by which rounds and calibration are chosen."""


@dataclass(frozen=True, eq=False)
class DefaultTraining:
    """A default model, or why there is none; `notes` and `metrics` as of a DelayTraining."""

    model: DefaultModel | None
    absent: str
    notes: tuple[str, ...]
    metrics: Mapping[str, Any]


def train_default(
    ledger: Ledger, outcomes: DelayOutcomes, priors: Priors, recipe: Recipe
) -> DefaultTraining:
    """Fit the default model on the customers at the month ends whose whole horizon is known.

    With fewer than `default.min_defaults` defaults there is no model, and the reason proposes
    the highest lower threshold that would make enough of them.
    """
    settings, horizon = recipe.default, recipe.definitions.pd_horizon_days
    spells = default_spells(ledger, recipe.definitions)
    every = default_labels(ledger, outcomes, spells, horizon, settings.active_days)
    metrics: dict[str, Any] = {
        "customer_months": len(every),
        "customers": len(np.unique(every.customer)),
        "defaults": every.defaults,
    }
    if every.defaults < settings.min_defaults:
        absent = (
            f"{every.defaults} defaults came within {horizon} days of an observed month end; "
            f"a default model needs {settings.min_defaults}"
        )
        proposed = lower_threshold(ledger, outcomes, recipe)
        if proposed is not None:
            absent += f"; {proposed}"
        return DefaultTraining(None, absent, (), metrics)
    labels = within_rows(every, ledger, settings.max_rows)
    observations = of_customers(labels.customer, labels.as_of)
    frame = compute_features(ledger, observations, priors, recipe.definitions)
    model, notes, found = _model(frame, labels, recipe)
    if len(labels) < len(every):
        notes += (
            f"default: fitted on {len(labels)} of {len(every)} customer-months, "
            f"within default.max_rows = {settings.max_rows}",
        )
    return DefaultTraining(model, "", notes, {**metrics, **found})


def within_rows(labels: DefaultLabels, ledger: Ledger, max_rows: int) -> DefaultLabels:
    """The labels of as many whole customers as make at most `max_rows` rows, by a hash of ids."""
    if len(labels) <= max_rows:
        return labels
    customers, position, rows = np.unique(labels.customer, return_inverse=True, return_counts=True)
    order = np.argsort(
        hash_array(ledger.vocabularies["customer"][customers], categorize=False), kind="stable"
    )
    taken = np.zeros(len(customers), np.bool_)
    taken[order[np.cumsum(rows[order]) <= max_rows]] = True
    return labels.take(taken[position])


def _model(
    frame: FeatureFrame, labels: DefaultLabels, recipe: Recipe
) -> tuple[DefaultModel, tuple[str, ...], dict[str, Any]]:
    """The model fitted on all rows, notes, and what trees of earlier rows were worth later.

    Earlier rows are those whose horizon had ended when the later ones begin.
    """
    settings, horizon = recipe.default, recipe.definitions.pd_horizon_days
    split = np.quantile(labels.as_of, 1 - settings.holdout_share, method="lower")
    earlier, later = labels.as_of + horizon <= split, labels.as_of > split
    enough = min(labels.take(part).defaults for part in (earlier, later)) >= MIN_JUDGED_DEFAULTS
    parameters = {
        **parameters_of(settings.trees, len(labels), len(labels), recipe),
        "monotone_constraints": [f.direction for f in CATALOGUE if f.scope == "observation"],
        "monotone_constraints_method": "intermediate",
    }
    data = TreeData(frame.values, labels.defaulted, np.ones(len(labels)), parameters)
    judged = data.judge(earlier, later, parameters, settings.trees) if enough else None
    rounds = settings.trees.rounds_unjudged if judged is None else judged.rounds
    metrics: dict[str, Any] = {"rounds": rounds, "leaves": parameters["num_leaves"]}
    text = data.fit(rounds, parameters)
    if judged is None:
        note = (
            f"default: fewer than {MIN_JUDGED_DEFAULTS} defaults before or after "
            "the split by which rounds and calibration are chosen; neither was"
        )
        return DefaultModel(text, ProbabilityCalibration()), (note,), metrics
    calibration = calibrate_default(judged.margins, labels.defaulted[later], settings)
    said = DefaultModel(judged.text, calibration).pd(frame.take(later))
    metrics["later_months"] = {
        **asdict(event_accuracy(said, labels.defaulted[later])),
        "intervals": _intervals(said, labels.take(later), recipe.seed),
    }
    return DefaultModel(text, calibration), (), metrics


def _intervals(said: Floats, labels: DefaultLabels, seed: int) -> dict[str, tuple[float, float]]:
    """95 % intervals of AUC and Brier score, by a bootstrap of customers."""

    def figures(rows: Rows) -> Floats:
        found = event_accuracy(said[rows], labels.defaulted[rows])
        return np.array([found.auc, found.brier], np.float64)

    low, high = cluster_intervals(figures, labels.customer, seed, DRAWS_OF_TRAINING)
    return {name: (float(low[at]), float(high[at])) for at, name in enumerate(("auc", "brier"))}
