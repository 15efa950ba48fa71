"""One file as it was read: its columns by the names of its header, nothing interpreted yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.arrays import Rows
from ledger.findings import Finding, sentence


@dataclass(frozen=True)
class Format:
    """How a file writes text, numbers and dates. What is empty is found out.

    Parameters
    ----------
    encoding
        Name of a character encoding; empty: UTF-8 (or UTF-16 with its mark), else Windows-1252.
    delimiter
        Between the fields of a CSV file; empty: comma, semicolon, tab or bar.
    decimal
        Decimal sign; empty: the point, unless the amounts can only have a comma.
    thousands
        Between groups of three digits; empty: none (with a guessed decimal comma, the point).
    date
        Format of dates in the codes of `datetime.strptime`; empty: ISO 8601.
    missing
        Texts that mean "no value", besides the empty one.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    thousands: str = ""
    date: str = ""
    missing: tuple[str, ...] = ()


UNSTATED = Format()
"""Everything is found out."""


@dataclass(frozen=True)
class BrokenRow:
    """A row of a CSV file that is not like its header: its number, its text and what is wrong."""

    row: int
    text: str
    what: str


@dataclass(frozen=True)
class Sheet:
    """The columns of one file (arrow arrays of equal length) and the number of each row.

    `rows` are row numbers as a spreadsheet shows them: in a CSV file the header is row 1,
    in Parquet and in frames the first row is. Blank rows are left out.
    """

    file: str
    columns: Mapping[str, Any]
    rows: Rows
    broken: tuple[BrokenRow, ...] = ()

    def values(self, position: int) -> dict[str, str]:
        """One row as text, by the names of the header; without its missing values."""
        found = {name: column[position].as_py() for name, column in self.columns.items()}
        return {name: str(value) for name, value in found.items() if value is not None}


def read_parquet(
    path: Path, expected: Collection[str], problems: list[Finding], table: str = ""
) -> Sheet | None:
    """Read a Parquet file; None, and why in `problems`, where that fails."""

    def refuse(rule: str, what: str) -> None:
        problems.append(Finding(rule, sentence(rule, path.name, what), table, path.name))

    if path.stat().st_size == 0:
        refuse("empty-file", "the file is empty; expected Parquet")
        return None
    try:
        found = pq.read_table(path)
    except (OSError, pa.ArrowException):
        refuse("unreadable-file", "it is no Parquet file, or a damaged one")
        return None
    repeated = {name for name in found.column_names if found.column_names.count(name) > 1}
    if repeated:
        refuse("repeated-column", f"there are two columns {', '.join(sorted(repeated))}")
        return None
    if not set(expected) & set(found.column_names):
        names = ", ".join(found.column_names[:5]) or "none"
        refuse("unreadable-file", f"its columns are {names}; expected {', '.join(expected)}")
        return None
    columns = {}
    for name, column in zip(found.column_names, found.columns, strict=True):
        if holds_values(column.type):
            columns[name] = column
        elif name in expected:
            refuse("wrong-type", f"{name} holds {column.type}; expected text, dates or numbers")
    return Sheet(path.name, columns, np.arange(1, found.num_rows + 1))


def holds_values(kind: Any) -> bool:
    """Whether an arrow type is one of text, numbers, flags, dates and times."""
    if pa.types.is_dictionary(kind):
        return holds_values(kind.value_type)
    return any(
        of(kind)
        for of in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_decimal,
            pa.types.is_boolean,
            pa.types.is_date,
            pa.types.is_timestamp,
            pa.types.is_null,
        )
    )
