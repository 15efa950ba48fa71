"""The currency in which each row of the ledger states money."""

from collections.abc import Mapping

import numpy as np

from ledger.arrays import Array, Codes, Flags
from ledger.ledger import Ledger
from ledger.money import exponent
from ledger.table import Column

Columns = Mapping[str, Column]

_OWNERS = (("invoice_id", "invoices"), ("customer_id", "customers"))


def currency_codes(
    tables: Mapping[str, Columns], table: str, vocabulary: Array, reporting_currency: str
) -> Codes:
    """Code of each row's currency: its own, its invoice's, its customer's, else the reporting one.

    `tables` are the text columns of at least `table`, invoices and customers; the vocabulary of
    currencies must hold the reporting currency. Shape (rows of `table`,).
    """
    columns = tables[table]
    n = len(next(iter(columns.values())).values)
    codes, known = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    if "currency" in columns:
        codes, known = columns["currency"].values.copy(), columns["currency"].known.copy()
    for key, owner in _OWNERS:
        if key in columns and owner != table:
            of, has = _owned(columns[key], tables[owner][key], tables[owner]["currency"])
            codes, known = np.where(known, codes, of), known | has
    position = np.searchsorted(vocabulary, reporting_currency) if n else 0
    return np.where(known, codes, position).astype(np.int32)


def row_currencies(ledger: Ledger, table: str) -> Codes:
    """Code in the vocabulary "currency" of the currency of each row of a table, shape (n,)."""
    tables = {name: ledger.tables[name].columns for name in {table, "invoices", "customers"}}
    words = ledger.vocabularies["currency"]
    return currency_codes(tables, table, words, ledger.extract.reporting_currency)


def money_exponents(ledger: Ledger, table: str) -> Array:
    """Exponent of the currency in which each row of a table states money, int64, shape (n,)."""
    return exponents_of(ledger.vocabularies["currency"], row_currencies(ledger, table))


def exponents_of(vocabulary: Array, codes: Codes) -> Array:
    """Exponents of currencies given as codes in a vocabulary, int64, shape (n,)."""
    return np.array([*map(exponent, vocabulary), 2], np.int64)[codes]


def _owned(key: Column, owner_key: Column, attribute: Column) -> tuple[Codes, Flags]:
    """An attribute of the row that `key` names in another table, and whether it is known.

    Of several rows with one id the first counts.
    """
    size = 1 + max(int(key.values.max(initial=0)), int(owner_key.values.max(initial=0)))
    row = np.full(size, -1, np.int64)
    rows = np.flatnonzero(owner_key.known)[::-1]
    row[owner_key.values[rows]] = rows
    at = np.where(key.known, row[key.values], -1)
    found = at >= 0
    if not found.any():
        return np.zeros(len(at), np.int32), found
    return attribute.values[at], found & attribute.known[at]
