"""Dated master data of customers, as it stood at each visit."""

import math

import numba
import numpy as np

from features.history import History
from features.streams import Visits
from ledger.arrays import Array, Floats, Rows
from ledger.facts import FactChanges, fact_changes
from ledger.known_facts import number_in
from ledger.ledger import Ledger
from ledger.order import starts_of


def numbers_at(ledger: Ledger, history: History, name: str) -> Floats:
    """A customer's fact as a number at the close of each visit; NaN where none is, (visits,)."""
    changes = fact_changes(ledger, name)
    numbers = np.array([number_in(word) for word in changes.words] + [math.nan])
    return numbers[_values_at(history, changes)]


def words_at(ledger: Ledger, history: History, name: str, meanings: dict[str, int]) -> Rows:
    """A customer's fact at the close of each visit as what its word means, else -1, (visits,)."""
    changes = fact_changes(ledger, name)
    numbers = np.array([meanings.get(word, -1) for word in changes.words] + [-1], np.int64)
    return numbers[_values_at(history, changes)]


def _values_at(history: History, changes: FactChanges) -> Array:
    """Code of the fact's word at each visit, -1 where nothing is known."""
    values = np.full(len(history.visits.row), -1, np.int64)
    customer = history.number[changes.customer]
    of = np.flatnonzero(customer >= 0)
    if len(of):
        starts = starts_of(customer[of], history.customers)
        _walk(history.visits, starts, changes.known_on[of], changes.value[of], values)
    return values


@numba.njit(cache=True)
def _walk(visits: Visits, starts: Array, known_on: Array, value: Array, values: Array) -> None:
    for c in range(len(visits.starts) - 1):
        change = starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            while change < starts[c + 1] and known_on[change] <= visits.as_of[v]:
                change += 1
            if change > starts[c]:
                values[v] = value[change - 1]
