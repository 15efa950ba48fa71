"""What happened to the observed customers, as sorted streams with pointers to each customer.

A stream is a tuple of columns, sorted by customer and then by the day on which its rows were
known (ties by id), with `starts`, shape (customers + 1,): the rows of customer c are
`starts[c]:starts[c + 1]`. Kernels walk the streams beside the visits and never look beyond a
visit's `as_of`, so what is known later cannot reach a feature.
"""

from typing import NamedTuple

import numpy as np

from ledger.arrays import Codes, Days, Flags, Floats, Minor, Rows

EARLIEST, LATEST = -60, 365
"""Bounds of days late wherever the past is summed up: what lies beyond counts as the bound."""

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
    `drawn_by_seller` (1: by direct debit and the like, 0: otherwise) are NaN where unknown.
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


class Balances(NamedTuple):
    """What is known of an item from the close of `known_on`, until its next row.

    `item` are positions in Items, `state` as in `ledger.settlement`; `left_minor` is the residual
    in the reporting currency at the item's own rate (zero where it has none), `has_cash` whether
    cash was received for it and not returned. An item without a row is open and nothing of it is
    paid.
    """

    starts: Rows
    item: Rows
    known_on: Days
    state: Codes
    left_minor: Minor
    has_cash: Flags


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
