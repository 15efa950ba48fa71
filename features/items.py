"""The invoices of the observed customers, in the order in which they became known."""

import numpy as np

from features.streams import Items
from ledger.applications import is_credit_note
from ledger.arrays import Floats, Rows
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.rates import to_reporting

DRAWN = frozenset({"direct_debit", "card", "bill", "prepaid"})
"""Methods of payment by which the seller draws the money, or has it."""


def build_items(ledger: Ledger, definitions: Definitions, number: Rows, customers: int) -> Items:
    """Sort the invoices of observed customers, whose codes `number` numbers (-1: not observed)."""
    invoices = ledger.invoices
    customer = number[invoices["customer_id"]]
    of = np.flatnonzero((customer >= 0) & ~is_credit_note(ledger))
    of = of[order_by(customer[of], invoices.known_on[of], invoices["invoice_id"][of])]
    known_on = invoices.known_on[of]
    currency, amount = invoices["currency"][of], invoices["amount"][of]
    amount_minor, priced = to_reporting(ledger, currency, amount, known_on)
    percent = np.where(invoices.known("discount_pct"), invoices["discount_pct"], np.nan)
    return Items(
        starts_of(customer[of], customers),
        of,
        known_on,
        invoices["issued_on"][of],
        due_days(ledger, definitions)[of],
        amount_minor,
        priced,
        invoices["discount_until"][of],
        invoices.known("discount_until")[of],
        percent[of],
        _drawn_by_seller(ledger)[of],
    )


def _drawn_by_seller(ledger: Ledger) -> Floats:
    """Whether the seller draws the money of each invoice row (1, 0), NaN where unknown."""
    words = ledger.vocabularies["invoices.payment_method"]
    drawn = np.array([float(word in DRAWN) for word in words] + [np.nan])
    codes = ledger.invoices["payment_method"]
    flags: Floats = drawn[np.where(ledger.invoices.known("payment_method"), codes, len(words))]
    return flags
