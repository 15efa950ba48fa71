"""Reading many rows of a stored ledger, columns all the way.

PostgreSQL is read by ADBC. SQLite is read by Python's own driver, in small portions: that of ADBC
brings a second SQLite into the process, and two of them undo each other's locks on a file
(https://www.sqlite.org/howtocorrupt.html, section 2.2.1).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

import adbc_driver_postgresql.dbapi
import pyarrow as pa
from sqlalchemy import Connection, Dialect, select

from ledger.accounts import EVERYBODYS_TABLES
from ledger.errors import DatabaseError
from ledger.schema import TABLES
from ledger.store.account_numbers import numbers_of
from ledger.store.reading import (
    Head,
    columns_of,
    expressions_of,
    head,
    source_of,
    tables_at_once,
    typed,
)
from ledger.store.tables import VERSIONS
from ledger.stored_form import TYPES

AT_ONCE = 500
"""Rows of SQLite that are turned into columns together: few enough to stay in the cache."""


FEW_NODES = 5
"""Up to so many, one statement of JSON is faster than a stream of columns."""


def whole_tables(
    connection: Connection, at_seq: int, names: Iterable[str] = tuple(TABLES)
) -> dict[str, Any]:
    """Every row of some tables as they stood after a write, as arrow tables by name."""
    return _streamed(connection, names, at_seq, None)


def tables_of_nodes(
    connection: Connection, nodes: Sequence[str], at_seq: int | None = None
) -> tuple[Head | None, dict[str, Any]]:
    """Where the ledger stands, and the rows of the accounts of some nodes.

    To a PostgreSQL server few nodes take one statement, and so one round trip.

    Parameters
    ----------
    nodes
        `c:` and a customer, `i:` and an invoice, `p:` and a payment; strangers have no rows.
    at_seq
        The rows as they stood after that write; now if not given.
    """
    if connection.dialect.name == "postgresql" and len(nodes) <= FEW_NODES:
        return tables_at_once(connection, nodes, at_seq)
    now = head(connection, at_seq)
    if now is None:
        return None, {}
    accounts = sorted(numbers_of(connection, nodes, {}))
    names = [name for name in TABLES if name not in EVERYBODYS_TABLES]
    return now, _streamed(connection, names, now.seq, accounts)


def _streamed(
    connection: Connection, names: Iterable[str], at_seq: int, accounts: Sequence[int] | None
) -> dict[str, Any]:
    read = _read_sqlite if connection.dialect.name == "sqlite" else _read_postgresql
    queries = {name: _sql(connection.dialect, name, at_seq, accounts) for name in names}
    found = read(connection, queries)
    return {name: table for name, table in found.items() if len(table)}


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
    url = connection.engine.url.set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    found = {}
    try:
        with (
            closing(adbc_driver_postgresql.dbapi.connect(address, autocommit=True)) as other,
            closing(other.cursor()) as cursor,
        ):
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
    kinds = [pa.string(), pa.date32(), *(TYPES[column.kind] for column in TABLES[name].columns)]
    columns = [column.cast(kind) for column, kind in zip(table.columns, kinds, strict=True)]
    return pa.table(dict(zip(columns_of(name), columns, strict=True)))
