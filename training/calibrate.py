"""Calibration fitted on rows later than those the trees were fitted on."""

import numpy as np

from ledger.arrays import Array, Codes, Flags, Floats
from models.calibration import HazardCalibration, ProbabilityCalibration
from models.grid import UPPER_ENDS
from training.recipe import DefaultRecipe, DelayRecipe

SMALLEST_SLOPE = 0.2
STEPS = 50


def calibrate_hazard(
    margins: Floats, interval: Codes, paid: Flags, weight: Floats, recipe: DelayRecipe
) -> HazardCalibration:
    """Intercept and slope of the hazard's logit per block of intervals.

    The blocks end at `recipe.calibration_bounds`, days after the due date; one with fewer than
    `recipe.calibration_min_paid` payments joins the block before it, the first ones the next.
    Without a payment nothing is corrected. `recipe.calibration_prior` is heavy: what the later
    rows show is in part a season, which passes, and in part what the trees learn anyway when
    they are fitted again with those rows. Arrays of shape (n,), one row for each person-period.
    """
    if not paid.any():
        return HazardCalibration()
    ends = np.searchsorted(UPPER_ENDS, recipe.calibration_bounds, side="right")
    paid_by_interval = np.bincount(interval[paid], minlength=len(UPPER_ENDS))
    firsts = _joined([0, *ends.tolist()], paid_by_interval, recipe.calibration_min_paid)
    block = np.searchsorted(firsts, interval, side="right") - 1
    fitted = [
        platt(margins[block == b], paid[block == b], weight[block == b], recipe.calibration_prior)
        for b in range(len(firsts))
    ]
    intercepts, slopes = zip(*fitted, strict=True)
    return HazardCalibration(tuple(firsts), intercepts, slopes)


def calibrate_default(
    margins: Floats, defaulted: Flags, recipe: DefaultRecipe
) -> ProbabilityCalibration:
    """Platt calibration of the probability of default; arrays of shape (n,)."""
    even = np.ones(len(margins))
    intercept, slope = platt(margins, defaulted, even, recipe.calibration_prior)
    return ProbabilityCalibration(slope, slope, intercept)


def platt(
    margins: Floats, happened: Flags, weight: Floats, prior_information: float
) -> tuple[float, float]:
    """Intercept and slope of a logistic regression of an event on log-odds.

    Penalised towards 0 and 1 as by a belief that weighs `prior_information` beside the sum of
    p (1 - p) of the rows, so that few rows change little; the slope is at least
    `SMALLEST_SLOPE`. By Newton's method. (Platt: Probabilistic outputs for
    support vector machines, 1999.)
    """
    if len(margins) == 0:
        return 0.0, 1.0
    intercept, slope = 0.0, 1.0
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(intercept + slope * margins, -50, 50)))
        error = weight * (probability - happened)
        spread = weight * probability * (1.0 - probability)
        toward = (
            error.sum() + prior_information * intercept,
            (error * margins).sum() + prior_information * (slope - 1.0),
        )
        a, b = spread.sum() + prior_information, (spread * margins).sum()
        c = (spread * margins**2).sum() + prior_information
        steps = np.array([c * toward[0] - b * toward[1], a * toward[1] - b * toward[0]])
        steps = np.clip(steps / (a * c - b * b), -1.0, 1.0)
        intercept, slope = intercept - float(steps[0]), slope - float(steps[1])
        if np.abs(steps).max() < 1e-10:
            break
    return intercept, max(slope, SMALLEST_SLOPE)


def _joined(firsts: list[int], paid: Array, least: int) -> list[int]:
    """First intervals of blocks that each hold at least so many payments, where possible."""
    kept = [0]
    held = 0
    for first, end in zip(firsts, [*firsts[1:], len(paid)], strict=True):
        if held >= least and first > 0:
            kept.append(first)
            held = 0
        held += int(paid[first:end].sum())
    if held < least and len(kept) > 1:
        kept.pop()
    return kept
