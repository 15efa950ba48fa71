"""The record of order checks and releases: the same question gets the answer it got."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    exists,
    insert,
    or_,
    select,
)

from decisions.orders import Release
from decisions.recorded_changes import recorded_change
from ledger.settings import Settings
from ledger.store import APPEND_ONLY, METADATA


@dataclass(frozen=True)
class OrderCheckRecord:
    """An answer to an order check.

    Parameters
    ----------
    order_id, customer_id, asked_sha256
        What was asked, see `decisions.orders.asked_sha256`.
    question, answer
        All that was asked and answered, JSON values.
    rests_on
        By what it was answered: fields of an `AuditEntry`, from the model to the code.
    checked_at
        When, in UTC.
    """

    order_id: str
    customer_id: str
    asked_sha256: str
    question: dict[str, Any]
    answer: dict[str, Any]
    rests_on: dict[str, Any]
    checked_at: datetime


CHECKS = Table(
    "order_checks",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("order_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("asked_sha256", String(64), nullable=False),
    Column("question", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("rests_on", JSON, nullable=False),
    Column("checked_at", DateTime, nullable=False),
    UniqueConstraint("order_id", "asked_sha256", name="order_checks_once"),
    info=APPEND_ONLY,
    sqlite_autoincrement=True,
)

RELEASES = Table(
    "releases",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("order_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("released_by", String, nullable=False),
    Column("why", String, nullable=False),
    Column("recorded_at", DateTime, nullable=False),
    Index("releases_by_order", "order_id", "customer_id"),
    info=APPEND_ONLY,
    sqlite_autoincrement=True,
)


def keep_check(connection: Connection, check: OrderCheckRecord) -> OrderCheckRecord:
    """The check that counts from now on: this one, or the one that answered the question before.

    As part of a transaction that `writing` began, in which the audit trail records the answer.
    """
    kept = _found(connection, check.order_id, check.asked_sha256)
    if kept is None:
        connection.execute(insert(CHECKS).values(**asdict(check)))
    return kept or check


def find_check(engine: Engine, order_id: str, asked_sha256: str) -> OrderCheckRecord | None:
    """The check of an order that answered a question; None where it was never asked."""
    with engine.connect() as connection:
        return _found(connection, order_id, asked_sha256)


def append_release(settings: Settings, release: Release, recorded_at: datetime) -> None:
    """Record a release; the last one of an order counts, so that one can be taken back.

    To take one back, record it again with a last day that has passed. `recorded_at` is in UTC.
    """
    values = asdict(release)
    days = {name: values[name].isoformat() for name in ("given_on", "until")}
    with recorded_change(
        settings,
        "release",
        actor=release.released_by,
        at=recorded_at,
        what={**values, **days},
    ) as connection:
        connection.execute(insert(RELEASES).values(**values, recorded_at=recorded_at))


def release_in_force(engine: Engine, order_id: str, customer_id: str, day: date) -> Release | None:
    """The last release recorded of a customer's order, if it holds on a day."""
    columns = [column for column in RELEASES.c if column.name not in ("seq", "recorded_at")]
    wanted = (
        select(*columns)
        .where(RELEASES.c.order_id == order_id, RELEASES.c.customer_id == customer_id)
        .order_by(RELEASES.c.seq.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    release = None if row is None else Release(**row._mapping)
    return release if release and release.given_on <= day <= release.until else None


def ended_releases(connection: Connection, before: date) -> list[int]:
    """`seq` of the releases of orders all of whose releases had ended before a day.

    All of an order's stay together, and a day is counted from the later of the last day of one and
    its record: one that takes back another must not go before it, or the other would hold again.
    """
    kept = RELEASES.alias()
    holds_it = exists().where(
        kept.c.order_id == RELEASES.c.order_id,
        kept.c.customer_id == RELEASES.c.customer_id,
        or_(kept.c.until >= before, kept.c.recorded_at >= datetime.combine(before, time())),
    )
    return list(connection.execute(select(RELEASES.c.seq).where(~holds_it)).scalars())


def _found(connection: Connection, order_id: str, asked_sha256: str) -> OrderCheckRecord | None:
    columns = [column for column in CHECKS.c if column.name != "seq"]
    wanted = select(*columns).where(
        CHECKS.c.order_id == order_id, CHECKS.c.asked_sha256 == asked_sha256
    )
    row = connection.execute(wanted).first()
    return None if row is None else OrderCheckRecord(**row._mapping)
