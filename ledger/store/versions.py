"""Versions of rows: the ends of those that hold no longer, and those that hold from now on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ledger.schema import TABLES
from ledger.store.account_numbers import AT_ONCE, EVERYBODY, portions
from ledger.store.changes import Change
from ledger.store.tables import PERSONAL, VERSIONS, kept_columns
from ledger.stored_form import CORRECTED_FROM, DETAILS, KNOWN_FROM


def replace_versions(
    connection: Connection, change: Change, seq: int, owners: Mapping[str, Any]
) -> None:
    """End the versions that hold no longer, and write those that do from now on.

    `owners` are the accounts of the rows of each table as it is to be, the written ones last.
    """
    for name in sorted(change.tables):
        versions = VERSIONS[name]
        gone = _accounts_of(connection, name, change.void.get(name, ()))
        written = change.written.get(name)
        ids = [] if written is None else written["row_id"].to_pylist()
        ended = update(versions).where(
            versions.c.row_id == bindparam("ended"), versions.c.ended_seq.is_(None)
        )
        for portion in portions([*gone, *ids]):
            values = [{"ended": row_id, "ended_seq": seq} for row_id in portion]
            connection.execute(ended.values(ended_seq=bindparam("ended_seq")), values)
        for portion in portions(gone.items()):
            rows = [
                {"row_id": row_id, "seq": seq, "void": True, "account": account}
                for row_id, account in portion
            ]
            connection.execute(insert(versions), rows)
        if name in PERSONAL:
            details = PERSONAL[name]
            for portion in portions([*gone, *ids]):
                connection.execute(delete(details).where(details.c.row_id.in_(portion)))
        if written is not None:
            accounts = owners[name][-len(written) :] if name in owners else None
            _insert(connection, name, written, seq, accounts)


def _accounts_of(connection: Connection, name: str, ids: Sequence[str]) -> dict[str, int]:
    """Account of each row with one of some ids that holds."""
    versions = VERSIONS[name].c
    found: dict[str, int] = {}
    for portion in portions(ids):
        wanted = select(versions.row_id, versions.account).where(
            versions.row_id.in_(portion), versions.ended_seq.is_(None), ~versions.void
        )
        found.update(connection.execute(wanted).all())
    return found


def _insert(connection: Connection, name: str, written: Any, seq: int, accounts: Any) -> None:
    kept = ["row_id", KNOWN_FROM, CORRECTED_FROM, *kept_columns(TABLES[name])]
    size = len(written)
    numbers = np.full(size, EVERYBODY) if accounts is None else accounts
    for start in range(0, size, AT_ONCE):
        rows = written.slice(start, AT_ONCE).to_pylist()
        own = numbers[start : start + AT_ONCE].tolist()
        connection.execute(
            insert(VERSIONS[name]),
            [
                {column: row[column] for column in kept}
                | {"seq": seq, "void": False, "account": account}
                for row, account in zip(rows, own, strict=True)
            ],
        )
        if name in PERSONAL:
            columns = ("row_id", "customer_id", *DETAILS[name])
            personal = [
                {column: row[column] for column in columns}
                for row in rows
                if any(row[column] is not None for column in DETAILS[name])
            ]
            if personal:
                connection.execute(insert(PERSONAL[name]), personal)
