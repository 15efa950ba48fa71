"""The database: embedded SQLite or a PostgreSQL server, to which each layer adds its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    NullPool,
    QueuePool,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from ledger.errors import DatabaseError, SettingsError
from ledger.settings import Settings

METADATA = MetaData()
"""Every table of the database; a module that declares one adds it here when it is imported."""

APPEND_ONLY = {"append_only": True}
"""`info` of a table whose rows are never changed and never deleted; the database sees to it."""

BUSY_SECONDS = 30
POOLED = 16

LOCKS = {"schema": 7_101, "ledger": 7_102, "audit": 7_103}
"""Numbers of PostgreSQL's advisory locks by what is written one after the other."""

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


def is_url(text: str) -> bool:
    """Whether a text names a database rather than a directory.

    >>> is_url("postgresql://localhost/duecast"), is_url("data/ledger")
    (True, False)
    """
    return "://" in text


def database_name(address: str) -> str:
    """The address of a database without its password, a file by its absolute path.

    >>> database_name("postgresql://me:secret@db/duecast")
    'postgresql://me@db/duecast'
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(str(url.database)).absolute()}"
    return url._replace(drivername="postgresql", password=None).render_as_string()


def open_store(settings: Settings) -> Engine:
    """The database of the settings, with every table; see `open_database`."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return open_database(settings.database_url)


def open_database(address: str, *, pooled: bool = False) -> Engine:
    """The database at a URL, with every table declared so far; made or upgraded where it is not.

    Parameters
    ----------
    address
        `sqlite:///relative/or//absolute/file` or `postgresql://user:password@host/name`.
    pooled
        Keep connections for the next use, as a service does; else a connection lasts as long as
        its block, `with engine.begin() as connection:`.

    Raises
    ------
    SettingsError
        If the address is none of a database that duecast knows.
    DatabaseError
        If it cannot be reached, now or, by any use of the engine, later.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    if pooled:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=POOLED,
            max_overflow=POOLED,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    else:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "handle_error", _say_unusable)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    from ledger.store.schema import prepare

    prepare(engine)
    return engine


@contextmanager
def writing(engine: Engine, what: str) -> Iterator[Connection]:
    """A transaction in which nobody else writes the same thing, one of `LOCKS`.

    In SQLite nobody else writes at all. What is read in it is the last that was committed.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        hold(connection, what)
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction in which everything that is read is of one moment."""
    options = {}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection:
        yield connection


def hold(connection: Connection, what: str) -> None:
    """Have nobody else write one more of `LOCKS` until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCKS[what])))


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise _no_database("what was given") from error
    if url.get_backend_name() not in _DRIVERS or (
        url.get_backend_name() == "sqlite" and not url.database
    ):
        raise _no_database(url.render_as_string())
    return url.set(drivername=_DRIVERS[url.get_backend_name()])


def _no_database(address: str) -> SettingsError:
    return SettingsError(
        [
            f"{address} is no database; expected sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME; correct it"
        ]
    )


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Wait for others, have what is committed survive a power cut, begin where we say so."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the only place of a writer at once: it cannot be had later, once others have written."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _say_unusable(context: ExceptionContext) -> None:
    """Tell a database that cannot be used from a mistake of ours."""
    error = context.sqlalchemy_exception
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    if gone or isinstance(error, OperationalError | InterfaceError):
        said = str(context.original_exception).strip().splitlines()
        raise DatabaseError(
            f"the database cannot be used: {said[0] if said else 'it does not say why'}"
        ) from context.original_exception
