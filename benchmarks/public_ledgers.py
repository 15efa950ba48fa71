"""The public ledgers that figures are told of, where somebody has them."""

import os
from pathlib import Path

from ledger.ingest import ingest
from ledger.settings import Settings

CUTOFFS = {"ibm": "2013-07-01", "highradius": "2019-11-17"}
"""First day of each that models know nothing of."""


def public_ledger(name: str, directory: Path) -> Path:
    """Directory of a public ledger, made in `directory` from `DUECAST_REAL_DATA`."""
    source = Settings.from_environment(os.environ).real_data / name
    ingest(source, directory / name, preset=name)
    return directory / name
