"""A ledger as a directory: one CSV or Parquet file for each table, and `ledger.toml`."""

import tomllib
from pathlib import Path
from typing import Literal

import pandas as pd

from ledger.days import date_of, parse_day
from ledger.errors import LedgerError
from ledger.frames import frame_of, ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.schema import TABLES


def read_ledger(path: str | Path) -> Ledger:
    """Read the ledger in a directory of CSV or Parquet files."""
    directory = Path(path)
    stated = tomllib.loads((directory / "ledger.toml").read_text())
    extract = Extract(
        stated["reporting_currency"],
        parse_day(str(stated["complete_through"])),
        parse_day(str(stated["complete_from"])) if "complete_from" in stated else None,
        stated.get("timezone", "UTC"),
    )
    frames = {}
    for name in TABLES:
        if (directory / f"{name}.csv").exists():
            frames[name] = pd.read_csv(
                directory / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""]
            )
        elif (directory / f"{name}.parquet").exists():
            frames[name] = pd.read_parquet(directory / f"{name}.parquet")
    return ledger_from_frames(frames, extract)


def write_ledger(
    ledger: Ledger, path: str | Path, format: Literal["csv", "parquet"] = "csv"
) -> None:
    """Write a ledger as a directory of CSV or Parquet files."""
    directory = Path(path)
    directory.mkdir(parents=True, exist_ok=True)
    for name, table in ledger.tables.items():
        if len(table):
            frame = frame_of(ledger, name)
            if format == "csv":
                frame.to_csv(directory / f"{name}.csv", index=False)
            else:
                frame.to_parquet(directory / f"{name}.parquet", index=False)
    extract = ledger.extract
    lines = [
        f'reporting_currency = "{extract.reporting_currency}"',
        f"complete_through = {date_of(extract.complete_through)}",
        f'timezone = "{extract.timezone}"',
    ]
    if extract.complete_from is not None:
        lines.append(f"complete_from = {date_of(extract.complete_from)}")
    if not lines:
        raise LedgerError(["nothing"])
    (directory / "ledger.toml").write_text("\n".join(lines) + "\n")
