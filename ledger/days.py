"""Days as int32 counted from 1970-01-01, the one form of a date inside duecast."""

from datetime import date, timedelta

import numpy as np

from ledger.arrays import Array, Days

EPOCH = date(1970, 1, 1)


def day_of(when: date) -> int:
    """Days from 1970-01-01 to `when`.

    >>> day_of(date(1970, 1, 31))
    30
    """
    return (when - EPOCH).days


def date_of(day: int) -> date:
    """The date that lies `day` days after 1970-01-01.

    >>> date_of(30)
    datetime.date(1970, 1, 31)
    """
    return EPOCH + timedelta(days=int(day))


def parse_day(text: str) -> int:
    """The day of an ISO date such as 2024-02-29.

    Raises
    ------
    ValueError
        If `text` is no such date.
    """
    return day_of(date.fromisoformat(text))


def datetimes(days: Array) -> Array:
    """Days as numpy datetime64[D], for pandas and for calendars."""
    return days.astype("int64").astype("datetime64[D]")


def weekday(days: Days) -> Array:
    """Weekday of each day, Monday 0 to Sunday 6 (1970-01-01 was a Thursday)."""
    return (days + 3) % 7


def month_index(days: Array) -> Array:
    """Whole months since January 1970 of each day, int64."""
    return datetimes(np.asarray(days)).astype("datetime64[M]").astype(np.int64)


def month_start(months: Array) -> Days:
    """First day of each month, given as whole months since January 1970."""
    first = np.asarray(months).astype("datetime64[M]").astype("datetime64[D]")
    return first.astype(np.int64).astype(np.int32)


def day_of_month(days: Array) -> Array:
    """Day of the month of each day, 1 to 31, int32."""
    return (np.asarray(days) - month_start(month_index(days)) + 1).astype(np.int32)


def days_to_month_end(days: Array) -> Array:
    """Days left in the month after each day; 0 on its last day, int32."""
    left = month_start(month_index(days) + 1) - np.asarray(days) - 1
    return np.asarray(left, np.int32)
