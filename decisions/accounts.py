"""Accounts: who customers are, who looks after them and how they stand, as known on a day."""

from dataclasses import dataclass

import numpy as np

from decisions.position import Position
from ledger.arrays import Array, Flags, Floats
from ledger.facts import fact_changes, status_at
from ledger.ledger import Ledger

NOT_BLOCKED = ("", "0", "false", "no", "off")
"""Values of the fact `dunning_block` with which a customer may be reminded."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """Master data of n customers, all shapes (n,); texts are "" where unknown.

    Parameters
    ----------
    customer_id, name, collector, language
        As in the master data.
    natural_person, has_natural_person
        Whether the customer is a person, and whether the ledger says.
    status, segment
        The dated facts; `active` where no status is known.
    dunning_block
        Whether the fact of that name forbids reminders.
    tenure_days
        Days since the customer was onboarded or first invoiced; NaN where neither is known.
    """

    customer_id: Array
    name: Array
    collector: Array
    language: Array
    natural_person: Flags
    has_natural_person: Flags
    status: Array
    segment: Array
    dunning_block: Flags
    tenure_days: Floats

    def __len__(self) -> int:
        return len(self.customer_id)

    def treated_as_person(self, *, unknown_is_natural_person: bool) -> Flags:
        """Which customers only a person may decide on, shape (n,)."""
        return np.where(self.has_natural_person, self.natural_person, unknown_is_natural_person)


def accounts(position: Position) -> Accounts:
    """Accounts of the customers of a position."""
    ledger, customers, days = position.ledger, position.customers, position.days
    table = ledger.customers
    rows, listed = ledger.row_of("customers", "customer_id")
    row, listed = rows[customers], listed[customers]

    def text(column: str) -> Array:
        values = ledger.text("customers", column)
        return np.where(listed, values[row], "") if len(values) else np.full(len(row), "", object)

    is_person, says = np.zeros(len(row), np.bool_), np.zeros(len(row), np.bool_)
    is_person[listed] = table["natural_person"][row[listed]]
    says[listed] = table.known("natural_person")[row[listed]]
    return Accounts(
        customer_id=ledger.vocabularies["customer"][customers],
        name=text("name"),
        collector=text("collector"),
        language=text("language"),
        natural_person=is_person,
        has_natural_person=says,
        status=status_at(ledger, customers, days),
        segment=fact_texts(position, "segment"),
        dunning_block=~np.isin(
            np.char.lower(fact_texts(position, "dunning_block").astype(str)), NOT_BLOCKED
        ),
        tenure_days=_tenure_days(position),
    )


def fact_texts(position: Position, name: str) -> Array:
    """Value of a dated fact for each customer, "" where none is known, shape (n,)."""
    return fact_changes(position.ledger, name).at(position.customers, position.days)[0]


def fact_numbers(position: Position, name: str) -> tuple[Floats, Flags]:
    """A dated fact as a number, and whether it is one, both shape (n,); 0 where it is none."""
    numbers, known = fact_changes(position.ledger, name).numbers_at(
        position.customers, position.days
    )
    return np.where(known, numbers, 0.0), known


def _tenure_days(position: Position) -> Floats:
    ledger: Ledger = position.ledger
    since = np.full(len(ledger.vocabularies["customer"]), np.inf)
    table, invoices = ledger.customers, ledger.invoices
    onboarded = table.known("onboarded_on") & (table["onboarded_on"] <= position.as_of)
    np.minimum.at(since, table["customer_id"][onboarded], table["onboarded_on"][onboarded])
    np.minimum.at(since, invoices["customer_id"], invoices["issued_on"])
    tenure = position.as_of - since[position.customers]
    return np.where(np.isfinite(tenure), tenure, np.nan)
