"""The arithmetic of survival over the grid, compiled, one row after the other.

One after the other, with nothing shared between them: so a row has the same bits alone and in a
batch. All of it stands in one file, and the grid is an argument, because numba's cache looks for
changes only in the file of the function that is called.

`lower` and `upper` are the ends of the intervals (`models.grid`), `start` is the last day not at
risk, in days after the due date. `log_survival` of a row holds ln P(open after each interval).
"""

import math

import numba
import numpy as np

from ledger.arrays import Array, Days, Flags, Floats


@numba.njit(cache=True)
def probabilities(logits: Array) -> Floats:
    """The probability of each logit, shape (n,)."""
    out = np.empty(len(logits))
    for i in range(len(logits)):
        out[i] = _sigmoid(logits[i])
    return out


@numba.njit(cache=True)
def beta_logits(logits: Array, a: float, b: float, c: float) -> Floats:
    """The logits a ln p - b ln(1 - p) + c, where p is the probability of each logit, (n,)."""
    out = np.empty(len(logits))
    for i in range(len(logits)):
        out[i] = c - a * _softplus(-logits[i]) + b * _softplus(logits[i])
    return out


@numba.njit(cache=True)
def log_survival(lower: Days, upper: Days, start: Days, logits: Array) -> Floats:
    """Ln P(open after each interval) from the logits of the hazards of whole intervals."""
    out = np.empty((len(start), len(upper)))
    for i in range(len(start)):
        _accumulate(lower, upper, start[i], logits[i], out[i])
    return out


@numba.njit(cache=True)
def later_than(lower: Days, upper: Days, start: Days, curves: Array, day: Days) -> Floats:
    """P(days_late > day) of each row, `curves` being their log_survival, shape (n,)."""
    out = np.empty(len(start))
    for i in range(len(start)):
        out[i] = math.exp(_at(lower, upper, start[i], curves[i], day[i]))
    return out


@numba.njit(cache=True)
def paid_by(lower: Days, upper: Days, start: Days, curves: Array, day: Days) -> Floats:
    """P(days_late <= day) of each row, shape (n,)."""
    out = np.empty(len(start))
    for i in range(len(start)):
        out[i] = -math.expm1(_at(lower, upper, start[i], curves[i], day[i]))
    return out


@numba.njit(cache=True)
def quantile(lower: Days, upper: Days, start: Days, curves: Array, q: float) -> tuple[Days, Flags]:
    """First day on which paid_by reaches q and whether there is one, both shape (n,).

    Searched from the first day of the first interval that reaches it.
    """
    days = np.zeros(len(start), np.int32)
    known = np.zeros(len(start), np.bool_)
    for i in range(len(start)):
        for k in range(len(upper)):
            if -math.expm1(curves[i, k]) >= q:
                day = _begin(lower[k], start[i]) + 1
                while -math.expm1(_at(lower, upper, start[i], curves[i], day)) < q:
                    day += 1
                days[i] = day
                known[i] = True
                break
    return days, known


@numba.njit(cache=True)
def expected_days_late(lower: Days, upper: Days, start: Days, curves: Array) -> Floats:
    """E[min(days_late, last day)]: the first day at risk, and P(later) of each day, (n,)."""
    out = np.empty(len(start))
    for i in range(len(start)):
        first = _first_day(lower, upper, start[i])
        out[i] = first
        for day in range(first, upper[-1]):
            out[i] += math.exp(_at(lower, upper, start[i], curves[i], day))
    return out


@numba.njit(cache=True)
def crps(lower: Days, upper: Days, start: Days, curves: Array, outcome: Days) -> Floats:
    """Sum over days before the last of (P(days_late <= day) - 1[outcome <= day])^2, (n,)."""
    out = np.empty(len(start))
    for i in range(len(start)):
        first = _first_day(lower, upper, start[i])
        paid = min(outcome[i], upper[-1])
        out[i] = max(first - paid, 0)
        for day in range(first, upper[-1]):
            log_open = _at(lower, upper, start[i], curves[i], day)
            gap = math.exp(log_open) if day >= paid else -math.expm1(log_open)
            out[i] += gap * gap
    return out


@numba.njit(cache=True)
def mean_gradients(
    lower: Days,
    upper: Days,
    start: Days,
    from_logits: Array,
    to_logits: Array,
    points: Floats,
    weights: Floats,
) -> Floats:
    """Mean of the gradient of expected_days_late by the logits, on the line between two rows.

    Parameters
    ----------
    lower, upper, start
        As above.
    from_logits, to_logits
        Ends of the line, shape (n, intervals); intervals that end by `start` do not count.
    points, weights
        Of a quadrature on (0, 1).

    Returns
    -------
    Shape (n, intervals).
    """
    out = np.zeros(to_logits.shape)
    logits, curve = np.empty(len(upper)), np.empty(len(upper))
    for i in range(len(start)):
        for node in range(len(points)):
            for k in range(len(upper)):
                if upper[k] > start[i]:
                    step = to_logits[i, k] - from_logits[i, k]
                    logits[k] = from_logits[i, k] + points[node] * step
            _accumulate(lower, upper, start[i], logits, curve)
            _add_gradient(lower, upper, start[i], logits, curve, weights[node], out[i])
    return out


@numba.njit(cache=True)
def _softplus(x: float) -> float:
    """ln(1 + exp(x)), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@numba.njit(cache=True)
def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    tail = math.exp(x)
    return tail / (1.0 + tail)


@numba.njit(cache=True)
def _begin(lower: int, start: int) -> int:
    """Last day before those of an interval that are at risk."""
    return max(lower, start)


@numba.njit(cache=True)
def _share(lower: int, upper: int, start: int) -> float:
    """Share of the days of an interval that are at risk."""
    return max(upper - _begin(lower, start), 0) / (upper - lower)


@numba.njit(cache=True)
def _first_day(lower: Days, upper: Days, start: int) -> int:
    """First day that can have mass, at most the last of the grid."""
    return min(_begin(int(lower[0]), start) + 1, int(upper[-1]))


@numba.njit(cache=True)
def _accumulate(lower: Days, upper: Days, start: int, logits: Array, out: Array) -> None:
    """Write the log_survival of one row: part of an interval has its share of ln(1 - hazard)."""
    total = 0.0
    for k in range(len(upper)):
        share = _share(lower[k], upper[k], start)
        if share > 0:
            total -= share * _softplus(logits[k])
        out[k] = total


@numba.njit(cache=True)
def _at(lower: Days, upper: Days, start: int, curve: Array, day: int) -> float:
    """Ln P(days_late > day) of one row, linear over the days at risk of the day's interval."""
    k = int(np.searchsorted(upper, min(day, int(upper[-1]))))
    begin, end = _begin(int(lower[k]), start), int(upper[k])
    before = float(curve[k - 1]) if k > 0 else 0.0
    after = float(curve[k])
    if day >= end:
        return after
    if day <= begin:
        return before
    return before + (after - before) * ((day - begin) / (end - begin))


@numba.njit(cache=True)
def _add_gradient(
    lower: Days, upper: Days, start: int, logits: Array, curve: Array, weight: float, out: Array
) -> None:
    """Add to `out` weight x the gradient of expected_days_late at one row of logits.

    With a logit, ln P(later than a day) falls by sigmoid(logit) x the share of the interval that
    is at risk and has gone by that day.
    """
    first, later = _first_day(lower, upper, start), 0.0
    for k in range(len(upper) - 1, -1, -1):
        begin, end = _begin(lower[k], start), upper[k]
        if end <= start:
            break
        before = curve[k - 1] if k > 0 else 0.0
        each_day = math.exp((curve[k] - before) / (end - begin))
        is_open, days_open, gone = math.exp(before), 0.0, 0.0
        for day in range(max(begin + 1, first), min(end + 1, upper[-1])):
            is_open *= each_day
            days_open += is_open
            gone += is_open * (day - begin) / (end - begin)
        falls = _share(lower[k], end, start) * _sigmoid(logits[k])
        out[k] -= weight * falls * (gone + later)
        later += days_open
