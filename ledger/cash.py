"""What lies in a customer's favour: cash on account, open credit notes, overpaid invoices."""

from dataclasses import dataclass

import numpy as np

from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Minor, Rows
from ledger.books import Basis, Books, books_of
from ledger.ledger import Ledger
from ledger.movements import payers
from ledger.rates import in_reporting

CREDIT_NOTE_OPEN, OVERPAID, ON_ACCOUNT = range(3)


@dataclass(frozen=True)
class OpenCredits:
    """Items in customers' favour at the close of a day, sorted by (customer, kind, row).

    Parameters
    ----------
    kind
        CREDIT_NOTE_OPEN (a credit note not yet applied), OVERPAID (an invoice that more was
        allocated to than it asks for) or ON_ACCOUNT (cash not yet allocated).
    row
        Of `ledger.payments` for ON_ACCOUNT, else of `ledger.invoices`.
    customer, currency
        Codes.
    amount_minor, reporting_minor
        Above zero in the customer's favour, in that currency and in the reporting currency;
        below zero for a refund or reversal that is not allocated, and an over-applied credit.
    """

    kind: Codes
    row: Rows
    customer: Codes
    currency: Codes
    amount_minor: Minor
    reporting_minor: Minor

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Array) -> "OpenCredits":
        """The credits at `rows` (row numbers or a mask)."""
        return OpenCredits(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def open_credits(
    ledger: Ledger, as_of: int, basis: Basis = "known", *, books: Books | None = None
) -> OpenCredits:
    """What lies in customers' favour at the close of a day.

    Receivables are the residuals of open items less these. `books` of the ledger on the basis,
    if at hand, save deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which there is no rate at most 7 days old.
    """
    books = books_of(ledger, basis) if books is None else books
    on_invoices, on_payments = books.balances(as_of)
    note = is_credit_note(ledger)
    notes = np.flatnonzero(note & (on_invoices != 0))
    overpaid = np.flatnonzero(~note & (on_invoices < 0))
    cash = np.flatnonzero(on_payments)
    invoices = np.concatenate([notes, overpaid])
    kind = np.repeat(
        np.array([CREDIT_NOTE_OPEN, OVERPAID, ON_ACCOUNT], np.int32),
        [len(notes), len(overpaid), len(cash)],
    )
    customer = np.concatenate(
        [ledger.invoices["customer_id"][invoices], payers(ledger).customer[cash]]
    )
    currency = np.concatenate(
        [ledger.invoices["currency"][invoices], ledger.payments["currency"][cash]]
    )
    amount = -np.concatenate([on_invoices[invoices], on_payments[cash]])
    day = np.full(len(amount), as_of, np.int32)
    credits = OpenCredits(
        kind,
        np.concatenate([invoices, cash]),
        customer,
        currency,
        amount,
        in_reporting(ledger, currency, amount, day),
    )
    return credits.take(np.lexsort((credits.row, credits.kind, credits.customer)))
