"""The part of a ledger that belongs to some of its customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ledger.arrays import Codes, Flags
from ledger.table import Table

if TYPE_CHECKING:
    from ledger.ledger import Ledger


def rows_of_customers(ledger: Ledger, customers: Codes) -> Mapping[str, Flags]:
    """Rows of each table that belong to some customers (codes), or are settled against theirs.

    Of other customers' payments and credit notes those belong that pay or credit an invoice of
    theirs, with their reversals; of other customers' invoices those that a payment or credit
    note among all these pays or credits.
    """
    mine = np.zeros(len(ledger.vocabularies["customer"]), np.bool_)
    mine[customers] = True
    theirs = _codes_of(ledger.invoices, "invoice_id", mine[ledger.invoices["customer_id"]], ledger)
    kept = {name: _rows_of(table, mine, theirs) for name, table in ledger.tables.items()}
    invoices, payments, allocations = ledger.invoices, ledger.payments, ledger.allocations
    involved = theirs | _codes_of(
        invoices, "invoice_id", _among(invoices, "applies_to", theirs), ledger
    )
    sources = _codes_of(allocations, "source_id", kept["allocations"], ledger)
    paying = _codes_of(payments, "payment_id", kept["payments"], ledger)
    paying |= _same_words(ledger, "allocations.source_id", sources, "payment")
    for _ in range(2):
        paying |= _codes_of(payments, "reversal_of", paying[payments["payment_id"]], ledger)
        reversing = _among(payments, "reversal_of", paying)
        paying |= _codes_of(payments, "payment_id", reversing, ledger)
    sources = _same_words(ledger, "payment", paying, "allocations.source_id")
    sources |= _same_words(ledger, "invoice", involved, "allocations.source_id")
    kept["payments"] = paying[payments["payment_id"]]
    kept["allocations"] = kept["allocations"] | _among(allocations, "source_id", sources)
    involved |= _codes_of(allocations, "invoice_id", kept["allocations"], ledger)
    involved |= _codes_of(payments, "invoice_id", kept["payments"], ledger)
    involved |= _codes_of(invoices, "applies_to", involved[invoices["invoice_id"]], ledger)
    kept["invoices"] = involved[invoices["invoice_id"]]
    return kept


def _rows_of(table: Table, customers: Flags, invoices: Flags) -> Flags:
    """Rows that name one of the customers or of their invoices; all where none can be named."""
    if table.spec.name == "fx_rates":
        return np.ones(len(table), np.bool_)
    named = np.zeros(len(table), np.bool_)
    for column, wanted in (("customer_id", customers), ("invoice_id", invoices)):
        if column in table.columns:
            named |= _among(table, column, wanted)
    return named


def _among(table: Table, column: str, wanted: Flags) -> Flags:
    """Rows whose code in a column is wanted."""
    known = table.known(column).copy()
    known[known] = wanted[table[column][known]]
    return known


def _codes_of(table: Table, column: str, rows: Flags, ledger: Ledger) -> Flags:
    """Codes that a column has in some rows, as a mask over its vocabulary."""
    codes = np.zeros(len(ledger.vocabularies[table.spec.column(column).vocabulary]), np.bool_)
    codes[table[column][rows & table.known(column)]] = True
    return codes


def _same_words(ledger: Ledger, vocabulary: str, codes: Flags, other: str) -> Flags:
    """Codes of the same words in another vocabulary, as masks over both."""
    found = np.zeros(len(ledger.vocabularies[other]), np.bool_)
    position, known = ledger.codes(other, ledger.vocabularies[vocabulary][codes])
    found[position[known]] = True
    return found
