"""Changes that are committed together with their audit record, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from decisions.audit_chain import AuditEntry, canonical_json
from decisions.audit_log import anchor_committed, append_within
from ledger.code_version import code_version
from ledger.moments import stored_utc
from ledger.settings import Settings
from ledger.store import Connection, open_store, writing


@contextmanager
def recorded_change(
    settings: Settings, kind: str, *, actor: str, at: datetime, what: Any, **by: Any
) -> Iterator[Connection]:
    """A transaction for a change, which the audit trail records as it ends.

    Parameters
    ----------
    kind, actor, at
        What kind of change, by whom, and when, in UTC or with a time zone.
    what
        The change, as JSON values.
    by
        Model, policy and write of the ledger that it rests on; see `AuditEntry`.

    Raises
    ------
    AuditError
        If it cannot be recorded; then it is not made.
    DatabaseError
        If the database cannot be used.
    """
    entry = AuditEntry(
        at=stored_utc(at),
        kind=kind,
        actor=actor,
        inputs=canonical_json(None),
        result=canonical_json(what),
        code_version=code_version(),
        **by,
    )
    with writing(open_store(settings), "audit") as connection:
        yield connection
        record = append_within(connection, settings.home, entry)
    anchor_committed(settings.home, record)
