"""Erasure of a person's data: in the ledger, and in the score runs that were made of it."""

from dataclasses import dataclass
from datetime import datetime

from decisions.recorded_changes import recorded_change
from decisions.records import run_directory, runs
from decisions.run_names import is_table, take_names
from ledger.settings import Settings
from ledger.store import erase, forget, open_store


@dataclass(frozen=True)
class Erasure:
    """What was erased, and what could not be.

    Parameters
    ----------
    rows
        How many of the ledger.
    runs
        Ids of the runs from which the name was taken.
    missing
        Tables of runs that are not in this home, `run_id/file`: where they are, they may name the
        person.
    forgotten
        Whether nothing is left in the files of the database; see `ledger.store.forget`.
    """

    rows: int
    runs: tuple[str, ...]
    missing: tuple[str, ...]
    forgotten: bool


def erase_customer(settings: Settings, customer_id: str, now: datetime, by: str) -> Erasure:
    """Erase name, e-mail, phone and notes of a customer; its id, figures and decisions stay.

    The audit trail records that it was done, and holds nothing of what was erased. Files that
    were exported are elsewhere, and not reached; nor are those of runs in the home of another
    machine. It may be done again, until nothing is left.

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
    kept = runs(engine)
    changed = [run.run_id for run in kept if take_names(settings, run, [customer_id], now, by)]
    missing = [
        f"{run.run_id}/{name}"
        for run in kept
        for name in sorted(run.files)
        if is_table(name) and not (run_directory(settings.home, run.run_id) / name).is_file()
    ]
    return Erasure(rows, tuple(changed), tuple(missing), forget(engine))
