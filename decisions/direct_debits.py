"""Direct debits: items that pay themselves, until a debit is returned."""

import numpy as np

from decisions.position import Position
from ledger.applications import PAYMENT, reversed_payments
from ledger.arrays import Days, Flags

METHOD = "direct_debit"


def debit_returns(position: Position) -> tuple[Days, Flags]:
    """Day on which the last return of each open item's cash was known, and whether one was, (n,).

    A return undoes a payment of the item: a reversal that its allocation names, or implies.
    """
    ledger, found = position.ledger, position.books.allocations
    _, reverses = reversed_payments(ledger)
    undone = np.flatnonzero((found.kind == PAYMENT) & (found.amount_minor < 0) & found.has_payment)
    undone = undone[reverses[found.payment[undone]]]
    returned_on = np.full(len(ledger.invoices), np.iinfo(np.int32).min, np.int32)
    np.maximum.at(returned_on, found.invoice[undone], found.known_on[undone])
    last = returned_on[position.items.invoice]
    was_returned = last > np.iinfo(np.int32).min
    return np.where(was_returned, last, 0).astype(np.int32), was_returned


def by_direct_debit(position: Position) -> Flags:
    """Which open items are to be paid by direct debit, shape (n,)."""
    invoices = position.ledger.invoices
    code = position.ledger.code("invoices.payment_method", METHOD)
    row = position.items.invoice
    if code is None:
        return np.zeros(len(row), np.bool_)
    is_debit: Flags = invoices.known("payment_method")[row] & (
        invoices["payment_method"][row] == code
    )
    return is_debit
