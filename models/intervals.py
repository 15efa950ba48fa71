"""What is known beforehand of the dates of each interval: covariates of the hazard."""

import numba
import numpy as np

from features.catalogue import CATALOGUE
from features.frame import FeatureFrame
from ledger.arrays import Array, Days, Flags, Floats, Rows
from ledger.days import day_of_month, days_to_month_end, weekday
from models.grid import LOWER_ENDS, UPPER_ENDS

NAMES: tuple[str, ...] = tuple(f.name for f in CATALOGUE if f.scope == "interval")
"""Features of an interval, in the order of the catalogue."""

ROW = np.dtype([(name, np.float64) for name in NAMES])
"""A row of `interval_rows` by the names of its features, as the kernel writes it."""

AFTER = "interval_after_"
"""Beginning of the names of covariates that count from where a feature expects the payment."""

COUNTED_FROM: tuple[str, ...] = tuple(
    name.removeprefix(AFTER) for name in NAMES if name.startswith(AFTER)
)
"""The features that those covariates count from; in `NAMES` they come last, in this order."""

WEEK = 7
"""Days of the longest interval whose last day still says something of its place in the month."""


def elapsed_days(frame: FeatureFrame) -> Array:
    """Days from the due date to `as_of`, negative before it: the last day not at risk, (n,)."""
    return frame.observations.as_of - frame.due_on


def live_intervals(frame: FeatureFrame) -> Flags:
    """Where an interval has a day after `as_of`, shape (n, INTERVALS)."""
    return np.less.outer(elapsed_days(frame), UPPER_ENDS)


def interval_rows(frame: FeatureFrame, row: Rows, interval: Rows) -> Floats:
    """Covariates of intervals, from rows of a frame and the grid alone, columns `NAMES`.

    An interval is taken whole, also where part of it has elapsed.

    - interval_end: last day, in days after the due date; interval_days: its number of days
    - interval_weekday: weekday, Monday 0; NaN for more than one day
    - interval_month_day, interval_days_to_month_end: of the last day; NaN for more than a week
    - interval_weekday_share, interval_month_day_share: share of the customer's payment days
      that fall on such a weekday or day of the month, mean over the interval's days; NaN where
      the customer never paid
    - interval_holds_discount: 1 where the last day of the discount is among its days, else 0;
      NaN without a discount
    - interval_days_since_as_of: days from `as_of` to the last day, at least interval_days
    - interval_after_*: interval_end less the feature of that name: one threshold then serves
      customers with any usual delay

    Parameters
    ----------
    frame
        Features of n observations of invoices.
    row, interval
        Row of the frame and number of the interval, shape (k,) each.

    Returns
    -------
    Shape (k, len(NAMES)).
    """
    found = np.full((len(row), len(NAMES)), np.nan)
    if len(row) == 0:
        return found
    due_on = frame.due_on[row]
    first_day = int(due_on.min()) + int(LOWER_ENDS[0])
    calendar = np.arange(first_day, int(due_on.max()) + int(UPPER_ENDS[-1]) + 1, dtype=np.int32)
    _write_rows(
        found.view(ROW)[:, 0],
        LOWER_ENDS,
        UPPER_ENDS,
        np.asarray(row, np.int64),
        np.asarray(interval, np.int64),
        frame.due_on,
        frame.observations.as_of,
        frame.discount_until,
        frame.has_discount,
        frame.weekday_share,
        frame.month_day_share,
        first_day,
        weekday(calendar),
        day_of_month(calendar),
        days_to_month_end(calendar),
    )
    last = slice(-len(COUNTED_FROM), None)
    usual = frame.values[np.asarray(row)[:, None], counted_from(frame)[last]]
    found[:, last] = UPPER_ENDS[interval][:, None] - usual
    return found


def counted_from(frame: FeatureFrame) -> Rows:
    """For each covariate the column of the feature that it counts from, -1 for none.

    Such a covariate says of the observation what its feature says. Shape (len(NAMES),).
    """
    found = np.full(len(NAMES), -1, np.int64)
    found[-len(COUNTED_FROM) :] = [frame.names.index(name) for name in COUNTED_FROM]
    return found


def design(frame: FeatureFrame, row: Rows, interval: Rows) -> Floats:
    """Rows of the delay model: features of the observation, then covariates of the interval.

    Parameters and order as for `interval_rows`; shape (k, len(frame.names) + len(NAMES)).
    """
    return np.concatenate([frame.values[row], interval_rows(frame, row, interval)], axis=1)


@numba.njit(cache=True)
def _write_rows(
    out: Array,
    lower_ends: Days,
    upper_ends: Days,
    row: Array,
    interval: Array,
    due_on: Array,
    as_of: Array,
    discount_until: Array,
    has_discount: Array,
    weekday_share: Array,
    month_day_share: Array,
    first_day: int,
    weekdays: Array,
    month_days: Array,
    days_left: Array,
) -> None:
    """Write the covariates; the last three arrays describe the days from `first_day` on."""
    for k in range(len(row)):
        i = row[k]
        lower, upper = lower_ends[interval[k]], upper_ends[interval[k]]
        days = upper - lower
        last = due_on[i] + upper - first_day
        by_weekday, by_month_day = 0.0, 0.0
        for day in range(last - days + 1, last + 1):
            by_weekday += weekday_share[i, weekdays[day]]
            by_month_day += month_day_share[i, month_days[day] - 1]
        to = out[k]
        to.interval_end = upper
        to.interval_days = days
        if days == 1:
            to.interval_weekday = weekdays[last]
        if days <= WEEK:
            to.interval_month_day = month_days[last]
            to.interval_days_to_month_end = days_left[last]
        to.interval_weekday_share = by_weekday / days
        to.interval_month_day_share = by_month_day / days
        if has_discount[i]:
            discount_day = discount_until[i] - due_on[i]
            to.interval_holds_discount = 1.0 if lower < discount_day <= upper else 0.0
        to.interval_days_since_as_of = max(due_on[i] + upper - as_of[i], days)
