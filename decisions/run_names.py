"""Names of persons in the files of score runs, and how they are taken from them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from decisions.records import RunRecord, append_run, run_directory
from decisions.run_files import write_files
from ledger.settings import Settings

NAME = "name"
"""The only column of a run that says something of a person."""


def take_names(
    settings: Settings, run: RunRecord, customer_ids: Sequence[str], now: datetime, by: str
) -> RunRecord | None:
    """A run, kept anew without the names of some customers; None where it has none of them.

    So are the files that are on this machine of a run that has lost others. `now` and `by` are as
    in `append_run`.
    """
    directory = run_directory(settings.home, run.run_id)
    there = [name for name in run.files if (directory / name).is_file()]
    tables = {name: pq.read_table(directory / name) for name in there if is_table(name)}
    nameless = {name: _without_names(table, customer_ids) for name, table in tables.items()}
    if all(nameless[name].equals(table) for name, table in tables.items()):
        return None
    texts: dict[str, Any] = {
        name: json.loads((directory / name).read_text(encoding="utf-8"))
        for name in there
        if not is_table(name)
    }
    files = {**run.files, **write_files(directory, nameless, texts)}
    kept = replace(run, files=files, made_at=now)
    append_run(settings, kept, by)
    return kept


def is_table(name: str) -> bool:
    """Whether a file of a run is a table, in which names may be."""
    return name.endswith(".parquet")


def _without_names(table: Any, customer_ids: Sequence[str]) -> Any:
    if NAME not in table.column_names:
        return table
    theirs = pc.is_in(table["customer_id"], value_set=pa.array(customer_ids, pa.string()))
    names = pc.if_else(theirs, pa.scalar("", pa.string()), table[NAME])
    return table.set_column(table.column_names.index(NAME), NAME, names)
