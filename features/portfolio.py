"""How the portfolio and the customer's groups paid, and the customer's own rates beside them."""

from typing import NamedTuple

import numba
import numpy as np

from features.facts import words_at
from features.history import History
from features.priors import DAYS_LATE, DUE, LATE, MATURE, PORTFOLIO, Priors, undated_groups
from features.streams import Block, Visits
from ledger.arrays import Array, Rows
from ledger.definitions import Definitions
from ledger.ledger import Ledger

YEAR_DAYS = 365
GROUP_WEIGHT = 50.0
"""Invoices that the wider group weighs against a narrower one."""
OWN_WEIGHT = 10.0
"""Invoices that the narrowest group weighs against the customer's own."""


class Groups(NamedTuple):
    """Numbers of the groups in the priors, -1 for none: segments by visit, others by customer."""

    portfolio: int
    country: Rows
    parent: Rows
    segment: Rows


class Judged(NamedTuple):
    """The columns of Priors that kernels read."""

    starts: Rows
    day: Array
    total: Array


def groups_of(ledger: Ledger, history: History, priors: Priors, definitions: Definitions) -> Groups:
    """Find the groups of the observed customers in the priors, by name."""
    country, parent, has_country, has_parent = undated_groups(ledger, definitions)
    codes = np.flatnonzero(history.number >= 0)
    words = ledger.vocabularies["customer"]
    countries = _numbers(priors, "country", ledger.vocabularies["customers.country"])
    parents = _numbers(
        priors, "parent", words[np.where(has_parent, parent, np.arange(len(words)))[codes]]
    )
    low, high = np.searchsorted(priors.groups, ["segment=", "segment>"])
    segments = {
        priors.groups[number].removeprefix("segment="): number for number in range(low, high)
    }
    return Groups(
        int(priors.numbers_of(np.array([PORTFOLIO], dtype=object))[0]),
        np.where(has_country[codes], np.append(countries, -1)[country[codes]], -1),
        parents,
        words_at(ledger, history, "segment", segments),
    )


def _numbers(priors: Priors, kind: str, words: Array) -> Rows:
    return priors.numbers_of(np.array([f"{kind}={word}" for word in words], dtype=object))


@numba.njit(cache=True)
def write_portfolio(
    rows: Array, block: Block, visits: Visits, groups: Groups, judged: Judged
) -> None:
    """Write how the portfolio and the groups paid, and the customer's rates shrunk towards them.

    Windows of w days hold what was judged in (as_of - w, as_of]. Each group's rate of a year is
    shrunk towards that of the wider one (portfolio, country, segment, parent), the customer's own
    towards the last: (sum + weight x wider) / (count + weight). The customer's own counts its
    outcomes and its overdue items, these with the days past due so far. Reads what
    `write_behaviour` and `write_open_items` wrote into the same row.
    """
    starts, day, total = judged.starts, judged.day, judged.total
    for c in range(block.first, block.stop):
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, row = visits.as_of[v], rows[v - visits.starts[block.first]]
            whole = groups.portfolio
            due, late, _, _ = _window(starts, day, total, whole, as_of, 30)
            row.portfolio_late_share_30d = _rate(late, due)
            due, late, mature, days = _window(starts, day, total, whole, as_of, 90)
            row.portfolio_late_share_90d = _rate(late, due)
            row.portfolio_days_late_90d = _rate(days, mature)
            due, late, mature, days = _window(starts, day, total, whole, as_of, YEAR_DAYS)
            row.portfolio_late_share_365d = late_share = _rate(late, due)
            row.portfolio_days_late_365d = days_late = _rate(days, mature)
            due, late, mature, days = _window(
                starts, day, total, groups.country[c], as_of, YEAR_DAYS
            )
            row.country_late_share_365d = _rate(late, due)
            row.country_days_late_365d = _rate(days, mature)
            late_share = _shrunk(late, due, late_share, GROUP_WEIGHT)
            days_late = _shrunk(days, mature, days_late, GROUP_WEIGHT)
            due, late, mature, days = _window(
                starts, day, total, groups.segment[v], as_of, YEAR_DAYS
            )
            row.segment_late_share_365d = _rate(late, due)
            row.segment_days_late_365d = _rate(days, mature)
            late_share = _shrunk(late, due, late_share, GROUP_WEIGHT)
            days_late = _shrunk(days, mature, days_late, GROUP_WEIGHT)
            due, late, mature, days = _window(
                starts, day, total, groups.parent[c], as_of, YEAR_DAYS
            )
            row.parent_late_share_365d = _rate(late, due)
            row.parent_days_late_365d = _rate(days, mature)
            late_share = _shrunk(late, due, late_share, GROUP_WEIGHT)
            days_late = _shrunk(days, mature, days_late, GROUP_WEIGHT)
            own_late, own_days = row.overdue_items, 0.0
            if row.outcomes > 0.0:
                own_late += row.late_share * row.outcomes
                own_days += row.days_late_mean * row.outcomes
            if row.overdue_items > 0.0:
                own_days += row.overdue_days_mean * row.overdue_items
            own = row.outcomes + row.overdue_items
            row.late_share_shrunk = _shrunk(own_late, own, late_share, OWN_WEIGHT)
            row.days_late_shrunk = _shrunk(own_days, own, days_late, OWN_WEIGHT)


@numba.njit(cache=True)
def _window(
    starts: Array, day: Array, total: Array, group: int, as_of: int, days: int
) -> tuple[int, int, int, int]:
    """Due, late, mature, days late of a group judged in (as_of - days, as_of]; 0 for no group."""
    if group < 0 or starts[group] == starts[group + 1] or as_of < day[starts[group]]:
        return 0, 0, 0, 0
    last = _row(day, starts[group], starts[group + 1], as_of) + group
    before = _row(day, starts[group], last - group, as_of - days) + group
    return (
        total[last, DUE] - total[before, DUE],
        total[last, LATE] - total[before, LATE],
        total[last, MATURE] - total[before, MATURE],
        total[last, DAYS_LATE] - total[before, DAYS_LATE],
    )


@numba.njit(cache=True)
def _row(day: Array, low: int, high: int, as_of: int) -> int:
    """First row in low..high whose day lies after as_of, or `high`.

    Where no day is missing it is where it should be at once; else it lies before, and is searched.
    """
    if low == high or as_of < day[low]:
        return low
    high = min(high, low + as_of - day[low] + 1)
    if day[high - 1] <= as_of:
        return high
    while low < high:
        middle = (low + high) // 2
        if day[middle] <= as_of:
            low = middle + 1
        else:
            high = middle
    return low


@numba.njit(cache=True)
def _rate(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


@numba.njit(cache=True)
def _shrunk(part: float, whole: float, wider: float, weight: float) -> float:
    """A rate shrunk towards a wider one; by itself where there is no wider one."""
    if np.isnan(wider):
        return _rate(part, whole)
    return (part + weight * wider) / (whole + weight)
