"""The customer's invoices that were issued or fall due together with the observed one."""

from typing import NamedTuple

import numba
import numpy as np

from features.frame import Record
from features.history import History
from features.streams import Block, Changes, Items, Outcomes, Visits
from ledger.arrays import Array, Days, Rows
from ledger.order import order_by

LATEST_OUTCOMES = 5


class DueDays(NamedTuple):
    """Days on which items of a customer fall due, by customer and day; `of_item` per item."""

    starts: Rows
    due_on: Days
    of_item: Rows


def build_due_days(history: History) -> DueDays:
    """Number the days on which the items of each customer fall due."""
    due_on, owner = history.items.due_on, history.owner
    order = order_by(owner, due_on)
    due_on, owner = due_on[order], owner[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (due_on[1:] != due_on[:-1]) | (owner[1:] != owner[:-1])
    of_item = np.empty(len(order), np.int64)
    of_item[order] = np.cumsum(first) - 1
    starts = np.concatenate([[0], np.cumsum(first)])[history.items.starts]
    return DueDays(starts, due_on[first], of_item)


@numba.njit(cache=True)
def write_siblings(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    changes: Changes,
    due_days: DueDays,
) -> None:
    """Write how many other invoices became known or fall due with this one, and how many are paid.

    A week runs from Monday to Sunday.
    """
    for c in range(block.first, block.stop):
        item, change, last = items.starts[c], changes.starts[c], outcomes.starts[c]
        first_day = due_days.starts[c]
        due_on = due_days.due_on[first_day : due_days.starts[c + 1]]
        known = np.zeros(len(due_on), np.int64)
        paid = np.zeros(len(due_on), np.int64)
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            while item < items.starts[c + 1] and items.known_on[item] <= as_of:
                known[due_days.of_item[item] - first_day] += 1
                item += 1
            while change < changes.starts[c + 1] and changes.known_on[change] <= as_of:
                o = changes.outcome[change]
                day = due_days.of_item[outcomes.item[o]] - first_day
                paid[day] += changes.sign[change]
                last = max(last, o + 1)
                change += 1
            row, i, own = rows[v - visits.starts[block.first]], visits.item[v], visits.outcome[v]
            if i < 0:
                _write_none(row)
                continue
            day = due_days.of_item[i] - first_day
            own_paid = 1 if own >= 0 else 0
            row.same_day_items = (
                _known_together(items.known_on, items.starts[c], items.starts[c + 1], i) - 1
            )
            row.same_due_items = known[day] - 1
            row.same_due_paid_share = np.nan
            if known[day] > 1:
                row.same_due_paid_share = (paid[day] - own_paid) / (known[day] - 1)
            in_week, paid_in_week = _in_week(due_on, known, paid, day)
            row.same_week_items = in_week - 1
            row.same_week_paid_share = np.nan
            if in_week > 1:
                row.same_week_paid_share = (paid_in_week - own_paid) / (in_week - 1)
            latest = _latest_due(
                items.due_on,
                outcomes.item,
                outcomes.undone_on,
                outcomes.starts[c],
                last,
                as_of,
                own,
            )
            row.paid_ahead_days = latest - items.due_on[i]


@numba.njit(cache=True)
def _write_none(row: Record) -> None:
    row.same_day_items = np.nan
    row.same_due_items = np.nan
    row.same_due_paid_share = np.nan
    row.same_week_items = np.nan
    row.same_week_paid_share = np.nan
    row.paid_ahead_days = np.nan


@numba.njit(cache=True)
def _known_together(known_on: Array, first: int, stop: int, i: int) -> int:
    """Number of items of a customer that became known on the same day as item i."""
    low, high = i, i + 1
    while low > first and known_on[low - 1] == known_on[i]:
        low -= 1
    while high < stop and known_on[high] == known_on[i]:
        high += 1
    return high - low


@numba.njit(cache=True)
def _in_week(due_on: Array, known: Array, paid: Array, day: int) -> tuple[int, int]:
    """Known items that fall due in the week of a day, and those of them paid."""
    monday = due_on[day] - (due_on[day] + 3) % 7
    in_week, paid_in_week = 0, 0
    while day > 0 and due_on[day - 1] >= monday:
        day -= 1
    while day < len(due_on) and due_on[day] < monday + 7:
        in_week += known[day]
        paid_in_week += paid[day]
        day += 1
    return in_week, paid_in_week


@numba.njit(cache=True)
def _latest_due(
    due_on: Array, item: Array, undone_on: Array, first: int, last: int, as_of: int, own: int
) -> float:
    """Latest due date among the last outcomes that stand, but for the visit's own."""
    found, latest = 0, np.nan
    for o in range(last - 1, first - 1, -1):
        if found == LATEST_OUTCOMES:
            break
        if undone_on[o] > as_of and o != own:
            latest = due_on[item[o]] if found == 0 else max(latest, due_on[item[o]])
            found += 1
    return latest
