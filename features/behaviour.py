"""How the customer paid so far: counts, means, order statistics, windows, decayed means."""

import numba
import numpy as np

from features.history import EARLIEST, LATEST, Items, Outcomes, Undone, Visits
from ledger.arrays import Array

WINDOWS = (30, 90, 365)
HALF_LIVES = (15, 60, 180)
BINS = LATEST - EARLIEST + 1
BLOCK = 16

TALLY = np.dtype(
    [
        ("outcomes", np.int64),
        ("days_late", np.int64),
        ("squares", np.int64),
        ("late", np.int64),
        ("late_30", np.int64),
        ("on_day", np.int64),
        ("histogram", np.int32, (BINS,)),
        ("blocks", np.int32, (BINS // BLOCK + 1,)),
        ("window_outcomes", np.int64, (len(WINDOWS),)),
        ("window_days_late", np.int64, (len(WINDOWS),)),
        ("window_late", np.int64, (len(WINDOWS),)),
        ("oldest", np.int64, (len(WINDOWS),)),
        ("weight", np.float64, (len(HALF_LIVES),)),
        ("decayed_days_late", np.float64, (len(HALF_LIVES),)),
        ("decayed_late", np.float64, (len(HALF_LIVES),)),
        ("folded_on", np.int64),
    ],
    align=True,
)


@numba.njit(cache=True)
def _count(tally: Array, days_late: int, grace: int, sign: int) -> None:
    tally.outcomes += sign
    tally.days_late += sign * days_late
    tally.squares += sign * days_late * days_late
    tally.late += sign * (days_late > grace)
    tally.late_30 += sign * (days_late > 30)
    tally.on_day += sign * (days_late == 0)
    tally.histogram[days_late - EARLIEST] += sign
    tally.blocks[(days_late - EARLIEST) // BLOCK] += sign


@numba.njit(cache=True)
def _count_window(tally: Array, window: int, days_late: int, grace: int, sign: int) -> None:
    tally.window_outcomes[window] += sign
    tally.window_days_late[window] += sign * days_late
    tally.window_late[window] += sign * (days_late > grace)


@numba.njit(cache=True)
def _fold(tally: Array, day: int, days_late: int, grace: int) -> None:
    for k in range(len(HALF_LIVES)):
        kept = np.exp2(-(day - tally.folded_on) / HALF_LIVES[k])
        tally.weight[k] = tally.weight[k] * kept + 1.0
        tally.decayed_days_late[k] = tally.decayed_days_late[k] * kept + days_late
        tally.decayed_late[k] = tally.decayed_late[k] * kept + (days_late > grace)
    tally.folded_on = day


@numba.njit(cache=True)
def _refold(tally: Array, stands: Array, first: int, stop: int, outcomes: Outcomes, grace: int) -> None:
    tally.weight[:] = 0.0
    tally.decayed_days_late[:] = 0.0
    tally.decayed_late[:] = 0.0
    for o in range(first, stop):
        if stands[o]:
            _fold(tally, outcomes.known_on[o], outcomes.days_late[o], grace)


@numba.njit(cache=True)
def _quantile(tally: Array, rank: int) -> int:
    """Days late of the outcome of a rank, from 1, in ascending order."""
    block, below = 0, 0
    while below + tally.blocks[block] < rank:
        below += tally.blocks[block]
        block += 1
    at = block * BLOCK
    while below + tally.histogram[at] < rank:
        below += tally.histogram[at]
        at += 1
    return at + EARLIEST


@numba.njit(cache=True)
def write_behaviour(
    rows: Array,
    visits: Visits,
    items: Items,
    outcomes: Outcomes,
    undone: Undone,
    grace: int,
    tallies: Array,
    blank: Array,
) -> None:
    stands = np.zeros(len(outcomes.item), np.bool_)
    tally = tallies[0]
    for c in range(len(visits.starts) - 1):
        tallies[0] = blank[0]
        first, stop = outcomes.starts[c], outcomes.starts[c + 1]
        known, back = first, undone.starts[c]
        for k in range(len(WINDOWS)):
            tally.oldest[k] = first
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            row = rows[visits.place[v]]
            while known < stop and outcomes.known_on[known] <= as_of:
                if outcomes.undone_on[known] > as_of:
                    stands[known] = True
                    late = outcomes.days_late[known]
                    _count(tally, late, grace, 1)
                    for k in range(len(WINDOWS)):
                        _count_window(tally, k, late, grace, 1)
                    _fold(tally, outcomes.known_on[known], late, grace)
                known += 1
            refold = False
            while back < undone.starts[c + 1] and undone.on[back] <= as_of:
                o = undone.outcome[back]
                if stands[o]:
                    stands[o] = False
                    refold = True
                    _count(tally, outcomes.days_late[o], grace, -1)
                    for k in range(len(WINDOWS)):
                        if o >= tally.oldest[k]:
                            _count_window(tally, k, outcomes.days_late[o], grace, -1)
                back += 1
            if refold:
                _refold(tally, stands, first, known, outcomes, grace)
            for k in range(len(WINDOWS)):
                o = tally.oldest[k]
                while o < known and outcomes.known_on[o] <= as_of - WINDOWS[k]:
                    if stands[o]:
                        _count_window(tally, k, outcomes.days_late[o], grace, -1)
                    o += 1
                tally.oldest[k] = o
            _write(row, tally, stands, first, known, outcomes)


@numba.njit(cache=True)
def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


@numba.njit(cache=True)
def _write(row: Array, tally: Array, stands: Array, first: int, known: int, outcomes: Outcomes) -> None:
    n = tally.outcomes
    row.outcomes = n
    row.days_late_mean = _share(tally.days_late, n)
    row.late_share = _share(tally.late, n)
    row.late_share_30 = _share(tally.late_30, n)
    row.on_day_share = _share(tally.on_day, n)
    row.days_late_spread = np.nan
    row.days_late_median = np.nan
    row.days_late_p90 = np.nan
    row.days_late_worst = np.nan
    if n > 0:
        row.days_late_median = _quantile(tally, (n + 1) // 2)
        row.days_late_p90 = _quantile(tally, (9 * n + 9) // 10)
        row.days_late_worst = _quantile(tally, n)
    if n > 1:
        row.days_late_spread = np.sqrt(
            (n * tally.squares - tally.days_late * tally.days_late) / (n * (n - 1))
        )
    last = np.full(5, np.nan)
    k, o = 0, known - 1
    while k < 5 and o >= first:
        if stands[o]:
            last[k] = outcomes.days_late[o]
            k += 1
        o -= 1
    row.days_late_last_1 = last[0]
    row.days_late_last_2 = last[1]
    row.days_late_last_3 = last[2]
    row.days_late_last_4 = last[3]
    row.days_late_last_5 = last[4]
    row.days_late_decayed_15 = _share(tally.decayed_days_late[0], tally.weight[0])
    row.days_late_decayed_60 = _share(tally.decayed_days_late[1], tally.weight[1])
    row.days_late_decayed_180 = _share(tally.decayed_days_late[2], tally.weight[2])
    row.late_share_decayed_15 = _share(tally.decayed_late[0], tally.weight[0])
    row.late_share_decayed_60 = _share(tally.decayed_late[1], tally.weight[1])
    row.late_share_decayed_180 = _share(tally.decayed_late[2], tally.weight[2])
    row.outcomes_30d = tally.window_outcomes[0]
    row.outcomes_90d = tally.window_outcomes[1]
    row.outcomes_365d = tally.window_outcomes[2]
    row.days_late_mean_30d = _share(tally.window_days_late[0], tally.window_outcomes[0])
    row.days_late_mean_90d = _share(tally.window_days_late[1], tally.window_outcomes[1])
    row.days_late_mean_365d = _share(tally.window_days_late[2], tally.window_outcomes[2])
    row.late_share_30d = _share(tally.window_late[0], tally.window_outcomes[0])
    row.late_share_90d = _share(tally.window_late[1], tally.window_outcomes[1])
    row.late_share_365d = _share(tally.window_late[2], tally.window_outcomes[2])
