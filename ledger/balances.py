"""Open items: what is left of each invoice, and how much of that may be chased."""

from dataclasses import dataclass

import numpy as np

from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.books import Basis, Books, books_of
from ledger.definitions import Definitions
from ledger.disputes import disputed_minor
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.promises import promised_minor
from ledger.rates import in_reporting
from ledger.settlement import OPEN, settle, state_at


@dataclass(frozen=True)
class OpenItems:
    """Invoices with something left at the close of a day; sorted by (customer, due_on, invoice id).

    Parameters
    ----------
    invoice
        Rows of `ledger.invoices`. Shape (n,), as all below.
    customer, currency
        Codes.
    residual_minor
        Amount less allocations, above zero, in the invoice's currency.
    disputed_minor, promised_minor
        Parts of the residual: disputed, and covered by a live promise of what is not disputed.
    chaseable_minor
        Residual less both; nothing of a deduction, which goes to the dispute desk.
    residual_reporting_minor, chaseable_reporting_minor
        In the reporting currency.
    due_on, days_past_due
        Day from which it counts as late, and days from it to the day looked at.
    is_deduction
        Left after the invoice counts as paid, cancelled or written off.
    """

    invoice: Rows
    customer: Codes
    currency: Codes
    residual_minor: Minor
    disputed_minor: Minor
    promised_minor: Minor
    chaseable_minor: Minor
    residual_reporting_minor: Minor
    chaseable_reporting_minor: Minor
    due_on: Days
    days_past_due: Days
    is_deduction: Flags

    def __len__(self) -> int:
        return len(self.invoice)

    def take(self, rows: Array) -> "OpenItems":
        """The items at `rows` (row numbers or a mask)."""
        return OpenItems(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def open_items(
    ledger: Ledger,
    as_of: int,
    definitions: Definitions,
    basis: Basis = "known",
    *,
    books: Books | None = None,
) -> OpenItems:
    """Open items of the ledger at the close of a day. Credit notes are not among them.

    Whether `as_of` is a day the ledger is complete through is the caller's to ask
    (`ledger.completeness`). `books` of the ledger on the basis, if at hand, save deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which there is no rate at most 7 days old.
    """
    books = books_of(ledger, basis) if books is None else books
    residual = books.balances(as_of)[0]
    disputed = disputed_minor(ledger, residual, as_of, books.basis)
    promised = np.minimum(promised_minor(books, as_of), np.maximum(residual, 0) - disputed)
    state, _ = state_at(settle(ledger, definitions, books.allocations), len(residual), as_of)
    invoices = ledger.invoices
    due_on = due_days(ledger, definitions)
    order = np.lexsort((invoices["invoice_id"], due_on, invoices["customer_id"]))
    rows = order[(~is_credit_note(ledger) & (residual > 0))[order]]
    residual, disputed, promised = residual[rows], disputed[rows], promised[rows]
    is_deduction = state[rows] != OPEN
    chaseable = np.where(is_deduction, 0, residual - disputed - promised)
    currency = invoices["currency"][rows]
    day = np.full(len(rows), as_of, np.int32)
    return OpenItems(
        rows,
        invoices["customer_id"][rows],
        currency,
        residual,
        disputed,
        promised,
        chaseable,
        in_reporting(ledger, currency, residual, day),
        in_reporting(ledger, currency, chaseable, day),
        due_on[rows],
        as_of - due_on[rows],
        is_deduction,
    )
