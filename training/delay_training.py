"""The delay model from a ledger: looks, person-periods, trees, calibration, and how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import Priors
from ledger.days import date_of
from ledger.ledger import Ledger
from models.calibration import HazardCalibration
from models.delay import DelayModel
from training.accuracy import model_accuracy
from training.calibrate import calibrate_hazard
from training.fit import DesignRows, fit_trees, parameters_of
from training.labels import DelayOutcomes
from training.person_periods import Looks, PersonPeriods, looks_at, person_periods, within_rows
from training.recipe import Recipe

PORTFOLIO_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class DelayTraining:
    """A delay model, or why there is none, and the looks it was fitted on.

    `notes` say what could be trained only in part, and why. `metrics` are JSON values: what it
    was fitted on, and how good trees fitted on the earlier part were on the invoices of the
    later part, which chose the rounds and the calibration.
    """

    model: DelayModel | None
    absent: str
    notes: tuple[str, ...]
    metrics: Mapping[str, Any]
    looks: Looks
    frame: FeatureFrame


def train_delay(
    ledger: Ledger, outcomes: DelayOutcomes, priors: Priors, recipe: Recipe
) -> DelayTraining:
    """Fit the delay model on everything known in a ledger.

    Without a payment there is no model. With fewer than `delay.min_paid` paid invoices the trees
    see nothing but the interval: every invoice then has the hazards of the portfolio.
    """
    every = looks_at(ledger, outcomes, recipe.delay.moments)
    looks = within_rows(every, ledger, recipe.delay.max_rows)
    periods = person_periods(looks, outcomes)
    frame = compute_features(
        ledger,
        of_invoices(ledger.invoices["customer_id"][looks.invoice], looks.invoice, looks.as_of),
        priors,
        recipe.definitions,
    )
    invoices = len(np.unique(looks.invoice))
    paid = len(np.unique(looks.invoice[looks.paid]))
    metrics = {"invoices": invoices, "paid": paid, "looks": len(looks), "rows": len(periods)}
    if paid == 0:
        absent = "no invoice was paid while it was observed; a delay model needs payments"
        return DelayTraining(None, absent, (), metrics, looks, frame)
    notes = []
    if len(looks) < len(every):
        notes.append(
            f"delay: fitted on {invoices} of {len(np.unique(every.invoice))} invoices, "
            f"within delay.max_rows = {recipe.delay.max_rows}"
        )
    if paid < recipe.delay.min_paid:
        notes.append(
            f"delay: {paid} paid invoices; features are used from {recipe.delay.min_paid} on, "
            "so every invoice has the hazards of the portfolio"
        )
        model, found = _portfolio_model(frame, periods, recipe), {}
    else:
        model, found = _model(frame, periods, looks, outcomes, recipe)
    return DelayTraining(model, "", tuple(notes), {**metrics, **found}, looks, frame)


def _model(
    frame: FeatureFrame,
    periods: PersonPeriods,
    looks: Looks,
    outcomes: DelayOutcomes,
    recipe: Recipe,
) -> tuple[DelayModel, dict[str, Any]]:
    """The model fitted on all rows, and what trees of the earlier ones were worth on later ones."""
    first_seen = outcomes.observed_from[looks.invoice]
    split = np.quantile(first_seen[periods.look], 1 - recipe.delay.holdout_share, method="lower")
    earlier, later = periods.ends_on <= split, first_seen[periods.look] > split
    trees = recipe.delay.trees
    parameters = parameters_of(trees, len(np.unique(looks.invoice)), len(periods), recipe)
    fitted = fit_trees(
        DesignRows(frame, periods), periods.paid, periods.weight, earlier, later, parameters, trees
    )
    metrics: dict[str, Any] = {"rounds": fitted.rounds, "leaves": parameters["num_leaves"]}
    if fitted.judged is None:
        return DelayModel(fitted.text, HazardCalibration()), metrics
    calibration = calibrate_hazard(
        fitted.judged.margins,
        periods.interval[later],
        periods.paid[later],
        periods.weight[later],
        recipe.delay,
    )
    seen = np.flatnonzero((first_seen > split) & (looks.as_of == first_seen))
    judged = DelayModel(fitted.judged.text, calibration).distribution(frame.take(seen))
    metrics["later_invoices"] = {
        "from": date_of(int(split) + 1).isoformat(),
        "hazard_log_loss": fitted.judged.log_loss,
        **model_accuracy(judged, outcomes, looks.invoice[seen]).as_dict(),
    }
    return DelayModel(fitted.text, calibration), metrics


def _portfolio_model(frame: FeatureFrame, periods: PersonPeriods, recipe: Recipe) -> DelayModel:
    """Hazards that depend on the interval alone: trees that see no feature of an observation."""
    unknown = replace(
        frame,
        values=np.full_like(frame.values, np.nan),
        weekday_share=np.full_like(frame.weekday_share, np.nan),
        month_day_share=np.full_like(frame.month_day_share, np.nan),
    )
    trees = recipe.delay.trees
    nothing = np.zeros(len(periods), np.bool_)
    fitted = fit_trees(
        DesignRows(unknown, periods),
        periods.paid,
        periods.weight,
        nothing,
        nothing,
        parameters_of(trees, len(np.unique(periods.look)), len(periods), recipe),
        replace(trees, max_rounds=PORTFOLIO_ROUNDS),
    )
    return DelayModel(fitted.text, HazardCalibration())
