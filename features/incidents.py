"""Disputes, promises, returned payments and credit notes of the customer."""

from dataclasses import replace
from typing import NamedTuple

import numba
import numpy as np

from features.frame import Record
from features.history import History
from features.streams import Block, Items, Visits
from ledger.applications import is_credit_note, reversed_payments
from ledger.arrays import Array, Codes, Days, Rows
from ledger.disputes import disputes_of
from ledger.ledger import Ledger
from ledger.movements import payers
from ledger.order import order_by, starts_of
from ledger.promises import (
    BROKEN,
    GRACE_DAYS,
    KEPT,
    LONGEST_DAYS,
    promise_outcomes,
)

DISPUTED, RESOLVED, PROMISED, JUDGED_KEPT, JUDGED_PARTLY, JUDGED_BROKEN, RETURNED, CREDITED = range(
    8
)
WINDOW_DAYS = 365

INCIDENTS = np.dtype(
    [
        ("open_disputes", np.int64),
        ("disputes", np.int64),
        ("kept", np.int64),
        ("judged", np.int64),
        ("credit_notes", np.int64),
        ("broken_in_window", np.int64),
        ("returned_in_window", np.int64),
        ("oldest", np.int64),
        ("oldest_promise", np.int64),
    ],
    align=True,
)
"""What is counted of one customer, and where its windows begin."""


class Incidents(NamedTuple):
    """What happened to a customer: its kind, the item it is about (-1: none in particular).

    `until` is, of a promise, the last day on which it is live, and `on` the promised day.
    """

    starts: Rows
    known_on: Days
    kind: Codes
    item: Rows
    on: Days
    until: Days


def build_incidents(ledger: Ledger, history: History) -> Incidents:
    """Sort disputes, promises, returned payments and credit notes into a stream."""
    parts = [
        *_disputes(ledger, history),
        _promises(ledger, history),
        _judged(ledger, history),
        _returned(ledger, history),
        _credited(ledger, history),
    ]
    customer, known_on, kind, item, on, until = (
        np.concatenate([part[column] for part in parts]) for column in range(6)
    )
    of = np.flatnonzero(customer >= 0)
    of = of[order_by(customer[of], known_on[of], kind[of], item[of], on[of], until[of])]
    return Incidents(
        starts_of(customer[of], history.customers),
        known_on[of].astype(np.int32),
        kind[of].astype(np.int32),
        item[of],
        on[of].astype(np.int32),
        until[of].astype(np.int32),
    )


def _part(
    customer: Array,
    known_on: Array,
    kind: int | Array,
    item: Array | None = None,
    on: Array | None = None,
    until: Array | None = None,
) -> tuple[Array, ...]:
    """Columns of some incidents: their customer's number, then those of Incidents."""
    n = len(customer)
    return (
        customer,
        known_on,
        np.broadcast_to(kind, n),
        np.full(n, -1) if item is None else item,
        np.zeros(n, np.int32) if on is None else on,
        np.zeros(n, np.int32) if until is None else until,
    )


def _disputes(ledger: Ledger, history: History) -> list[tuple[Array, ...]]:
    found = disputes_of(ledger)
    found = found.take(history.place[found.invoice] >= 0)
    item = history.place[found.invoice]
    opened = np.maximum(found.from_day, history.items.known_on[item])
    closed = np.maximum(found.until_day, opened)[found.has_until]
    over = item[found.has_until]
    return [
        _part(history.owner[item], opened, DISPUTED, item),
        _part(history.owner[over], closed, RESOLVED, over),
    ]


def _promises(ledger: Ledger, history: History) -> tuple[Array, ...]:
    """Promises made; one about an invoice is not known before that invoice."""
    promises = ledger.promises
    rows, found = ledger.row_of("invoices", "invoice_id")
    about = np.flatnonzero(promises.known("invoice_id"))
    about = about[found[promises["invoice_id"][about]]]
    item = np.full(len(promises), -1, np.int64)
    item[about] = history.place[rows[promises["invoice_id"][about]]]
    kept = ~promises.known("invoice_id") | (item >= 0)
    customer = history.number[promises["customer_id"]]
    customer[item >= 0] = history.owner[item[item >= 0]]
    known_on = promises.known_on.copy()
    known_on[item >= 0] = np.maximum(known_on[item >= 0], history.items.known_on[item[item >= 0]])
    last = np.minimum(promises["promised_on"] + GRACE_DAYS, promises["made_on"] + LONGEST_DAYS)
    return tuple(
        column[kept]
        for column in _part(customer, known_on, PROMISED, item, promises["promised_on"], last)
    )


def _judged(ledger: Ledger, history: History) -> tuple[Array, ...]:
    if len(ledger.promises) == 0:
        return _part(np.empty(0, np.int64), np.empty(0, np.int32), JUDGED_KEPT)
    judged = promise_outcomes(ledger)
    kinds = {KEPT: JUDGED_KEPT, BROKEN: JUDGED_BROKEN}
    kind = np.array([kinds.get(outcome, JUDGED_PARTLY) for outcome in range(3)])
    return _part(history.number[judged.customer], judged.judged_on, kind[judged.outcome])


def _returned(ledger: Ledger, history: History) -> tuple[Array, ...]:
    """Payments returned; to find their customers, only they and what they return matter."""
    target, reverses = reversed_payments(ledger)
    returned = np.flatnonzero(reverses)
    kept = np.union1d(returned, target[returned])
    tables = {**ledger.tables, "payments": ledger.payments.take(kept)}
    customer, counts, known_on = payers(replace(ledger, tables=tables))
    of = np.searchsorted(kept, returned)
    of = of[counts[of]]
    return _part(history.number[customer[of]], known_on[of], RETURNED)


def _credited(ledger: Ledger, history: History) -> tuple[Array, ...]:
    of = np.flatnonzero(is_credit_note(ledger))
    customer = history.number[ledger.invoices["customer_id"][of]]
    return _part(customer, ledger.invoices.known_on[of], CREDITED)


@numba.njit(cache=True)
def write_incidents(
    rows: Array, block: Block, visits: Visits, items: Items, incidents: Incidents, all_counts: Array
) -> None:
    """Write disputes, promises, returned payments and credit notes as known.

    Disputes of the observed invoice are told apart from those of the others. `all_counts` are
    two blank INCIDENTS, one to count in and one to begin anew from.
    """
    counts = all_counts[0]
    for c in range(block.first, block.stop):
        all_counts[0] = all_counts[1]
        first, known, item = incidents.starts[c], incidents.starts[c], items.starts[c]
        first_item = items.starts[c]
        open_disputes = np.zeros(items.starts[c + 1] - first_item, np.int64)
        disputes = np.zeros(items.starts[c + 1] - first_item, np.int64)
        counts.oldest, counts.oldest_promise = first, first
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, own = visits.as_of[v], visits.item[v]
            while known < incidents.starts[c + 1] and incidents.known_on[known] <= as_of:
                i = incidents.item[known] - first_item
                if incidents.kind[known] == DISPUTED:
                    open_disputes[i] += 1
                    disputes[i] += 1
                elif incidents.kind[known] == RESOLVED:
                    open_disputes[i] -= 1
                _count(counts, incidents.kind[known])
                known += 1
            while counts.oldest < known and (
                incidents.known_on[counts.oldest] <= as_of - WINDOW_DAYS
            ):
                counts.broken_in_window -= incidents.kind[counts.oldest] == JUDGED_BROKEN
                counts.returned_in_window -= incidents.kind[counts.oldest] == RETURNED
                counts.oldest += 1
            while item < items.starts[c + 1] and items.known_on[item] <= as_of:
                item += 1
            others = item - first_item - (own >= 0)
            row = rows[v - visits.starts[block.first]]
            row.disputed = np.nan
            row.open_disputes, of_others = counts.open_disputes, counts.disputes
            if own >= 0:
                row.disputed = 1.0 if open_disputes[own - first_item] > 0 else 0.0
                row.open_disputes -= open_disputes[own - first_item]
                of_others -= disputes[own - first_item]
            row.disputes_per_invoice = of_others / others if others > 0 else np.nan
            row.credit_notes_per_invoice = counts.credit_notes / others if others > 0 else np.nan
            row.broken_promises_365d = counts.broken_in_window
            row.kept_promise_share = counts.kept / counts.judged if counts.judged > 0 else np.nan
            row.returned_payments_365d = counts.returned_in_window
            row.days_to_promise = _days_to_promise(counts, incidents, known, as_of, own)


@numba.njit(cache=True)
def _count(counts: Record, kind: int) -> None:
    if kind == DISPUTED:
        counts.open_disputes += 1
        counts.disputes += 1
    elif kind == RESOLVED:
        counts.open_disputes -= 1
    elif kind == RETURNED:
        counts.returned_in_window += 1
    elif kind == CREDITED:
        counts.credit_notes += 1
    elif kind != PROMISED:
        counts.judged += 1
        counts.kept += kind == JUDGED_KEPT
        counts.broken_in_window += kind == JUDGED_BROKEN


@numba.njit(cache=True)
def _days_to_promise(
    counts: Record, incidents: Incidents, known: int, as_of: int, own: int
) -> float:
    """Days to the next promised day of a live promise about the item, or about none."""
    while counts.oldest_promise < known and (
        incidents.known_on[counts.oldest_promise] < as_of - LONGEST_DAYS
    ):
        counts.oldest_promise += 1
    days = np.nan
    for p in range(counts.oldest_promise, known):
        about = incidents.item[p]
        if incidents.kind[p] == PROMISED and incidents.until[p] >= as_of:
            if own == -1 or about == -1 or about == own:
                ahead = incidents.on[p] - as_of
                days = ahead if np.isnan(days) else min(days, ahead)
    return days
