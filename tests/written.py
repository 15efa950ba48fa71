"""Small ledgers written out in a test, one row a line, and rows read back as plain values."""

from typing import Any

import pandas as pd

from ledger.days import parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.schema import TABLES, Kind


def written_ledger(through: str, currency: str = "EUR", **tables: str) -> Ledger:
    """A ledger complete through a day; each table is text, its first line the columns.

    Words are separated by blanks; a dot is a missing value. Customers nobody lists are added.
    """
    frames = {name: _frame(text) for name, text in tables.items()}
    named = sorted({word for frame in frames.values() for word in frame.get("customer_id", [])})
    frames.setdefault("customers", pd.DataFrame({"customer_id": [w for w in named if w]}))
    return ledger_from_frames(frames, Extract(currency, parse_day(through)))


def _frame(text: str) -> pd.DataFrame:
    columns, *rows = (line.split() for line in text.strip().splitlines())
    values = [[None if word == "." else word for word in row] for row in rows]
    return pd.DataFrame(values, columns=columns, dtype=object)


def row_of(ledger: Ledger, table: str, key: str) -> int:
    """Row of the record with an id."""
    return list(ledger.text(table, TABLES[table].key[0])).index(key)


def records(ledger: Ledger, table: str) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries of plain values: text, days, minor units; None if unknown."""
    columns = {}
    for column in TABLES[table].columns:
        data = ledger.tables[table].columns[column.name]
        text = column.kind is Kind.TEXT
        values = (ledger.text(table, column.name) if text else data.values).tolist()
        columns[column.name] = [
            value if known else None for value, known in zip(values, data.known, strict=True)
        ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
