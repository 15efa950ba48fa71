"""The disputed part of invoices: what is set aside until a dispute is closed."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Days, Flags, Minor, Rows
from ledger.books import Basis
from ledger.ledger import Ledger


@dataclass(frozen=True)
class Disputes:
    """Disputes of the ledger's invoices; sorted by (invoice, opened_on, dispute id).

    A dispute counts from the close of `from_day` until before the close of `until_day`, where it
    has one. Without an amount (`in_full`) it is about all that is open. All shapes (n,).
    """

    invoice: Rows
    amount_minor: Minor
    in_full: Flags
    from_day: Days
    until_day: Days
    has_until: Flags

    def __len__(self) -> int:
        return len(self.invoice)

    def take(self, rows: Array) -> "Disputes":
        """The disputes at `rows` (row numbers or a mask)."""
        return Disputes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def disputes_of(ledger: Ledger, basis: Basis = "known") -> Disputes:
    """Every dispute of an invoice of the ledger that was ever open on the given basis."""
    table = ledger.disputes
    rows, found = ledger.row_of("invoices", "invoice_id")
    table = table.take(found[table["invoice_id"]]) if len(table) else table
    invoice = rows[table["invoice_id"]] if len(table) else np.empty(0, np.int64)
    from_day = table.known_on if basis == "known" else table["opened_on"]
    disputes = Disputes(
        invoice,
        np.abs(table["amount"]),
        ~table.known("amount"),
        from_day,
        table["closed_on"],
        table.known("closed_on"),
    )
    order = np.lexsort((table["dispute_id"], table["opened_on"], invoice))
    open_once = ~disputes.has_until | (disputes.until_day > disputes.from_day)
    return disputes.take(order[open_once[order]])


def disputed_minor(
    ledger: Ledger, residual_minor: Minor, as_of: int, basis: Basis = "known"
) -> Minor:
    """Disputed part of each invoice's residual at the close of a day, shape (invoices,).

    In the invoice's currency; several disputes of one invoice add up, to no more than its
    residual. A dispute is closed at the close of `closed_on`.
    """
    disputes = disputes_of(ledger, basis)
    live = (disputes.from_day <= as_of) & ~(disputes.has_until & (disputes.until_day <= as_of))
    disputes = disputes.take(live)
    claimed = np.zeros(len(residual_minor), np.int64)
    owed = np.maximum(residual_minor, 0)
    part = np.where(disputes.in_full, owed[disputes.invoice], disputes.amount_minor)
    np.add.at(claimed, disputes.invoice, part)
    return np.minimum(claimed, owed)
