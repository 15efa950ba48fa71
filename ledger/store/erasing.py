"""Erasing what is kept of persons: of one of them, or of all that is old."""

from collections.abc import Sequence
from datetime import date, datetime
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, delete, exists, insert, or_, select

from ledger.errors import LedgerError
from ledger.store.account_numbers import numbers_of, portions
from ledger.store.database import BUSY_SECONDS, hold
from ledger.store.tables import ERASED, PERSONAL, VERSIONS

ACTIVITY = (("invoices", "issued_on"), ("payments", "paid_on"), ("contacts", "contacted_on"))
"""Tables whose rows show that a customer is active, and their days."""

PAUSE_SECONDS = 0.05


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


def erased_customers(engine: Engine) -> list[str]:
    """Ids of the customers of whom nothing is kept any more."""
    with engine.connect() as connection:
        return list(connection.execute(select(ERASED.c.customer_id)).scalars())


def forget(engine: Engine, patience_seconds: float = BUSY_SECONDS) -> bool:
    """Have nothing of what was erased stay behind in the files of the database.

    SQLite overwrites it at once; its log of writes is brought into the file and emptied, which
    has to wait for whoever reads. Of PostgreSQL `VACUUM` is asked, which gives the place to other
    rows; its log of writes and its backups keep it for as long as whoever runs it keeps these.

    Returns
    -------
    bool
        False: somebody read SQLite's log all the while, and it may still hold what was erased.
    """
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        if connection.dialect.name == "sqlite":
            return _log_emptied(plain, patience_seconds)
        for table in PERSONAL.values():
            plain.exec_driver_sql(f"VACUUM {table.name}")
        return True


def _log_emptied(connection: Connection, patience_seconds: float) -> bool:
    """Whether SQLite's log of writes could be emptied.

    SQLite waits by itself for readers, but not for another one who empties it
    (https://www.sqlite.org/c3ref/wal_checkpoint_v2.html): it is asked again.
    """
    until = monotonic() + patience_seconds
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]:
            if monotonic() > until:
                return False
            sleep(PAUSE_SECONDS)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return True


def old_notes(connection: Connection, before: date) -> list[str]:
    """Ids of the contacts before a day of which a note is kept."""
    notes, contacts = PERSONAL["contacts"].c, VERSIONS["contacts"].c
    wanted = (
        select(notes.row_id)
        .join(VERSIONS["contacts"], contacts.row_id == notes.row_id)
        .where(contacts.ended_seq.is_(None), contacts.contacted_on < before)
    )
    return sorted(connection.execute(wanted).scalars())


def inactive_people(connection: Connection, before: date) -> list[str]:
    """Ids of the customers of whom details are kept, and whose account has been at rest.

    Something happened to it once, and nothing from the day on.
    """
    details, customers = PERSONAL["customers"].c, VERSIONS["customers"].c
    wanted = (
        select(details.customer_id)
        .join(VERSIONS["customers"], customers.row_id == details.row_id)
        .where(customers.ended_seq.is_(None))
    )
    ever = []
    for name, day in ACTIVITY:
        versions = VERSIONS[name].c
        theirs = exists().where(
            versions.account == customers.account, versions.ended_seq.is_(None), ~versions.void
        )
        ever.append(theirs)
        wanted = wanted.where(~theirs.where(versions[day] >= before))
    return sorted(connection.execute(wanted.where(or_(*ever))).scalars())


def drop_details(connection: Connection, table: str, row_ids: Sequence[str]) -> None:
    """Erase the details of some rows, in a transaction that `writing` began."""
    hold(connection, "ledger")
    details = PERSONAL[table]
    for portion in portions(row_ids):
        connection.execute(delete(details).where(details.c.row_id.in_(portion)))
