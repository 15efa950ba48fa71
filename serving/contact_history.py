"""Contacts with a customer, and the promises and disputes that came of them, as stored now."""

from typing import Any, TypeVar

import numpy as np

from ledger.arrays import Flags
from ledger.currencies import row_currencies
from ledger.days import date_of
from ledger.ledger import Ledger
from ledger.schema import TABLES, Kind
from ledger.store import Engine, place, reading, tables_of_accounts
from ledger.stored_form import ledger_of
from serving.profile_answers import (
    ProfileContact,
    ProfileContacts,
    ProfileDispute,
    ProfilePromise,
)
from serving.wire import Money, Part

LATEST = 50
"""Entries of each list at most."""

Entry = TypeVar("Entry", bound=Part)


def contact_history(engine: Engine, customer_id: str) -> ProfileContacts:
    """What the stored ledger has now, the last first; nothing where it has no such customer.

    Not that of a score run: what was logged a moment ago is in it.
    """
    with reading(engine) as connection:
        now, accounts = place(connection, [f"c:{customer_id}"])
        if now is None:
            return ProfileContacts(contacts=[], promises=[], disputes=[])
        ledger = ledger_of(tables_of_accounts(connection, accounts, now.seq), now.extract)
    customer = ledger.code("customer", customer_id)
    invoices = ledger.invoices["invoice_id"][ledger.invoices["customer_id"] == customer]
    contacts = ledger.contacts["customer_id"] == customer
    promises = ledger.promises["customer_id"] == customer
    disputes = np.isin(ledger.disputes["invoice_id"], invoices)
    return ProfileContacts(
        contacts=_latest(ledger, "contacts", contacts, ProfileContact),
        promises=_latest(ledger, "promises", promises, ProfilePromise),
        disputes=_latest(ledger, "disputes", disputes, ProfileDispute),
    )


def _latest(ledger: Ledger, table: str, is_own: Flags, entry: type[Entry]) -> list[Entry]:
    """The last of some rows of a table, the last first; of a day, by id."""
    rows = np.flatnonzero(is_own)
    ids = ledger.text(table, TABLES[table].key[0])[rows].astype(str)
    days = ledger.tables[table][str(TABLES[table].happened_on)][rows]
    order = np.lexsort((ids, days))[::-1][:LATEST]
    codes = row_currencies(ledger, table)
    found = (_values(ledger, table, int(row), int(codes[row])) for row in rows[order])
    return [entry.model_validate(values) for values in found]


def _values(ledger: Ledger, table: str, row: int, currency_code: int) -> dict[str, Any]:
    """The values of a row as they are answered, its money in a currency; None where unknown."""
    found: dict[str, Any] = {}
    for column in TABLES[table].columns:
        values = ledger.tables[table].columns[column.name]
        if not values.known[row]:
            found[column.name] = None
        elif column.kind is Kind.TEXT:
            found[column.name] = str(ledger.text(table, column.name)[row])
        elif column.kind is Kind.DAY:
            found[column.name] = date_of(int(values.values[row]))
        elif column.kind is Kind.MONEY:
            currency = str(ledger.vocabularies["currency"][currency_code])
            found[column.name] = Money.of(int(values.values[row]), currency)
        else:
            found[column.name] = values.values[row].item()
    return found
