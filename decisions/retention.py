"""How long records are kept: what is due on a day, and how it is dropped.

The tables are append-only: the database refuses to delete from them. Here alone that guard is set
aside, inside one transaction in which the audit trail records what was dropped; the guard is back
before the transaction ends. The trail says up to which record, and with which seal, its oldest
records were dropped, so that it still verifies from there on.
"""

import shutil
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, select, text

from decisions.audit_chain import AuditEntry, canonical_json
from decisions.audit_log import AUDIT, anchor_committed, append_within
from decisions.audit_verify import DROPPED
from decisions.order_records import CHECKS, RELEASES, ended_releases
from decisions.policy import RetentionPolicy
from decisions.records import RUNS, run_directory
from ledger.errors import DatabaseError
from ledger.store import drop_details, inactive_people, old_notes, portions, writing


@dataclass(frozen=True)
class Cutoffs:
    """First day of what is kept, by what is kept; whatever is older is due."""

    audit: date
    score_runs: date
    order_checks: date
    releases: date
    keys: date
    contact_notes: date
    inactive_customers: date


@dataclass(frozen=True)
class Due:
    """Records of a table that are older than a day, which was asked to drop.

    `missing` are the ids of those whose files are not in this home, but perhaps in another.
    """

    table: str
    before: date
    records: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aged:
    """Records that are dropped, whichever are older than a day.

    Parameters
    ----------
    table, before
        Of which table, and the day.
    find
        Their ids.
    drop
        Drops those with some ids, in a transaction that `writing` began.
    told
        What the audit trail calls the ids; None: it does not name them.
    files
        Removes what is in files of those with some ids; returns the ids of which there was none.
    """

    table: str
    before: date
    find: Callable[[Connection, date], Sequence[Any]]
    drop: Callable[[Connection, Sequence[Any]], None]
    told: str | None = None
    files: Callable[[Sequence[Any]], Sequence[str]] = lambda ids: ()


def cutoffs(policy: RetentionPolicy, day: date) -> Cutoffs:
    """The days so many whole months before a day, by what is kept.

    A day that the month does not have is its last: a month before 31 March is 28 February.
    """
    return Cutoffs(**{name: _months_before(day, months) for name, months in asdict(policy).items()})


def aged(home: Path, days: Cutoffs) -> tuple[Aged, ...]:
    """What is dropped by its age, the audit trail apart.

    That is score runs with their files, answers to orders, releases of orders, notes of contacts,
    and details of customers who have been inactive.
    """
    return (
        Aged(
            RUNS.name,
            days.score_runs,
            _old_runs,
            _drop_runs,
            "run_ids",
            partial(_remove_files, home),
        ),
        Aged(CHECKS.name, days.order_checks, _old_checks, partial(drop_rows, CHECKS)),
        Aged(RELEASES.name, days.releases, ended_releases, partial(drop_rows, RELEASES)),
        Aged("contacts", days.contact_notes, old_notes, partial(_drop_details, "contacts")),
        Aged(
            "customers",
            days.inactive_customers,
            inactive_people,
            partial(_drop_details, "customers"),
        ),
    )


def due(engine: Engine, before: date, kinds: Sequence[Aged]) -> tuple[Due, ...]:
    """What `drop` would drop: of the audit trail, then of each kind."""
    with engine.connect() as connection:
        through = _last_before(connection, before)
        records = connection.execute(
            select(func.count()).where(AUDIT.c.seq <= through)
        ).scalar_one()
        return (
            Due(AUDIT.name, before, records),
            *(
                Due(kind.table, kind.before, len(kind.find(connection, kind.before)))
                for kind in kinds
            ),
        )


def drop(
    engine: Engine,
    home: Path,
    before: date,
    kinds: Sequence[Aged],
    at: datetime,
    by: str,
    code_version: str,
) -> tuple[Due, ...]:
    """Drop what is due, and record it; `forget` afterwards.

    Of the audit trail the oldest records are dropped up to the first that is not due. Verify it
    before: what is dropped cannot be verified any more.

    Parameters
    ----------
    engine, home
        The database and the home with the files of the score runs, the audit key and its anchor.
    before
        Records of the audit trail that are older are due.
    kinds
        What else is, see `aged`.
    at, by, code_version
        As in an `AuditEntry`; `by` is its actor.

    Raises
    ------
    AuditError, DatabaseError
        If it cannot be recorded or dropped; then all of that table is still there, but perhaps
        not the files: they go last, and whatever is cut short is found the next time.
    """
    return (
        _drop_audit(engine, home, before, at, by, code_version),
        *(_drop_aged(engine, home, kind, at, by, code_version) for kind in kinds),
    )


def drop_rows(table: Table, connection: Connection, ids: Sequence[Any]) -> None:
    """Drop the rows of an append-only table with some values of its primary key."""
    (key,) = table.primary_key
    with unguarded(connection, table):
        for portion in portions(ids):
            connection.execute(delete(table).where(key.in_(portion)))


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
        more = {"through_seq": through, "through_mac": mac}
        record = append_within(connection, home, _entry(dropped, more, at, by, code_version))
        with unguarded(connection, AUDIT):
            connection.execute(delete(AUDIT).where(AUDIT.c.seq <= through))
    anchor_committed(home, record)
    return dropped


def _drop_aged(
    engine: Engine, home: Path, kind: Aged, at: datetime, by: str, code_version: str
) -> Due:
    with writing(engine, "audit") as connection:
        ids = kind.find(connection, kind.before)
        dropped = Due(kind.table, kind.before, len(ids))
        if not ids:
            return dropped
        kind.drop(connection, ids)
        more = {} if kind.told is None else {kind.told: list(ids)}
        record = append_within(connection, home, _entry(dropped, more, at, by, code_version))
        missing = tuple(kind.files(ids))
    anchor_committed(home, record)
    return replace(dropped, missing=missing)


def _old_runs(connection: Connection, before: date) -> list[str]:
    wanted = select(RUNS.c.run_id).where(RUNS.c.as_of < before).distinct()
    return sorted(connection.execute(wanted).scalars())


def _remove_files(home: Path, ids: Sequence[str]) -> list[str]:
    missing = []
    for run_id in ids:
        directory = run_directory(home, Path(run_id).name)
        try:
            shutil.rmtree(directory)
        except FileNotFoundError:
            missing.append(run_id)
        except OSError as error:
            raise DatabaseError(
                f"{directory} cannot be removed ({error.strerror}); remove it, and repeat"
            ) from error
    return missing


def _drop_runs(connection: Connection, ids: Sequence[str]) -> None:
    with unguarded(connection, RUNS):
        for portion in portions(ids):
            connection.execute(delete(RUNS).where(RUNS.c.run_id.in_(portion)))


def _old_checks(connection: Connection, before: date) -> list[int]:
    old = CHECKS.c.checked_at < datetime.combine(before, time())
    return list(connection.execute(select(CHECKS.c.seq).where(old)).scalars())


def _drop_details(table: str, connection: Connection, ids: Sequence[str]) -> None:
    drop_details(connection, table, ids)


def _last_before(connection: Connection, day: date) -> int:
    """`seq` of the last record of which it and all before it are older than a day; 0: none is."""
    kept = select(AUDIT.c.seq).where(AUDIT.c.at >= datetime.combine(day, time()))
    first_kept: int | None = connection.execute(kept.order_by(AUDIT.c.seq).limit(1)).scalar()
    if first_kept is not None:
        return first_kept - 1
    return connection.execute(select(func.max(AUDIT.c.seq))).scalar() or 0


def _entry(
    dropped: Due, more: dict[str, Any], at: datetime, by: str, code_version: str
) -> AuditEntry:
    facts = {
        "table": dropped.table,
        "before": dropped.before.isoformat(),
        "records": dropped.records,
    }
    return AuditEntry(
        at=at,
        kind=DROPPED,
        actor=by,
        inputs=canonical_json({name: facts[name] for name in ("table", "before")}),
        result=canonical_json({**facts, **more}),
        code_version=code_version,
    )


@contextmanager
def unguarded(connection: Connection, table: Table) -> Iterator[None]:
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
