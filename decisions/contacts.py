"""When customers were last contacted, and when they are to be called back."""

from dataclasses import dataclass

import numpy as np

from decisions.position import Position
from ledger.arrays import Days, Flags, Rows


@dataclass(frozen=True, eq=False)
class LastContacts:
    """Last contacts of n customers, all shapes (n,).

    `last_on` counts where `has_last`; `callback_on`, the day agreed on for a call back that is
    still to be made, where `has_callback`.
    """

    last_on: Days
    has_last: Flags
    callback_on: Days
    has_callback: Flags


def last_contacts(position: Position) -> LastContacts:
    """Last contact of each customer of a position.

    The callback is that of the latest contact that agreed on one (ties by id). Any contact on or
    after that day, made later, has kept it; it lapses when no item is open that was issued by the
    day it was agreed on.
    """
    table = position.ledger.contacts
    number, is_here = position.place(table["customer_id"])
    rows = np.flatnonzero(is_here)
    rows = rows[np.lexsort((table["contact_id"][rows], table["contacted_on"][rows]))]
    last_on, has_last = _latest(position, number[rows], table["contacted_on"][rows])
    agreed = rows[table.known("callback_on")[rows]]
    callback_on, has_callback = _latest(position, number[agreed], table["callback_on"][agreed])
    agreed_on, _ = _latest(position, number[agreed], table["contacted_on"][agreed])
    kept = (last_on >= callback_on) & (last_on > agreed_on)
    stands = has_callback & ~kept & (_oldest_issue(position) <= agreed_on)
    return LastContacts(last_on, has_last, callback_on, stands)


def _oldest_issue(position: Position) -> Days:
    """Day on which the oldest open item of each customer was issued, deductions apart, (n,)."""
    items = position.items.take(~position.items.is_deduction)
    number, _ = position.place(items.customer)
    oldest = np.full(len(position.customers), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(oldest, number, position.ledger.invoices["issued_on"][items.invoice])
    return oldest


def _latest(position: Position, number: Rows, day: Days) -> tuple[Days, Flags]:
    """Day of the last row of each customer, and whether it has any row."""
    n = len(position.customers)
    found, known = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    found[number], known[number] = day, True
    return found, known
