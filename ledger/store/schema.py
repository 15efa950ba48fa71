"""The schema of the database: made where it is not there, upgraded where it is an older one."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ledger.errors import DatabaseError
from ledger.store.database import writing

MIGRATIONS = Path(__file__).with_name("migrations")

REVISION = "0001"
"""The last of the migrations, which the code of today expects."""

_FOUND = text("SELECT version_num FROM alembic_version")


def prepare(engine: Engine) -> None:
    """Bring the schema to `REVISION`; nothing is written where it already is there.

    Raises
    ------
    DatabaseError
        If a later duecast has made it.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with writing(engine, "schema") as connection:
        found = _revision(connection)
        if found == REVISION:
            return
        if found > REVISION:
            raise DatabaseError(
                f"the database has schema {found}, but this duecast knows {REVISION} at most; "
                "upgrade duecast"
            )
        _upgrade(connection)


def _revision(connection: Connection) -> str:
    """The last migration that was made; "" where none was."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(_FOUND).scalar() or "")


def _upgrade(connection: Connection) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    upgrade(config, "head")
