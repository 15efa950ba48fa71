"""What else the customer owes."""

import numba
import numpy as np

from features.history import Items, Visits
from ledger.arrays import Array


@numba.njit(cache=True)
def write_open_items(
    rows: Array, visits: Visits, items: Items, changes: Array, minor_units: float
) -> None:
    """Provisional: an item is open from known_on until the first settlement change."""
    open_ = np.zeros(len(items.row), np.int64)
    for c in range(len(visits.starts) - 1):
        known = items.starts[c]
        count = 0
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            row = rows[visits.place[v]]
            while known < items.starts[c + 1] and items.known_on[known] <= as_of:
                open_[count] = known
                count += 1
                known += 1
            kept = 0
            amount, overdue, overdue_amount = 0, 0, 0
            oldest, newest = np.nan, np.nan
            n = 0
            for k in range(count):
                i = open_[k]
                if changes[i] <= as_of:
                    continue
                open_[kept] = i
                kept += 1
                if i == visits.item[v]:
                    continue
                n += 1
                amount += items.amount_minor[i]
                days = as_of - items.due_on[i]
                if days > 0:
                    overdue += 1
                    overdue_amount += items.amount_minor[i]
                    oldest = days if np.isnan(oldest) else max(oldest, days)
                    newest = days if np.isnan(newest) else min(newest, days)
            count = kept
            row.open_items = n
            row.open_amount = amount / minor_units
            row.overdue_items = overdue
            row.overdue_amount_share = overdue_amount / amount if amount > 0 else np.nan
            row.overdue_days_oldest = oldest
            row.overdue_days_newest = newest
            first = items.starts[c]
            last = known - 1
            if first == visits.item[v]:
                first += 1
            if last == visits.item[v]:
                last -= 1
            row.tenure_days = as_of - items.known_on[first] if first < known else np.nan
            row.days_since_invoice = (
                as_of - items.known_on[last] if last >= items.starts[c] else np.nan
            )
