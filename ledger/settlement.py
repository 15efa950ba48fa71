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
from ledger.ledger import Ledger
from ledger.order import order_by
from ledger.rates import exponents

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
    place, places = _places(found)
    return Settlements(
        *_walk(
            found.invoice,
            found.kind,
            found.amount_minor,
            found.value_on,
            found.known_on,
            place,
            places,
            ledger.invoices["amount"],
            tolerance_minor(ledger, definitions),
            is_credit_note(ledger),
        )
    )


def tolerance_minor(ledger: Ledger, definitions: Definitions) -> Minor:
    """Largest rest that still counts as paid, minor units of each invoice's currency, (n,)."""
    invoices = ledger.invoices
    if len(invoices) == 0:
        return np.empty(0, np.int64)
    unit = np.power(10, exponents(ledger)[invoices["currency"]])
    share = definitions.short_pay_pct * np.abs(invoices["amount"])
    largest = np.maximum(definitions.short_pay_abs * unit, share)
    return np.floor(np.round(largest, 6)).astype(np.int64)


def state_at(settlements: Settlements, invoices: int, as_of: int) -> tuple[Codes, Days]:
    """State and paid_on of every invoice at the close of a day, both shape (invoices,)."""
    state = np.full(invoices, OPEN, np.int32)
    paid_on = np.zeros(invoices, np.int32)
    known = np.flatnonzero(settlements.known_on <= as_of)
    state[settlements.invoice[known]] = settlements.state[known]
    paid_on[settlements.invoice[known]] = settlements.paid_on[known]
    return state, paid_on


def _places(allocations: Allocations) -> tuple[Array, int]:
    """Place of each value date among those of its invoice, and the most days of one."""
    n = len(allocations)
    order = order_by(allocations.invoice, allocations.value_on)
    invoice, day = allocations.invoice[order], allocations.value_on[order]
    new_invoice = np.r_[True, invoice[1:] != invoice[:-1]][:n]
    new_day = new_invoice | np.r_[True, day[1:] != day[:-1]][:n]
    nth_day = np.cumsum(new_day)
    place = np.empty(n, np.int64)
    place[order] = nth_day - np.maximum.accumulate(np.where(new_invoice, nth_day, 0))
    return place, int(place.max(initial=0)) + 1


@numba.njit(cache=True)
def _walk(
    invoice: Array,
    kind: Array,
    amount: Array,
    value_on: Array,
    known_on: Array,
    place: Array,
    places: int,
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
    day_at = np.empty(places, np.int32)
    sums = np.empty(4 * places, np.int64)
    lows = np.empty(4 * places, np.int64)
    emitted = 0
    start = 0
    while start < n:
        row = invoice[start]
        stop = start
        leaves = 1
        while stop < n and invoice[stop] == row:
            day_at[place[stop]] = value_on[stop]
            while leaves <= place[stop]:
                leaves *= 2
            stop += 1
        if credit_note[row]:
            start = stop
            continue
        sums[: 2 * leaves] = 0
        lows[: 2 * leaves] = 0
        cash, credit, bad_debt = 0, 0, 0
        last_state, last_paid = OPEN, 0
        for i in range(start, stop):
            if kind[i] == PAYMENT:
                cash += amount[i]
                _receive(sums, lows, leaves, place[i], amount[i])
            elif kind[i] == BAD_DEBT:
                bad_debt += amount[i]
            else:
                credit += amount[i]
            if i + 1 < stop and known_on[i + 1] == known_on[i]:
                continue
            owed = invoice_amount[row] - credit - bound[row]
            state, paid = OPEN, 0
            if cash < owed:
                if cash + bad_debt >= owed:
                    state = WRITTEN_OFF
            elif cash > 0:
                state = PAID
                paid = day_at[_first_enough(sums, lows, leaves, max(owed, 1))]
            elif credit > 0:
                state = CANCELLED
            if state != last_state or paid != last_paid:
                rows[emitted] = row
                days[emitted] = known_on[i]
                states[emitted] = state
                paid_on[emitted] = paid
                emitted += 1
                last_state, last_paid = state, paid
        start = stop
    return rows[:emitted], days[:emitted], states[:emitted], paid_on[:emitted]


@numba.njit(cache=True)
def _receive(sums: Array, lows: Array, leaves: int, place: int, amount: int) -> None:
    """Add cash at a place of the tree: `sums` of each node, `lows` its lowest running sum."""
    node = leaves + place
    sums[node] += amount
    lows[node] = sums[node]
    while node > 1:
        node //= 2
        left, right = 2 * node, 2 * node + 1
        sums[node] = sums[left] + sums[right]
        lows[node] = min(lows[left], sums[left] + lows[right])


@numba.njit(cache=True)
def _first_enough(sums: Array, lows: Array, leaves: int, enough: int) -> int:
    """Place from which on the running sum of the cash stays at `enough` or above, to the end."""
    if lows[1] >= enough:
        return 0
    node, before = 1, 0
    while node < leaves:
        left, right = 2 * node, 2 * node + 1
        if before + sums[left] + lows[right] < enough:
            before += sums[left]
            node = right
        else:
            node = left
    return node - leaves + 1
