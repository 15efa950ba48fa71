"""What is repaired in every export: customers nobody listed, credits written as invoices."""

from dataclasses import replace

import numpy as np

from ledger.ledger import Ledger
from ledger.table import Column, Table, empty_column


def repair(ledger: Ledger) -> Ledger:
    """The ledger with a customer for every id, and with credit notes for negative invoices.

    The amount of a credit note becomes positive, whichever sign it had. Customers nobody listed
    are added at the end of `customers`, sorted by id.
    """
    return with_credit_notes(with_all_customers(ledger))


def with_all_customers(ledger: Ledger) -> Ledger:
    """The ledger with a row of `customers` for every customer whom another table names."""
    named, listed = np.zeros((2, len(ledger.vocabularies["customer"])), np.bool_)
    for name, table in ledger.tables.items():
        if "customer_id" in table.columns:
            codes = table["customer_id"][table.known("customer_id")]
            (listed if name == "customers" else named)[codes] = True
    missing = np.flatnonzero(named & ~listed).astype(np.int32)
    if not len(missing):
        return ledger
    old = ledger.customers
    added = {column.name: empty_column(column, len(missing)) for column in old.spec.columns}
    added["customer_id"] = Column(missing, np.ones(len(missing), np.bool_))
    columns = {
        name: Column(
            np.concatenate([column.values, added[name].values]),
            np.concatenate([column.known, added[name].known]),
        )
        for name, column in old.columns.items()
    }
    customers = Table(old.spec, columns, len(old) + len(missing))
    return replace(ledger, tables={**ledger.tables, "customers": customers})


def with_credit_notes(ledger: Ledger) -> Ledger:
    """The ledger with negative invoices as credit notes, and all credit notes positive."""
    invoices = ledger.invoices
    negative = invoices["amount"] < 0
    if not negative.any():
        return ledger
    old = ledger.vocabularies["invoices.kind"]
    words = np.array(sorted({*old, "credit_note"}), dtype=object)
    codes = np.searchsorted(words, old).astype(np.int32)[invoices["kind"]]
    codes[negative] = np.searchsorted(words, "credit_note")
    amount = invoices.columns["amount"]
    invoices = invoices.replace(
        kind=Column(codes, invoices.known("kind").copy()),
        amount=Column(np.abs(amount.values), amount.known.copy()),
    )
    return replace(
        ledger,
        tables={**ledger.tables, "invoices": invoices},
        vocabularies={**ledger.vocabularies, "invoices.kind": words},
    )
