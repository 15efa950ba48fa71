"""What happened to the observed customers, as sorted streams with a pointer for each customer.

Every stream is a tuple of columns sorted by customer and then by the day on which its rows were
known (ties by id), with `starts`, shape (customers + 1,): the rows of customer c are
`starts[c]:starts[c + 1]`. Compiled kernels walk them; they never look beyond an observation's
as_of.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from features.frame import Observations
from features.order import order_by, starts_of
from ledger.allocations import all_allocations, is_credit_note
from ledger.arrays import Codes, Days, Flags, Floats, Minor, Rows
from ledger.days import weekday
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import PAID, Settlements, settle

EARLIEST, LATEST = -60, 365
"""Bounds to which the days late of an outcome are clipped."""

NEVER = np.iinfo(np.int32).max
"""Day on which an outcome that stands is undone."""


class Items(NamedTuple):
    """Invoices, credit notes apart.

    `row` are rows of `ledger.invoices`; `due_on` moved to a business day where the definitions
    say so; `amount_minor` in the reporting currency at the latest rate known on `known_on`,
    zero where none is (`priced` says which).
    """

    starts: Rows
    row: Rows
    issued_on: Days
    due_on: Days
    known_on: Days
    amount_minor: Minor
    priced: Flags


class Outcomes(NamedTuple):
    """Invoices known to be paid.

    `item` are positions in Items. An outcome counts from the close of `known_on` until the day
    before `undone_on` (a reversal, a correction of paid_on). `paid_on` is at the earliest the
    day of issue; `days_late` is clipped to EARLIEST..LATEST.
    """

    starts: Rows
    item: Rows
    known_on: Days
    undone_on: Days
    paid_on: Days
    days_late: Days


class Undone(NamedTuple):
    """Outcomes that did not stand: positions in Outcomes, by the day they were undone."""

    starts: Rows
    outcome: Rows
    on: Days


class Visits(NamedTuple):
    """Observations by customer and as_of: their place in the frame and their item, -1 for none."""

    starts: Rows
    place: Rows
    as_of: Days
    item: Rows


@dataclass(frozen=True)
class History:
    """Streams of the observed customers, who are numbered in the order of their codes."""

    customers: Codes
    items: Items
    outcomes: Outcomes
    undone: Undone
    visits: Visits


def build_history(
    ledger: Ledger, observations: Observations, definitions: Definitions
) -> History:
    """Sort what happened to the customers of some observations into streams."""
    customers = np.unique(observations.customer)
    number = np.full(len(ledger.vocabularies["customer"]) + 1, -1, np.int64)
    number[customers] = np.arange(len(customers))
    settlements = settle(ledger, definitions, all_allocations(ledger))
    items = _items(ledger, number, len(customers), definitions)
    place = np.full(len(ledger.invoices), -1, np.int64)
    place[items.row] = np.arange(len(items.row))
    owner = np.repeat(np.arange(len(customers)), np.diff(items.starts))
    outcomes = _outcomes(settlements, items, place, owner, len(customers))
    undone = _undone(outcomes, owner, len(customers))
    order = order_by(number[observations.customer], observations.as_of)
    item = np.where(observations.has_invoice, place[observations.invoice], -1)
    visits = Visits(
        starts_of(number[observations.customer][order], len(customers)),
        order,
        observations.as_of[order],
        item[order],
    )
    return History(customers, items, outcomes, undone, visits)


def due_days(ledger: Ledger, definitions: Definitions) -> Days:
    """Due date of each invoice row, moved from a weekend to Monday if the definitions say so."""
    due_on: Days = ledger.invoices["due_on"]
    if not definitions.due_on_business_day:
        return due_on
    return (due_on + np.maximum(7 - weekday(due_on), 0) * (weekday(due_on) >= 5)).astype(np.int32)


def _items(ledger: Ledger, number: Rows, customers: int, definitions: Definitions) -> Items:
    invoices = ledger.invoices
    of = np.flatnonzero((number[invoices["customer_id"]] >= 0) & ~is_credit_note(ledger))
    of = of[
        order_by(
            number[invoices["customer_id"][of]],
            invoices.known_on[of],
            invoices["invoice_id"][of],
        )
    ]
    return Items(
        starts_of(number[invoices["customer_id"][of]], customers),
        of,
        invoices["issued_on"][of],
        due_days(ledger, definitions)[of],
        invoices.known_on[of],
        invoices["amount"][of],
        np.ones(len(of), np.bool_),
    )


def _outcomes(
    settlements: Settlements, items: Items, place: Rows, owner: Rows, customers: int
) -> Outcomes:
    same = settlements.invoice[1:] == settlements.invoice[:-1]
    until = np.full(len(settlements), NEVER, np.int32)
    until[:-1][same] = settlements.known_on[1:][same]
    of = np.flatnonzero((settlements.state == PAID) & (place[settlements.invoice] >= 0))
    item = place[settlements.invoice[of]]
    order = order_by(owner[item], settlements.known_on[of], item)
    of, item = of[order], item[order]
    paid_on = np.maximum(settlements.paid_on[of], items.issued_on[item])
    late = np.clip(paid_on.astype(np.int64) - items.due_on[item], EARLIEST, LATEST)
    return Outcomes(
        starts_of(owner[item], customers),
        item,
        settlements.known_on[of],
        until[of],
        paid_on,
        late.astype(np.int32),
    )


def _undone(outcomes: Outcomes, owner: Rows, customers: int) -> Undone:
    of = np.flatnonzero(outcomes.undone_on < NEVER)
    number = owner[outcomes.item[of]]
    order = order_by(number, outcomes.undone_on[of])
    return Undone(starts_of(number[order], customers), of[order], outcomes.undone_on[of[order]])


def decay(days: Floats, half_life_days: float) -> Floats:
    """Weight of evidence of an age: halved every `half_life_days`."""
    return np.exp2(-days / half_life_days)
