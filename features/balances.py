"""How much was left of each invoice, as it became known day by day."""

from typing import NamedTuple

import numba
import numpy as np

from features.history import History
from ledger.allocations import PAYMENT, Allocations
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.settlement import OPEN, Settlements


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


def build_balances(
    ledger: Ledger, history: History, allocations: Allocations, settlements: Settlements
) -> Balances:
    """Sort the balances of the observed customers' invoices into a stream."""
    items = history.items
    invoice, known_on, state, applied, cash = _days(
        allocations.invoice,
        allocations.known_on,
        allocations.amount_minor,
        allocations.kind == PAYMENT,
        settlements.invoice,
        settlements.known_on,
        settlements.state,
    )
    kept = np.flatnonzero(history.place[invoice] >= 0)
    item = history.place[invoice[kept]]
    customer = history.owner[item]
    order = order_by(customer, known_on[kept], item)
    kept, item = kept[order], item[order]
    amount = ledger.invoices["amount"][invoice[kept]]
    rate = items.amount_minor[item] / np.where(amount == 0, 1, amount)
    left = np.rint((amount - applied[kept]) * rate).astype(np.int64)
    return Balances(
        starts_of(customer[order], history.customers),
        item,
        known_on[kept],
        state[kept],
        left,
        cash[kept] > 0,
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
) -> tuple[Array, Array, Array, Array, Array]:
    """State, sum applied and cash among it of each invoice at the close of each of its days.

    Takes allocations sorted by invoice and known_on, then settlements sorted alike.
    """
    n = len(invoice)
    rows = np.empty(n, np.int64)
    days = np.empty(n, np.int32)
    states = np.empty(n, np.int32)
    sums = np.empty(n, np.int64)
    receipts = np.empty(n, np.int64)
    written, s = 0, 0
    state, applied, cash = OPEN, 0, 0
    for i in range(n):
        if i == 0 or invoice[i] != invoice[i - 1]:
            state, applied, cash = OPEN, 0, 0
        applied += amount[i]
        cash += amount[i] if of_cash[i] else 0
        if i + 1 < n and invoice[i + 1] == invoice[i] and known_on[i + 1] == known_on[i]:
            continue
        while s < len(settled) and (
            settled[s] < invoice[i] or (settled[s] == invoice[i] and settled_on[s] <= known_on[i])
        ):
            if settled[s] == invoice[i]:
                state = settled_as[s]
            s += 1
        rows[written] = invoice[i]
        days[written] = known_on[i]
        states[written] = state
        sums[written] = applied
        receipts[written] = cash
        written += 1
    return rows[:written], days[:written], states[:written], sums[:written], receipts[:written]
