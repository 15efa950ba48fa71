"""The balance that customers have proven they can carry: the history term of a credit limit."""

from typing import NamedTuple

import numpy as np

from decisions.position import Position
from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.due import due_days
from ledger.rates import to_reporting
from ledger.settlement import CANCELLED, PAID


class Steps(NamedTuple):
    """Changes of what a customer (code) owes, and of how many of its items failed; shapes (n,)."""

    customer: Codes
    day: Days
    amount_minor: Minor
    failed: Minor


def proven_balances(position: Position, days: int, grace_days: int) -> tuple[Minor, Flags]:
    """Highest day-end balance all of whose items were paid in time, and whether any was paid.

    Looks at the `days` up to the day of the position. The balance is what the customer owed less
    what lay in its favour. A day does not count on which an item was open that was not paid by
    its due date + `grace_days`, also one that is still open; what is disputed in full or was
    cancelled neither proves nor disproves. Minor units of the reporting currency at the rate of
    each item's own day, an item without one adding nothing; zero where no day counts. Both
    shapes (n,).
    """
    first_day = position.as_of - days + 1
    moved, failures = _balance_changes(position), _failures(position, grace_days)
    number, is_here = position.place(np.concatenate([moved.customer, failures.customer]))
    day, amount, failed = (
        np.concatenate([getattr(moved, name), getattr(failures, name)])[is_here]
        for name in ("day", "amount_minor", "failed")
    )
    number = number[is_here]
    customers = np.arange(len(position.customers))
    nothing = np.zeros(len(customers), np.int64)
    # What came before the first day counts on it; every customer is looked at on that day.
    number = np.concatenate([number, customers])
    day = np.concatenate([np.maximum(day, first_day), nothing + first_day])
    amount, failed = np.concatenate([amount, nothing]), np.concatenate([failed, nothing])
    order = np.lexsort((day, number))
    number, day = number[order], day[order]
    is_last = np.ones(len(order), np.bool_)
    is_last[:-1] = (number[1:] != number[:-1]) | (day[1:] != day[:-1])
    starts = np.searchsorted(number, customers)
    balance = _running(amount[order], starts, number)
    open_failures = _running(failed[order], starts, number)
    counts = is_last & (open_failures == 0) & (day <= position.as_of)
    highest = np.zeros(len(customers), np.int64)
    np.maximum.at(highest, number[counts], balance[counts])
    return highest, _ever_paid(position, first_day)


def _balance_changes(position: Position) -> Steps:
    """Every movement, at the rate of the first day of its item."""
    ledger, moved = position.ledger, position.books.movements
    born = np.concatenate([ledger.invoices["issued_on"], ledger.payments["paid_on"]])[moved.item]
    amount, _ = to_reporting(ledger, moved.currency, moved.amount_minor, born)
    return Steps(moved.customer, moved.happened_on, amount, np.zeros(len(moved), np.int64))


def _failures(position: Position, grace_days: int) -> Steps:
    """The items that were not paid in time: one more when issued, one less when paid."""
    rows, paid = _not_in_time(position, grace_days)
    paid_rows = rows[paid]
    invoices = position.ledger.invoices
    row = np.concatenate([rows, paid_rows])
    day = np.concatenate([invoices["issued_on"][rows], position.paid_on[paid_rows]])
    step = np.repeat(np.array([1, -1], np.int64), [len(rows), len(paid_rows)])
    return Steps(invoices["customer_id"][row], day, np.zeros(len(row), np.int64), step)


def _not_in_time(position: Position, grace_days: int) -> tuple[Rows, Flags]:
    """Rows of the invoices that were not paid in time, and whether each was paid at all."""
    ledger, items = position.ledger, position.items
    due_on = due_days(ledger, position.definitions)
    paid = position.state == PAID
    failed = ~is_credit_note(ledger) & (position.state != CANCELLED)
    failed &= ~(paid & (position.paid_on <= due_on + grace_days))
    failed[items.invoice[items.disputed_minor >= items.residual_minor]] = False
    rows = np.flatnonzero(failed)
    return rows, paid[rows]


def _ever_paid(position: Position, first_day: int) -> Flags:
    invoices = position.ledger.invoices
    rows = np.flatnonzero((position.state == PAID) & (position.paid_on >= first_day))
    number, is_here = position.place(invoices["customer_id"][rows])
    found = np.zeros(len(position.customers), np.bool_)
    found[number[is_here]] = True
    return found


def _running(steps: Minor, starts: Rows, number: Array) -> Minor:
    """Running sum of each customer's steps."""
    total = np.cumsum(steps)
    before = np.where(starts > 0, total[starts - 1], 0) if len(starts) else total
    running: Minor = total - before[number]
    return running
