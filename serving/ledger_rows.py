"""A ledger in a request: the tables of the schema as lists of rows."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, Field, create_model

from ledger.coding import part_of
from ledger.days import day_of
from ledger.findings import Finding
from ledger.ledger import Extract, Ledger
from ledger.loading import load_parts
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
        column.name: (_column_type(column), ...)
        if column.required
        else (_column_type(column) | None, None)
        for column in table.columns
    }
    name = "".join(word.title() for word in table.name.split("_")) + "Row"
    doc = f"A row of the table `{table.name}`; its key is {' and '.join(table.key)}."
    return create_model(name, __base__=Strict, __doc__=doc, **fields)


class _Extract(Strict):
    """What the ledger covers."""

    reporting_currency: Currency
    complete_through: Annotated[
        Day, Field(description="Last day of which every event is in the ledger.")
    ]
    complete_from: Annotated[
        Day | None, Field(description="First such day; not given: that of the first row.")
    ] = None


_TABLE_FIELDS: dict[str, Any] = {
    name: (
        list[_row_model(table)],  # type: ignore[misc]
        Field(default_factory=list, description=f"Rows of the table `{name}`."),
    )
    for name, table in TABLES.items()
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
        part_of(name, _sheet(table, getattr(rows, name)), findings, Format(decimal="."))
        for name, table in TABLES.items()
        if getattr(rows, name)
    ]
    loaded = load_parts(parts, extract, findings)
    flaws = [flaw for error in loaded.report.errors for flaw in _flaws(error)]
    if flaws:
        raise RefusedError("unusable-ledger", "the ledger in the request has errors", flaws)
    return loaded.ledger


def _sheet(table: TableSpec, rows: Sequence[BaseModel]) -> Sheet:
    given = [row for row in table.columns if any(getattr(r, row.name) is not None for r in rows)]
    columns = {
        column.name: pa.array([getattr(row, column.name) for row in rows], _ARROW[column.kind])
        for column in given
    }
    return Sheet(table.name, columns, np.arange(1, len(rows) + 1))


def _flaws(error: Finding) -> list[Flaw]:
    """An error at each of its rows; at the table, or the ledger, where it is about no row."""
    detail = error.sentence.removesuffix(" or set the row aside with --quarantine")
    if len(error.rows):
        return [Flaw(detail, pointer("ledger", error.table, int(row) - 1)) for row in error.rows]
    place = ("ledger", error.table) if error.table else ("ledger",)
    return [Flaw(detail, pointer(*place))]
