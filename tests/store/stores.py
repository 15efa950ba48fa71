"""Databases for tests, and batches of rows to write to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pyarrow as pa
from sqlalchemy import Engine

from features.kept_priors import count_outcomes
from ledger.arrays import Array
from ledger.days import parse_day
from ledger.drafts import Part
from ledger.ledger import Ledger
from ledger.schema import TABLES
from ledger.sheets import Sheet
from ledger.store import Batch, Coverage, Written, head, ledger_parts, whole_tables, write
from ledger.stored_form import ledger_of

NOW = datetime(2026, 7, 1, 12, 0)
BEFORE_ALL = Coverage(parse_day("2000-01-01"), "EUR")


def rows(table: str, *given: dict[str, str]) -> Part:
    """Rows of a table as a request gives them."""
    names = [name for name in TABLES[table].names if any(name in row for row in given)]
    columns = {name: pa.array([row.get(name) for row in given], pa.string()) for name in names}
    sheet = Sheet(table, columns, np.arange(1, len(given) + 1))
    return Part(table, sheet, columns, sheet.rows - 1, {})


def some(part: Part, which: Array) -> Part:
    """Some rows of a part."""
    columns = {name: column.take(pa.array(which)) for name, column in part.columns.items()}
    sheet = replace(part.sheet, columns=columns, rows=np.arange(1, len(which) + 1))
    return replace(part, sheet=sheet, columns=columns, positions=sheet.rows - 1)


def put(
    engine: Engine,
    *parts: Part,
    through: str = "",
    currency: str | None = "EUR",
    now: datetime = NOW,
    **void: Sequence[str],
) -> Written:
    """Write rows."""
    coverage = Coverage(parse_day(through), currency) if through else None
    batch = Batch(parts, void, coverage)
    return write(engine, batch, actor="tests", now=now, count=count_outcomes)


def put_ledger(engine: Engine, ledger: Ledger) -> Written:
    """Write a whole ledger."""
    batch = Batch(ledger_parts(ledger), coverage=Coverage.of(ledger.extract))
    return write(engine, batch, actor="tests", now=NOW, count=count_outcomes)


def stored(engine: Engine, at_seq: int | None = None) -> Ledger:
    """The whole ledger as it stands, or stood after a write."""
    with engine.connect() as connection:
        now = head(connection, at_seq)
        assert now is not None
        return ledger_of(whole_tables(connection, now.seq), now.extract)
