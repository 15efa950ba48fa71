"""What live promises cover of open items, by the day on which the money was promised."""

import numpy as np

from decisions.position import Position
from ledger.arrays import Array, Days, Minor, Rows
from ledger.promise_coverage import claims_of, coverage
from ledger.promises import live_claims


def dated_promises(position: Position) -> tuple[Rows, Days, Minor]:
    """Item, promised day and amount of each part of an open item that a live promise covers.

    The parts of an item sum to its `promised_minor`, in its currency; where promises cover more
    than there is, the earliest day counts first. Deductions have none. Shapes (k,), sorted by
    day, then item.
    """
    items, books = position.items, position.books
    claims = claims_of(books)
    live = live_claims(books, claims, position.as_of)
    left = np.where(items.is_deduction, 0, items.promised_minor)
    item: list[Array] = [np.empty(0, np.int64)]
    day: list[Array] = [np.empty(0, np.int32)]
    amount: list[Array] = [np.empty(0, np.int64)]
    now = np.full(len(claims.owner), position.as_of, np.int32)
    for promised_on in np.unique(claims.promised_on[live]):
        that_day = live & (claims.promised_on == promised_on)
        found = coverage(books, claims, that_day, through=now, known_through=now)
        part = np.minimum(found.left_minor[items.invoice], left)
        rows = np.flatnonzero(part > 0)
        item.append(rows)
        day.append(np.full(len(rows), promised_on, np.int32))
        amount.append(part[rows])
        left = left - part
    return np.concatenate(item), np.concatenate(day), np.concatenate(amount)
