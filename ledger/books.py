"""A ledger with what follows from it: allocations and movements, on one of the two bases."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ledger.allocations import Allocations, all_allocations
from ledger.arrays import Days, Minor
from ledger.implied_applications import all_applications
from ledger.ledger import Ledger
from ledger.movements import Movements, movements_of

Basis = Literal["known", "posted"]
"""`known`: what was recorded by a day counts; `posted`: what is dated by it, whenever recorded."""


@dataclass(frozen=True)
class Books:
    """A ledger and what was derived from it once, to be looked at on any day.

    Parameters
    ----------
    ledger, basis
        What it was derived from, and which days count.
    allocations
        Those of the ledger's invoices; `known_on` is the day on the basis.
    movements
        Every change of what customers owe, and in `moved_on` the day of each on the basis.
    entered_on
        Day of each invoice on the basis, shape (invoices,).
    """

    ledger: Ledger
    basis: Basis
    allocations: Allocations
    movements: Movements
    moved_on: Days
    entered_on: Days

    def balances(self, as_of: int) -> tuple[Minor, Minor]:
        """Balance of every invoice row and every payment at the close of a day, minor units.

        In the item's currency, shapes (invoices,) and (payments,). An open invoice is above zero,
        an open credit note below, and so is cash on account. Zero before its day on the basis.
        """
        seen = self.moved_on <= as_of
        invoices = len(self.ledger.invoices)
        balances = np.zeros(invoices + len(self.ledger.payments), np.int64)
        np.add.at(balances, self.movements.item[seen], self.movements.amount_minor[seen])
        return balances[:invoices], balances[invoices:]


def books_of(ledger: Ledger, basis: Basis = "known") -> Books:
    """Derive the allocations and movements of a ledger."""
    applied = all_applications(ledger)
    allocations = all_allocations(ledger, applied)
    movements = movements_of(ledger, applied, allocations)
    if basis == "known":
        return Books(
            ledger, basis, allocations, movements, movements.known_on, ledger.invoices.known_on
        )
    return Books(
        ledger,
        basis,
        allocations.as_posted(),
        movements,
        movements.happened_on,
        ledger.invoices["issued_on"],
    )
