"""What each feature adds to a prediction, against the prediction for a reference."""

import math
from dataclasses import dataclass, replace

import numba
import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Array, Days, Floats
from models.calibration import sigmoid
from models.default import DefaultModel
from models.delay import DelayModel
from models.distribution import (
    DelayDistribution,
    begin_of,
    first_day_at_risk,
    log_survival_of,
    share_at_risk,
)
from models.grid import INTERVALS, LAST_DAY, UPPER_ENDS
from models.intervals import design, elapsed_days, live_intervals
from models.shapley import contributions

DAYS = "days"
LOG_ODDS = "log-odds"
POINTS = "percentage points"

NODES = 32
"""Gauss-Legendre nodes on the line from the reference to the prediction."""

CHUNK = 200
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
    the same calendar on both sides. They are propagated through the expected days late E by
    Aumann-Shapley: along the straight line of logits from reference to prediction, a feature
    gets the integral of dE/dlogit, summed over the intervals, times its share of the logits.
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
    weights = _mean_gradients(reference_logits, logits, start) * model.calibration.slope
    days = np.zeros(frame.values.shape)
    for first in range(0, len(frame), CHUNK):
        part = np.arange(first, min(first + CHUNK, len(frame)))
        days[part] = _weighted_contributions(
            model, frame.take(part), beside.take(part), weights[part]
        )
    prediction = DelayDistribution.of_logits(logits, start).expected_days_late()
    reference = DelayDistribution.of_logits(reference_logits, start).expected_days_late()
    _spread_rest(days, prediction - reference)
    return Explanation(frame.names, frame.values, references, days, prediction, reference, DAYS)


def explain_log_odds(model: DefaultModel, frame: FeatureFrame, references: Floats) -> Explanation:
    """Contributions of features to the calibrated log-odds of default.

    Exact Shapley values of what the trees say, stretched by the calibration in between.
    Parameters as for `explain_delay`, of customers.
    """
    beside = replace(frame, values=references)
    margins, reference_margins = (
        model.forest.predict(frame.values),
        model.forest.predict(references),
    )
    logits, reference_logits = model.logits(frame), model.logits(beside)
    stretch = _mean_slope(
        logits - reference_logits, margins - reference_margins, model.calibration.slopes(margins)
    )
    shapley = contributions(model.forest, frame.values, references)
    return Explanation(
        frame.names,
        frame.values,
        references,
        shapley * stretch[:, None],
        logits,
        reference_logits,
        LOG_ODDS,
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
    return Explanation(
        odds.names,
        odds.values,
        odds.references,
        odds.contributions * stretch[:, None],
        points,
        reference_points,
        POINTS,
    )


def _mean_slope(rise: Floats, run: Floats, slope: Floats) -> Floats:
    """Mean slope of an increasing map between two points; the slope there where they are one."""
    apart = np.abs(run) > 1e-9
    return np.where(apart, rise / np.where(apart, run, 1.0), slope)


def _weighted_contributions(
    model: DelayModel, frame: FeatureFrame, beside: FeatureFrame, weights: Floats
) -> Floats:
    """Shapley values on the logits of the live intervals, times their weights, (n, m)."""
    row, interval = np.nonzero(live_intervals(frame))
    shapley = contributions(
        model.forest, design(frame, row, interval), design(beside, row, interval)
    )
    total: Floats = _sum_rows(shapley, row, weights[row, interval], np.zeros(frame.values.shape))
    return total


@numba.njit(cache=True)
def _sum_rows(parts: Array, row: Array, weight: Array, out: Array) -> Array:
    """Add to each row of `out` its rows of parts times their weights."""
    for k in range(len(row)):
        for j in range(out.shape[1]):
            out[row[k], j] += weight[k] * parts[k, j]
    return out


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


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(NODES)


@numba.njit(cache=True)
def _mean_gradients(from_logits: Array, to_logits: Array, start: Days) -> Array:
    """Mean of dE[days_late]/dlogit on the line between two rows of logits, (n, INTERVALS)."""
    out = np.zeros(to_logits.shape)
    logits = np.empty(INTERVALS)
    for i in range(len(to_logits)):
        for node in range(NODES):
            at = 0.5 * (1.0 + _POINTS[node])
            for k in range(INTERVALS):
                if UPPER_ENDS[k] > start[i]:
                    logits[k] = from_logits[i, k] + at * (to_logits[i, k] - from_logits[i, k])
            _add_gradient(logits, start[i], 0.5 * _WEIGHTS[node], out[i])
    return out


@numba.njit(cache=True)
def _add_gradient(logits: Array, start: int, weight: float, out: Array) -> None:
    """Add weight x dE[days_late]/dlogit of one row.

    E = first day + the sum over days of P(later), and ln P(later than a day) falls by
    share x sigmoid(logit) for each part of the interval that has gone by then.
    """
    log_survival = np.empty(INTERVALS)
    log_survival_of(logits, start, log_survival)
    later = 0.0
    for k in range(INTERVALS - 1, -1, -1):
        begin, end = begin_of(k, start), UPPER_ENDS[k]
        if end <= start:
            break
        before = log_survival[k - 1] if k > 0 else 0.0
        a_day = math.exp((log_survival[k] - before) / (end - begin))
        is_open, days_open, gone = math.exp(before), 0.0, 0.0
        for day in range(max(begin + 1, first_day_at_risk(start)), min(end + 1, LAST_DAY)):
            is_open *= a_day
            days_open += is_open
            gone += is_open * (day - begin) / (end - begin)
        out[k] -= weight * share_at_risk(k, start) * sigmoid(logits[k]) * (gone + later)
        later += days_open
