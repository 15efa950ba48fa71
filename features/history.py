"""The history of the observed customers, and when it is looked at."""

from dataclasses import dataclass

import numba
import numpy as np

from features.balances import build_cleared
from features.frame import Observations
from features.items import build_items
from features.streams import Balances, Changes, Items, Outcomes, Visits
from ledger.allocations import all_allocations
from ledger.arrays import Rows
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.settlement import settle


@dataclass(frozen=True)
class History:
    """The invoices of the observed customers, what became of them, and when to look at it.

    Customers are numbered in the order of their codes: `number` gives the number of a code of
    the vocabulary, -1 for those not observed, and `owner` that of an item. `place` gives the
    position in Items of a row of `ledger.invoices`, -1 for those not in it.
    """

    customers: int
    number: Rows
    owner: Rows
    place: Rows
    visits: Visits
    items: Items
    balances: Balances
    outcomes: Outcomes
    changes: Changes


def build_history(ledger: Ledger, observations: Observations, definitions: Definitions) -> History:
    """Sort the invoices of the observed customers, and what became of them, into streams."""
    number = np.full(len(ledger.vocabularies["customer"]), -1, np.int64)
    number[observations.customer] = 0
    customers = int((number == 0).sum())
    number[number == 0] = np.arange(customers)
    items = build_items(ledger, definitions, number, customers)
    owner = np.repeat(np.arange(customers), np.diff(items.starts))
    place = np.full(len(ledger.invoices), -1, np.int64)
    place[items.row] = np.arange(len(owner))
    allocations = all_allocations(ledger)
    settlements = settle(ledger, definitions, allocations)
    cleared = build_cleared(ledger, items, owner, place, allocations, settlements)
    visits = _visits(observations, number, place, customers)
    _find_own_outcomes(visits, len(owner), cleared.outcomes, cleared.changes)
    return History(
        customers,
        number,
        owner,
        place,
        visits,
        items,
        cleared.balances,
        cleared.outcomes,
        cleared.changes,
    )


def _visits(observations: Observations, number: Rows, place: Rows, customers: int) -> Visits:
    customer = number[observations.customer]
    order = order_by(customer, observations.as_of)
    # Where there is no invoice its row means nothing; any row will do to look up.
    invoice = np.where(observations.has_invoice, observations.invoice, 0)
    item = np.where(observations.has_invoice, np.append(place, -1)[invoice], -1)
    starts = starts_of(customer[order], customers)
    none = np.full(len(order), -1, np.int64)
    return Visits(starts, order, observations.as_of[order], item[order], none)


@numba.njit(cache=True)
def _find_own_outcomes(visits: Visits, items: int, outcomes: Outcomes, changes: Changes) -> None:
    """Set `visits.outcome` to the outcome of the visited item that stands at `as_of`."""
    standing = np.full(items, -1, np.int64)
    for c in range(len(visits.starts) - 1):
        change = changes.starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            while change < changes.starts[c + 1] and changes.known_on[change] <= visits.as_of[v]:
                o = changes.outcome[change]
                if changes.sign[change] > 0:
                    standing[outcomes.item[o]] = o
                elif standing[outcomes.item[o]] == o:
                    standing[outcomes.item[o]] = -1
                change += 1
            if visits.item[v] >= 0:
                visits.outcome[v] = standing[visits.item[v]]
