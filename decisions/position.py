"""The position: what customers owed, and what lay in their favour, as known on a day."""

from dataclasses import dataclass, replace

import numpy as np

from ledger.arrays import Array, Codes, Days, Flags, Minor
from ledger.balances import OpenItems, open_items
from ledger.books import Books, books_of
from ledger.cash import OpenCredits, open_credits
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import settle, state_at


@dataclass(frozen=True, eq=False)
class Position:
    """The receivables of some customers at the close of a day, basis known.

    Parameters
    ----------
    ledger, books, as_of, definitions
        The ledger as known at `as_of`, what follows from it, the day and the definitions.
    customers
        Codes of the customers looked at, sorted, shape (n,).
    items, credits
        Their open items, and what lies in their favour.
    state, paid_on
        State of every invoice row, and when it was paid; see `ledger.settlement`.
    """

    ledger: Ledger
    books: Books
    as_of: int
    definitions: Definitions
    customers: Codes
    items: OpenItems
    credits: OpenCredits
    state: Codes
    paid_on: Days

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.ledger.extract.reporting_currency

    @property
    def days(self) -> Days:
        """`as_of` for each customer, shape (n,)."""
        return np.full(len(self.customers), self.as_of, np.int32)

    def place(self, codes: Codes) -> tuple[Array, Flags]:
        """Number of each customer code among those looked at, and whether it is one, (m,)."""
        if len(self.customers) == 0:
            return np.zeros(len(codes), np.int64), np.zeros(len(codes), np.bool_)
        number = np.minimum(np.searchsorted(self.customers, codes), len(self.customers) - 1)
        return number, self.customers[number] == codes

    def sum_by_customer(self, codes: Codes, amounts: Array) -> Minor:
        """Sum of integers by the customer they belong to, int64, shape (n,)."""
        number, is_here = self.place(codes)
        total = np.zeros(len(self.customers), np.int64)
        np.add.at(total, number[is_here], amounts[is_here])
        return total

    def of_customers(self, customers: Codes) -> "Position":
        """The position of some of the customers (codes)."""
        part = replace(self, customers=np.unique(customers).astype(np.int32))
        return replace(
            part,
            items=self.items.take(part.place(self.items.customer)[1]),
            credits=self.credits.take(part.place(self.credits.customer)[1]),
        )


def position_of(known: Ledger, as_of: int, definitions: Definitions) -> Position:
    """Position of every customer of a ledger that is as it was known at the close of a day.

    Raises
    ------
    LedgerError
        Naming every currency of an open balance for which there is no rate at most 7 days old.
    """
    books = books_of(known)
    items = open_items(known, as_of, definitions, books=books)
    credits = open_credits(known, as_of, books=books)
    state, paid_on = state_at(
        settle(known, definitions, books.allocations), len(known.invoices), as_of
    )
    named = [known.customers["customer_id"], known.invoices["customer_id"], credits.customer]
    customers = np.unique(np.concatenate(named)).astype(np.int32)
    return Position(known, books, as_of, definitions, customers, items, credits, state, paid_on)
