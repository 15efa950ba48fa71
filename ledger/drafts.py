"""A ledger as read and coded, before anything is repaired: it remembers where each row stood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from ledger.arrays import Array, Codes, Flags, Rows
from ledger.currencies import row_currencies
from ledger.findings import Finding, sentence
from ledger.ledger import Ledger
from ledger.money import major
from ledger.sheets import UNSTATED, Format, Sheet
from ledger.table import Table


@dataclass(frozen=True)
class Part:
    """Rows that one file gives to one table.

    Parameters
    ----------
    table, sheet
        For which table, and from which file.
    columns
        Arrow arrays by our names, each of shape (n,).
    positions
        Position in the sheet of each row, shape (n,).
    names
        What the file calls a column of ours, where it does so differently.
    derived
        Whether the rows are the distinct ones among those of the sheet, such as customers
        gathered from invoices.
    """

    table: str
    sheet: Sheet
    columns: Mapping[str, Any]
    positions: Rows
    names: Mapping[str, str]
    format: Format = UNSTATED
    derived: bool = False

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True)
class Origin:
    """Where the rows of a table stood: part, and row within the part, both shape (n,)."""

    parts: tuple[Part, ...]
    part: Codes
    row: Rows


@dataclass(frozen=True)
class Draft:
    """A ledger with all rows that were read, and the origin of each.

    A value that is missing or cannot be read is unknown in `ledger`.
    """

    ledger: Ledger
    origins: Mapping[str, Origin]

    def take(self, rows: Mapping[str, Array]) -> "Draft":
        """The draft with only some rows of some tables (row numbers or masks)."""
        tables, origins = dict(self.ledger.tables), dict(self.origins)
        for name, which in rows.items():
            if which.dtype == np.bool_ and which.all():
                continue
            old = origins[name]
            tables[name] = tables[name].take(which)
            origins[name] = Origin(old.parts, old.part[which], old.row[which])
        return Draft(replace(self.ledger, tables=tables), origins)

    def row_numbers(self, table: str) -> Rows:
        """Number of each row of a table in its file, shape (n,)."""
        origin = self.origins[table]
        numbers = np.zeros(len(origin.part), np.int64)
        for i, part in enumerate(origin.parts):
            mine = origin.part == i
            numbers[mine] = part.sheet.rows[part.positions[origin.row[mine]]]
        return numbers

    def found(
        self, rule: str, table: str, where: Flags, what: Callable[[int], str]
    ) -> list[Finding]:
        """One finding for each file whose rows break a rule `where`; `what` tells of one row."""
        hits = np.flatnonzero(where)
        if not len(hits):
            return []
        origin = self.origins[table]
        currencies = self.ledger.vocabularies["currency"]
        codes = row_currencies(self.ledger, table)
        findings = []
        for number in np.unique(origin.part[hits]):
            part = origin.parts[number]
            mine = hits[origin.part[hits] == number]
            numbers = np.sort(part.sheet.rows[part.positions[origin.row[mine]]])
            first = int(mine[0])
            findings.append(
                Finding(
                    rule,
                    sentence(rule, f"{part.sheet.file} {rows_in_words(numbers)}", what(first)),
                    table,
                    part.sheet.file,
                    numbers,
                    _money(self.ledger.tables[table], mine, codes, currencies),
                )
            )
        return findings

    def written(self, table: str, row: int, column: str) -> str:
        """What the file says in a column of a row."""
        origin = self.origins[table]
        part = origin.parts[origin.part[row]]
        return str(part.columns[column][int(origin.row[row])].as_py())

    def called(self, table: str, row: int, column: str) -> str:
        """What the file of a row calls a column: `InvoiceDate (issued_on)`, or just `issued_on`."""
        origin = self.origins[table]
        name = origin.parts[origin.part[row]].names.get(column, column)
        return column if name == column else f"{name} ({column})"


def rows_in_words(numbers: Sequence[int] | Array) -> str:
    """Row numbers for a sentence.

    >>> rows_in_words([812]), rows_in_words([7, 9]), rows_in_words([7, 9, 11, 12])
    ('row 812', 'row 7 (also 9)', 'row 7 (also 9, 11 and 1 more)')
    """
    first, *others = (int(number) for number in numbers)
    if not others:
        return f"row {first}"
    shown = ", ".join(str(number) for number in others[:2])
    more = f" and {len(others) - 2} more" if len(others) > 2 else ""
    return f"row {first} (also {shown}{more})"


def _money(table: Table, rows: Rows, codes: Codes, currencies: Array) -> dict[str, Decimal]:
    """Sum of the known amounts of some rows, major units by currency."""
    if "amount" not in table.columns or not table.known("amount")[rows].any():
        return {}
    sums = np.zeros(len(currencies), np.int64)
    np.add.at(sums, codes[rows], table["amount"][rows])
    used = np.unique(codes[rows])
    return {str(currencies[code]): major(int(sums[code]), currencies[code]) for code in used}
