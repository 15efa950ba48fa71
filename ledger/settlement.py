"""When each invoice was paid, cancelled or written off, as it became known day by day."""

from dataclasses import dataclass

import numba
import numpy as np

from ledger.allocations import (
    BAD_DEBT,
    PAYMENT,
    Allocations,
    all_allocations,
    is_credit_note,
)
from ledger.arrays import Array, Codes, Days, Minor, Rows
from ledger.definitions import Definitions
from ledger.frames import money_exponents
from ledger.ledger import Ledger

OPEN, PAID, CANCELLED, WRITTEN_OFF = range(4)


@dataclass(frozen=True)
class Settlements:
    """Changes of state of invoices, sorted by (invoice, known_on); at most one a day each.

    `invoice` are rows of `ledger.invoices` (credit notes have none); from the close of `known_on`
    the invoice is known to be in `state` (OPEN, PAID, CANCELLED, WRITTEN_OFF). `paid_on` counts
    only where `state` is PAID. An invoice is OPEN until its first change. All shapes (n,).
    """

    invoice: Rows
    known_on: Days
    state: Codes
    paid_on: Days

    def __len__(self) -> int:
        return len(self.invoice)


def settle(
    ledger: Ledger, definitions: Definitions, allocations: Allocations | None = None
) -> Settlements:
    """Derive from the allocations when each invoice was settled, and when that was known.

    At the close of each day the allocations known by then are taken together, in the order of
    their value dates. PAID: cash is among them and, bad debt apart, at most
    max(short_pay_abs, short_pay_pct x amount) is left; `paid_on` is the last value date on which
    cash brought the rest from above that bound to within it, credits counted as if there from
    the start. CANCELLED: the same without net cash. WRITTEN_OFF: within the bound only by bad
    debt. An undone allocation reopens the invoice. (DOMAIN section 2.)

    An allocation changes nothing before the day on which it is known, so the settlements of
    `ledger.known_at(day)` are those of `ledger` with `known_on` up to that day.
    """
    found = all_allocations(ledger) if allocations is None else allocations
    bound = tolerance_minor(ledger, definitions)
    invoice, known_on, state, paid_on = _walk(
        found.invoice,
        found.kind,
        found.amount_minor,
        found.allocated_on,
        found.known_on,
        ledger.invoices.known_on,
        ledger.invoices["amount"],
        bound,
        is_credit_note(ledger),
    )
    return Settlements(invoice, known_on, state, paid_on)


def tolerance_minor(ledger: Ledger, definitions: Definitions) -> Minor:
    """Largest rest that still counts as paid, minor units of each invoice's currency, (n,)."""
    amount = np.abs(ledger.invoices["amount"])
    unit = np.power(10, money_exponents(ledger, "invoices"))
    absolute = np.floor(definitions.short_pay_abs * unit).astype(np.int64)
    share = np.floor(definitions.short_pay_pct * amount).astype(np.int64)
    return np.maximum(absolute, share) if len(amount) else np.empty(0, np.int64)


def state_at(settlements: Settlements, invoices: int, as_of: int) -> tuple[Codes, Days]:
    """State and paid_on of every invoice at the close of a day, both shape (invoices,)."""
    state = np.full(invoices, OPEN, np.int32)
    paid_on = np.zeros(invoices, np.int32)
    known = np.flatnonzero(settlements.known_on <= as_of)
    state[settlements.invoice[known]] = settlements.state[known]
    paid_on[settlements.invoice[known]] = settlements.paid_on[known]
    return state, paid_on


@numba.njit(cache=True)
def _walk(
    invoice: Array,
    kind: Array,
    amount: Array,
    allocated_on: Array,
    allocation_known_on: Array,
    invoice_known_on: Array,
    invoice_amount: Array,
    bound: Array,
    credit_note: Array,
) -> tuple[Array, Array, Array, Array]:
    """Emit a change of state at the close of each day on which an invoice's state changes."""
    n = len(invoice)
    rows = np.empty(n, np.int64)
    days = np.empty(n, np.int32)
    states = np.empty(n, np.int32)
    paid_on = np.empty(n, np.int32)
    emitted = 0
    start = 0
    while start < n:
        row = invoice[start]
        stop = start
        while stop < n and invoice[stop] == row:
            stop += 1
        if not credit_note[row]:
            last_state, last_paid = OPEN, 0
            end = start
            while end < stop:
                day = max(allocation_known_on[end], invoice_known_on[row])
                while end < stop and max(allocation_known_on[end], invoice_known_on[row]) == day:
                    end += 1
                state, paid = _state(
                    kind[start:end],
                    amount[start:end],
                    allocated_on[start:end],
                    invoice_amount[row],
                    bound[row],
                )
                if state != last_state or paid != last_paid:
                    rows[emitted] = row
                    days[emitted] = day
                    states[emitted] = state
                    paid_on[emitted] = paid
                    emitted += 1
                    last_state, last_paid = state, paid
        start = stop
    return rows[:emitted], days[:emitted], states[:emitted], paid_on[:emitted]


@numba.njit(cache=True)
def _state(
    kind: Array, amount: Array, allocated_on: Array, total: int, bound: int
) -> tuple[int, int]:
    """State of an invoice from the allocations known so far, and paid_on where it is PAID."""
    cash, credit, bad_debt = 0, 0, 0
    for i in range(len(kind)):
        if kind[i] == PAYMENT:
            cash += amount[i]
        elif kind[i] == BAD_DEBT:
            bad_debt += amount[i]
        else:
            credit += amount[i]
    rest = total - credit
    if rest - cash > bound:
        return (WRITTEN_OFF if bad_debt > 0 and rest - cash - bad_debt <= bound else OPEN), 0
    if cash <= 0:
        return (CANCELLED if credit > 0 else OPEN), 0
    order = np.argsort(allocated_on, kind="mergesort")
    paid_on, within, received = 0, False, 0
    for position in range(len(order)):
        i = order[position]
        if kind[i] != PAYMENT:
            continue
        received += amount[i]
        last_of_day = True
        for later in range(position + 1, len(order)):
            if allocated_on[order[later]] != allocated_on[i]:
                break
            if kind[order[later]] == PAYMENT:
                last_of_day = False
                break
        if last_of_day:
            now = received > 0 and rest - received <= bound
            if now and not within:
                paid_on = allocated_on[i]
            within = now
    return PAID, paid_on
