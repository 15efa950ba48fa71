"""What payments, credit notes and other clearings were applied to, as stated."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.ledger import Ledger
from ledger.rates import exchanged
from ledger.schema import ALLOCATION_KINDS

PAYMENT, CREDIT_NOTE, DISCOUNT, DEDUCTION, SMALL_DIFFERENCE, BAD_DEBT, NETTING, FX = range(
    len(ALLOCATION_KINDS)
)


@dataclass(frozen=True)
class Applications:
    """What was applied to which invoice, and what that used of its source. All shapes (n,).

    Parameters
    ----------
    invoice, has_invoice
        Row of `ledger.invoices`, and whether the invoice is in the ledger at all.
    kind
        Position in ALLOCATION_KINDS.
    amount_minor
        In the invoice's currency; negative undoes.
    source_minor
        What that uses of the payment or credit note, in the source's currency; zero for a
        discount, a write-off and everything else that is no money. The amount is taken to be in
        the source's currency where the invoice was not known when the allocation was.
    allocated_on, value_on, known_on
        The day it counts from, the value date of the cash (the day itself for all else, and
        where the payment was not known when the allocation was), and the day it was known.
    payment, has_payment
        Row of `ledger.payments` of the payment it came with, if any.
    credit_note, has_credit_note
        Row of `ledger.invoices` of the credit note it came from, if any.
    """

    invoice: Rows
    has_invoice: Flags
    kind: Codes
    amount_minor: Minor
    source_minor: Minor
    allocated_on: Days
    value_on: Days
    known_on: Days
    payment: Rows
    has_payment: Flags
    credit_note: Rows
    has_credit_note: Flags

    def __len__(self) -> int:
        return len(self.invoice)

    def take(self, rows: Array) -> "Applications":
        """The applications at `rows` (row numbers or a mask)."""
        return Applications(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def is_credit_note(ledger: Ledger) -> Flags:
    """Which rows of `ledger.invoices` are credit notes, by kind or by a negative amount, (n,)."""
    code = ledger.code("invoices.kind", "credit_note")
    negative: Flags = ledger.invoices["amount"] < 0
    return negative if code is None else negative | (ledger.invoices["kind"] == code)


def reversed_payments(ledger: Ledger) -> tuple[Rows, Flags]:
    """Row of the payment that each payment reverses, and whether it reverses one, both (n,).

    A reversal of a payment that the ledger does not have reverses none.
    """
    payments = ledger.payments
    known = payments.known("reversal_of")
    if not known.any():
        return np.zeros(len(payments), np.int64), known
    rows, found = ledger.row_of("payments", "payment_id")
    target = payments["reversal_of"]
    return rows[target], known & found[target]


def stated_applications(ledger: Ledger) -> Applications:
    """The allocations of the ledger as they are stated, also of invoices outside it, in its order.

    Raises
    ------
    LedgerError
        Where one is in another currency than its source, and no rate is known of its day.
    """
    table = ledger.allocations
    n = len(table)
    words = ledger.vocabularies["allocations.kind"]
    kinds = np.array([ALLOCATION_KINDS.index(word) for word in words], np.int32)
    kind = kinds[table["kind"]] if n else np.empty(0, np.int32)
    invoice, has_invoice = rows_of(ledger, "invoices", "invoice_id", table["invoice_id"])
    payment, has_payment = _source_rows(ledger, "payments", "payment_id")
    note, has_note = _source_rows(ledger, "invoices", "invoice_id")
    has_payment &= kind != CREDIT_NOTE
    has_note &= kind == CREDIT_NOTE
    amount, on, value_on = table["amount"], table["allocated_on"], table["allocated_on"].copy()
    cash = np.flatnonzero(has_payment & (kind == PAYMENT))
    seen = cash[ledger.payments.known_on[payment[cash]] <= table.known_on[cash]]
    value_on[seen] = ledger.payments["paid_on"][payment[seen]]
    used = np.zeros(n, np.int64)
    # What is not known of the invoice on the day of the allocation must not change it later.
    in_its_currency = has_invoice.copy()
    in_its_currency[has_invoice] = (
        ledger.invoices.known_on[invoice[has_invoice]] <= table.known_on[has_invoice]
    )
    for source, of, rows in (
        ("payments", payment, cash),
        ("invoices", note, np.flatnonzero(has_note)),
    ):
        currency = ledger.tables[source]["currency"][of[rows]]
        stated_in = currency_of_invoices(ledger, invoice[rows], in_its_currency[rows], currency)
        used[rows] = exchanged(ledger, amount[rows], stated_in, currency, on[rows])
    return Applications(
        invoice,
        has_invoice,
        kind,
        amount,
        used,
        np.maximum(on, value_on),
        value_on,
        table.known_on,
        payment,
        has_payment,
        note,
        has_note,
    )


def rows_of(ledger: Ledger, table: str, key: str, codes: Codes) -> tuple[Rows, Flags]:
    """Row of each id (code) of a table, and whether the table has it, both (n,)."""
    if len(codes) == 0:
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    rows, found = ledger.row_of(table, key)
    return rows[codes], found[codes]


def currency_of_invoices(
    ledger: Ledger, invoice: Rows, has_invoice: Flags, otherwise: Codes
) -> Codes:
    """Currency of each invoice, or `otherwise` where there is none, shape (n,)."""
    currency = otherwise.copy()
    currency[has_invoice] = ledger.invoices["currency"][invoice[has_invoice]]
    return currency


def _source_rows(ledger: Ledger, table: str, key: str) -> tuple[Rows, Flags]:
    """Row of the payment or credit note that each stated allocation names, and whether one is."""
    stated = ledger.allocations
    words = ledger.vocabularies["allocations.source_id"]
    codes, named = ledger.codes(key.removesuffix("_id"), words)
    if not named.any():
        return np.zeros(len(stated), np.int64), np.zeros(len(stated), np.bool_)
    rows, found = rows_of(ledger, table, key, codes)
    source = stated["source_id"]
    return rows[source], stated.known("source_id") & (named & found)[source]
