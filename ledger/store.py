"""The records database: one SQLite file in the home, to which each layer adds its tables."""

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    NullPool,
    Table,
    create_engine,
    event,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.settings import Settings

FILE = "records.db"

METADATA = MetaData()
"""Every table of the records; a module that declares one adds it here when it is imported."""

APPEND_ONLY = {"append_only": True}
"""`info` of a table whose rows are never changed and never deleted; the database sees to it."""

BUSY_MS = 30_000


def open_store(settings: Settings) -> Engine:
    """The records database of a home, with every table declared so far; made where it is not.

    A connection lasts as long as its block, `with engine.begin() as connection:`; another process
    that writes is waited for.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    address = f"sqlite:///{settings.home.absolute() / FILE}"
    engine = create_engine(address, poolclass=NullPool)
    event.listen(engine, "connect", _configure)
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            _create(connection, table)
    return engine


def _configure(connection: object, _record: object) -> None:
    """Wait for others, and have what is committed survive a power cut."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _create(connection: Connection, table: Table) -> None:
    connection.execute(CreateTable(table, if_not_exists=True))
    for index in table.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))
    if table.info.get("append_only"):
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{change.lower()} "
                    f"BEFORE {change} ON {table.name} "
                    f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
                )
            )
