"""Rows that share an id: the same row twice, or one id with two contents."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Flags, Rows
from ledger.drafts import Draft
from ledger.findings import Finding
from ledger.schema import TABLES
from ledger.table import Table


@dataclass(frozen=True)
class Repeats:
    """Rows whose id an earlier row has.

    `again` are the rows that repeat another one exactly; `conflicting` are all rows of an id
    with different contents. Both shape (n,); no row is in both.
    """

    again: Flags
    conflicting: Flags


def repeats(table: Table) -> Repeats:
    """Find the repeated ids of a table; rows that lack a part of their id have none.

    What identifies a dated fact of a customer is, besides its name and day, when it was recorded.
    """
    n = len(table)
    again, conflicting = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    keys = _identity(table)
    rows = np.flatnonzero(np.all([table.known(key) for key in table.spec.key], axis=0))
    rows = rows[np.lexsort([_values(table, key)[rows] for key in reversed(keys)])]
    follows = np.all([_equal(table, key, rows[1:], rows[:-1]) for key in keys], axis=0)
    if not follows.any():
        return Repeats(again, conflicting)
    group = np.cumsum(np.r_[True, ~follows]) - 1
    first = rows[np.searchsorted(group, group)]
    contents = [name for name in table if name not in keys]
    equal = np.all([_equal(table, name, rows, first) for name in contents], axis=0)
    torn = np.zeros(group[-1] + 1, np.bool_)
    torn[group[~equal]] = True
    conflicting[rows] = torn[group]
    again[rows] = ~torn[group] & (rows != first)
    return Repeats(again, conflicting)


def identity_findings(draft: Draft, table: str, found: Repeats) -> list[Finding]:
    """The repeats of a table of the draft, in words."""

    def who(row: int) -> str:
        return " ".join(
            f"{draft.called(table, row, key)} {draft.written(table, row, key)!r}"
            for key in TABLES[table].key
        )

    return [
        *draft.found(
            "conflicting-id",
            table,
            found.conflicting,
            lambda row: f"{who(row)} stands in several rows of different content",
        ),
        *draft.found(
            "duplicate-row",
            table,
            found.again,
            lambda row: f"{who(row)} stands in an earlier row of the same content",
        ),
    ]


def _identity(table: Table) -> tuple[str, ...]:
    key = table.spec.key
    dated = len(key) > 1 and "recorded_on" in table.columns
    return (*key, "recorded_on") if dated else key


def _values(table: Table, name: str) -> Array:
    """Values that sort equal exactly where the column's do: unknown apart from every known one."""
    return np.where(table.known(name), table[name].astype(np.int64), np.int64(-(2**62)))


def _equal(table: Table, name: str, some: Rows, others: Rows) -> Flags:
    values, known = table[name], table.known(name)
    equal: Flags = (values[some] == values[others]) & (known[some] == known[others])
    return equal
