"""Dated master data: what was known of a customer's status, limit or segment on a day."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Codes, Days, Flags, Floats
from ledger.known_facts import number_in
from ledger.ledger import Ledger

_DAYS = np.int64(2**32)


@dataclass(frozen=True)
class FactChanges:
    """Changes of one fact as they became known, sorted by (customer, known_on), one a day each.

    From the close of `known_on` the fact of `customer` (code) is `value` (code of the
    "customer_facts.value" vocabulary), until its next change. All shapes (n,).
    """

    customer: Codes
    known_on: Days
    value: Codes
    words: Array

    def __len__(self) -> int:
        return len(self.customer)

    def at(self, customer: Codes, as_of: Days) -> tuple[Array, Flags]:
        """The fact's text for each customer at the close of a day, and whether it is known.

        Both shape (m,); empty text where nothing was known.
        """
        keys = self.customer * _DAYS + self.known_on
        position = np.searchsorted(keys, customer * _DAYS + as_of, side="right") - 1
        if len(keys) == 0:
            return np.full(len(customer), "", dtype=object), np.zeros(len(customer), np.bool_)
        known = (position >= 0) & (self.customer[position] == customer)
        return np.where(known, self.words[self.value[position]], ""), known

    def numbers_at(self, customer: Codes, as_of: Days) -> tuple[Floats, Flags]:
        """The fact as a number, and whether one is known; text that is no number is unknown."""
        words, word = np.unique(self.at(customer, as_of)[0].astype(str), return_inverse=True)
        numbers = np.array([number_in(text) for text in words], np.float64)[word]
        return numbers, np.isfinite(numbers)


def fact_changes(ledger: Ledger, name: str) -> FactChanges:
    """How the fact `name` (status, credit_limit, segment ...) of each customer changed.

    On any day the fact with the latest `valid_from` of those known counts, of two for one day
    the one recorded later. A fact is not known before it is valid, and one that is recorded
    after a younger one changes nothing.
    """
    table = ledger.customer_facts
    words = ledger.vocabularies["customer_facts.value"]
    code = ledger.code("customer_facts.name", name)
    mine = table.take(table["name"] == code if code is not None else np.zeros(len(table), np.bool_))
    order = np.lexsort((mine["value"], mine["valid_from"], mine.known_on, mine["customer_id"]))
    customer, known_on = mine["customer_id"][order], mine.known_on[order]
    valid_from, value = mine["valid_from"][order], mine["value"][order]
    # valid_from grows by customer so that one running maximum serves them all.
    rank = customer * _DAYS + valid_from
    counts = rank == np.maximum.accumulate(rank) if len(rank) else np.zeros(0, np.bool_)
    customer, known_on, value = customer[counts], known_on[counts], value[counts]
    last_of_day = np.ones(len(customer), np.bool_)
    last_of_day[:-1] = (customer[1:] != customer[:-1]) | (known_on[1:] != known_on[:-1])
    return FactChanges(customer[last_of_day], known_on[last_of_day], value[last_of_day], words)


def status_at(ledger: Ledger, customer: Codes, as_of: Days) -> Array:
    """Status of each customer at the close of a day, shape (m,); `active` where none is known."""
    text, known = fact_changes(ledger, "status").at(customer, as_of)
    return np.where(known, text, "active")
