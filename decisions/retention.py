"""How long records are kept: what is due on a day, and how it is dropped.

The tables are append-only: the database refuses to delete from them. Here alone that guard is set
aside, inside one transaction in which the audit trail records what was dropped; the guard is back
before the transaction ends. The trail says up to which record, and with which seal, its oldest
records were dropped, so that it still verifies from there on.
"""

import shutil
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, select, text

from decisions.audit_chain import AuditEntry, canonical_json
from decisions.audit_log import AUDIT, anchor_committed, append_within
from decisions.audit_verify import DROPPED
from decisions.policy import RetentionPolicy
from decisions.records import RUNS, run_directory
from ledger.store import drop_details, forget, inactive_people, old_notes, writing

Find = Callable[[Connection, date], list[str]]


@dataclass(frozen=True)
class Cutoffs:
    """First day of what is kept, by what is kept; whatever is older is due."""

    audit: date
    score_runs: date
    contact_notes: date
    inactive_customers: date


@dataclass(frozen=True)
class Due:
    """Records of a table that are older than a day, which was asked to drop."""

    table: str
    before: date
    records: int


def cutoffs(policy: RetentionPolicy, day: date) -> Cutoffs:
    """The days so many whole months before a day, by what is kept.

    A day that the month does not have is its last: a month before 31 March is 28 February.
    """
    return Cutoffs(**{name: _months_before(day, months) for name, months in asdict(policy).items()})


def due(engine: Engine, days: Cutoffs) -> tuple[Due, ...]:
    """What `drop` would drop: audit records, score runs, notes, details of inactive customers."""
    with engine.connect() as connection:
        through = _last_before(connection, days.audit)
        records = connection.execute(
            select(func.count()).where(AUDIT.c.seq <= through)
        ).scalar_one()
        runs = select(func.count()).where(RUNS.c.as_of < days.score_runs)
        return (
            Due(AUDIT.name, days.audit, records),
            Due(RUNS.name, days.score_runs, connection.execute(runs).scalar_one()),
            *(
                Due(table, before, len(find(connection, before)))
                for table, before, find in _personal(days)
            ),
        )


def drop(
    engine: Engine, home: Path, days: Cutoffs, at: datetime, by: str, code_version: str
) -> tuple[Due, ...]:
    """Drop what is due, and record it.

    The oldest records are dropped up to the first that is not due. Verify the trail before: what
    is dropped cannot be verified any more.

    Parameters
    ----------
    engine, home
        The database and the home with the files of the score runs, the audit key and its anchor.
    days
        See `cutoffs`.
    at, by, code_version
        As in an `AuditEntry`; `by` is its actor.

    Raises
    ------
    AuditError, DatabaseError
        If it cannot be recorded or dropped; then all of that table is still there.
    """
    return (
        _drop_audit(engine, home, days.audit, at, by, code_version),
        _drop_runs(engine, home, days.score_runs, at, by, code_version),
        *(
            _drop_personal(engine, home, table, before, find, at, by, code_version)
            for table, before, find in _personal(days)
        ),
    )


def _drop_audit(
    engine: Engine, home: Path, before: date, at: datetime, by: str, code_version: str
) -> Due:
    with writing(engine, "audit") as connection:
        through = _last_before(connection, before)
        first = connection.execute(select(func.min(AUDIT.c.seq))).scalar() or 1
        if through < first:
            return Due(AUDIT.name, before, 0)
        mac = connection.execute(select(AUDIT.c.mac).where(AUDIT.c.seq == through)).scalar_one()
        dropped = Due(AUDIT.name, before, through - first + 1)
        result = {**_facts(dropped), "through_seq": through, "through_mac": mac}
        record = append_within(connection, home, _entry(result, at, by, code_version))
        with _unguarded(connection, AUDIT):
            connection.execute(delete(AUDIT).where(AUDIT.c.seq <= through))
    anchor_committed(home, record)
    return dropped


def _drop_runs(
    engine: Engine, home: Path, before: date, at: datetime, by: str, code_version: str
) -> Due:
    """The files go first: where this is cut short, the next time finds the runs still recorded."""
    with writing(engine, "audit") as connection:
        old = RUNS.c.as_of < before
        ids = connection.execute(select(RUNS.c.run_id).where(old)).scalars().all()
        dropped = Due(RUNS.name, before, len(ids))
        if not ids:
            return dropped
        for run_id in ids:
            if Path(run_id).name == run_id:
                shutil.rmtree(run_directory(home, run_id), ignore_errors=True)
        result = {**_facts(dropped), "run_ids": sorted(set(ids))}
        record = append_within(connection, home, _entry(result, at, by, code_version))
        with _unguarded(connection, RUNS):
            connection.execute(delete(RUNS).where(old))
    anchor_committed(home, record)
    return dropped


def _personal(days: Cutoffs) -> Iterator[tuple[str, date, Find]]:
    """What is kept of persons: table, the day before which it is due, and what finds it."""
    yield "contacts", days.contact_notes, old_notes
    yield "customers", days.inactive_customers, inactive_people


def _drop_personal(
    engine: Engine,
    home: Path,
    table: str,
    before: date,
    find: Find,
    at: datetime,
    by: str,
    code_version: str,
) -> Due:
    with writing(engine, "audit") as connection:
        ids = find(connection, before)
        dropped = Due(table, before, len(ids))
        if not ids:
            return dropped
        drop_details(connection, table, ids)
        record = append_within(connection, home, _entry(_facts(dropped), at, by, code_version))
    anchor_committed(home, record)
    forget(engine)
    return dropped


def _last_before(connection: Connection, day: date) -> int:
    """`seq` of the last record of which it and all before it are older than a day; 0: none is."""
    kept = select(AUDIT.c.seq).where(AUDIT.c.at >= datetime.combine(day, time()))
    first_kept: int | None = connection.execute(kept.order_by(AUDIT.c.seq).limit(1)).scalar()
    if first_kept is not None:
        return first_kept - 1
    return connection.execute(select(func.max(AUDIT.c.seq))).scalar() or 0


def _facts(dropped: Due) -> dict[str, Any]:
    return {**asdict(dropped), "before": dropped.before.isoformat()}


def _entry(result: Mapping[str, Any], at: datetime, by: str, code_version: str) -> AuditEntry:
    return AuditEntry(
        at=at,
        kind=DROPPED,
        actor=by,
        inputs=canonical_json({"table": result["table"], "before": result["before"]}),
        result=canonical_json(result),
        code_version=code_version,
    )


@contextmanager
def _unguarded(connection: Connection, table: Table) -> Iterator[None]:
    """The table without its triggers; they are back before the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        yield
        connection.execute(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        return
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    triggers = connection.execute(text(wanted), {"table": table.name}).all()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))
