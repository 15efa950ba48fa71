"""The ledger that a process serves from, ready to be asked about a few customers at a time."""

from dataclasses import dataclass

import numpy as np

from features.priors import Priors, build_priors
from ledger.arrays import Array, Codes, Flags, Rows
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from serving.links import CustomerRows, customer_rows
from serving.respelling import respelt


@dataclass(frozen=True, eq=False)
class StoredLedger:
    """A whole ledger, with what is needed to answer about a part of it as about the whole.

    Parameters
    ----------
    ledger
        All of it.
    priors
        Outcomes of all its invoices, by the definitions of the champion.
    rows
        Rows of each customer.
    invoice_row, has_invoice
        Row of each code of the invoice vocabulary, and whether the ledger has that invoice.
    has_customer
        Whether the ledger has each code of the customer vocabulary, as more than a parent.
    """

    ledger: Ledger
    priors: Priors
    rows: CustomerRows
    invoice_row: Rows
    has_invoice: Flags
    has_customer: Flags

    def part(self, customers: Codes) -> Ledger:
        """The part of the ledger in which some customers stand as they do in the whole.

        It has vocabularies of its own: codes of the whole mean nothing in it.
        """
        return respelt(self.rows.part(self.ledger, customers))

    def customers(self, ids: Array) -> tuple[Codes, Flags]:
        """Code of each customer id, and whether the ledger has the customer, shapes (n,)."""
        codes, known = self.ledger.codes("customer", ids)
        return codes, known & self.has_customer[codes] if len(self.has_customer) else known

    def invoices(self, ids: Array) -> tuple[Rows, Flags]:
        """Row of each invoice id in the whole ledger, and whether it is one, shapes (n,)."""
        codes, known = self.ledger.codes("invoice", ids)
        if len(self.invoice_row) == 0:
            return np.zeros(len(codes), np.int64), known
        return self.invoice_row[codes], known & self.has_invoice[codes]


def stored_ledger(ledger: Ledger, definitions: Definitions) -> StoredLedger:
    """Prepare a ledger for questions."""
    invoice_row, has_invoice = ledger.row_of("invoices", "invoice_id")
    _, listed = ledger.row_of("customers", "customer_id")
    has_customer = listed.copy()
    has_customer[ledger.invoices["customer_id"]] = True
    return StoredLedger(
        ledger,
        build_priors(ledger, definitions),
        customer_rows(ledger),
        invoice_row,
        has_invoice,
        has_customer,
    )
