"""A ledger in vocabularies of its own, so that a part costs what a part is worth."""

from collections.abc import Mapping

import numpy as np

from ledger.arrays import Array
from ledger.ledger import Ledger
from ledger.table import Column


def respelt(ledger: Ledger, words: Mapping[str, set[str]] | None = None) -> Ledger:
    """The same ledger with vocabularies of the words that its rows use, and of some more.

    Much of what is asked of a ledger walks its vocabularies. A part of a large one shares those
    of the whole; respelt, it takes the time of its own rows. Nothing that is said of it changes.
    """
    uses: dict[str, list[Array]] = {}
    for table in ledger.tables.values():
        for column in table.spec.columns:
            if column.vocabulary:
                data = table.columns[column.name]
                uses.setdefault(column.vocabulary, []).append(data.values[data.known])
    more = words or {}
    vocabularies, codes = {}, {}
    for name, used in uses.items():
        old = np.unique(np.concatenate(used))
        kept = ledger.vocabularies[name][old] if len(old) else np.empty(0, object)
        vocabularies[name] = np.array(sorted({*kept, *more.get(name, ())}), dtype=object)
        codes[name] = old, np.searchsorted(vocabularies[name], kept)
    tables = {}
    for table_name, table in ledger.tables.items():
        columns = {
            column.name: _recoded(table.columns[column.name], *codes[column.vocabulary])
            for column in table.spec.columns
            if column.vocabulary
        }
        tables[table_name] = table.replace(**columns)
    return Ledger(ledger.extract, tables, vocabularies)


def _recoded(column: Column, old: Array, new: Array) -> Column:
    """Codes in another vocabulary: what was `old[i]` is `new[i]`."""
    if len(old) == 0:
        return column
    at = np.minimum(np.searchsorted(old, column.values), len(old) - 1)
    return Column(np.where(column.known, new[at], 0).astype(np.int32), column.known)
