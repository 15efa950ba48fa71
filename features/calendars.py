"""Where days stand in their week and month, looked up by kernels."""

from typing import NamedTuple

import numpy as np

from features.history import History
from ledger.arrays import Array
from ledger.days import day_of_month, days_to_month_end, weekday


class Calendar(NamedTuple):
    """Weekday (Monday 0), day of month (from 1) and days left in it, from `first_day` on."""

    first_day: int
    weekday: Array
    month_day: Array
    days_to_month_end: Array


def build_calendar(history: History) -> Calendar:
    """The days of a history, and the day after each visit."""
    items, paid_on, as_of = history.items, history.outcomes.paid_on, history.visits.as_of
    seen = [days for days in (items.issued_on, items.due_on, paid_on, as_of) if len(days)]
    first = min((int(days.min()) for days in seen), default=0)
    last = max((int(days.max()) for days in seen), default=0)
    days = np.arange(first, last + 2, dtype=np.int32)
    return Calendar(first, weekday(days), day_of_month(days), days_to_month_end(days))
