"""On which days the customer pays, and how often."""

import numba
import numpy as np

from features.calendars import Calendar
from features.frame import Record
from features.streams import Block, Changes, Items, Outcomes, Visits
from ledger.arrays import Array

WINDOW_DAYS = 365
RUNS = 12
MONTH_END_DAYS = 2

HABITS = np.dtype(
    [
        ("oldest", np.int64),
        ("paid", np.float64),
        ("at_month_end", np.float64),
        ("weekdays", np.float64, (7,)),
        ("month_days", np.float64, (31,)),
        ("runs", np.int64),
        ("ranked", np.bool_),
        ("run_items", np.float64),
        ("gap", np.int64),
        ("longest_gap", np.int64),
        ("gaps", np.int64, (RUNS - 1,)),
    ],
    align=True,
)
"""Payment days of one customer: those of the window by weekday and month, and all its runs."""


@numba.njit(cache=True)
def write_habits(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    changes: Changes,
    calendar: Calendar,
    weekday_share: Array,
    month_day_share: Array,
    all_habits: Array,
) -> None:
    """Write on which days the customer pays, and how far the next one may be.

    Shares are of the outcomes that stand and became known in (as_of - 365, as_of]. A payment run
    is a day on which something was paid; size and gaps are those of the last twelve. Waits
    count from the first day that lies after as_of and not before the due date. `all_habits` are
    two blank HABITS, one to count in and one to begin anew from. The observed invoice's own
    outcome is taken out while its row is written.
    """
    habits = all_habits[0]
    for c in range(block.first, block.stop):
        all_habits[0] = all_habits[1]
        first = outcomes.starts[c]
        habits.oldest = first
        change, known = changes.starts[c], first
        run_days = np.empty(outcomes.starts[c + 1] - first, np.int32)
        run_items = np.empty(outcomes.starts[c + 1] - first, np.int32)
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, own = visits.as_of[v], visits.outcome[v]
            while change < changes.starts[c + 1] and changes.known_on[change] <= as_of:
                o, sign = changes.outcome[change], changes.sign[change]
                _count_run(habits, run_days, run_items, outcomes.paid_on[o], sign)
                if o >= habits.oldest:
                    _count_day(habits, calendar, outcomes.paid_on[o], sign)
                known = max(known, o + 1)
                change += 1
            while habits.oldest < known and outcomes.known_on[habits.oldest] <= as_of - WINDOW_DAYS:
                if outcomes.undone_on[habits.oldest] > as_of:
                    _count_day(habits, calendar, outcomes.paid_on[habits.oldest], -1)
                habits.oldest += 1
            if own >= 0:
                _count_run(habits, run_days, run_items, outcomes.paid_on[own], -1)
                if own >= habits.oldest:
                    _count_day(habits, calendar, outcomes.paid_on[own], -1)
            if not habits.ranked:
                _rank_gaps(habits, run_days, run_items)
            place = v - visits.starts[block.first]
            _write_shares(weekday_share[place], habits.weekdays, habits.paid)
            _write_shares(month_day_share[place], habits.month_days, habits.paid)
            row = rows[place]
            _write_runs(row, habits, run_days, as_of)
            row.payment_weekday_top_share = _share(habits.weekdays.max(), habits.paid)
            row.payment_month_day_top_share = _share(habits.month_days.max(), habits.paid)
            row.payment_month_end_share = _share(habits.at_month_end, habits.paid)
            if visits.item[v] >= 0:
                due_on = items.due_on[visits.item[v]]
                _write_waits(row, habits, run_days, calendar, due_on, as_of)
            else:
                _write_no_waits(row)
            if own >= 0:
                _count_run(habits, run_days, run_items, outcomes.paid_on[own], 1)
                if own >= habits.oldest:
                    _count_day(habits, calendar, outcomes.paid_on[own], 1)


@numba.njit(cache=True)
def _write_shares(shares: Array, counts: Record, total: int) -> None:
    for k in range(len(counts)):
        shares[k] = counts[k] / total if total > 0 else np.nan


@numba.njit(cache=True)
def _share(part: int, whole: int) -> float:
    return part / whole if whole > 0 else np.nan


@numba.njit(cache=True)
def _count_day(habits: Record, calendar: Calendar, paid_on: int, sign: int) -> None:
    """Count an outcome's day of payment (sign 1), or take it out (sign -1)."""
    place = paid_on - calendar.first_day
    habits.paid += sign
    habits.weekdays[calendar.weekday[place]] += sign
    habits.month_days[calendar.month_day[place] - 1] += sign
    habits.at_month_end += sign * (calendar.days_to_month_end[place] <= MONTH_END_DAYS)


@numba.njit(cache=True)
def _count_run(habits: Record, run_days: Array, run_items: Array, paid_on: int, sign: int) -> None:
    """Count an outcome in the run of its day (sign 1), or take it out (sign -1).

    Runs are kept by day; one begins with its first outcome and is gone with its last.
    """
    habits.ranked = False
    place = habits.runs
    while place > 0 and run_days[place - 1] >= paid_on:
        place -= 1
    if place < habits.runs and run_days[place] == paid_on:
        run_items[place] += sign
        if run_items[place] == 0:
            habits.runs -= 1
            for later in range(place, habits.runs):
                run_days[later] = run_days[later + 1]
                run_items[later] = run_items[later + 1]
        return
    for later in range(habits.runs, place, -1):
        run_days[later] = run_days[later - 1]
        run_items[later] = run_items[later - 1]
    run_days[place] = paid_on
    run_items[place] = 1
    habits.runs += 1


@numba.njit(cache=True)
def _rank_gaps(habits: Record, run_days: Array, run_items: Array) -> None:
    """Find the size of the last runs, and the median and longest days between them."""
    habits.ranked = True
    first = max(habits.runs - RUNS, 0)
    total, count = 0, 0
    for run in range(first, habits.runs):
        total += run_items[run]
        if run > first:
            gap, place = run_days[run] - run_days[run - 1], count
            while place > 0 and habits.gaps[place - 1] > gap:
                habits.gaps[place] = habits.gaps[place - 1]
                place -= 1
            habits.gaps[place] = gap
            count += 1
    habits.run_items = total / (habits.runs - first) if habits.runs > 0 else np.nan
    habits.gap = habits.gaps[(count - 1) // 2] if count > 0 else 0
    habits.longest_gap = habits.gaps[count - 1] if count > 0 else 0


@numba.njit(cache=True)
def _write_runs(row: Record, habits: Record, run_days: Array, as_of: int) -> None:
    row.payment_run_items = habits.run_items
    row.payment_gap_days = habits.gap if habits.gap > 0 else np.nan
    row.payment_gap_longest_days = habits.longest_gap if habits.gap > 0 else np.nan
    row.days_since_payment = as_of - run_days[habits.runs - 1] if habits.runs > 0 else np.nan


@numba.njit(cache=True)
def _write_waits(
    row: Record, habits: Record, run_days: Array, calendar: Calendar, due_on: int, as_of: int
) -> None:
    """Write how well the due date suits the customer's days, and the wait for the next one."""
    _write_no_waits(row)
    start = max(due_on, as_of + 1)
    if habits.gap > 0:
        since_last = start - run_days[habits.runs - 1]
        row.days_to_payment_run = (habits.gap - since_last % habits.gap) % habits.gap
    if habits.paid == 0:
        return
    due, first = due_on - calendar.first_day, start - calendar.first_day
    row.due_weekday_share = habits.weekdays[calendar.weekday[due]] / habits.paid
    row.due_month_day_share = habits.month_days[calendar.month_day[due] - 1] / habits.paid
    waited = 0
    for k in range(7):
        waited += k * habits.weekdays[(calendar.weekday[first] + k) % 7]
    row.days_to_payment_weekday = waited / habits.paid
    usual = habits.month_days.argmax() + 1
    wait = usual - calendar.month_day[first]
    left = calendar.days_to_month_end[first]
    row.days_to_payment_month_day = min(wait, left) if wait >= 0 else left + usual


@numba.njit(cache=True)
def _write_no_waits(row: Record) -> None:
    row.days_to_payment_run = np.nan
    row.due_weekday_share = np.nan
    row.due_month_day_share = np.nan
    row.days_to_payment_weekday = np.nan
    row.days_to_payment_month_day = np.nan
