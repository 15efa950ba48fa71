"""The record of order checks and releases: the same question gets the answer it got."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Engine,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

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
    answer
        What was answered, JSON values.
    checked_at
        When, in UTC.
    """

    order_id: str
    customer_id: str
    asked_sha256: str
    answer: dict[str, Any]
    checked_at: datetime


_CHECKS = Table(
    "order_checks",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("order_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("asked_sha256", String(64), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("checked_at", DateTime, nullable=False),
    UniqueConstraint("order_id", "asked_sha256", name="order_checks_once"),
    info=APPEND_ONLY,
    sqlite_autoincrement=True,
)

_RELEASES = Table(
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


def record_check(engine: Engine, record: OrderCheckRecord) -> OrderCheckRecord:
    """The record of a check once it is kept: this one, or the one that was there before.

    Of two that answer one question at the same time one is kept, and both get it.
    """
    try:
        with engine.begin() as connection:
            connection.execute(insert(_CHECKS).values(**asdict(record)))
    except IntegrityError:
        kept = find_check(engine, record.order_id, record.asked_sha256)
        if kept is None:
            raise
        return kept
    return record


def find_check(engine: Engine, order_id: str, asked_sha256: str) -> OrderCheckRecord | None:
    """The check of an order that answered a question; None where it was never asked."""
    wanted = select(
        _CHECKS.c.order_id,
        _CHECKS.c.customer_id,
        _CHECKS.c.asked_sha256,
        _CHECKS.c.answer,
        _CHECKS.c.checked_at,
    ).where(_CHECKS.c.order_id == order_id, _CHECKS.c.asked_sha256 == asked_sha256)
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    return None if row is None else OrderCheckRecord(**row._mapping)


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
        connection.execute(insert(_RELEASES).values(**values, recorded_at=recorded_at))


def release_in_force(engine: Engine, order_id: str, customer_id: str, day: date) -> Release | None:
    """The last release recorded of a customer's order, if it holds on a day."""
    columns = [column for column in _RELEASES.c if column.name not in ("seq", "recorded_at")]
    wanted = (
        select(*columns)
        .where(_RELEASES.c.order_id == order_id, _RELEASES.c.customer_id == customer_id)
        .order_by(_RELEASES.c.seq.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    release = None if row is None else Release(**row._mapping)
    return release if release and release.given_on <= day <= release.until else None
