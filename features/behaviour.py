"""How the customer paid so far: what its outcomes that stand sum up to."""

import numba
import numpy as np

from features.frame import Record
from features.streams import EARLIEST, LATEST, Block, Changes, Items, Outcomes, Visits
from ledger.arrays import Array

BINS = LATEST - EARLIEST + 1
BLOCK = 16
"""Bins of the histogram that share a count, so that a rank is found in few steps."""

TALLY = np.dtype(
    [
        ("outcomes", np.int64),
        ("days_late", np.int64),
        ("squares", np.int64),
        ("late", np.int64),
        ("early", np.int64),
        ("on_day", np.int64),
        ("over_30", np.int64),
        ("days_to_pay", np.int64),
        ("histogram", np.int32, (BINS,)),
        ("blocks", np.int32, (BINS // BLOCK + 1,)),
        ("changed", np.bool_),
        ("lower_quartile", np.float64),
        ("median", np.float64),
        ("upper_quartile", np.float64),
        ("p90", np.float64),
        ("worst", np.float64),
    ],
    align=True,
)
"""What is counted of one customer; order statistics are ranked anew after a change only."""


@numba.njit(cache=True)
def write_behaviour(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    changes: Changes,
    grace_days: int,
    tallies: Array,
) -> None:
    """Write counts, means, shares and order statistics of the outcomes that stand.

    The quantile q is the lowest value that at least the share q of the outcomes does not exceed.
    `tallies` are three blank TALLY: one to count in, one to begin anew from, and one to set the
    first aside in while the observed invoice's own outcome is taken out.
    """
    tally = tallies[0]
    for c in range(block.first, block.stop):
        tallies[0] = tallies[1]
        change = changes.starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            while change < changes.starts[c + 1] and changes.known_on[change] <= visits.as_of[v]:
                _count(
                    tally,
                    items,
                    outcomes,
                    changes.outcome[change],
                    grace_days,
                    changes.sign[change],
                )
                change += 1
            if tally.changed:
                _rank(tally)
            if visits.outcome[v] >= 0:
                tallies[2] = tallies[0]
                _count(tally, items, outcomes, visits.outcome[v], grace_days, -1)
                _rank(tally)
            row, i = rows[v - visits.starts[block.first]], visits.item[v]
            _write(row, tally)
            row.days_late_implied = np.nan
            if i >= 0 and tally.outcomes > 0:
                terms_days = items.due_on[i] - items.issued_on[i]
                row.days_late_implied = tally.days_to_pay / tally.outcomes - terms_days
            if visits.outcome[v] >= 0:
                tallies[0] = tallies[2]


@numba.njit(cache=True)
def _count(
    tally: Record, items: Items, outcomes: Outcomes, o: int, grace_days: int, sign: int
) -> None:
    """Count an outcome (sign 1), or take it out (sign -1)."""
    days_late = outcomes.days_late[o]
    days_to_pay = outcomes.paid_on[o] - items.issued_on[outcomes.item[o]]
    tally.outcomes += sign
    tally.days_late += sign * days_late
    tally.squares += sign * days_late * days_late
    tally.late += sign * (days_late > grace_days)
    tally.early += sign * (days_late < 0)
    tally.on_day += sign * (days_late == 0)
    tally.over_30 += sign * (days_late > 30)
    tally.days_to_pay += sign * days_to_pay
    place = days_late - EARLIEST
    tally.histogram[place] += sign
    tally.blocks[place // BLOCK] += sign
    tally.changed = True


@numba.njit(cache=True)
def _rank(tally: Record) -> None:
    """Find the order statistics of the histogram."""
    n = tally.outcomes
    tally.changed = False
    if n > 0:
        tally.lower_quartile = _ranked(tally, (n + 3) // 4)
        tally.median = _ranked(tally, (n + 1) // 2)
        tally.upper_quartile = _ranked(tally, (3 * n + 3) // 4)
        tally.p90 = _ranked(tally, (9 * n + 9) // 10)
        tally.worst = _ranked(tally, n)


@numba.njit(cache=True)
def _ranked(tally: Record, rank: int) -> int:
    """Days late of the outcome of a rank, counted from 1, least late first."""
    block, below = 0, 0
    while below + tally.blocks[block] < rank:
        below += tally.blocks[block]
        block += 1
    place = block * BLOCK
    while below + tally.histogram[place] < rank:
        below += tally.histogram[place]
        place += 1
    return place + EARLIEST


@numba.njit(cache=True)
def _write(row: Record, tally: Record) -> None:
    n = tally.outcomes
    row.outcomes = n
    row.days_late_mean = tally.days_late / n if n > 0 else np.nan
    row.days_late_median = tally.median if n > 0 else np.nan
    row.days_late_p90 = tally.p90 if n > 0 else np.nan
    row.days_late_worst = tally.worst if n > 0 else np.nan
    row.days_late_quartiles = tally.upper_quartile - tally.lower_quartile if n > 0 else np.nan
    row.days_late_spread = np.nan
    if n > 1:
        squares = n * tally.squares - tally.days_late * tally.days_late
        row.days_late_spread = np.sqrt(squares / (n * (n - 1)))
    row.late_share = tally.late / n if n > 0 else np.nan
    row.early_share = tally.early / n if n > 0 else np.nan
    row.on_day_share = tally.on_day / n if n > 0 else np.nan
    row.over_30_share = tally.over_30 / n if n > 0 else np.nan
    row.days_to_pay_mean = tally.days_to_pay / n if n > 0 else np.nan
