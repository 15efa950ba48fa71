"""Reading a stored ledger: where it stands, whose accounts are asked for, rows as columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, func, select

from ledger.days import day_of
from ledger.ledger import Extract
from ledger.schema import TABLES
from ledger.store.tables import NODES, PERSONAL, TOUCHED, VERSIONS, WRITES
from ledger.stored_form import CORRECTED_FROM, KNOWN_FROM, TYPES, Stored

ACCOUNT = "account"


@dataclass(frozen=True)
class Head:
    """Where a stored ledger stands: its last write, the last one of rates, what it covers."""

    seq: int
    fx_seq: int
    extract: Extract


def head(connection: Connection, at_seq: int | None = None) -> Head | None:
    """Where the ledger stands, or stood after a write; None before the first one."""
    wanted = select(WRITES).order_by(WRITES.c.seq.desc()).limit(1)
    if at_seq is not None:
        wanted = wanted.where(WRITES.c.seq <= at_seq)
    row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else _head(dict(row))


def place(
    connection: Connection, nodes: Sequence[str], at_seq: int | None = None
) -> tuple[Head | None, tuple[int, ...]]:
    """Where the ledger stands, and the accounts of some nodes, in one statement.

    Parameters
    ----------
    nodes
        `c:` and a customer, `i:` and an invoice, `p:` and a payment; strangers have no account.
    at_seq
        Where it stood after that write; where it stands if not given.
    """
    last = select(func.max(WRITES.c.seq))
    if at_seq is not None:
        last = last.where(WRITES.c.seq <= at_seq)
    wanted = (
        select(*WRITES.c, NODES.c.account)
        .outerjoin(NODES, NODES.c.node.in_(nodes))
        .where(WRITES.c.seq == last.scalar_subquery())
    )
    rows = connection.execute(wanted).mappings().all()
    accounts = {row["account"] for row in rows} - {None}
    return (_head(dict(rows[0])) if rows else None), tuple(sorted(accounts))


def touched_since(connection: Connection, after: int, until: int) -> set[int]:
    """Accounts that the writes after one, until another, may have changed; 0 stands for all."""
    wanted = select(TOUCHED.c.account).where(TOUCHED.c.seq > after, TOUCHED.c.seq <= until)
    return set(connection.execute(wanted.distinct()).scalars())


def some_node(connection: Connection) -> list[str]:
    """One invoice, whichever; nothing where there is none."""
    wanted = select(NODES.c.node).where(NODES.c.node.like("i:%")).limit(1)
    return list(connection.execute(wanted).scalars())


def typed(name: str, rows: Sequence[Sequence[Any]]) -> Any:
    """An arrow table of rows as `columns_of` orders their values; days as ISO text."""
    arrays = [
        _array(values, kind)
        for values, kind in zip(zip(*rows, strict=True), schema_of(name).types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema_of(name))


@cache
def schema_of(name: str) -> Any:
    """Names and types of the columns of a table as it is read."""
    own = (TYPES[column.kind] for column in TABLES[name].columns)
    types = [pa.string(), pa.int64(), pa.date32(), pa.date32(), *own]
    return pa.schema(list(zip(columns_of(name), types, strict=True)))


def columns_of(name: str) -> tuple[str, ...]:
    """Columns of a table as it is read: id, account, days from which it counts, the schema's."""
    return ("row_id", ACCOUNT, KNOWN_FROM, CORRECTED_FROM, *TABLES[name].names)


def source_of(name: str) -> Any:
    """The versions of a table, joined with what is kept apart of them."""
    versions = VERSIONS[name]
    if name not in PERSONAL:
        return versions
    details = PERSONAL[name]
    return versions.outerjoin(details, details.c.row_id == versions.c.row_id)


def expressions_of(name: str) -> list[ColumnElement[Any]]:
    """The columns of `columns_of` in `source_of`."""
    versions = VERSIONS[name].c
    return [
        versions[column] if column in versions else PERSONAL[name].c[column]
        for column in columns_of(name)
    ]


def _head(row: Mapping[str, Any]) -> Head:
    first, through = row["complete_from"], row["complete_through"]
    extract = Extract(
        row["reporting_currency"],
        day_of(through),
        None if first is None else day_of(first),
        row["timezone"],
    )
    return Head(row["seq"], row["fx_seq"], extract)


def _array(values: Any, kind: Any) -> Any:
    """Values as a driver gives them: days as ISO text, flags perhaps as 0 and 1."""
    if kind == _DAY:
        return pa.array(values, _TEXT).cast(kind)
    if kind == _FLAG:
        return pa.array([None if value is None else bool(value) for value in values], kind)
    return pa.array(values, kind)


_DAY, _FLAG, _TEXT = pa.date32(), pa.bool_(), pa.string()


def without_accounts(stored: Stored, accounts: Collection[int]) -> dict[str, Any]:
    """The rows of stored tables that belong to none of some accounts."""
    if not accounts:
        return dict(stored)
    gone = pa.array(sorted(accounts), pa.int64())
    return {
        name: table.filter(pc.invert(pc.is_in(table[ACCOUNT], value_set=gone)))
        for name, table in stored.items()
    }


def merged(*stored: Stored) -> dict[str, Any]:
    """Stored tables one below the other; a column that some do not have is unknown there."""
    found: dict[str, list[Any]] = {}
    for tables in stored:
        for name, table in tables.items():
            found.setdefault(name, []).append(table)
    return {
        name: pa.concat_tables(tables, promote_options="default") for name, tables in found.items()
    }
