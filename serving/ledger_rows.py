"""A ledger in a request: the tables of the schema as lists of rows."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, Field, create_model

from ledger.coding import part_of
from ledger.days import day_of
from ledger.drafts import Part
from ledger.findings import Finding
from ledger.ledger import Extract, Ledger
from ledger.loading import load_parts
from ledger.meanings import meaning
from ledger.schema import TABLES, ColumnSpec, Kind, TableSpec
from ledger.sheets import Format, Sheet
from serving.problems import Flaw, RefusedError, pointer
from serving.wire import Currency, Day, DecimalText, Strict, Text

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: Text,
    Kind.DAY: Day,
    Kind.MONEY: DecimalText,
    Kind.NUMBER: Annotated[float, Field(allow_inf_nan=False)],
    Kind.INTEGER: Annotated[int, Field(strict=True, ge=-(2**31), le=2**31)],
    Kind.FLAG: Annotated[bool, Field(strict=True)],
}
_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.DAY: pa.date32(),
    Kind.MONEY: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.FLAG: pa.bool_(),
}


def _column_type(column: ColumnSpec) -> Any:
    if column.choices:
        return Literal[column.choices]
    return Currency if column.vocabulary == "currency" else _TYPES[column.kind]


def _row_model(table: TableSpec) -> type[BaseModel]:
    """The rows of a table; what a row must have is required, the rest may be missing or null."""
    fields: dict[str, Any] = {
        column.name: (
            _column_type(column) if column.required else _column_type(column) | None,
            Field(... if column.required else None, description=meaning(table.name, column.name)),
        )
        for column in table.columns
    }
    name = "".join(word.title() for word in table.name.split("_")) + "Row"
    doc = f"A row of the table `{table.name}`; its key is {' and '.join(table.key)}."
    return create_model(name, __base__=Strict, __doc__=doc, **fields)


class _Extract(Strict):
    """What the ledger covers."""

    reporting_currency: Annotated[
        Currency, Field(description="ISO 4217, in which totals are told.")
    ]
    complete_through: Annotated[
        Day, Field(description="Last day of which every event is in the ledger.")
    ]
    complete_from: Annotated[
        Day | None, Field(description="First such day; not given: that of the first row.")
    ] = None


ROWS: dict[str, Any] = {name: _row_model(table) for name, table in TABLES.items()}
"""The rows of each table, as a request gives them."""

_TABLE_FIELDS: dict[str, Any] = {
    name: (
        list[ROWS[name]],  # type: ignore[valid-type]
        Field(default_factory=list, description=f"Rows of the table `{name}`."),
    )
    for name in TABLES
}
LedgerRows: Any = create_model(
    "LedgerRows",
    __base__=_Extract,
    __doc__="A ledger: what it covers, and the rows of its tables. Invoices are needed.",
    **_TABLE_FIELDS,
)


def ledger_of_rows(rows: Any) -> Ledger:
    """The ledger of a request, checked and repaired as a directory of files is.

    Raises
    ------
    RefusedError
        Naming every error, and where in the body it stands.
    """
    extract = Extract(
        rows.reporting_currency,
        day_of(rows.complete_through),
        None if rows.complete_from is None else day_of(rows.complete_from),
    )
    findings: list[Finding] = []
    parts = [
        part_of_rows(name, getattr(rows, name), findings) for name in TABLES if getattr(rows, name)
    ]
    loaded = load_parts(parts, extract, findings)
    flaws = [
        flaw
        for error in loaded.report.errors
        for flaw in flaws_of(error, "ledger", *([error.table] if error.table else []))
    ]
    if flaws:
        raise RefusedError("unusable-ledger", "the ledger in the request has errors", flaws)
    return loaded.ledger


def part_of_rows(name: str, rows: Sequence[BaseModel], findings: list[Finding]) -> Part:
    """The rows of a request for one table, as a file would give them."""
    return part_of(name, _sheet(TABLES[name], rows), findings, Format(decimal="."))


def flaws_of(error: Finding, *place: str) -> list[Flaw]:
    """An error at each of its rows, which stand at `place` in the body; else at the place."""
    detail = error.sentence.removesuffix(" or set the row aside with --quarantine")
    if len(error.rows):
        return [Flaw(detail, pointer(*place, int(row) - 1)) for row in error.rows]
    return [Flaw(detail, pointer(*place))]


def _sheet(table: TableSpec, rows: Sequence[BaseModel]) -> Sheet:
    given = [row for row in table.columns if any(getattr(r, row.name) is not None for r in rows)]
    columns = {
        column.name: pa.array([getattr(row, column.name) for row in rows], _ARROW[column.kind])
        for column in given
    }
    return Sheet(table.name, columns, np.arange(1, len(rows) + 1))
