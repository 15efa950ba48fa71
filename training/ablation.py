"""What each family of features is worth: trees without it, judged on the same later invoices."""

from dataclasses import dataclass, replace

import numpy as np

from features.catalogue import CATALOGUE
from features.frame import FeatureFrame
from models.calibration import HazardCalibration
from models.delay import DelayModel
from training.delay_rows import DelayRows
from training.fit import DesignRows, TreeData, parameters_of
from training.judged_items import JudgedItems
from training.labels import DelayOutcomes
from training.recipe import Recipe

FAMILIES = tuple(dict.fromkeys(f.family for f in CATALOGUE if f.scope == "observation"))
"""The families that can be left out; without its interval a hazard says nothing."""


@dataclass(frozen=True)
class Ablation:
    """How much worse forecasts of later invoices get without a family of so many features.

    Differences of the hazard's log loss, the Brier score of P(late) and the CRPS in days of the
    invoices on the day first seen: above 0 where the family helps.
    """

    family: str
    features: int
    hazard_log_loss: float
    brier: float
    crps: float


def ablations(rows: DelayRows, outcomes: DelayOutcomes, recipe: Recipe) -> tuple[Ablation, ...]:
    """The families by what they are worth, most first; none where nothing later can judge.

    All trees are fitted on the same rows, and each has as many rounds as are best for it.
    """
    first = rows.first_looks_later
    whole = _judged(rows, outcomes, recipe, rows.frame)
    if whole is None or not len(first):
        return ()
    found = []
    for family in FAMILIES:
        without = _judged(rows, outcomes, recipe, without_family(rows.frame, family))
        if without is not None:
            loss, brier, crps = (a - b for a, b in zip(without, whole, strict=True))
            members = sum(f.family == family and f.scope == "observation" for f in CATALOGUE)
            found.append(Ablation(family, members, loss, brier, crps))
    return tuple(sorted(found, key=lambda each: -each.hazard_log_loss))


def without_family(frame: FeatureFrame, family: str) -> FeatureFrame:
    """A frame in which the features of a family say nothing.

    Nor what intervals take from them: the days on which a customer pays, the end of a discount.
    The calendar of the intervals' own days stays known.
    """
    members = np.array([f.family == family for f in CATALOGUE if f.scope == "observation"])
    values = np.where(members, np.nan, frame.values)
    without = replace(frame, values=values)
    if family == "terms":
        return replace(without, has_discount=np.zeros_like(frame.has_discount))
    if family == "habits":
        return replace(
            without,
            weekday_share=np.full_like(frame.weekday_share, np.nan),
            month_day_share=np.full_like(frame.month_day_share, np.nan),
        )
    return without


def _judged(
    rows: DelayRows, outcomes: DelayOutcomes, recipe: Recipe, frame: FeatureFrame
) -> tuple[float, float, float] | None:
    """Log loss of the hazard, Brier score and CRPS of trees of the earlier rows on later ones."""
    trees, periods = recipe.delay.trees, rows.periods
    parameters = parameters_of(trees, rows.invoices, len(periods), recipe)
    data = TreeData(DesignRows(frame, periods), periods.paid, periods.weight, parameters)
    judged = data.judge(rows.earlier, rows.later, parameters, trees)
    if judged is None:
        return None
    first = rows.first_looks_later
    said = DelayModel(judged.text, HazardCalibration()).distribution(frame.take(first))
    _, brier, _, crps = JudgedItems.of_model(said, outcomes, rows.looks.invoice[first]).figures()
    return judged.log_loss, float(brier), float(crps)
