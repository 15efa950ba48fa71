"""Everything that changed what customers owe: one signed movement of one item each."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.allocations import Allocations
from ledger.applications import (
    BAD_DEBT,
    CREDIT_NOTE,
    DEDUCTION,
    DISCOUNT,
    FX,
    NETTING,
    PAYMENT,
    SMALL_DIFFERENCE,
    Applications,
    is_credit_note,
    reversed_payments,
)
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.ledger import Ledger

LINES = (
    "invoices",
    "credit_notes",
    "cash",
    "refunds",
    "discounts",
    "deductions",
    "small_differences",
    "bad_debt",
    "netting",
    "fx",
)
"""The lines of a roll-forward, in its order."""

_LINE_OF = {
    PAYMENT: LINES.index("cash"),
    CREDIT_NOTE: LINES.index("credit_notes"),
    DISCOUNT: LINES.index("discounts"),
    DEDUCTION: LINES.index("deductions"),
    SMALL_DIFFERENCE: LINES.index("small_differences"),
    BAD_DEBT: LINES.index("bad_debt"),
    NETTING: LINES.index("netting"),
    FX: LINES.index("fx"),
}
_LINE_OF_KIND = np.array([_LINE_OF[kind] for kind in range(len(_LINE_OF))], np.int32)


@dataclass(frozen=True)
class Movements:
    """Changes of what customers owe; an item's balance is the sum of its movements. Shapes (n,).

    Parameters
    ----------
    item
        Row of `ledger.invoices` (an invoice: above zero while open; a credit note: below), or
        number of invoices + row of `ledger.payments` (below zero while on account).
    line
        Position in LINES.
    customer
        Code of the customer who owes it.
    currency
        Code of the item's currency.
    amount_minor
        In that currency; above zero the customer owes more.
    happened_on, known_on
        The day it is dated, and the day it was known.
    """

    item: Rows
    line: Codes
    customer: Codes
    currency: Codes
    amount_minor: Minor
    happened_on: Days
    known_on: Days

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Array) -> "Movements":
        """The movements at `rows` (row numbers or a mask)."""
        return Movements(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def movements_of(ledger: Ledger, applied: Applications, allocations: Allocations) -> Movements:
    """Derive every movement of the ledger's receivables from its applications and allocations.

    A payment counts against its customer, else its invoice's, else the customer of the payment
    it reverses; one with none of them is left aside, and so is the reversal of a payment that is
    left aside or not in the ledger. Cash and credit applied to invoices outside the ledger leave
    the balance with their application. A payment from before its invoice was issued is on account
    until then.
    """
    payer = payers(ledger)
    parts = [
        _invoices(ledger),
        _payments(ledger, payer),
        _clearings(ledger, allocations),
        _uses(ledger, applied, payer),
    ]
    found = Movements(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Movements.__dataclass_fields__
        )
    )
    return found.take(found.amount_minor != 0)


class Payers(NamedTuple):
    """Customer of each payment, whether it counts in balances, and since when both are known.

    All shapes (payments,).
    """

    customer: Codes
    counts: Flags
    known_on: Days


def payers(ledger: Ledger) -> Payers:
    """Derive whose each payment is; see `movements_of`."""
    payments, invoices = ledger.payments, ledger.invoices
    customer, known_on = payments["customer_id"].copy(), payments.known_on.copy()
    found = payments.known("customer_id").copy()
    rows, exists = ledger.row_of("invoices", "invoice_id")
    of = np.flatnonzero(~found & payments.known("invoice_id"))
    of = of[exists[payments["invoice_id"][of]]]
    paid = rows[payments["invoice_id"][of]]
    customer[of], found[of] = invoices["customer_id"][paid], True
    known_on[of] = np.maximum(known_on[of], invoices.known_on[paid])
    counts = found & ~payments.known("reversal_of")
    target, reverses = reversed_payments(ledger)
    of = np.flatnonzero(reverses)
    paid = target[of]
    # Twice, for reversals of reversals.
    for _ in range(2):
        known_on[of] = np.maximum(known_on[of], known_on[paid])
        customer[of] = np.where(found[of], customer[of], customer[paid])
        found[of] |= found[paid]
        counts[of] = counts[paid]
    return Payers(customer, counts, known_on)


def signed_payments(ledger: Ledger) -> Minor:
    """Amount of each payment as received: a reversal is the opposite of what it reverses, (n,)."""
    amount = ledger.payments["amount"]
    target, reverses = reversed_payments(ledger)
    again = reverses & reverses[target] if len(target) else reverses
    signed = np.where(reverses & ~again, -np.abs(amount), amount)
    return np.where(again, np.abs(amount), signed)


def _invoices(ledger: Ledger) -> Movements:
    invoices = ledger.invoices
    note = is_credit_note(ledger)
    amount = np.abs(invoices["amount"])
    return Movements(
        np.arange(len(invoices)),
        np.where(note, LINES.index("credit_notes"), LINES.index("invoices")).astype(np.int32),
        invoices["customer_id"],
        invoices["currency"],
        np.where(note, -amount, amount),
        invoices["issued_on"],
        invoices.known_on,
    )


def _payments(ledger: Ledger, payer: Payers) -> Movements:
    payments = ledger.payments
    signed = signed_payments(ledger)
    target, reverses = reversed_payments(ledger)
    happened_on = payments["paid_on"].copy()
    happened_on[reverses] = np.maximum(happened_on[reverses], happened_on[target[reverses]])
    refund = (signed < 0) & ~reverses
    return Movements(
        len(ledger.invoices) + np.arange(len(payments)),
        np.where(refund, LINES.index("refunds"), LINES.index("cash")).astype(np.int32),
        payer.customer,
        payments["currency"],
        -signed,
        happened_on,
        payer.known_on,
    ).take(payer.counts)


def _clearings(ledger: Ledger, allocations: Allocations) -> Movements:
    """What allocations take from invoices."""
    invoices = ledger.invoices
    return Movements(
        allocations.invoice,
        _LINE_OF_KIND[allocations.kind],
        invoices["customer_id"][allocations.invoice],
        invoices["currency"][allocations.invoice],
        -allocations.amount_minor,
        allocations.allocated_on,
        allocations.known_on,
    )


def _uses(ledger: Ledger, applied: Applications, payer: Payers) -> Movements:
    """What applications use of payments and credit notes."""
    invoices, payments = ledger.invoices, ledger.payments
    applied = applied.take(applied.source_minor != 0)
    happened_on = applied.allocated_on.copy()
    inside = applied.has_invoice
    happened_on[inside] = np.maximum(
        happened_on[inside], invoices["issued_on"][applied.invoice[inside]]
    )
    by_cash = np.flatnonzero(applied.has_payment)
    by_cash = by_cash[payer.counts[applied.payment[by_cash]]]
    payment = applied.payment[by_cash]
    by_note = np.flatnonzero(applied.has_credit_note)
    note = applied.credit_note[by_note]
    both = np.concatenate([by_cash, by_note])
    return Movements(
        np.concatenate([len(invoices) + payment, note]),
        _LINE_OF_KIND[applied.kind[both]],
        np.concatenate([payer.customer[payment], invoices["customer_id"][note]]),
        np.concatenate([payments["currency"][payment], invoices["currency"][note]]),
        applied.source_minor[both],
        np.maximum(
            happened_on[both],
            np.concatenate([payments["paid_on"][payment], invoices["issued_on"][note]]),
        ),
        np.maximum(
            applied.known_on[both],
            np.concatenate([payer.known_on[payment], invoices.known_on[note]]),
        ),
    )
