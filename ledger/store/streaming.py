"""Reading many rows of a stored ledger, columns all the way.

PostgreSQL is read by ADBC. SQLite is read by Python's own driver, in small portions: that of ADBC
brings a second SQLite into the process, and two of them undo each other's locks on a file
(https://www.sqlite.org/howtocorrupt.html, section 2.2.1).
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache, lru_cache
from typing import Any

import adbc_driver_postgresql.dbapi
import pyarrow as pa
from sqlalchemy import (
    Connection,
    Dialect,
    Text,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ledger.accounts import EVERYBODYS_TABLES
from ledger.errors import DatabaseError
from ledger.schema import TABLES
from ledger.store.reading import columns_of, expressions_of, schema_of, source_of, typed
from ledger.store.tables import VERSIONS

AT_ONCE = 500
"""Rows of SQLite that are turned into columns together: few enough to stay in the cache."""


FEW_ACCOUNTS = 5
"""Up to so many, one statement of JSON is faster than a stream of columns."""


def whole_tables(
    connection: Connection, at_seq: int, names: Iterable[str] = tuple(TABLES)
) -> dict[str, Any]:
    """Every row of some tables as they stood after a write, as arrow tables by name."""
    return _streamed(connection, names, at_seq, None)


def everybodys_tables(connection: Connection, at_seq: int) -> dict[str, Any]:
    """The rows of the tables that belong to everybody."""
    return _streamed(connection, EVERYBODYS_TABLES, at_seq, None)


def tables_of_accounts(
    connection: Connection, accounts: Sequence[int], at_seq: int
) -> dict[str, Any]:
    """The rows of some accounts as they stood after a write.

    A PostgreSQL server is asked for a few in one statement, and so in one round trip.
    """
    if connection.dialect.name == "postgresql" and len(accounts) <= FEW_ACCOUNTS:
        return _read_at_once(connection, accounts, at_seq)
    names = [name for name in TABLES if name not in EVERYBODYS_TABLES]
    return _streamed(connection, names, at_seq, accounts)


def _streamed(
    connection: Connection, names: Iterable[str], at_seq: int, accounts: Sequence[int] | None
) -> dict[str, Any]:
    read = _read_sqlite if connection.dialect.name == "sqlite" else _read_postgresql
    queries = {name: _sql(connection.dialect, name, at_seq, accounts) for name in names}
    found = read(connection, queries)
    return {name: table for name, table in found.items() if len(table)}


def _read_at_once(connection: Connection, accounts: Sequence[int], at_seq: int) -> dict[str, Any]:
    """Rows of every account table as (name, JSON)."""
    rows: dict[str, list[Any]] = {}
    for name, text in connection.execute(
        _rows_as_json(), {"accounts": list(accounts), "at_seq": at_seq}
    ):
        rows.setdefault(name, []).append(json.loads(text))
    return {name: typed(name, given) for name, given in rows.items()}


@cache
def _rows_as_json() -> Any:
    accounts: Any = bindparam("accounts", expanding=True)
    at_seq: Any = bindparam("at_seq")
    parts = []
    for name in TABLES:
        if name not in EVERYBODYS_TABLES:
            versions = VERSIONS[name].c
            row = cast(func.json_build_array(*expressions_of(name)), Text)
            ended = or_(versions.ended_seq.is_(None), versions.ended_seq > at_seq)
            wanted = select(literal(name), row).select_from(source_of(name))
            parts.append(
                wanted.where(
                    versions.account.in_(accounts), versions.seq <= at_seq, ended, ~versions.void
                )
            )
    return union_all(*parts)


def _read_sqlite(connection: Connection, queries: dict[str, str]) -> dict[str, Any]:
    driver: Any = connection.connection.driver_connection
    found = {}
    try:
        for name, query in queries.items():
            with closing(driver.execute(query)) as cursor:
                portions = []
                while rows := cursor.fetchmany(AT_ONCE):
                    portions.append(typed(name, rows))
            if len(portions) > 1:
                portions = [pa.concat_tables(portions).combine_chunks()]
            found[name] = portions[0] if portions else []
    except sqlite3.Error as error:
        raise DatabaseError(f"the database cannot be read: {error}") from error
    return found


def _read_postgresql(connection: Connection, queries: dict[str, str]) -> dict[str, Any]:
    """The same, of what the transaction of the connection sees."""
    url = connection.engine.url.set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    snapshot = connection.execute(select(func.pg_export_snapshot())).scalar_one()
    found = {}
    try:
        with (
            closing(adbc_driver_postgresql.dbapi.connect(address, autocommit=True)) as other,
            closing(other.cursor()) as cursor,
        ):
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            for name, query in queries.items():
                cursor.execute(query)
                found[name] = _cast(name, cursor.fetch_arrow_table())
    except adbc_driver_postgresql.dbapi.Error as error:
        raise DatabaseError(f"the database cannot be read: {error}") from error
    return found


def _sql(dialect: Dialect, name: str, at_seq: int, accounts: Sequence[int] | None) -> str:
    """The query of a table, with its numbers written out: ADBC takes no parameters here."""
    table = VERSIONS[name].name
    wanted = (
        f"{_all_versions(dialect, name)} AND {table}.seq <= {at_seq:d}"
        f" AND ({table}.ended_seq IS NULL OR {table}.ended_seq > {at_seq:d})"
    )
    if accounts is not None:
        numbers = ", ".join(f"{account:d}" for account in accounts)
        wanted += f" AND {table}.account IN ({numbers or 'NULL'})"
    return wanted


@lru_cache(maxsize=64)
def _all_versions(dialect: Dialect, name: str) -> str:
    columns = [
        column.label(label)
        for column, label in zip(expressions_of(name), columns_of(name), strict=True)
    ]
    wanted = select(*columns).select_from(source_of(name)).where(~VERSIONS[name].c.void)
    return str(wanted.compile(dialect=dialect))


def _cast(name: str, table: Any) -> Any:
    """The table with the types that our columns have."""
    return table.rename_columns(columns_of(name)).cast(schema_of(name))
