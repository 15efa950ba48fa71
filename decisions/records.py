"""The record of what was decided: score runs, and who was champion when."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Index,
    Integer,
    Row,
    String,
    Table,
    func,
    insert,
    select,
)

from decisions.recorded_changes import recorded_change
from ledger.settings import Settings
from ledger.store import APPEND_ONLY, METADATA


@dataclass(frozen=True)
class RunRecord:
    """A complete score run: what was scored, with what, and what came of it.

    Parameters
    ----------
    run_id
        Derived from the day, the ledger, the model, the policy and the number of reasons.
    source
        Where the ledger was read from: one ledger keeps it from day to day.
    as_of, ledger_through, since
        Day scored, last day the ledger is complete through, and day of the run before it.
    run_before
        That run, with which alerts compare; None where there was none.
    ledger_seq
        Last write of a stored ledger; None for files.
    ledger_sha256
        Digest of the ledger as known at `as_of`.
    model_version, model_sha256, policy_version, policy_sha256
        By what it was scored and decided.
    explain
        Reasons of each item and each customer at most.
    made_at
        When, in UTC.
    invoices, customers
        How many were scored.
    files
        SHA-256 of each file of the run, by name.
    """

    run_id: str
    source: str
    as_of: date
    ledger_through: date
    since: date
    run_before: str | None
    ledger_sha256: str
    ledger_seq: int | None
    model_version: int
    model_sha256: str
    policy_version: str
    policy_sha256: str
    explain: int
    made_at: datetime
    invoices: int
    customers: int
    files: Mapping[str, str]


@dataclass(frozen=True)
class Promotion:
    """A version made champion: which, in place of which (None: the first), when, by whom, why.

    Parameters
    ----------
    version, previous, sha256
        Registered versions, and the content hash of the new champion.
    promoted_at
        When, in UTC.
    promoted_by, why
        Who decided, and the reason given.
    gates
        What each gate found, JSON values; none for a rollback.
    rollback
        Whether it undid an earlier promotion.
    """

    version: int
    previous: int | None
    sha256: str
    promoted_at: datetime
    promoted_by: str
    why: str
    gates: list[dict[str, Any]] = field(default_factory=list)
    rollback: bool = False


RUNS = Table(
    "runs",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("source", String, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("ledger_through", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("run_before", String),
    Column("ledger_sha256", String, nullable=False),
    Column("ledger_seq", BigInteger),
    Column("model_version", Integer, nullable=False),
    Column("model_sha256", String, nullable=False),
    Column("policy_version", String, nullable=False),
    Column("policy_sha256", String, nullable=False),
    Column("explain", Integer, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("invoices", Integer, nullable=False),
    Column("customers", Integer, nullable=False),
    Column("files", JSON, nullable=False),
    Index("runs_by_id", "run_id"),
    Index("runs_by_day", "as_of"),
    info=APPEND_ONLY,
    sqlite_autoincrement=True,
)

_PROMOTIONS = Table(
    "promotions",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("previous", Integer),
    Column("sha256", String, nullable=False),
    Column("promoted_at", DateTime, nullable=False),
    Column("promoted_by", String, nullable=False),
    Column("why", String, nullable=False),
    Column("gates", JSON, nullable=False),
    Column("rollback", Boolean, nullable=False),
    info=APPEND_ONLY,
    sqlite_autoincrement=True,
)


def append_run(settings: Settings, run: RunRecord, made_by: str) -> None:
    """Record a run; from then on it is there. Of several with one id the last counts."""
    with recorded_change(
        settings,
        "score_run",
        actor=made_by,
        at=run.made_at,
        what=run_json(run),
        model_version=run.model_version,
        model_sha256=run.model_sha256,
        policy_version=run.policy_version,
        policy_sha256=run.policy_sha256,
        ledger_seq=run.ledger_seq,
    ) as connection:
        connection.execute(insert(RUNS).values(**asdict(run)))


def run_json(run: RunRecord) -> dict[str, Any]:
    """A run as JSON values, as the audit trail has it."""
    return _json(asdict(run))


def runs(
    engine: Engine,
    *,
    source: str | None = None,
    run_id: str | None = None,
    as_of: date | None = None,
    before: date | None = None,
) -> tuple[RunRecord, ...]:
    """Runs that were recorded, the latest day first, of one day the last made first.

    One that was kept anew, as after an erasure, stays where it was.
    Only those of a source, the one with an id, those as of a day, or those as of a day before
    another, where given.
    """
    made = select(RUNS.c.run_id, func.min(RUNS.c.seq).label("first")).group_by(RUNS.c.run_id)
    first = made.subquery()
    wanted = (
        select(RUNS)
        .join(first, first.c.run_id == RUNS.c.run_id)
        .order_by(RUNS.c.as_of.desc(), first.c.first.desc(), RUNS.c.seq.desc())
    )
    if source is not None:
        wanted = wanted.where(RUNS.c.source == source)
    if run_id is not None:
        wanted = wanted.where(RUNS.c.run_id == run_id)
    if as_of is not None:
        wanted = wanted.where(RUNS.c.as_of == as_of)
    if before is not None:
        wanted = wanted.where(RUNS.c.as_of < before)
    found: dict[str, RunRecord] = {}
    with engine.connect() as connection:
        for row in connection.execute(wanted):
            run = RunRecord(**_values(row))
            found.setdefault(run.run_id, run)
    return tuple(found.values())


def run_directory(home: Path, run_id: str) -> Path:
    """Directory of the files of a run."""
    return home / "runs" / run_id


def append_promotion(settings: Settings, promotion: Promotion) -> None:
    """Record that a version was made champion."""
    with recorded_change(
        settings,
        "promotion",
        actor=promotion.promoted_by,
        at=promotion.promoted_at,
        what=_json(asdict(promotion)),
        model_version=promotion.version,
        model_sha256=promotion.sha256,
    ) as connection:
        connection.execute(insert(_PROMOTIONS).values(**asdict(promotion)))


def promotions(engine: Engine) -> tuple[Promotion, ...]:
    """Every promotion, the last first."""
    wanted = select(_PROMOTIONS).order_by(_PROMOTIONS.c.seq.desc())
    with engine.connect() as connection:
        return tuple(Promotion(**_values(row)) for row in connection.execute(wanted))


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "seq"}


def _json(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: days and times as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
