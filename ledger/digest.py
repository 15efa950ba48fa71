"""The digest of a ledger: equal for equal content, whatever the order of its rows."""

import hashlib

import numpy as np

from ledger.arrays import Array, Rows
from ledger.ledger import Ledger
from ledger.table import Column, Table


def digest(ledger: Ledger) -> str:
    """SHA-256 of a ledger's content, 64 hexadecimal digits.

    Covers the extract and every known value of every table. It depends neither on the order of
    rows nor on words of the vocabularies that no row uses, nor on optional columns without values.
    """
    total = hashlib.sha256(repr(ledger.extract).encode())
    for name, table in sorted(ledger.tables.items()):
        if len(table):
            order = _order(table)
            for column, data in sorted(table.columns.items()):
                if data.known.any():
                    total.update(f"\n{name}.{column} {len(table)}\n".encode())
                    vocabulary = table.spec.column(column).vocabulary
                    words = ledger.vocabularies[vocabulary] if vocabulary else None
                    _add(total, data.take(order), words)
    return total.hexdigest()


def _order(table: Table) -> Rows:
    """An order of the rows that depends on their content alone.

    By id where ids are unique, else by all columns. Codes sort as their words do, so that the
    order is the same with another vocabulary.
    """
    keys = [table[name] for name in table.spec.key]
    order = np.lexsort(keys[::-1])
    repeated = np.all([key[order][1:] == key[order][:-1] for key in keys], axis=0)
    if not repeated.any():
        return order
    columns = table.columns.values()
    return np.lexsort([part for column in columns for part in (column.values, column.known)])


def _add(total: "hashlib._Hash", column: Column, words: Array | None) -> None:
    """Add the values of a column, text by the words in use and their positions among these."""
    total.update(column.known.tobytes())
    if words is None:
        total.update(column.values.astype(column.values.dtype.newbyteorder("<")).tobytes())
        return
    used, positions = np.unique(column.values[column.known], return_inverse=True)
    total.update("\0".join(words[used]).encode())
    total.update(positions.astype("<i4").tobytes())
