"""Every allocation of a ledger, stated or implied, in the order in which it became known."""

from dataclasses import dataclass, replace

import numpy as np

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
)
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.implied_applications import all_applications
from ledger.ledger import Ledger
from ledger.order import order_by

__all__ = [
    "BAD_DEBT",
    "CREDIT_NOTE",
    "DEDUCTION",
    "DISCOUNT",
    "FX",
    "NETTING",
    "PAYMENT",
    "SMALL_DIFFERENCE",
    "Allocations",
    "all_allocations",
    "is_credit_note",
]


@dataclass(frozen=True)
class Allocations:
    """What cleared which invoice row; sorted by (invoice, known_on, allocated_on, kind, amount).

    `invoice` are rows of `ledger.invoices`; `kind` positions in ALLOCATION_KINDS; `amount_minor`
    in the invoice's currency, negative undoes; `value_on` the day the money was paid, on or before
    `allocated_on`, the day it cleared the invoice. `payment` are rows of `ledger.payments` and
    `credit_note` rows of `ledger.invoices`, each meaningful only where the mask beside it says so.
    All shapes (n,). Allocations of invoices outside the ledger are left out.
    """

    invoice: Rows
    kind: Codes
    amount_minor: Minor
    allocated_on: Days
    value_on: Days
    known_on: Days
    payment: Rows
    has_payment: Flags
    credit_note: Rows
    has_credit_note: Flags

    def __len__(self) -> int:
        return len(self.invoice)

    def take(self, rows: Array) -> "Allocations":
        """The allocations at `rows` (row numbers or a mask)."""
        return Allocations(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def as_posted(self) -> "Allocations":
        """The same as if each had been known on the day it is dated, sorted by that day."""
        return replace(self, known_on=self.allocated_on).take(_order(self, self.allocated_on))


def all_allocations(ledger: Ledger, applied: Applications | None = None) -> Allocations:
    """Allocations of the ledger's invoices: as stated, and as simple files imply them.

    See `ledger.implied_applications` for what is implied. What is dated before its invoice was
    issued counts from the day of issue, and is not known before the invoice is. The allocations
    of `ledger.known_at(day)` are those of `ledger` known on that day.
    """
    found = all_applications(ledger) if applied is None else applied
    found = found.take(found.has_invoice)
    invoices = ledger.invoices
    allocations = Allocations(
        found.invoice,
        found.kind,
        found.amount_minor,
        np.maximum(found.allocated_on, invoices["issued_on"][found.invoice]),
        np.maximum(found.value_on, invoices["issued_on"][found.invoice]),
        np.maximum(found.known_on, invoices.known_on[found.invoice]),
        found.payment,
        found.has_payment,
        found.credit_note,
        found.has_credit_note,
    )
    return allocations.take(_order(allocations, allocations.known_on))


def _order(found: Allocations, day: Days) -> Array:
    return order_by(found.invoice, day, found.allocated_on, found.kind, found.amount_minor)
