"""On which days the customer pays."""

import numba
import numpy as np

from features.history import Items, Outcomes, Undone, Visits
from ledger.arrays import Array

WINDOW_DAYS = 365


@numba.njit(cache=True)
def write_habits(
    rows: Array,
    weekday_share: Array,
    month_day_share: Array,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    undone: Undone,
    calendar: Array,
    first_day: int,
) -> None:
    stands = np.zeros(len(outcomes.item), np.bool_)
    weekdays = np.zeros(7, np.int64)
    month_days = np.zeros(31, np.int64)
    for c in range(len(visits.starts) - 1):
        weekdays[:] = 0
        month_days[:] = 0
        stop = outcomes.starts[c + 1]
        known, back, oldest, paid = outcomes.starts[c], undone.starts[c], outcomes.starts[c], 0
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            place = visits.place[v]
            while known < stop and outcomes.known_on[known] <= as_of:
                if outcomes.undone_on[known] > as_of:
                    stands[known] = True
                    day = calendar[outcomes.paid_on[known] - first_day]
                    weekdays[day.weekday] += 1
                    month_days[day.month_day - 1] += 1
                    paid += 1
                known += 1
            while back < undone.starts[c + 1] and undone.on[back] <= as_of:
                o = undone.outcome[back]
                if stands[o]:
                    stands[o] = False
                    if o >= oldest:
                        day = calendar[outcomes.paid_on[o] - first_day]
                        weekdays[day.weekday] -= 1
                        month_days[day.month_day - 1] -= 1
                        paid -= 1
                back += 1
            while oldest < known and outcomes.known_on[oldest] <= as_of - WINDOW_DAYS:
                if stands[oldest]:
                    day = calendar[outcomes.paid_on[oldest] - first_day]
                    weekdays[day.weekday] -= 1
                    month_days[day.month_day - 1] -= 1
                    paid -= 1
                oldest += 1
            for k in range(7):
                weekday_share[place, k] = weekdays[k] / paid if paid > 0 else np.nan
            for k in range(31):
                month_day_share[place, k] = month_days[k] / paid if paid > 0 else np.nan
            row = rows[place]
            row.due_weekday_share = np.nan
            row.days_to_weekday = np.nan
            row.days_since_payment = np.nan
            if paid > 0:
                last = outcomes.paid_on[oldest]
                for o in range(known - 1, oldest - 1, -1):
                    if stands[o]:
                        last = outcomes.paid_on[o]
                        break
                row.days_since_payment = as_of - last
                i = visits.item[v]
                if i >= 0:
                    due = calendar[items.due_on[i] - first_day].weekday
                    wait = 0
                    for k in range(7):
                        wait += k * weekdays[(due + k) % 7]
                    row.due_weekday_share = weekdays[due] / paid
                    row.days_to_weekday = wait / paid
