"""How much was left of each invoice, and when it was paid, as it became known day by day."""

from dataclasses import dataclass

import numba
import numpy as np

from features.streams import EARLIEST, LATEST, NEVER, Balances, Changes, Items, Outcomes
from ledger.allocations import PAYMENT, Allocations
from ledger.arrays import Array, Rows
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.settlement import OPEN, PAID, Settlements


@dataclass(frozen=True)
class Cleared:
    """What became of items: their balances, outcomes, and changes of outcomes."""

    balances: Balances
    outcomes: Outcomes
    changes: Changes


def build_cleared(
    ledger: Ledger,
    items: Items,
    owner: Rows,
    place: Rows,
    allocations: Allocations,
    settlements: Settlements,
) -> Cleared:
    """Sort what became of items into streams.

    `owner` numbers the customer of each item, `place` gives the item of each row of
    `ledger.invoices` (-1: none).
    """
    item, known_on, state, left, has_cash, begins, until, paid_on = _days(
        allocations.invoice,
        allocations.known_on,
        allocations.amount_minor,
        allocations.kind == PAYMENT,
        settlements.invoice,
        settlements.known_on,
        settlements.state,
        settlements.paid_on,
        place,
        ledger.invoices["amount"],
        items.amount_minor,
    )
    customers = len(items.starts) - 1
    order = order_by(owner[item], known_on, item)
    item, known_on, begins = item[order], known_on[order], begins[order]
    starts = starts_of(owner[item], customers)
    balances = Balances(starts, item, known_on, state[order], left[order], has_cash[order])
    paid = order[begins]
    item, paid_on = item[begins], np.maximum(paid_on[paid], items.issued_on[item[begins]])
    days_late = np.clip(paid_on - items.due_on[item], EARLIEST, LATEST)
    counted = np.concatenate([[0], np.cumsum(begins)])
    outcomes = Outcomes(counted[starts], item, known_on[begins], until[paid], paid_on, days_late)
    return Cleared(balances, outcomes, _changes(outcomes, owner))


def _changes(outcomes: Outcomes, owner: Rows) -> Changes:
    """Outcomes in their order, and each again where it is undone."""
    undone = np.flatnonzero(outcomes.undone_on < NEVER)
    undone = undone[order_by(owner[outcomes.item[undone]], outcomes.undone_on[undone])]
    span = np.int64(2**32)
    known = owner[outcomes.item] * span + outcomes.known_on
    at = np.searchsorted(known, owner[outcomes.item[undone]] * span + outcomes.undone_on[undone])
    undone_of = starts_of(owner[outcomes.item[undone]], len(outcomes.starts) - 1)
    return Changes(
        outcomes.starts + undone_of,
        np.insert(np.arange(len(known)), at, undone),
        np.insert(outcomes.known_on, at, outcomes.undone_on[undone]),
        np.insert(np.ones(len(known), np.int32), at, -1),
    )


@numba.njit(cache=True)
def _days(
    invoice: Array,
    known_on: Array,
    amount: Array,
    of_cash: Array,
    settled: Array,
    settled_on: Array,
    settled_as: Array,
    settled_paid_on: Array,
    place: Array,
    full_amount: Array,
    amount_minor: Array,
) -> tuple[Array, Array, Array, Array, Array, Array, Array, Array]:
    """Balance of each item at the close of each of its days, and the outcomes that begin there.

    Takes allocations sorted by invoice and known_on, then settlements sorted alike, each of
    which falls on a day of its invoice's allocations. Returns item, day, state, what is left,
    whether of the cash some was kept, whether an outcome begins, until when, and its paid_on.
    """
    n = len(invoice)
    items = np.empty(n, np.int64)
    days = np.empty(n, np.int32)
    states = np.empty(n, np.int32)
    left = np.empty(n, np.int64)
    has_cash = np.empty(n, np.bool_)
    begins = np.zeros(n, np.bool_)
    until = np.empty(n, np.int32)
    paid_on = np.empty(n, np.int32)
    written, s = 0, 0
    state, applied, cash = OPEN, 0, 0
    for i in range(n):
        row = invoice[i]
        if i == 0 or row != invoice[i - 1]:
            state, applied, cash = OPEN, 0, 0
        applied += amount[i]
        cash += amount[i] if of_cash[i] else 0
        if i + 1 < n and invoice[i + 1] == row and known_on[i + 1] == known_on[i]:
            continue
        while s < len(settled) and settled[s] < row:
            s += 1
        changed = s < len(settled) and settled[s] == row and settled_on[s] == known_on[i]
        if changed:
            state = settled_as[s]
        if place[row] >= 0:
            items[written] = place[row]
            days[written] = known_on[i]
            states[written] = state
            rate = amount_minor[place[row]] / full_amount[row] if full_amount[row] != 0 else 0.0
            left[written] = np.rint((full_amount[row] - applied) * rate)
            has_cash[written] = cash > 0
            if changed and state == PAID:
                begins[written] = True
                paid_on[written] = settled_paid_on[s]
                followed = s + 1 < len(settled) and settled[s + 1] == row
                until[written] = settled_on[s + 1] if followed else NEVER
            written += 1
        s += changed
    return (
        items[:written],
        days[:written],
        states[:written],
        left[:written],
        has_cash[:written],
        begins[:written],
        until[:written],
        paid_on[:written],
    )
