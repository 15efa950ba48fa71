"""What the customer owes beside the observed invoice."""

import numba
import numpy as np

from features.frame import Record
from features.streams import Balances, Block, Items, Visits
from ledger.arrays import Array, Floats
from ledger.settlement import OPEN, WRITTEN_OFF

SOON_DAYS = 7

OWED = np.dtype(
    [
        ("items", np.int64),
        ("amount", np.int64),
        ("overdue_items", np.int64),
        ("overdue_amount", np.int64),
        ("overdue_days", np.int64),
        ("oldest", np.int64),
        ("oldest_item", np.int64),
        ("oldest_but_one", np.int64),
        ("newest", np.int64),
        ("newest_item", np.int64),
        ("newest_but_one", np.int64),
        ("due_soon_items", np.int64),
        ("due_soon_amount", np.int64),
        ("part_paid", np.int64),
    ],
    align=True,
)
"""What one customer owes at the close of a day; ages of overdue items in days, 0 for none.

The two oldest and the two newest are kept, so that one of them can be left aside.
"""


@numba.njit(cache=True)
def write_open_items(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    balances: Balances,
    credit_limit: Floats,
    grace_days: int,
    minor_units: float,
    all_owed: Array,
) -> None:
    """Write the open items other than the observed one, and how much of that one is paid.

    Overdue is what is more than the days of grace past due. An item's own residual counts in
    the use of the limit alone. `credit_limit` holds each visit's (NaN: none) in major units;
    `minor_units` are those of one major unit; `all_owed` are two blank OWED, one to add up in
    and one to begin anew from.
    """
    owed = all_owed[0]
    for c in range(block.first, block.stop):
        first, stop = items.starts[c], items.starts[c + 1]
        item, balance = first, balances.starts[c]
        left = items.amount_minor[first:stop].copy()
        state = np.full(stop - first, OPEN)
        has_cash = np.zeros(stop - first, np.bool_)
        was_part_paid = np.zeros(stop - first, np.bool_)
        is_held = np.ones(stop - first, np.bool_)
        open_items = np.empty(stop - first, np.int64)
        held, part_paid, written_off = 0, 0, 0
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            if v == visits.starts[c] or as_of > visits.as_of[v - 1]:
                while item < stop and items.known_on[item] <= as_of:
                    open_items[held] = item - first
                    held += 1
                    item += 1
                while balance < balances.starts[c + 1] and balances.known_on[balance] <= as_of:
                    i = balances.item[balance] - first
                    written_off += balances.state[balance] == WRITTEN_OFF
                    written_off -= state[i] == WRITTEN_OFF
                    left[i] = balances.left_minor[balance]
                    state[i] = balances.state[balance]
                    has_cash[i] = balances.has_cash[balance]
                    if state[i] == OPEN and not is_held[i]:
                        open_items[held], is_held[i] = i, True
                        held += 1
                    if state[i] == OPEN and has_cash[i] and not was_part_paid[i]:
                        was_part_paid[i] = True
                        part_paid += 1
                    balance += 1
                all_owed[0] = all_owed[1]
                due_on = items.due_on[first:stop]
                held = _add_up(
                    owed,
                    open_items,
                    held,
                    is_held,
                    due_on,
                    left,
                    state,
                    has_cash,
                    as_of,
                    grace_days,
                )
            row = rows[v - visits.starts[block.first]]
            own = visits.item[v] - first if visits.item[v] >= 0 else -1
            others = item - first - (own >= 0)
            row.paid_share = np.nan
            row.written_off_items = written_off
            of_others = part_paid
            if own >= 0:
                row.written_off_items -= state[own] == WRITTEN_OFF
                of_others -= was_part_paid[own]
                if items.amount_minor[first + own] > 0:
                    row.paid_share = 1.0 - left[own] / items.amount_minor[first + own]
            row.part_paid_share = of_others / others if others > 0 else np.nan
            row.limit_use = np.nan
            if credit_limit[v] > 0.0:
                row.limit_use = owed.amount / minor_units / credit_limit[v]
            own = own if own >= 0 and is_held[own] else -1
            _write(row, owed, own, due_on, left, has_cash, as_of, grace_days, minor_units)


@numba.njit(cache=True)
def _add_up(
    owed: Record,
    open_items: Array,
    held: int,
    is_held: Array,
    due_on: Array,
    left: Array,
    state: Array,
    has_cash: Array,
    as_of: int,
    grace_days: int,
) -> int:
    """Add up the items still open, drop the others from `open_items`, count what is kept."""
    kept = 0
    for h in range(held):
        i = open_items[h]
        is_held[i] = state[i] == OPEN
        if not is_held[i]:
            continue
        open_items[kept] = i
        kept += 1
        owed.items += 1
        owed.amount += left[i]
        owed.part_paid += has_cash[i]
        days = as_of - due_on[i]
        if days > grace_days:
            owed.overdue_items += 1
            owed.overdue_amount += left[i]
            owed.overdue_days += days
            _keep_oldest(owed, i, days)
            _keep_newest(owed, i, days)
        elif -SOON_DAYS <= days < 0:
            owed.due_soon_items += 1
            owed.due_soon_amount += left[i]
    return kept


@numba.njit(cache=True)
def _keep_oldest(owed: Record, i: int, days: int) -> None:
    if days > owed.oldest:
        owed.oldest_but_one = owed.oldest
        owed.oldest, owed.oldest_item = days, i
    elif days > owed.oldest_but_one:
        owed.oldest_but_one = days


@numba.njit(cache=True)
def _keep_newest(owed: Record, i: int, days: int) -> None:
    if owed.newest == 0 or days < owed.newest:
        owed.newest_but_one = owed.newest
        owed.newest, owed.newest_item = days, i
    elif owed.newest_but_one == 0 or days < owed.newest_but_one:
        owed.newest_but_one = days


@numba.njit(cache=True)
def _write(
    row: Record,
    owed: Record,
    own: int,
    due_on: Array,
    left: Array,
    has_cash: Array,
    as_of: int,
    grace_days: int,
    minor_units: float,
) -> None:
    """Write what is owed, less the observed item (-1: none)."""
    count, amount, part_paid = owed.items, owed.amount, owed.part_paid
    overdue, overdue_amount, overdue_days = (
        owed.overdue_items,
        owed.overdue_amount,
        owed.overdue_days,
    )
    soon, soon_amount = owed.due_soon_items, owed.due_soon_amount
    oldest, newest = owed.oldest, owed.newest
    if own >= 0:
        count -= 1
        amount -= left[own]
        part_paid -= has_cash[own]
        days = as_of - due_on[own]
        if days > grace_days:
            overdue -= 1
            overdue_amount -= left[own]
            overdue_days -= days
            oldest = owed.oldest_but_one if own == owed.oldest_item else oldest
            newest = owed.newest_but_one if own == owed.newest_item else newest
        elif -SOON_DAYS <= days < 0:
            soon -= 1
            soon_amount -= left[own]
    row.open_items = count
    row.open_amount = amount / minor_units
    row.overdue_items = overdue
    row.overdue_amount = overdue_amount / minor_units
    row.overdue_share = overdue_amount / amount if amount > 0 else np.nan
    row.overdue_days_mean = overdue_days / overdue if overdue > 0 else np.nan
    row.overdue_days_oldest = oldest if overdue > 0 else np.nan
    row.overdue_days_newest = newest if overdue > 0 else np.nan
    row.due_soon_items = soon
    row.due_soon_amount = soon_amount / minor_units
    row.part_paid_items = part_paid
