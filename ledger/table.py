"""Immutable columns with masks, and the tables made of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ledger.arrays import Array, Days, Flags
from ledger.schema import ColumnSpec, Kind, TableSpec

DTYPES: dict[Kind, np.dtype[Any]] = {
    Kind.TEXT: np.dtype(np.int32),
    Kind.DAY: np.dtype(np.int32),
    Kind.MONEY: np.dtype(np.int64),
    Kind.NUMBER: np.dtype(np.float64),
    Kind.INTEGER: np.dtype(np.int64),
    Kind.FLAG: np.dtype(np.bool_),
}


@dataclass(frozen=True)
class Column:
    """Values with a mask: `values[i]` means something only where `known[i]`.

    Both have shape (n,) and cannot be written to. Unknown values are stored as zero, so that
    equal columns have equal bytes.
    """

    values: Array
    known: Flags

    def __post_init__(self) -> None:
        self.values.setflags(write=False)
        self.known.setflags(write=False)

    def take(self, rows: Array) -> "Column":
        """The column at `rows` (row numbers or a mask)."""
        return Column(self.values[rows], self.known[rows])

    def blank(self, where: Flags) -> "Column":
        """The column with its values unknown `where`."""
        return Column(np.where(where, self.values.dtype.type(0), self.values), self.known & ~where)


def empty_column(spec: ColumnSpec, n: int) -> Column:
    """Return a column of `n` unknown values."""
    return Column(np.zeros(n, DTYPES[spec.kind]), np.zeros(n, np.bool_))


@dataclass(frozen=True)
class Table:
    """The rows of one table of the ledger, as columns.

    `table["due_on"]` gives values, `table.known("due_on")` their mask.
    """

    spec: TableSpec
    columns: Mapping[str, Column]
    rows: int
    known_on: Days = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known_on", _known_on(self.spec, self.columns, self.rows))

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name].values

    def known(self, name: str) -> Flags:
        """Where the column has a value, shape (n,)."""
        return self.columns[name].known

    def take(self, rows: Array) -> "Table":
        """The table at `rows` (row numbers or a mask)."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        count = int(rows.sum()) if rows.dtype == np.bool_ else len(rows)
        return Table(self.spec, columns, count)

    def replace(self, **columns: Column) -> "Table":
        """The table with some of its columns replaced."""
        return Table(self.spec, {**self.columns, **columns}, self.rows)


def empty_table(spec: TableSpec) -> Table:
    """Return a table without rows."""
    return Table(spec, {column.name: empty_column(column, 0) for column in spec.columns}, 0)


def _known_on(spec: TableSpec, columns: Mapping[str, Column], rows: int) -> Days:
    """Day on which each row was known: max(happened_on, recorded_on); the first day if undated."""
    if spec.happened_on is None:
        return np.full(rows, np.iinfo(np.int32).min, np.int32)
    happened = columns[spec.happened_on].values
    if "recorded_on" not in columns:
        return happened
    recorded = columns["recorded_on"]
    return np.where(recorded.known, np.maximum(happened, recorded.values), happened)
