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
    used: dict[str, list[Array]] = {}
    for table in ledger.tables.values():
        for column in table.spec.columns:
            if column.vocabulary:
                codes = used.setdefault(column.vocabulary, [np.empty(0, np.int32)])
                data = table.columns[column.name]
                if data.known.any():
                    codes.append(data.values[data.known])
    more = words or {}
    vocabularies, recoding = {}, {}
    for name, codes in used.items():
        old = np.unique(np.concatenate(codes))
        kept = ledger.vocabularies[name][old]
        vocabularies[name], new = kept, np.arange(len(old))
        if name in more:
            vocabularies[name] = np.array(sorted({*kept, *more[name]}), dtype=object)
            new = np.searchsorted(vocabularies[name], kept)
        recoding[name] = old, new
    tables = {}
    for table_name, table in ledger.tables.items():
        columns = {
            column.name: _recoded(table.columns[column.name], *recoding[column.vocabulary])
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
