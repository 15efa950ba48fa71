"""The audit trail in the database: one record for each answer, decision and change."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    insert,
    select,
)

from decisions.audit_anchor import audit_directory, make_key, move_anchor, open_anchor, read_key
from decisions.audit_chain import BEGINNING, AuditEntry, AuditError, AuditRecord, key_id, sealed
from ledger.store import APPEND_ONLY, METADATA, hold, writing

PAGE_RECORDS = 200

_SEQ = BigInteger().with_variant(Integer, "sqlite")

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", _SEQ, primary_key=True, autoincrement=False),
    Column("audit_id", String, nullable=False, unique=True),
    Column("at", DateTime, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("request_id", String),
    Column("model_version", Integer),
    Column("model_sha256", String),
    Column("policy_version", String),
    Column("policy_sha256", String),
    Column("ledger_seq", BigInteger),
    Column("code_version", String, nullable=False),
    Column("inputs_zlib", LargeBinary),
    Column("inputs_sha256", String, nullable=False),
    Column("result_zlib", LargeBinary, nullable=False),
    Column("result_sha256", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("anchor_id", String, nullable=False),
    Column("previous_mac", String, nullable=False),
    Column("mac", String, nullable=False),
    info=APPEND_ONLY,
)

_INSERT = insert(AUDIT)
_LAST = select(AUDIT.c.seq, AUDIT.c.mac, AUDIT.c.key_id).order_by(AUDIT.c.seq.desc()).limit(1)


def append(engine: Engine, home: Path, entry: AuditEntry) -> AuditRecord:
    """The record of an entry, once it is committed; where this raises there is none, or may be.

    Records of all processes and machines on one database come one after the other.

    Raises
    ------
    AuditError
        If the key or the anchor is missing or cannot be used, or the last record has another key.
    DatabaseError
        If the database cannot be used.
    """
    with writing(engine, "audit") as connection:
        record = append_within(connection, home, entry)
    anchor_committed(home, record)
    return record


def append_within(connection: Connection, home: Path, entry: AuditEntry) -> AuditRecord:
    """Append as part of a transaction that `writing` began, so that both happen or neither.

    At most one record in a transaction. Once it is committed, call `anchor_committed`.
    Raises as `append` does.
    """
    hold(connection, "audit")
    transaction = connection.get_transaction()
    if connection.info.get(AUDIT.name) is transaction:
        raise AuditError("a transaction has one audit record at most; make one of the two")
    connection.info[AUDIT.name] = transaction
    last = connection.execute(_LAST).first()
    head = (0, BEGINNING) if last is None else (last.seq, last.mac)
    with _usable_files(home):
        if last is None:
            make_key(home)
        key = read_key(home)
    if last is not None and last.key_id != key_id(key):
        raise AuditError(
            f"the audit key of {home} is {key_id(key)}; the last record was sealed with "
            f"{last.key_id}; bring that key here"
        )
    with _usable_files(home):
        anchor_id = _anchored_before(connection, home, key, head)
    record = sealed(entry, key, audit_id=uuid4().hex, anchor_id=anchor_id, previous=head)
    connection.execute(_INSERT, vars(record))
    return record


def anchor_committed(home: Path, record: AuditRecord) -> None:
    """Bring the anchor to a record that is committed."""
    before, to = (record.seq - 1, record.previous_mac), (record.seq, record.mac)
    with _usable_files(home):
        move_anchor(home, read_key(home), before, to)


def read(engine: Engine, audit_id: str) -> AuditRecord:
    """The record with an id.

    Raises
    ------
    AuditError
        If there is none.
    """
    record = find(engine, audit_id)
    if record is None:
        raise AuditError(f"there is no audit record {audit_id}; give the id that an answer named")
    return record


def find(engine: Engine, audit_id: str) -> AuditRecord | None:
    """The record with an id; None where there is none."""
    with engine.connect() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.audit_id == audit_id)).first()
    return None if row is None else _record(row)


def last_seq(engine: Engine) -> int:
    """`seq` of the last record; 0 where there is none."""
    with engine.connect() as connection:
        return connection.execute(select(func.max(AUDIT.c.seq))).scalar() or 0


def last_records(engine: Engine, at_most: int, kind: str | None = None) -> tuple[AuditRecord, ...]:
    """The last records, of a kind where one is given, the last first."""
    wanted = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(at_most)
    if kind is not None:
        wanted = wanted.where(AUDIT.c.kind == kind)
    with engine.connect() as connection:
        return tuple(map(_record, connection.execute(wanted).all()))


def count_since(engine: Engine, at: datetime, kinds: Collection[str]) -> int:
    """How many records of some kinds there are of a moment or later ones."""
    wanted = select(func.count()).where(AUDIT.c.at >= at, AUDIT.c.kind.in_(kinds))
    with engine.connect() as connection:
        return connection.execute(wanted).scalar_one()


def pages(engine: Engine, through: int) -> Iterator[tuple[AuditRecord, ...]]:
    """All records up to a `seq`, in order, at most `PAGE_RECORDS` at a time."""
    after = -(2**62)
    while True:
        wanted = select(AUDIT).where(AUDIT.c.seq > after, AUDIT.c.seq <= through)
        with engine.connect() as connection:
            rows = connection.execute(wanted.order_by(AUDIT.c.seq).limit(PAGE_RECORDS)).all()
        if not rows:
            return
        yield tuple(map(_record, rows))
        after = rows[-1].seq


def _anchored_before(connection: Connection, home: Path, key: bytes, head: tuple[int, str]) -> str:
    """Id of the anchor, once it stands at the last record, if its own is in the database."""
    anchor = open_anchor(home, key, head)
    stands = (anchor.count, anchor.mac)
    if anchor.count < head[0]:
        seen = connection.execute(select(AUDIT.c.mac).where(AUDIT.c.seq == anchor.count)).scalar()
        dropped = seen is None and anchor.count < _first_seq(connection)
        if seen == anchor.mac or dropped:
            move_anchor(home, key, stands, head)
    return anchor.anchor_id


@contextmanager
def _usable_files(home: Path) -> Iterator[None]:
    """Say which file of the trail the system refused, and why."""
    try:
        yield
    except OSError as error:
        raise AuditError(
            f"{error.filename or audit_directory(home)}: {error.strerror}; the files of the audit "
            "trail must be there and writable"
        ) from error


def _first_seq(connection: Connection) -> int:
    first: int = connection.execute(select(func.min(AUDIT.c.seq))).scalar_one()
    return first


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(**row._mapping)
