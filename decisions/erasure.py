"""Erasure of a person's data: in the ledger, and in the score runs that were made of it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from decisions.recorded_changes import recorded_change
from decisions.records import RunRecord, append_run, run_directory, runs
from decisions.run_files import write_files
from ledger.settings import Settings
from ledger.store import erase, forget, open_store

NAME = "name"
"""The only column of a run that says something of a person."""


@dataclass(frozen=True)
class Erasure:
    """What was erased: rows of the ledger, and the runs from which the name was taken."""

    rows: int
    runs: tuple[str, ...]


def erase_customer(settings: Settings, customer_id: str, now: datetime, by: str) -> Erasure:
    """Erase name, e-mail, phone and notes of a customer; its id, figures and decisions stay.

    The audit trail records that it was done, and holds nothing of what was erased. Files that
    were exported are elsewhere, and not reached.

    Parameters
    ----------
    now
        In UTC, without saying so.
    by
        Who erases.

    Raises
    ------
    LedgerError
        If the stored ledger has no such customer.
    """
    what = {"customer_id": customer_id}
    with recorded_change(settings, "erasure", actor=by, at=now, what=what) as connection:
        rows = erase(connection, customer_id, now)
    engine = open_store(settings)
    forget(engine)
    changed = [run for run in runs(engine) if _erased_in(settings, run, customer_id, now, by)]
    return Erasure(rows, tuple(run.run_id for run in changed))


def _erased_in(
    settings: Settings, run: RunRecord, customer_id: str, now: datetime, by: str
) -> bool:
    """Whether a run on this machine named the person; then it is kept anew without the name."""
    directory = run_directory(settings.home, run.run_id)
    if not all((directory / name).is_file() for name in run.files):
        return False
    tables = {name: pq.read_table(directory / name) for name in run.files if _is_table(name)}
    nameless = {name: _without_name(table, customer_id) for name, table in tables.items()}
    if all(nameless[name].equals(table) for name, table in tables.items()):
        return False
    texts: dict[str, Any] = {
        name: json.loads(Path(directory / name).read_text(encoding="utf-8"))
        for name in run.files
        if not _is_table(name)
    }
    files = write_files(directory, nameless, texts)
    append_run(settings, replace(run, files=files, made_at=now), by)
    return True


def _is_table(name: str) -> bool:
    return name.endswith(".parquet")


def _without_name(table: Any, customer_id: str) -> Any:
    if NAME not in table.column_names:
        return table
    theirs = pc.equal(table["customer_id"], customer_id)
    names = pc.if_else(theirs, pa.scalar("", pa.string()), table[NAME])
    return table.set_column(table.column_names.index(NAME), NAME, names)
