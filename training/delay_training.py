"""The delay model: trees fitted on person-periods, calibrated on later ones, and judged there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ledger.days import date_of
from models.calibration import HazardCalibration
from models.delay import DelayModel
from training.calibrate import calibrate_hazard
from training.delay_rows import DelayRows
from training.fit import DesignRows, JudgedTrees, TreeData, parameters_of
from training.recipe import Recipe


@dataclass(frozen=True, eq=False)
class DelayTraining:
    """A delay model, or the reason why there is none.

    `notes` say what could be trained only in part, and why. `metrics` are JSON values: what it
    was fitted on, and the log loss of trees of the earlier rows on later invoices, which chose
    the rounds and the calibration. `judged` are those trees, None where there were no such rows.
    """

    model: DelayModel | None
    absent: str
    notes: tuple[str, ...]
    metrics: Mapping[str, Any]
    judged: DelayModel | None = None


def train_delay(rows: DelayRows, recipe: Recipe) -> DelayTraining:
    """Fit the delay model.

    Without a payment there is no model. With fewer than `delay.min_paid` paid invoices the trees
    see nothing but the interval: every invoice then has the hazards of the portfolio.
    """
    invoices, paid = rows.invoices, rows.paid
    metrics: dict[str, Any] = {
        "invoices": invoices,
        "paid": paid,
        "looks": len(rows.looks),
        "rows": len(rows.periods),
    }
    if paid == 0:
        absent = "no invoice was paid while it was observed; a delay model needs payments"
        return DelayTraining(None, absent, (), metrics)
    notes = []
    if invoices < rows.whole_invoices:
        notes.append(
            f"delay: fitted on {invoices} of {rows.whole_invoices} invoices, "
            f"within delay.max_rows = {recipe.delay.max_rows}"
        )
    if paid < recipe.delay.min_paid:
        notes.append(
            f"delay: {paid} paid invoices; features are used from {recipe.delay.min_paid} on, "
            "so every invoice has the hazards of the portfolio"
        )
        return DelayTraining(_portfolio_model(rows, recipe), "", tuple(notes), metrics)
    trees, periods = recipe.delay.trees, rows.periods
    parameters = parameters_of(trees, invoices, len(periods), recipe)
    data = TreeData(DesignRows(rows.frame, periods), periods.paid, periods.weight, parameters)
    judged = data.judge(rows.earlier, rows.later, parameters, trees)
    calibration = HazardCalibration()
    rounds = trees.rounds_unjudged
    earlier_model = None
    if judged is not None:
        rounds, calibration = judged.rounds, _calibration(judged, rows, recipe)
        earlier_model = DelayModel(judged.text, calibration)
        metrics["later_invoices"] = {
            "from": date_of(rows.split + 1).isoformat(),
            "hazard_log_loss": judged.log_loss,
        }
        metrics["calibration"] = asdict(calibration)
    metrics |= {"rounds": rounds, "leaves": parameters["num_leaves"]}
    model = DelayModel(data.fit(rounds, parameters), calibration)
    return DelayTraining(model, "", tuple(notes), metrics, earlier_model)


def _calibration(judged: JudgedTrees, rows: DelayRows, recipe: Recipe) -> HazardCalibration:
    """Calibration of the trees of the earlier rows on the later ones."""
    later, periods = rows.later, rows.periods
    return calibrate_hazard(
        judged.margins,
        periods.interval[later],
        periods.paid[later],
        periods.weight[later],
        recipe.delay,
    )


def _portfolio_model(rows: DelayRows, recipe: Recipe) -> DelayModel:
    """Hazards that depend on the interval alone: trees that see no feature of an observation."""
    frame, periods, trees = rows.frame, rows.periods, recipe.delay.trees
    unknown = replace(
        frame,
        values=np.full_like(frame.values, np.nan),
        weekday_share=np.full_like(frame.weekday_share, np.nan),
        month_day_share=np.full_like(frame.month_day_share, np.nan),
    )
    parameters = parameters_of(trees, rows.invoices, len(periods), recipe)
    data = TreeData(DesignRows(unknown, periods), periods.paid, periods.weight, parameters)
    return DelayModel(data.fit(trees.rounds_unjudged, parameters), HazardCalibration())
