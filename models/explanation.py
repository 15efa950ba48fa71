"""What each feature adds to a prediction, against the prediction for a reference."""

from dataclasses import dataclass, replace

import numba
import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Array, Floats
from models.default import DefaultModel
from models.delay import DelayModel
from models.distribution import DelayDistribution
from models.grid import INTERVALS, LOWER_ENDS, UPPER_ENDS
from models.intervals import counted_from, elapsed_days, interval_rows
from models.shapley import contributions, interval_contributions
from models.survival import mean_gradients
from models.tree_walks import Pairs

DAYS = "days"
LOG_ODDS = "log-odds"
POINTS = "percentage points"

NODES = 32
"""Gauss-Legendre nodes on the line from the reference to the prediction."""

CHUNK = 1_000
"""Observations whose intervals are explained at once; bounds memory, changes no bit."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """Predictions of n observations, taken apart into contributions of m features.

    Parameters
    ----------
    names
        The features, length m.
    values, references
        What they are, and what they are in the reference beside each row; shapes (n, m).
    contributions
        What each adds to the prediction, in `unit`; a row sums to `prediction` minus
        `reference_prediction`. Shape (n, m).
    prediction, reference_prediction
        In `unit`, shape (n,).
    unit
        `DAYS`, `LOG_ODDS` or `POINTS`.
    """

    names: tuple[str, ...]
    values: Floats
    references: Floats
    contributions: Floats
    prediction: Floats
    reference_prediction: Floats
    unit: str


def explain_delay(model: DelayModel, frame: FeatureFrame, references: Floats) -> Explanation:
    """Contributions of features to the expected days late, in days.

    The hazard of each interval gives exact Shapley values on its logit, the same interval with
    the same calendar on both sides; a covariate that counts from a feature goes with it. They
    are propagated through the expected days late E by Aumann-Shapley: along the straight line
    of logits from reference to prediction, a feature gets the integral of dE/dlogit, summed
    over the intervals, times its share of the logits.
    What the quadrature leaves over is spread in proportion to the size of the contributions.
    (Aumann, Shapley: Values of Non-Atomic Games, 1974; Sundararajan, Taly, Yan: Axiomatic
    attribution for deep networks, ICML 2017.)

    Parameters
    ----------
    model
        The delay model; its calibration is part of what is explained.
    frame
        Features of n observations of invoices.
    references
        Features of the reference of each, shape (n, m).
    """
    beside = replace(frame, values=references)
    logits, reference_logits = model.logits(frame), model.logits(beside)
    start = elapsed_days(frame)
    gradients = mean_gradients(
        LOWER_ENDS, UPPER_ENDS, start, reference_logits, logits, *_quadrature()
    )
    weights = gradients * model.calibration.slope
    days = np.empty(frame.values.shape)
    for first in range(0, len(frame), CHUNK):
        part = np.arange(first, min(first + CHUNK, len(frame)))
        own, other = frame.take(part), beside.take(part)
        pairs = Pairs(
            own.values,
            other.values,
            _covariates(own),
            _covariates(other),
            weights[part],
            counted_from(own),
        )
        days[part] = interval_contributions(model.forest, pairs)
    prediction = DelayDistribution.of_logits(logits, start).expected_days_late()
    reference = DelayDistribution.of_logits(reference_logits, start).expected_days_late()
    _spread_rest(days, prediction - reference)
    return Explanation(frame.names, frame.values, references, days, prediction, reference, DAYS)


def explain_log_odds(model: DefaultModel, frame: FeatureFrame, references: Floats) -> Explanation:
    """Contributions of features to the calibrated log-odds of default.

    Exact Shapley values of what the trees say, stretched by the calibration in between.
    Parameters as for `explain_delay`, of customers.
    """
    margins = model.forest.predict(frame.values)
    reference_margins = model.forest.predict(references)
    logits, reference_logits = model.logits(frame), model.logits(replace(frame, values=references))
    stretch = _mean_slope(
        logits - reference_logits, margins - reference_margins, model.calibration.slopes(margins)
    )
    odds = contributions(model.forest, frame.values, references) * stretch[:, None]
    return Explanation(
        frame.names, frame.values, references, odds, logits, reference_logits, LOG_ODDS
    )


def explain_points(model: DefaultModel, frame: FeatureFrame, references: Floats) -> Explanation:
    """Contributions of features to the probability of default, in percentage points.

    Those to the log-odds, in proportion. Parameters as for `explain_log_odds`.
    """
    odds = explain_log_odds(model, frame, references)
    points = 100.0 * model.pd(frame)
    reference_points = 100.0 * model.pd(replace(frame, values=references))
    stretch = _mean_slope(
        points - reference_points,
        odds.prediction - odds.reference_prediction,
        points * (1.0 - points / 100.0),
    )
    return replace(
        odds,
        contributions=odds.contributions * stretch[:, None],
        prediction=points,
        reference_prediction=reference_points,
        unit=POINTS,
    )


def _quadrature() -> tuple[Floats, Floats]:
    """Points and weights of Gauss-Legendre on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(NODES)
    return (points + 1.0) / 2.0, weights / 2.0


def _mean_slope(rise: Floats, run: Floats, slope: Floats) -> Floats:
    """Mean slope of an increasing map between two points; the slope there where they are one."""
    apart = np.abs(run) > 1e-6
    return np.where(apart, rise / np.where(apart, run, 1.0), slope)


def _covariates(frame: FeatureFrame) -> Floats:
    """Covariates of every interval of every row, shape (n, INTERVALS, covariates)."""
    row, interval = np.divmod(np.arange(len(frame) * INTERVALS), INTERVALS)
    return interval_rows(frame, row, interval).reshape(len(frame), INTERVALS, -1)


@numba.njit(cache=True)
def _spread_rest(parts: Array, total: Array) -> None:
    """Make each row of parts sum to its total: the rest goes to each part by its size."""
    for i in range(len(parts)):
        found, size = 0.0, 0.0
        for j in range(parts.shape[1]):
            found += parts[i, j]
            size += abs(parts[i, j])
        if size > 0:
            for j in range(parts.shape[1]):
                parts[i, j] += abs(parts[i, j]) * (total[i] - found) / size
