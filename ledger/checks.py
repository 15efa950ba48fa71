"""The check of a ledger: every problem at once."""

from pathlib import Path

from ledger.files import load_directory
from ledger.findings import Report
from ledger.loading import load_parts
from ledger.places import read_place
from ledger.store import is_url, ledger_parts


def check(place: str | Path) -> Report:
    """Every error and warning of the ledger at a place, by the rules of `ledger.rules`."""
    if is_url(str(place)):
        stored = read_place(place).ledger
        return load_parts(ledger_parts(stored), stored.extract).report
    return load_directory(Path(place)).report
