"""What may be written to the stored ledger: rows, rows that are no more, what it covers."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from ledger.schema import TABLES
from ledger.stored_form import identity
from serving.ledger_rows import ROWS
from serving.wire import Currency, Day, Id, Strict, Text

MOST_ROWS = 10_000
"""Rows in one request."""


class LedgerCoverage(Strict):
    """What the ledger covers once the rows are stored. It never covers less than before."""

    complete_through: Annotated[
        Day,
        Field(
            description="Last day of which every event is stored. A row that comes later counts "
            "as known from the day after, whatever it says.",
            examples=["2024-06-30"],
        ),
    ]
    reporting_currency: Annotated[
        Currency | None, Field(description="Needed by the first write; it stays as it is.")
    ] = None
    complete_from: Annotated[
        Day | None, Field(description="First day; not given: that of the first row.")
    ] = None
    timezone: Annotated[
        str | None,
        Field(max_length=64, description="Of times of day in the rows; UTC if never given."),
    ] = None


def _key_type(table: str) -> Any:
    """What names one row of a table."""
    columns = identity(table)
    if len(columns) == 1:
        return Id
    fields: dict[str, Any] = {}
    for name in columns:
        column = TABLES[table].column(name)
        kind = Day if column.kind.value == "day" else Text
        fields[name] = (kind, ...) if column.required else (kind | None, None)
    words = "".join(word.title() for word in table.split("_"))
    doc = f"The key of a row of the table `{table}`."
    return create_model(f"{words}Key", __base__=Strict, __doc__=doc, **fields)


def _write_model(table: str) -> type[BaseModel]:
    words = "".join(word.title() for word in table.split("_"))
    fields: dict[str, Any] = {
        "rows": (
            list[ROWS[table]],  # type: ignore[valid-type]
            Field(
                default_factory=list,
                max_length=MOST_ROWS,
                description="Rows to store, each with every column that is known. One whose key is "
                "stored already replaces that row as a whole; one that is the same in every "
                "value changes nothing.",
            ),
        ),
        "void": (
            list[_key_type(table)],  # type: ignore[misc]
            Field(
                default_factory=list,
                max_length=MOST_ROWS,
                description="Keys of rows that are to count no longer.",
            ),
        ),
        "coverage": (
            LedgerCoverage | None,
            Field(
                default=None,
                description="What the ledger covers once the rows are stored; as before if not "
                "given.",
            ),
        ),
    }
    doc = f"Rows of the table `{table}` to store, all of them or none."
    return create_model(f"Write{words}Request", __base__=Strict, __doc__=doc, **fields)


WRITES: dict[str, type[BaseModel]] = {name: _write_model(name) for name in TABLES}
"""The body of a write to each table."""
