"""How fast a stored ledger is read: a million invoices for training, one customer for an answer.

Run it: python benchmarks/stored_ledger.py [URL] [--invoices N]. URL is that of an empty database; a
SQLite file in a scratch directory if none is given. A drawn ledger of so many invoices is stored;
then the table of invoices is read into columns by us and by `pandas.read_sql`, and the whole ledger
by us.
"""

# ruff: noqa: E402
import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
import pandas as pd

from benchmarks.loaded_ledger import loaded_ledger
from features.kept_priors import write_ledger_to
from features.stored_ledger import StoredLedger
from ledger.definitions import Definitions
from ledger.places import read_place
from ledger.store import head, open_database, whole_tables

CUSTOMER_READS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", metavar="URL")
    parser.add_argument("--invoices", type=int, default=1_000_000, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measure(arguments.url or f"sqlite:///{scratch}/duecast.db", arguments.invoices)


def measure(url: str, wanted: int) -> None:
    """Print every figure."""
    engine = open_database(url)
    ledger = loaded_ledger(wanted)
    rows = sum(map(len, ledger.tables.values()))
    _, seconds = timed(lambda: write_ledger_to(engine, ledger, "benchmark", datetime.now(UTC)))
    tell("stored, rows a second", rows / seconds)
    with engine.connect() as connection:
        now = head(connection)
        assert now is not None
        invoices = len(ledger.invoices)
        _, theirs = timed(lambda: pd.read_sql("SELECT * FROM invoices", connection))
        tell("pandas.read_sql, invoices a second", invoices / theirs)
        tables, ours = timed(lambda: whole_tables(connection, now.seq))
        tell("whole ledger into columns, rows a second", sum(map(len, tables.values())) / ours)
        del tables
        found, ours = timed(lambda: whole_tables(connection, now.seq, ["invoices"]))
        tell("invoices into columns, a second", len(found["invoices"]) / ours)
        tell("ours over pandas.read_sql", theirs / ours)
        del found
    _, seconds = timed(lambda: read_place(url))
    tell("whole ledger as a Ledger, rows a second", rows / seconds)
    keeper = StoredLedger(engine, Definitions())
    keeper.prepare()
    names = [f"c:{name}" for name in ledger.vocabularies["customer"][:CUSTOMER_READS]]
    keeper.part(names[:1])
    times = [timed(lambda name=name: keeper.part([name]))[1] for name in names]
    tell("history of one customer, milliseconds, p50", 1000 * float(np.median(times)))
    tell("history of one customer, milliseconds, p95", 1000 * float(np.percentile(times, 95)))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def tell(what: str, value: float) -> None:
    print(f"{what:48} {value:12,.1f}", flush=True)


if __name__ == "__main__":
    main()
