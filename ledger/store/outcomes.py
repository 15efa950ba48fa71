"""Outcomes of invoices by day, kept up to date with every write.

How outcomes are counted is for those who use them to say, by a text that defines it. Here every
write records by how much it changed the counts, so that they can be had as of any write.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, insert, select

from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.store.database import writing
from ledger.store.reading import head
from ledger.store.streaming import whole_tables
from ledger.store.tables import OUTCOMES, PRIOR_COUNTS, PRIOR_DEFINITIONS
from ledger.stored_form import ledger_of

Count = Callable[[Ledger, str], Any]
"""Arrow table of `KEYS` and `OUTCOMES` of a ledger's invoices, by the definitions in a text."""

KEYS = ("group_name", "day")
_SUMS = [(name, "sum") for name in OUTCOMES]


def keep_outcomes(engine: Engine, sha256: str, definitions: str, count: Count) -> None:
    """From now on keep the outcomes by some definitions, beside those by others that are kept."""
    with writing(engine, "ledger") as connection:
        kept = set(connection.execute(select(PRIOR_DEFINITIONS.c.sha256)).scalars())
        if sha256 not in kept:
            values = {"sha256": sha256, "definitions": definitions}
            connection.execute(insert(PRIOR_DEFINITIONS).values(**values))
            now = head(connection)
            if now is not None:
                ledger = ledger_of(whole_tables(connection, now.seq), now.extract)
                _append(connection, sha256, now.seq, count(ledger, definitions))


def require_outcomes(engine: Engine, sha256: str) -> None:
    """Refuse definitions by which no outcomes are kept.

    Raises
    ------
    LedgerError
        If these are such.
    """
    kept = select(PRIOR_DEFINITIONS.c.sha256).where(PRIOR_DEFINITIONS.c.sha256 == sha256)
    with engine.connect() as connection:
        if connection.execute(kept).first() is None:
            raise LedgerError(
                [f"no outcomes are kept by definitions {sha256}; serve a model with these once"]
            )


def append_changes(
    connection: Connection, seq: int, before: Ledger, after: Ledger, count: Count
) -> None:
    """Record by how much a write changed the outcomes, by all definitions that are kept."""
    for sha256, definitions in connection.execute(select(PRIOR_DEFINITIONS)).all():
        was, now = count(before, definitions), count(after, definitions)
        for name in OUTCOMES:
            at = was.column_names.index(name)
            was = was.set_column(at, name, pc.negate(was[name]))
        _append(connection, sha256, seq, pa.concat_tables([was, now]))


def outcomes(engine: Engine, sha256: str, *, after: int = 0, until: int) -> Any:
    """The outcomes recorded by the writes after one, until another: `KEYS` and `OUTCOMES`."""
    table = PRIOR_COUNTS.c
    wanted = select(*(table[name] for name in (*KEYS, *OUTCOMES))).where(
        table.sha256 == sha256, table.seq > after, table.seq <= until
    )
    with engine.connect() as connection:
        rows = connection.execute(wanted).all()
    types = [pa.string(), *[pa.int64()] * (1 + len(OUTCOMES))]
    names = [*KEYS, *OUTCOMES]
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    return summed(
        pa.table(
            {
                name: pa.array(values, kind)
                for name, values, kind in zip(names, columns, types, strict=True)
            }
        )
    )


def summed(table: Any) -> Any:
    """Outcomes with one row for each group and day, without rows of nothing."""
    found = (
        table.group_by(list(KEYS)).aggregate(_SUMS).select([*KEYS, *(f"{n}_sum" for n in OUTCOMES)])
    )
    found = found.rename_columns([*KEYS, *OUTCOMES])
    something = pa.array([False] * len(found), pa.bool_())
    for name in OUTCOMES:
        something = pc.or_(something, pc.not_equal(found[name], 0))
    return found.filter(something)


def _append(connection: Connection, sha256: str, seq: int, table: Any) -> None:
    rows = [{"sha256": sha256, "seq": seq, **row} for row in summed(table).to_pylist()]
    if rows:
        connection.execute(insert(PRIOR_COUNTS), rows)
