"""New billing: what invoices that are yet to be issued will bring in, judged by the past."""

import numpy as np

from decisions.position import Position
from ledger.applications import PAYMENT
from ledger.arrays import Codes, Days, Minor


def new_billing(
    position: Position, most_windows: int, last_day: Days, row: Codes
) -> tuple[Minor, int]:
    """Cash of invoices yet to be issued, by row and week, and the past stretches looked at.

    As the weeks ahead now, so were those of past stretches of the same length, seen from the day
    before each: what then arrived in each week of invoices issued since that day, averaged over
    the last stretches that the ledger has in full, one before the other. No growth and no season
    but theirs is foreseen. Zero stretches, and zeros, where the ledger is too young.

    Parameters
    ----------
    position
        At the close of the day before the first week, basis known.
    most_windows
        At most so many stretches.
    last_day
        Of each week, shape (w,).
    row
        Row of each invoice of the position's ledger, -1 for those left out, shape (invoices,).
    """
    ledger, invoices = position.ledger, position.ledger.invoices
    n, weeks = int(row.max(initial=-1)) + 1, len(last_day)
    begins = ledger.extract.complete_from
    if begins is None:
        begins = int(invoices["issued_on"].min(initial=position.as_of + 1))
    stretch = 7 * weeks
    windows = max(min(most_windows, (position.as_of + 1 - begins) // stretch), 0)
    found = position.books.allocations
    cash = found.take((found.kind == PAYMENT) & (row[found.invoice] >= 0))
    issued_on = invoices["issued_on"][cash.invoice]
    total = np.zeros((n, weeks), np.int64)
    for back in range(1, windows + 1):
        shift = back * stretch
        since = position.as_of - shift
        counts = (issued_on > since) & (cash.value_on <= last_day[-1] - shift)
        week = np.searchsorted(last_day - shift, cash.value_on[counts])
        np.add.at(total, (row[cash.invoice[counts]], week), cash.amount_minor[counts])
    return np.rint(total / max(windows, 1)).astype(np.int64), windows
