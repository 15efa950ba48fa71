"""How long the customer has been one, and how its billing goes."""

import numba
import numpy as np

from features.frame import Record
from features.streams import Block, Items, Visits
from ledger.arrays import Array

WINDOW_DAYS = 90
LONGEST_TENURE_DAYS = 365
MOST_INVOICES = 50
"""Beyond these, more would only tell how late in the ledger it is, and trees take it for that."""

BILLED = np.dtype([("first", np.int64), ("items", np.int64), ("amount", np.int64)], align=True)
"""Items of a customer that became known in a window, and the first of them."""


@numba.njit(cache=True)
def write_relation(
    rows: Array, block: Block, visits: Visits, items: Items, on_hold: Array, windows: Array
) -> None:
    """Write tenure and billing from the invoices other than the observed one, as known.

    Billing growth is the amount of the last 90 days over that of the 90 days before. `on_hold`
    holds each visit's account status (1: not active, 0: active); `windows` are two blank BILLED,
    for the last 90 and the last 180 days.
    """
    for c in range(block.first, block.stop):
        first, stop = items.starts[c], items.starts[c + 1]
        known = first
        for w in range(2):
            windows[w].first, windows[w].items, windows[w].amount = first, 0, 0
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, own = visits.as_of[v], visits.item[v]
            while known < stop and items.known_on[known] <= as_of:
                for w in range(2):
                    windows[w].items += 1
                    windows[w].amount += items.amount_minor[known]
                known += 1
            for w in range(2):
                _leave(windows[w], items, known, as_of - (w + 1) * WINDOW_DAYS)
            row = rows[v - visits.starts[block.first]]
            oldest = first + 1 if own == first else first
            latest = known - 2 if own == known - 1 else known - 1
            row.tenure_days = np.nan
            if oldest < known:
                row.tenure_days = min(as_of - items.known_on[oldest], LONGEST_TENURE_DAYS)
            row.days_since_invoice = as_of - items.known_on[latest] if latest >= first else np.nan
            row.invoices = min(known - first - (own >= 0), MOST_INVOICES)
            in_90, in_180 = own >= windows[0].first, own >= windows[1].first
            own_amount = items.amount_minor[own] if own >= 0 else 0
            row.invoices_90d = windows[0].items - in_90
            billed = windows[0].amount - in_90 * own_amount
            before = windows[1].amount - in_180 * own_amount - billed
            row.billing_growth = billed / before if before > 0 else np.nan
            row.on_hold = on_hold[v]


@numba.njit(cache=True)
def _leave(window: Record, items: Items, known: int, before: int) -> None:
    """Take out of a window what became known on the day `before` or earlier."""
    while window.first < known and items.known_on[window.first] <= before:
        window.items -= 1
        window.amount -= items.amount_minor[window.first]
        window.first += 1
