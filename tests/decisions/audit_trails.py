"""Audit trails for tests: entries, processes that append, and ways around the database's guards."""

import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Engine, text

from decisions.audit_chain import AuditEntry, AuditRecord
from decisions.audit_log import anchor_committed, append, append_within
from ledger.store.database import open_database, writing

FIRST_AT = datetime(2026, 3, 1, 8, 30)


def entry(number: int = 1, **facts: Any) -> AuditEntry:
    """An entry like no other; one a day."""
    given = {
        "at": FIRST_AT + timedelta(days=number - 1, microseconds=number),
        "kind": "scores.invoices",
        "actor": "erp",
        "inputs": b'{"invoice_ids":["I%d"]}' % number,
        "result": b'{"scores":[{"p_unpaid":0.%d}]}' % number,
        "code_version": "0.1.0+abc",
        "model_version": 3,
        "model_sha256": "a" * 64,
        "policy_version": "2026.1",
        "policy_sha256": "b" * 64,
        "ledger_seq": number,
    }
    return AuditEntry(**{**given, **facts})


def appended(engine: Engine, home: Path, count: int) -> list[AuditRecord]:
    """Records of so many entries, one after the other."""
    return [append(engine, home, entry(number)) for number in range(1, count + 1)]


@contextmanager
def unguarded(engine: Engine) -> Iterator[sqlalchemy.Connection]:
    """A transaction of somebody who may do anything to the table of the audit trail."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
            for name in connection.execute(text(wanted)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection


def other_machine(home: Path, name: str) -> Path:
    """The home of another machine that was given the key."""
    other = home.with_name(name)
    (other / "audit").mkdir(parents=True)
    shutil.copy(home / "audit" / "key", other / "audit" / "key")
    return other


_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


class Appender:
    """A process that appends so many records once it is told to begin.

    Each in a transaction of its own, or as part of one of the ledger. `said` receives the id of
    each record when it is acknowledged, and ends with the process.
    """

    def __init__(self, url: str, home: Path, count: int, *, of_ledger: bool = False) -> None:
        self.said, there = _PROCESSES.Pipe()
        self.process = _PROCESSES.Process(target=_append, args=(url, home, count, of_ledger, there))
        self.process.start()
        there.close()
        self.said.recv()

    def begin(self) -> None:
        self.said.send("begin")

    def ids(self, count: int | None = None) -> Iterator[str]:
        """Ids of so many records, or of all that are still to come."""
        with suppress(EOFError):
            while count is None or count > 0:
                yield self.said.recv()
                count = None if count is None else count - 1

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> int | None:
        """Exit code, once it has ended."""
        self.process.join(60)
        self.said.close()
        return self.process.exitcode


def _append(url: str, home: Path, count: int, of_ledger: bool, there: Connection) -> None:
    engine = open_database(url, pooled=True)
    there.send("ready")
    there.recv()
    for number in range(1, count + 1):
        if of_ledger:
            with writing(engine, "ledger") as connection:
                record = append_within(connection, home, entry(number))
            anchor_committed(home, record)
        else:
            record = append(engine, home, entry(number))
        there.send(record.audit_id)
