"""The check of a ledger: every problem at once."""

from pathlib import Path

from ledger.files import load_directory
from ledger.findings import Report


def check(path: str | Path) -> Report:
    """Every error and warning of the ledger in a directory, by the rules of `ledger.rules`."""
    return load_directory(Path(path)).report
