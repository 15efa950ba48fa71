"""How the customer paid invoices like the observed one."""

import numba
import numpy as np

from features.frame import Record
from features.streams import Block, Changes, Items, Outcomes, Visits
from ledger.arrays import Array

TERMS_APART_DAYS = 2
LONGEST_TERMS_DAYS = 180
AMOUNTS_APART = 2
PER_OCTAVE = 4
"""Classes of amounts for each doubling; those at most AMOUNTS_APART classes apart are alike."""

TERMS = LONGEST_TERMS_DAYS + 1
AMOUNTS = 64 * PER_OCTAVE

ALIKE = np.dtype(
    [
        ("by_terms", np.int64, (TERMS,)),
        ("days_late_by_terms", np.int64, (TERMS,)),
        ("by_amount", np.int64, (AMOUNTS,)),
        ("days_late_by_amount", np.int64, (AMOUNTS,)),
        ("by_weekday", np.int64, (7,)),
        ("days_late_by_weekday", np.int64, (7,)),
    ],
    align=True,
)
"""Outcomes of one customer and their days late by terms, by amount and by weekday due."""


@numba.njit(cache=True)
def write_likeness(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    changes: Changes,
    all_alike: Array,
) -> None:
    """Write mean days late at like terms, at like amounts and due on the same weekday.

    Like terms differ by at most two days (kept within 0..180), like amounts by a factor of at
    most 1.75. `all_alike` are two blank ALIKE, one to count in and one to begin anew from.
    The observed invoice's own outcome is taken out while its row is written.
    """
    alike = all_alike[0]
    for c in range(block.first, block.stop):
        all_alike[0] = all_alike[1]
        change = changes.starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            while change < changes.starts[c + 1] and changes.known_on[change] <= visits.as_of[v]:
                o, sign = changes.outcome[change], changes.sign[change]
                _count(alike, items, outcomes.item[o], outcomes.days_late[o], sign)
                change += 1
            own = visits.outcome[v]
            if own >= 0:
                _count(alike, items, outcomes.item[own], outcomes.days_late[own], -1)
            _write(rows[v - visits.starts[block.first]], alike, items, visits.item[v])
            if own >= 0:
                _count(alike, items, outcomes.item[own], outcomes.days_late[own], 1)


@numba.njit(cache=True)
def _count(alike: Record, items: Items, i: int, days_late: int, sign: int) -> None:
    """Count the outcome of an item (sign 1), or take it out (sign -1)."""
    terms, amount, weekday = _classes(items, i)
    alike.by_terms[terms] += sign
    alike.days_late_by_terms[terms] += sign * days_late
    if amount >= 0:
        alike.by_amount[amount] += sign
        alike.days_late_by_amount[amount] += sign * days_late
    alike.by_weekday[weekday] += sign
    alike.days_late_by_weekday[weekday] += sign * days_late


@numba.njit(cache=True)
def _classes(items: Items, i: int) -> tuple[int, int, int]:
    """Class of an item's terms, of its amount (-1 where it is not above zero), its weekday."""
    terms = min(max(items.due_on[i] - items.issued_on[i], 0), LONGEST_TERMS_DAYS)
    amount, left = -1, items.amount_minor[i]
    if left > 0:
        octave = 0
        while left >= 2 * PER_OCTAVE:
            left //= 2
            octave += 1
        amount = octave * PER_OCTAVE + left
    return terms, amount, (items.due_on[i] + 3) % 7


@numba.njit(cache=True)
def _mean_around(days_late: Array, outcomes: Array, place: int, apart: int) -> float:
    """Mean days late of the classes at most so far apart, NaN where there was no outcome."""
    total, count = 0, 0
    for near in range(max(place - apart, 0), min(place + apart, len(outcomes) - 1) + 1):
        total += days_late[near]
        count += outcomes[near]
    return total / count if count > 0 else np.nan


@numba.njit(cache=True)
def _write(row: Record, alike: Record, items: Items, i: int) -> None:
    """Write the means of the classes of item i (-1: none)."""
    row.days_late_like_terms = np.nan
    row.days_late_like_amount = np.nan
    row.days_late_same_weekday = np.nan
    row.outcomes_same_weekday = np.nan
    if i < 0:
        return
    terms, amount, weekday = _classes(items, i)
    row.days_late_like_terms = _mean_around(
        alike.days_late_by_terms, alike.by_terms, terms, TERMS_APART_DAYS
    )
    if amount >= 0:
        row.days_late_like_amount = _mean_around(
            alike.days_late_by_amount, alike.by_amount, amount, AMOUNTS_APART
        )
    row.days_late_same_weekday = _mean_around(
        alike.days_late_by_weekday, alike.by_weekday, weekday, 0
    )
    row.outcomes_same_weekday = alike.by_weekday[weekday]
