"""Every allocation of a ledger, stated or implied, in the order in which it became known."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.ledger import Ledger
from ledger.schema import ALLOCATION_KINDS

PAYMENT, CREDIT_NOTE, DISCOUNT, DEDUCTION, SMALL_DIFFERENCE, BAD_DEBT, NETTING, FX = range(
    len(ALLOCATION_KINDS)
)


@dataclass(frozen=True)
class Allocations:
    """What cleared which invoice row; sorted by (invoice, known_on, allocated_on, kind, amount).

    `invoice` are rows of `ledger.invoices`; `kind` positions in ALLOCATION_KINDS; `amount_minor`
    in the invoice's currency, negative undoes. `payment` are rows of `ledger.payments` and
    `credit_note` rows of `ledger.invoices`, each meaningful only where the mask beside it says so.
    All shapes (n,). Allocations of invoices outside the ledger are left out.
    """

    invoice: Rows
    kind: Codes
    amount_minor: Minor
    allocated_on: Days
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


def all_allocations(ledger: Ledger) -> Allocations:
    """Allocations as stated, and those that the shortcuts of simple files imply.

    A payment with an `invoice_id` and a credit note with `applies_to` that no stated allocation
    names as its source clear that invoice in full on that day. A payment with `reversal_of` that
    no stated allocation names undoes every allocation of the payment it reverses.
    """
    stated = _stated(ledger)
    implied = [_implied_by_payments(ledger, stated), _implied_by_credit_notes(ledger, stated)]
    known = _joined([stated, *implied])
    found = _joined([known, _implied_by_reversals(ledger, known)])
    order = np.lexsort(
        (found.amount_minor, found.kind, found.allocated_on, found.known_on, found.invoice)
    )
    return found.take(order)


def _joined(parts: list[Allocations]) -> Allocations:
    return Allocations(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Allocations.__dataclass_fields__
        )
    )


def _stated(ledger: Ledger) -> Allocations:
    table = ledger.allocations
    rows, found = ledger.row_of("invoices", "invoice_id")
    table = table.take(found[table["invoice_id"]]) if len(table) else table
    words = ledger.vocabularies["allocations.kind"]
    kinds = np.array([ALLOCATION_KINDS.index(word) for word in words], np.int32)
    kind = kinds[table["kind"]] if len(table) else np.empty(0, np.int32)
    payment, has_payment = _source_rows(
        ledger, table["source_id"], table.known("source_id"), "payments", "payment_id"
    )
    note, has_note = _source_rows(
        ledger, table["source_id"], table.known("source_id"), "invoices", "invoice_id"
    )
    return Allocations(
        rows[table["invoice_id"]],
        kind,
        table["amount"],
        table["allocated_on"],
        table.known_on,
        payment,
        has_payment & (kind != CREDIT_NOTE),
        note,
        has_note & (kind == CREDIT_NOTE),
    )


def _source_rows(
    ledger: Ledger, source: Codes, known: Flags, table: str, key: str
) -> tuple[Rows, Flags]:
    """Row of the payment or credit note that a source id names, and whether there is one."""
    words = ledger.vocabularies["allocations.source_id"]
    if len(words) == 0 or len(source) == 0:
        return np.zeros(len(source), np.int64), np.zeros(len(source), np.bool_)
    codes, named = ledger.codes(key.removesuffix("_id"), words)
    rows, found = ledger.row_of(table, key)
    if len(rows) == 0:
        return np.zeros(len(source), np.int64), np.zeros(len(source), np.bool_)
    return rows[codes][source], known & (named & found[codes])[source]


def _unnamed(n: int, rows: Rows, named: Flags) -> Flags:
    """Which of n rows no allocation names."""
    free = np.ones(n, np.bool_)
    free[rows[named]] = False
    return free


def _implied_by_payments(ledger: Ledger, stated: Allocations) -> Allocations:
    payments = ledger.payments
    rows, found = ledger.row_of("invoices", "invoice_id")
    free = _unnamed(len(payments), stated.payment, stated.has_payment)
    free &= payments.known("invoice_id") & ~payments.known("reversal_of")
    if len(found):
        free &= found[payments["invoice_id"]]
    of = np.flatnonzero(free)
    n = len(of)
    return Allocations(
        rows[payments["invoice_id"][of]] if n else np.empty(0, np.int64),
        np.full(n, PAYMENT, np.int32),
        payments["amount"][of],
        payments["paid_on"][of],
        payments.known_on[of],
        of,
        np.ones(n, np.bool_),
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
    )


def _implied_by_credit_notes(ledger: Ledger, stated: Allocations) -> Allocations:
    invoices = ledger.invoices
    rows, found = ledger.row_of("invoices", "invoice_id")
    free = _unnamed(len(invoices), stated.credit_note, stated.has_credit_note)
    free &= invoices.known("applies_to") & is_credit_note(ledger)
    if len(found):
        free &= found[invoices["applies_to"]]
    of = np.flatnonzero(free)
    n = len(of)
    return Allocations(
        rows[invoices["applies_to"][of]] if n else np.empty(0, np.int64),
        np.full(n, CREDIT_NOTE, np.int32),
        np.abs(invoices["amount"][of]),
        invoices["issued_on"][of],
        invoices.known_on[of],
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
        of,
        np.ones(n, np.bool_),
    )


def _implied_by_reversals(ledger: Ledger, known: Allocations) -> Allocations:
    """Undo the allocations of reversed payments, on the day of the reversal."""
    payments = ledger.payments
    rows, found = ledger.row_of("payments", "payment_id")
    reverses = payments.known("reversal_of") & _unnamed(
        len(payments), known.payment, known.has_payment
    )
    if len(found):
        reverses &= found[payments["reversal_of"]]
    reversal = np.zeros(len(payments), np.int64)
    reversed_ = np.zeros(len(payments), np.bool_)
    of = np.flatnonzero(reverses)
    if len(of):
        reversal[rows[payments["reversal_of"][of]]] = of
        reversed_[rows[payments["reversal_of"][of]]] = True
    undone = known.take(
        known.has_payment & reversed_[known.payment] if len(payments) else known.has_payment
    )
    by = reversal[undone.payment] if len(undone) else np.empty(0, np.int64)
    return Allocations(
        undone.invoice,
        undone.kind,
        -undone.amount_minor,
        payments["paid_on"][by],
        np.maximum(payments.known_on[by], undone.known_on),
        by,
        np.ones(len(undone), np.bool_),
        undone.credit_note,
        undone.has_credit_note,
    )


def is_credit_note(ledger: Ledger) -> Flags:
    """Which rows of `ledger.invoices` are credit notes, shape (n,)."""
    code = ledger.code("invoices.kind", "credit_note")
    kinds = ledger.invoices["kind"]
    return kinds == code if code is not None else np.zeros(len(kinds), np.bool_)
