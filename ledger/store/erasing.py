"""Erasing what is kept of a person."""

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from ledger.errors import LedgerError
from ledger.store.account_numbers import numbers_of
from ledger.store.database import hold
from ledger.store.tables import ERASED, PERSONAL


def erase(connection: Connection, customer_id: str, now: datetime) -> int:
    """Erase what is kept of the person of a customer: name, e-mail, phone and notes of contacts.

    How many rows were erased, in a transaction that `writing` began; `forget` afterwards. What is
    sent of the person later is not kept either.

    Raises
    ------
    LedgerError
        If the ledger has no such customer.
    """
    hold(connection, "ledger")
    if not numbers_of(connection, [f"c:{customer_id}"], {}):
        raise LedgerError([f"the ledger has no customer {customer_id!r}; correct the id"])
    known = select(ERASED.c.customer_id).where(ERASED.c.customer_id == customer_id)
    if connection.execute(known).first() is None:
        connection.execute(insert(ERASED).values(customer_id=customer_id, erased_at=now))
    return sum(
        connection.execute(delete(table).where(table.c.customer_id == customer_id)).rowcount
        for table in PERSONAL.values()
    )


def forget(engine: Engine) -> None:
    """Have nothing of what was erased stay behind in the files of the database.

    SQLite overwrites it at once; its log of writes is brought into the file and emptied. Of
    PostgreSQL `VACUUM` is asked; what its backups hold is for whoever keeps them.
    """
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        if connection.dialect.name == "sqlite":
            plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in PERSONAL.values():
            plain.exec_driver_sql(f"VACUUM {table.name}")
