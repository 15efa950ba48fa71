"""A ledger as a directory: one CSV or Parquet file for each table, and `ledger.toml`."""

import shutil
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from ledger.arrow import arrow_table
from ledger.coding import part_of
from ledger.delimited import read_delimited
from ledger.drafts import Part
from ledger.errors import LedgerError
from ledger.extract import FILE, extract_toml, read_extract
from ledger.findings import Finding, Report, sentence
from ledger.ledger import Extract, Ledger
from ledger.loading import Loaded, load_parts
from ledger.schema import TABLES
from ledger.sheets import read_parquet

SUFFIXES = (".csv", ".parquet")


def read_ledger(path: str | Path) -> Ledger:
    """The ledger in a directory of CSV or Parquet files with a ledger.toml.

    What is ordinary in an export is repaired (see `load`).

    Raises
    ------
    LedgerError
        If the ledger has errors; names all of them.
    """
    return load(path)[0]


def load(path: str | Path) -> tuple[Ledger, Report]:
    """The ledger in a directory, and what was repaired or is to be known about it.

    Identical duplicates are loaded once, customers nobody listed are added, negative invoices
    become credit notes.

    Raises
    ------
    LedgerError
        If the ledger has errors; names all of them.
    """
    loaded = load_directory(Path(path))
    loaded.report.refuse_errors()
    return loaded.ledger, loaded.report


def load_directory(directory: Path) -> Loaded:
    """Check the ledger in a directory and load what can be loaded; see `load_parts`."""
    problems: list[Finding] = []
    parts, extract = directory_parts(directory, problems)
    return load_parts(parts, extract, problems)


def directory_parts(directory: Path, problems: list[Finding]) -> tuple[list[Part], Extract | None]:
    """The files and the extract of a ledger directory; what is wrong goes to `problems`."""
    if not directory.is_dir():
        got = "it is a file" if directory.exists() else "there is no such directory"
        what = f"{got}; expected a directory with {FILE} and invoices.csv"
        problems.append(Finding("no-ledger", sentence("no-ledger", str(directory), what)))
        return [], None
    extract = read_extract(directory, problems)
    return _parts(directory, problems), extract


def write_ledger(
    ledger: Ledger, path: str | Path, format: Literal["csv", "parquet"] = "csv"
) -> None:
    """Write a ledger as a directory of CSV or Parquet files, in place of one that is there.

    Tables without rows have no file, except invoices. Reading gives the same ledger again.

    Raises
    ------
    LedgerError
        If `path` is a file, or a directory that holds anything but a ledger, or cannot be
        written.
    """
    directory = Path(path).resolve()
    _require_replaceable(directory)
    fresh, stale = (directory.with_name(f".{directory.name}.{age}") for age in ("new", "old"))
    try:
        for leftover in (fresh, stale):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name, table in ledger.tables.items():
            if len(table) or name == "invoices":
                _write_table(arrow_table(ledger, name), fresh / f"{name}.{format}")
        (fresh / FILE).write_text(extract_toml(ledger.extract), encoding="utf-8")
        if directory.exists():
            directory.rename(stale)
        fresh.rename(directory)
        shutil.rmtree(stale, ignore_errors=True)
    except OSError as error:
        problem = f"{directory} cannot be written ({error.strerror}); give a directory that can"
        raise LedgerError([problem]) from error


def _parts(directory: Path, problems: list[Finding]) -> list[Part]:
    parts = []
    for table in TABLES:
        files = [directory / f"{table}{suffix}" for suffix in SUFFIXES]
        there = [file for file in files if file.exists()]
        if len(there) > 1:
            what = f"there is {there[1].name} too"
            text = sentence("two-files", there[0].name, what)
            problems.append(Finding("two-files", text, table, there[0].name))
        for file in there[:1]:
            part = _part(file, table, problems)
            if part is not None:
                parts.append(part)
        if not there and table == "invoices":
            what = "there is no invoices.csv or invoices.parquet"
            text = sentence("missing-table", str(directory), what)
            problems.append(Finding("missing-table", text, table))
    problems.extend(_unread(directory))
    return parts


def _part(file: Path, table: str, problems: list[Finding]) -> Part | None:
    expected = TABLES[table].names
    if file.suffix == ".csv":
        sheet = read_delimited(file, expected, problems, table=table)
    else:
        sheet = read_parquet(file, expected, problems, table)
    return None if sheet is None else part_of(table, sheet, problems)


def _unread(directory: Path) -> list[Finding]:
    """CSV and Parquet files that no table has the name of."""
    found = []
    for file in sorted(directory.iterdir()):
        if file.suffix.lower() in SUFFIXES and (
            file.stem not in TABLES or file.suffix not in SUFFIXES
        ):
            close = get_close_matches(file.stem.lower(), TABLES, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            what = f"no table has this name{hint}; the tables are {', '.join(TABLES)}"
            text = sentence("unread-file", file.name, what)
            found.append(Finding("unread-file", text, file=file.name))
    return found


def _require_replaceable(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise LedgerError([f"{directory} is a file; expected a new or a ledger's directory"])
    ours = {FILE, *(f"{name}{suffix}" for name in TABLES for suffix in SUFFIXES)}
    others = sorted(file.name for file in directory.iterdir() if file.name not in ours)
    if others:
        raise LedgerError(
            [
                f"{directory} holds {', '.join(others[:3])}, which no ledger has; expected a new,"
                " an empty or a ledger's directory; give another one"
            ]
        )


def _write_table(table: Any, file: Path) -> None:
    if file.suffix == ".parquet":
        pq.write_table(table, file)
        return
    options = {"quoting_header": "none", "batch_size": 1 << 16}
    try:
        arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(quoting_style="none", **options))
    except pa.ArrowInvalid:  # a text holds a comma, a quotation mark or a line break
        arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(quoting_style="needed", **options))
