"""Places of ledgers: a directory of files, or a database."""

from dataclasses import dataclass
from pathlib import Path

from ledger.errors import LedgerError
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.store import database_name, head, is_url, open_database, whole_tables
from ledger.stored_form import ledger_of


@dataclass(frozen=True)
class PlacedLedger:
    """A ledger that was read, its place as one name, and its last write (None: files)."""

    ledger: Ledger
    name: str
    seq: int | None


def read_place(place: str | Path, at_seq: int | None = None) -> PlacedLedger:
    """The ledger at a place: a directory, or the URL of a database.

    Parameters
    ----------
    at_seq
        In a database: as it stood after that write; as it stands if not given.

    Raises
    ------
    LedgerError
        If there is none, it has errors (names all of them), or no such write.
    SettingsError
        If the URL is none of a database that duecast knows.
    DatabaseError
        If the database cannot be reached.
    """
    if not is_url(str(place)):
        return PlacedLedger(read_ledger(place), place_name(place), None)
    name = place_name(place)
    if name.startswith("sqlite:") and not Path(name.removeprefix("sqlite:///")).is_file():
        raise LedgerError([f"there is no database {name}; load one with `duecast ingest --to`"])
    engine = open_database(str(place))
    with engine.connect() as connection:
        now = head(connection, at_seq)
        if now is None:
            raise LedgerError([f"{name} has no ledger yet; load one with `duecast ingest --to`"])
        if at_seq not in (None, now.seq):
            raise LedgerError([f"{name} ends with write {now.seq}; expected write {at_seq} in it"])
        tables = whole_tables(connection, now.seq)
    return PlacedLedger(ledger_of(tables, now.extract), name, now.seq)


def place_name(place: str | Path) -> str:
    """One name for each place: an absolute path, or an address without its password."""
    return database_name(str(place)) if is_url(str(place)) else str(Path(place).resolve())
