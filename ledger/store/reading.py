"""Reading a stored ledger: some accounts in one round trip, or all of it in a stream."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ledger.accounts import EVERYBODYS_TABLES
from ledger.days import day_of
from ledger.ledger import Extract
from ledger.schema import TABLES
from ledger.store.tables import NODES, PERSONAL, VERSIONS, WRITES
from ledger.stored_form import KNOWN_FROM, TYPES, Stored

_ARRAY = {"sqlite": "json_array", "postgresql": "json_build_array"}
_HEAD = "head"


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


def tables_at_once(
    connection: Connection, nodes: Sequence[str], at_seq: int | None = None
) -> tuple[Head | None, dict[str, Any]]:
    """Where the ledger stands, and the rows of the accounts of some nodes, in one statement."""
    wanted = _statement(connection.dialect.name, "nodes", at_seq is not None)
    return _read(connection, wanted, {"wanted": list(nodes), "at_seq": at_seq})


def some_node(connection: Connection) -> list[str]:
    """One invoice, whichever; nothing where there is none."""
    wanted = select(NODES.c.node).where(NODES.c.node.like("i:%")).limit(1)
    return list(connection.execute(wanted).scalars())


def tables_of_accounts(connection: Connection, accounts: Sequence[int]) -> dict[str, Any]:
    """The current rows of some accounts."""
    wanted = _statement(connection.dialect.name, "accounts", at_a_seq=False)
    return _read(connection, wanted, {"wanted": list(accounts)})[1]


def everybodys_tables(connection: Connection, at_seq: int | None = None) -> dict[str, Any]:
    """The rows of the tables that belong to everybody."""
    found: dict[str, list[Any]] = {}
    for name in EVERYBODYS_TABLES:
        row = _row_of(connection.dialect.name, name)
        wanted = select(row).where(holds(name, at_seq is not None))
        values = connection.execute(wanted, {"at_seq": at_seq}).scalars()
        found[name] = [json.loads(text) for text in values]
    return {name: typed(name, rows) for name, rows in found.items() if rows}


def typed(name: str, rows: Sequence[Sequence[Any]]) -> Any:
    """An arrow table of rows as `columns_of` orders their values; days as ISO text."""
    arrays = [
        _array(values, kind)
        for values, kind in zip(zip(*rows, strict=True), _schema(name).types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=_schema(name))


@cache
def _schema(name: str) -> Any:
    types = [pa.string(), pa.date32(), *(TYPES[column.kind] for column in TABLES[name].columns)]
    return pa.schema(list(zip(columns_of(name), types, strict=True)))


def columns_of(name: str) -> tuple[str, ...]:
    """Columns of a table as it is read: id, the day from which it counts, those of the schema."""
    return ("row_id", KNOWN_FROM, *TABLES[name].names)


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


def holds(name: str, at_a_seq: bool) -> ColumnElement[bool]:
    """Whether a version holds now, or did after the write `at_seq`."""
    versions = VERSIONS[name].c
    if not at_a_seq:
        return and_(versions.ended_seq.is_(None), ~versions.void)
    at_seq: Any = bindparam("at_seq")
    ended = or_(versions.ended_seq.is_(None), versions.ended_seq > at_seq)
    return and_(versions.seq <= at_seq, ended, ~versions.void)


@lru_cache(maxsize=8)
def _statement(dialect: str, by: str, at_a_seq: bool) -> Any:
    """Rows of every account table as (name, JSON), and the head, in one statement."""
    wanted: Any = bindparam("wanted", expanding=True)
    if by == "nodes":
        mine = select(NODES.c.account).where(NODES.c.node.in_(wanted))
    parts = [_head_select(dialect, at_a_seq)]
    for name in TABLES:
        if name not in EVERYBODYS_TABLES:
            account = VERSIONS[name].c.account
            theirs = account.in_(mine) if by == "nodes" else account.in_(wanted)
            row = select(literal(name), _row_of(dialect, name)).select_from(source_of(name))
            parts.append(row.where(theirs, holds(name, at_a_seq)))
    return union_all(*parts)


def _head_select(dialect: str, at_a_seq: bool) -> Any:
    last = select(func.max(WRITES.c.seq))
    if at_a_seq:
        last = last.where(WRITES.c.seq <= bindparam("at_seq"))
    array = getattr(func, _ARRAY[dialect])(*WRITES.c)
    wanted = select(literal(_HEAD), cast(array, Text))
    return wanted.where(WRITES.c.seq == last.scalar_subquery())


def _row_of(dialect: str, name: str) -> Any:
    return cast(getattr(func, _ARRAY[dialect])(*expressions_of(name)), Text)


def _read(
    connection: Connection, wanted: Any, parameters: Mapping[str, Any]
) -> tuple[Head | None, dict[str, Any]]:
    rows: dict[str, list[Any]] = {}
    for name, text in connection.execute(wanted, parameters):
        rows.setdefault(name, []).append(json.loads(text))
    heads = rows.pop(_HEAD, None)
    found = None
    if heads:
        found = _head(dict(zip(WRITES.c.keys(), heads[0], strict=True)))
    return found, {name: typed(name, given) for name, given in rows.items()}


def _head(row: Mapping[str, Any]) -> Head:
    first, through = row["complete_from"], row["complete_through"]
    extract = Extract(
        row["reporting_currency"],
        _day(through),
        None if first is None else _day(first),
        row["timezone"],
    )
    return Head(row["seq"], row["fx_seq"], extract)


def _day(value: Any) -> int:
    return day_of(date.fromisoformat(value) if isinstance(value, str) else value)


def _array(values: Any, kind: Any) -> Any:
    """Values as a driver gives them: days as ISO text, flags perhaps as 0 and 1."""
    if kind == _DAY:
        return pa.array(values, _TEXT).cast(kind)
    if kind == _FLAG:
        return pa.array([None if value is None else bool(value) for value in values], kind)
    return pa.array(values, kind)


_DAY, _FLAG, _TEXT = pa.date32(), pa.bool_(), pa.string()


def merged(*stored: Stored) -> dict[str, Any]:
    """Stored tables one below the other."""
    found: dict[str, list[Any]] = {}
    for tables in stored:
        for name, table in tables.items():
            found.setdefault(name, []).append(table)
    return {name: pa.concat_tables(tables) for name, tables in found.items()}
