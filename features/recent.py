"""How the customer paid of late: the last five outcomes, windows, decayed means."""

import numba
import numpy as np

from features.frame import Record
from features.streams import Block, Changes, Items, Outcomes, Visits
from ledger.arrays import Array

WINDOWS_DAYS = (30, 90, 180, 365)
HALF_LIVES_DAYS = (15, 60, 180)
LAST = 5

FAINT = 1e-6
"""Weight of what is left, once an outcome is taken out, below which it is summed up again."""

RECENT = np.dtype(
    [
        ("oldest", np.int64, (len(WINDOWS_DAYS),)),
        ("outcomes", np.int64, (len(WINDOWS_DAYS),)),
        ("days_late", np.int64, (len(WINDOWS_DAYS),)),
        ("late", np.int64, (len(WINDOWS_DAYS),)),
        ("decayed_on", np.int64),
        ("weight", np.float64, (len(HALF_LIVES_DAYS),)),
        ("decayed_days_late", np.float64, (len(HALF_LIVES_DAYS),)),
        ("decayed_late", np.float64, (len(HALF_LIVES_DAYS),)),
        ("amount", np.float64),
        ("weighted_days_late", np.float64),
    ],
    align=True,
)
"""What is counted of one customer. `oldest` is the first outcome within each window."""


@numba.njit(cache=True)
def write_recent(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    changes: Changes,
    grace_days: int,
    recents: Array,
) -> None:
    """Write the last five outcomes, windows and decayed means of the outcomes that stand.

    A window of w days holds what became known in (as_of - w, as_of]. A decayed mean weighs
    outcomes by 0.5 ** (age / half-life), their sums decaying from one outcome to the next, in the
    order in which they became known. `recents` are three blank RECENT: one to count in, one to
    begin anew from, and one to set the first aside in while the observed invoice's own outcome
    is taken out.
    """
    recent = recents[0]
    last = np.empty(LAST)
    for c in range(block.first, block.stop):
        recents[0] = recents[1]
        first = outcomes.starts[c]
        recent.oldest[:] = first
        change, known = changes.starts[c], first
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, own = visits.as_of[v], visits.outcome[v]
            undone = False
            while change < changes.starts[c + 1] and changes.known_on[change] <= as_of:
                o, sign = changes.outcome[change], changes.sign[change]
                _count_in_windows(recent, o, outcomes.days_late[o], grace_days, sign)
                if sign > 0:
                    amount = items.amount_minor[outcomes.item[o]]
                    _decay(recent, outcomes.known_on[o], outcomes.days_late[o], amount, grace_days)
                    known = o + 1
                else:
                    undone = True
                change += 1
            if undone:
                _decay_anew(recent, outcomes, items, first, known, as_of, -1, grace_days)
            _leave_windows(
                recent,
                outcomes.known_on,
                outcomes.undone_on,
                outcomes.days_late,
                known,
                as_of,
                grace_days,
            )
            if own >= 0:
                recents[2] = recents[0]
                _count_in_windows(recent, own, outcomes.days_late[own], grace_days, -1)
                amount = items.amount_minor[visits.item[v]]
                known_on, days_late = outcomes.known_on[own], outcomes.days_late[own]
                _take_out(recent, known_on, days_late, amount, grace_days)
                if recent.weight[0] < FAINT:
                    _decay_anew(recent, outcomes, items, first, known, as_of, own, grace_days)
            row = rows[v - visits.starts[block.first]]
            _write_windows(row, recent)
            _write_decayed(row, recent)
            found = _find_last(
                last, outcomes.undone_on, outcomes.days_late, first, known, as_of, own
            )
            _write_last(row, last, found)
            if own >= 0:
                recents[0] = recents[2]


@numba.njit(cache=True)
def _count_in_windows(recent: Record, o: int, days_late: int, grace_days: int, sign: int) -> None:
    """Count an outcome (sign 1), or take it out (sign -1), in the windows it has not left."""
    for w in range(len(WINDOWS_DAYS)):
        if o >= recent.oldest[w]:
            recent.outcomes[w] += sign
            recent.days_late[w] += sign * days_late
            recent.late[w] += sign * (days_late > grace_days)


@numba.njit(cache=True)
def _leave_windows(
    recent: Record,
    known_on: Array,
    undone_on: Array,
    days_late: Array,
    known: int,
    as_of: int,
    grace_days: int,
) -> None:
    """Take out of each window what became known before it."""
    for w in range(len(WINDOWS_DAYS)):
        o = recent.oldest[w]
        while o < known and known_on[o] <= as_of - WINDOWS_DAYS[w]:
            if undone_on[o] > as_of:
                recent.outcomes[w] -= 1
                recent.days_late[w] -= days_late[o]
                recent.late[w] -= days_late[o] > grace_days
            o += 1
        recent.oldest[w] = o


@numba.njit(cache=True)
def _decay(recent: Record, known_on: int, days_late: int, amount: int, grace_days: int) -> None:
    """Let the decayed sums decay until an outcome, and add it."""
    days = known_on - recent.decayed_on
    if days > 0 and recent.weight[0] > 0.0:
        for h in range(len(HALF_LIVES_DAYS)):
            kept = np.exp2(-days / HALF_LIVES_DAYS[h])
            recent.weight[h] *= kept
            recent.decayed_days_late[h] *= kept
            recent.decayed_late[h] *= kept
    for h in range(len(HALF_LIVES_DAYS)):
        recent.weight[h] += 1.0
        recent.decayed_days_late[h] += days_late
        recent.decayed_late[h] += days_late > grace_days
    recent.decayed_on = known_on
    recent.amount += amount
    recent.weighted_days_late += float(amount) * days_late


@numba.njit(cache=True)
def _take_out(recent: Record, known_on: int, days_late: int, amount: int, grace_days: int) -> None:
    """Take what is left of an outcome out of the decayed sums."""
    days = recent.decayed_on - known_on
    for h in range(len(HALF_LIVES_DAYS)):
        kept = np.exp2(-days / HALF_LIVES_DAYS[h])
        recent.weight[h] -= kept
        recent.decayed_days_late[h] -= kept * days_late
        recent.decayed_late[h] -= kept * (days_late > grace_days)
    recent.amount -= amount
    recent.weighted_days_late -= float(amount) * days_late


@numba.njit(cache=True)
def _decay_anew(
    recent: Record,
    outcomes: Outcomes,
    items: Items,
    first: int,
    known: int,
    as_of: int,
    own: int,
    grace_days: int,
) -> None:
    """Sum up again what stands, but for the visit's own, so that no trace is left of the rest."""
    recent.weight[:] = 0.0
    recent.decayed_days_late[:] = 0.0
    recent.decayed_late[:] = 0.0
    recent.amount = 0.0
    recent.weighted_days_late = 0.0
    for o in range(first, known):
        if outcomes.undone_on[o] > as_of and o != own:
            amount = items.amount_minor[outcomes.item[o]]
            _decay(recent, outcomes.known_on[o], outcomes.days_late[o], amount, grace_days)


@numba.njit(cache=True)
def _mean(total: float, count: float) -> float:
    return total / count if count > 0 else np.nan


@numba.njit(cache=True)
def _write_windows(row: Record, recent: Record) -> None:
    n = recent.outcomes
    row.outcomes_30d, row.outcomes_90d = n[0], n[1]
    row.outcomes_180d, row.outcomes_365d = n[2], n[3]
    row.days_late_mean_30d = _mean(recent.days_late[0], n[0])
    row.days_late_mean_90d = _mean(recent.days_late[1], n[1])
    row.days_late_mean_180d = _mean(recent.days_late[2], n[2])
    row.days_late_mean_365d = _mean(recent.days_late[3], n[3])
    row.late_share_30d = _mean(recent.late[0], n[0])
    row.late_share_90d = _mean(recent.late[1], n[1])
    row.late_share_180d = _mean(recent.late[2], n[2])
    row.late_share_365d = _mean(recent.late[3], n[3])


@numba.njit(cache=True)
def _write_decayed(row: Record, recent: Record) -> None:
    row.days_late_decayed_15d = _mean(recent.decayed_days_late[0], recent.weight[0])
    row.days_late_decayed_60d = _mean(recent.decayed_days_late[1], recent.weight[1])
    row.days_late_decayed_180d = _mean(recent.decayed_days_late[2], recent.weight[2])
    row.late_share_decayed_15d = _mean(recent.decayed_late[0], recent.weight[0])
    row.late_share_decayed_60d = _mean(recent.decayed_late[1], recent.weight[1])
    row.late_share_decayed_180d = _mean(recent.decayed_late[2], recent.weight[2])
    row.days_late_trend = row.days_late_decayed_15d - row.days_late_decayed_180d
    row.days_late_weighted = _mean(recent.weighted_days_late, recent.amount)


@numba.njit(cache=True)
def _find_last(
    last: Array,
    undone_on: Array,
    days_late: Array,
    first: int,
    known: int,
    as_of: int,
    own: int,
) -> int:
    """Fill in the days late of the last outcomes that stand, the latest first; their number."""
    last[:] = np.nan
    found, o = 0, known - 1
    while found < LAST and o >= first:
        if undone_on[o] > as_of and o != own:
            last[found] = days_late[o]
            found += 1
        o -= 1
    return found


@numba.njit(cache=True)
def _write_last(row: Record, last: Array, found: int) -> None:
    """Write the days late of the last outcomes, then, sorting them, what they span."""
    row.days_late_last_1, row.days_late_last_2, row.days_late_last_3 = last[0], last[1], last[2]
    row.days_late_last_4, row.days_late_last_5 = last[3], last[4]
    lowest, middle, highest = np.nan, np.nan, np.nan
    if found > 0:
        for i in range(1, found):
            value, place = last[i], i
            while place > 0 and last[place - 1] > value:
                last[place] = last[place - 1]
                place -= 1
            last[place] = value
        lowest, middle, highest = last[0], last[(found - 1) // 2], last[found - 1]
    row.days_late_last_lowest = lowest
    row.days_late_last_median = middle
    row.days_late_last_highest = highest
