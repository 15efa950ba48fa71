"""Guarantees in force: what covers a loss, and by when insurers want to hear of overdue items."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from decisions.losses import Cover, cover_of
from decisions.position import Position
from ledger.arrays import Array, Days, Flags, Floats, Rows
from ledger.currencies import row_currencies
from ledger.money import exponent
from ledger.rates import to_reporting

_DAYS = np.int64(2**32)


@dataclass(frozen=True, eq=False)
class Guarantees:
    """Guarantees in force of the customers of a position, sorted as in the ledger; shapes (m,).

    Parameters
    ----------
    customer
        Number of the customer in the position.
    amount
        Major units of the reporting currency.
    share
        Share of a loss within the amount that it bears.
    max_overdue_days, has_max_overdue
        Days past due by which an overdue item must be notified.
    """

    customer: Rows
    amount: Floats
    share: Floats
    max_overdue_days: Array
    has_max_overdue: Flags

    def take(self, rows: Array) -> "Guarantees":
        """The guarantees at `rows` (row numbers or a mask)."""
        return Guarantees(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def guarantees_in_force(position: Position, insured_share: Mapping[str, float]) -> Guarantees:
    """Guarantees valid on the day of a position.

    An amount is in its customer's currency, converted at the rate of the day; without one it
    counts nothing. A guarantee that does not say which share it bears bears that of its kind in
    `insured_share`, else nothing.
    """
    ledger = position.ledger
    table = ledger.guarantees
    number, is_here = position.place(table["customer_id"])
    valid = is_here & (table["valid_from"] <= position.as_of)
    valid &= ~(table.known("valid_until") & (table["valid_until"] < position.as_of))
    rows = np.flatnonzero(valid)
    currency = row_currencies(ledger, "guarantees")[rows]
    day = np.full(len(rows), position.as_of, np.int32)
    minor, _ = to_reporting(ledger, currency, table["amount"][rows], day)
    kind = ledger.text("guarantees", "kind")[rows]
    usual = np.array([insured_share.get(name, 0.0) for name in kind], np.float64)
    said = np.clip(table["insured_share"][rows], 0.0, 1.0)
    return Guarantees(
        number[rows],
        minor / 10.0 ** exponent(position.currency),
        np.where(table.known("insured_share")[rows], said, usual),
        table["max_overdue_days"][rows],
        table.known("max_overdue_days")[rows],
    )


def cover(position: Position, found: Guarantees) -> Cover:
    """Cover by guarantees in force.

    One whose customer has an undisputed item further past due than `max_overdue_days` covers
    nothing: the insurer is free of it.
    """
    items = position.items
    counts = _undisputed(position)
    oldest = np.full(len(position.customers), np.iinfo(np.int32).min, np.int64)
    number, _ = position.place(items.customer[counts])
    np.maximum.at(oldest, number, items.days_past_due[counts])
    lapsed = found.has_max_overdue & (oldest[found.customer] > found.max_overdue_days)
    kept = found.take(~lapsed)
    return cover_of(kept.customer, kept.amount, kept.share, len(position.customers))


def insurer_deadlines(
    position: Position, found: Guarantees, notice_days: int
) -> tuple[Days, Flags]:
    """Next day by which an insurer must hear of an overdue item, and whether one is near.

    A deadline is the due date of an undisputed item + `max_overdue_days`; it is near from
    `notice_days` before it until the day itself. Both shape (n,).
    """
    items = position.items.take(_undisputed(position))
    wanted = found.take(found.has_max_overdue)
    number, _ = position.place(items.customer)
    # Items are sorted by customer and due date: the first that can still be notified in time.
    keys = number * _DAYS + items.due_on
    earliest = position.as_of - wanted.max_overdue_days
    at = np.searchsorted(keys, wanted.customer * _DAYS + earliest)
    there = at < len(keys)
    at, wanted = at[there], wanted.take(there)
    day = items.due_on[at] + wanted.max_overdue_days
    near = (number[at] == wanted.customer) & (day <= position.as_of + notice_days)
    last = np.iinfo(np.int64).max
    deadline = np.full(len(position.customers), last, np.int64)
    np.minimum.at(deadline, wanted.customer[near], day[near])
    is_near = deadline < last
    return np.where(is_near, deadline, 0).astype(np.int32), is_near


def _undisputed(position: Position) -> Rows:
    """Open items that an insurer counts: no deductions, not disputed in full."""
    items = position.items
    is_open = ~items.is_deduction & (items.disputed_minor < items.residual_minor)
    return np.flatnonzero(is_open)
