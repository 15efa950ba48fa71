"""What happened to the observed customers, as sorted streams with pointers to each customer.

A stream is a tuple of columns, sorted by customer and then by the day on which its rows were
known (ties by id), with `starts`, shape (customers + 1,): the rows of customer c are
`starts[c]:starts[c + 1]`. Kernels walk the streams beside the visits and never look beyond a
visit's `as_of`, so what is known later cannot reach a feature.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np

from features.frame import Observations
from ledger.applications import is_credit_note
from ledger.arrays import Codes, Days, Flags, Floats, Minor, Rows
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.rates import to_reporting
from ledger.settlement import PAID, Settlements

EARLIEST, LATEST = -60, 365
"""Bounds of days late wherever the past is summed up: what lies beyond counts as the bound."""

DRAWN = frozenset({"direct_debit", "card", "bill", "prepaid"})
"""Methods of payment by which the seller draws the money, or has it."""

NEVER = np.iinfo(np.int32).max
"""The day on which an outcome that stands is undone."""


class Block(NamedTuple):
    """Customers from `first` up to `stop`, whose rows are written together."""

    first: int
    stop: int


class Visits(NamedTuple):
    """Observations by customer and as_of.

    `row` is their row in the frame, `item` what they are about (-1: no invoice). `outcome` is
    the item's own outcome if one stands at `as_of` (else -1), which is no part of its history.
    """

    starts: Rows
    row: Rows
    as_of: Days
    item: Rows
    outcome: Rows


class Items(NamedTuple):
    """Invoices, credit notes apart.

    `row` are rows of `ledger.invoices`. `due_on` is moved to a business day where the
    definitions say so. `amount_minor` is in the reporting currency at the latest rate of
    `known_on`; where there is none, `priced` is false and the amount zero. `discount_pct` and
    `drawn_by_seller` (1: by a method of DRAWN, 0: by another) are NaN where unknown.
    """

    starts: Rows
    row: Rows
    known_on: Days
    issued_on: Days
    due_on: Days
    amount_minor: Minor
    priced: Flags
    discount_until: Days
    has_discount: Flags
    discount_pct: Floats
    drawn_by_seller: Floats


class Outcomes(NamedTuple):
    """Items known to be paid, from the close of `known_on` until that of `undone_on`.

    What undoes an outcome is a reversal or a correction of the day it was paid on. `item` are
    positions in Items; `days_late` are kept within EARLIEST..LATEST.
    """

    starts: Rows
    item: Rows
    known_on: Days
    undone_on: Days
    paid_on: Days
    days_late: Days


class Changes(NamedTuple):
    """Outcomes (positions in Outcomes) that became known, `sign` 1, or were undone, `sign` -1."""

    starts: Rows
    outcome: Rows
    known_on: Days
    sign: Codes


@dataclass(frozen=True)
class History:
    """The invoices of the observed customers, what became of them, and when to look at it.

    Customers are numbered in the order of their codes: `number` gives the number of a code of
    the vocabulary, -1 for those not observed, and `owner` that of an item. `place` gives the
    position in Items of a row of `ledger.invoices`, -1 for those not in it.
    """

    customers: int
    number: Rows
    owner: Rows
    place: Rows
    visits: Visits
    items: Items
    outcomes: Outcomes
    changes: Changes


def build_history(
    ledger: Ledger,
    observations: Observations,
    definitions: Definitions,
    settlements: Settlements,
) -> History:
    """Sort the invoices of the observed customers, and their outcomes, into streams."""
    codes = np.unique(observations.customer)
    number = np.full(len(ledger.vocabularies["customer"]), -1, np.int64)
    number[codes] = np.arange(len(codes))
    items = _items(ledger, definitions, number, len(codes))
    owner = np.repeat(np.arange(len(codes)), np.diff(items.starts))
    place = np.full(len(ledger.invoices), -1, np.int64)
    place[items.row] = np.arange(len(owner))
    outcomes = _outcomes(settlements, items, place, owner, len(codes))
    changes = _changes(outcomes, owner, len(codes))
    visits = _visits(observations, number, place, len(codes))
    _find_own_outcomes(visits, len(items.row), outcomes, changes)
    return History(len(codes), number, owner, place, visits, items, outcomes, changes)


def _visits(observations: Observations, number: Rows, place: Rows, customers: int) -> Visits:
    customer = number[observations.customer]
    order = order_by(customer, observations.as_of)
    item = np.full(len(observations), -1, np.int64)
    item[observations.has_invoice] = place[observations.invoice[observations.has_invoice]]
    starts = starts_of(customer[order], customers)
    none = np.full(len(order), -1, np.int64)
    return Visits(starts, order, observations.as_of[order], item[order], none)


def _items(ledger: Ledger, definitions: Definitions, number: Rows, customers: int) -> Items:
    invoices = ledger.invoices
    customer = number[invoices["customer_id"]]
    of = np.flatnonzero((customer >= 0) & ~is_credit_note(ledger))
    of = of[order_by(customer[of], invoices.known_on[of], invoices["invoice_id"][of])]
    known_on = invoices.known_on[of]
    amount, priced = to_reporting(
        ledger, invoices["currency"][of], invoices["amount"][of], known_on
    )
    percent = np.where(invoices.known("discount_pct"), invoices["discount_pct"], np.nan)
    return Items(
        starts_of(customer[of], customers),
        of,
        known_on,
        invoices["issued_on"][of],
        due_days(ledger, definitions)[of],
        amount,
        priced,
        invoices["discount_until"][of],
        invoices.known("discount_until")[of],
        percent[of],
        _drawn_by_seller(ledger)[of],
    )


def _drawn_by_seller(ledger: Ledger) -> Floats:
    """Whether the seller draws the money of each invoice row (1, 0), NaN where unknown."""
    words = ledger.vocabularies["invoices.payment_method"]
    drawn = np.array([float(word in DRAWN) for word in words] + [np.nan])
    codes = ledger.invoices["payment_method"]
    flags: Floats = drawn[np.where(ledger.invoices.known("payment_method"), codes, len(words))]
    return flags


def _outcomes(
    settlements: Settlements, items: Items, place: Rows, owner: Rows, customers: int
) -> Outcomes:
    until = np.full(len(settlements), NEVER, np.int32)
    followed = settlements.invoice[1:] == settlements.invoice[:-1]
    until[:-1][followed] = settlements.known_on[1:][followed]
    of = np.flatnonzero((settlements.state == PAID) & (place[settlements.invoice] >= 0))
    item = place[settlements.invoice[of]]
    order = order_by(owner[item], settlements.known_on[of], item)
    of, item = of[order], item[order]
    paid_on = np.maximum(settlements.paid_on[of], items.issued_on[item])
    days_late = paid_on.astype(np.int64) - items.due_on[item]
    return Outcomes(
        starts_of(owner[item], customers),
        item,
        settlements.known_on[of],
        until[of],
        paid_on,
        np.clip(days_late, EARLIEST, LATEST).astype(np.int32),
    )


def _changes(outcomes: Outcomes, owner: Rows, customers: int) -> Changes:
    undone = np.flatnonzero(outcomes.undone_on < NEVER)
    outcome = np.concatenate([np.arange(len(outcomes.item)), undone])
    known_on = np.concatenate([outcomes.known_on, outcomes.undone_on[undone]])
    sign = np.where(np.arange(len(outcome)) < len(outcomes.item), 1, -1).astype(np.int32)
    customer = owner[outcomes.item[outcome]]
    order = order_by(customer, known_on) if len(undone) else np.arange(len(outcome))
    return Changes(
        starts_of(customer[order], customers), outcome[order], known_on[order], sign[order]
    )


@numba.njit(cache=True)
def _find_own_outcomes(visits: Visits, items: int, outcomes: Outcomes, changes: Changes) -> None:
    """Set `visits.outcome` to the outcome of the visited item that stands at `as_of`."""
    standing = np.full(items, -1, np.int64)
    for c in range(len(visits.starts) - 1):
        change = changes.starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            while change < changes.starts[c + 1] and changes.known_on[change] <= visits.as_of[v]:
                o = changes.outcome[change]
                if changes.sign[change] > 0:
                    standing[outcomes.item[o]] = o
                elif standing[outcomes.item[o]] == o:
                    standing[outcomes.item[o]] = -1
                change += 1
            if visits.item[v] >= 0:
                visits.outcome[v] = standing[visits.item[v]]
