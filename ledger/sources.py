"""The files of a source, mapped to parts of a ledger."""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Days, Rows
from ledger.days import date_of
from ledger.delimited import read_delimited
from ledger.drafts import Part
from ledger.extract import extract_of
from ledger.findings import Finding, sentence
from ledger.ledger import Extract
from ledger.mapping import EXTREME, SourceMapping, TableMapping
from ledger.parsing import parse_days, text_of
from ledger.schema import TABLES, Kind
from ledger.sheets import Format, Sheet, read_parquet

SUFFIXES = (".csv", ".txt", ".tsv", ".parquet")


def mapped_parts(
    mapping: SourceMapping, source: Path, problems: list[str], findings: list[Finding]
) -> list[Part]:
    """The parts that the files of a source give to a ledger.

    Parameters
    ----------
    source
        A file, or a directory of files.
    problems
        Receives what is wrong with the mapping: files and columns that are not there.
    findings
        Receives what is wrong with the files.
    """
    wanted = [
        (table, file)
        for table in mapping.tables
        for file in _files(mapping, table, source, problems)
    ]
    expected: dict[Path, list[str]] = {}
    for table, file in wanted:
        expected.setdefault(file, []).extend(table.names)
    formats = {file: table.format for table, file in reversed(wanted)}
    sheets = {
        file: _sheet(file, names, formats[file], findings) for file, names in expected.items()
    }
    parts = []
    for table, file in wanted:
        sheet = sheets[file]
        if sheet is not None and _has_columns(mapping, table, sheet, problems):
            parts.append(_part(table, sheet))
    return parts


def mapped_extract(
    mapping: SourceMapping, parts: Sequence[Part], problems: list[str], findings: list[Finding]
) -> Extract | None:
    """The extract of a mapping, its days taken from the parts where the mapping says so.

    None where that fails: what is wrong with the mapping goes to `problems`, that the parts have
    no such day to `findings`.
    """
    values = dict(mapping.extract)
    missing = []
    for key in ("complete_from", "complete_through"):
        found = EXTREME.fullmatch(str(values.get(key)))
        if found is not None:
            which, table, column = found.groups()
            days = _days(parts, table, column, str(values.get("timezone", "UTC")))
            if len(days):
                values[key] = date_of(days.max() if which == "last" else days.min())
            else:
                what = (
                    f"{key} is {values.pop(key)!r}, but {table}.{column} has no day that can be"
                    " read; expected a mapped column of days, or a date"
                )
                missing.append(sentence("unusable-extract", f"{mapping.name} [extract]", what))
    findings.extend(Finding("unusable-extract", text, file=mapping.name) for text in missing)
    if missing:
        return None
    return extract_of(values, f"{mapping.name} [extract]", problems)


def _days(parts: Sequence[Part], table: str, column: str, zone: str) -> Days:
    """Every day in a column of the parts; none where there is no such column of days."""
    days = [np.empty(0, np.int32)]
    for part in parts:
        if part.table == table and column in part.columns:
            if TABLES[table].column(column).kind is Kind.DAY:
                parsed = parse_days(part.columns[column], part.format, zone)
                days.append(parsed.values[parsed.given & ~parsed.bad])
    return np.concatenate(days)


def _files(
    mapping: SourceMapping, table: TableMapping, source: Path, problems: list[str]
) -> list[Path]:
    """The files of a table: the source itself, or those of its directory that have the names."""
    if not source.is_dir():
        return [source]
    there = sorted(file for file in source.iterdir() if file.suffix.lower() in SUFFIXES)
    listed = ", ".join(file.name for file in there) or "no CSV or Parquet file"
    if not table.source:
        if len(there) != 1:
            problems.append(
                f"{mapping.name}: {table.place} names no source, and {source} has {listed};"
                " expected one file; name it with source"
            )
        return there[:1] if len(there) == 1 else []
    files = []
    for pattern in table.source:
        matching = sorted(source.glob(pattern))
        if not matching:
            problems.append(
                f"{mapping.name}: {table.place}.source is {pattern!r}, but {source} has {listed};"
                " expected the name or pattern of a file there; correct it"
            )
        files += matching
    return list(dict.fromkeys(files))


def _sheet(
    file: Path, names: Sequence[str], format: Format, findings: list[Finding]
) -> Sheet | None:
    expected = list(dict.fromkeys(names))
    if file.suffix.lower() == ".parquet":
        return read_parquet(file, expected, findings)
    return read_delimited(file, expected, findings, format)


def _has_columns(
    mapping: SourceMapping, table: TableMapping, sheet: Sheet, problems: list[str]
) -> bool:
    """Whether a sheet has every column that the mapping of a table names; tells which it lacks."""
    absent = [name for name in table.names if name not in sheet.columns]
    for name in absent:
        close = get_close_matches(name, sheet.columns, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        problems.append(
            f"{mapping.name}: {table.place} names the column {name!r}, which {sheet.file} does not"
            f" have{hint}; its columns are {', '.join(sheet.columns)}; correct the name"
        )
    return not absent


def _part(table: TableMapping, sheet: Sheet) -> Part:
    rows = np.arange(len(sheet.rows))
    missing = table.format.missing
    if table.rows_with:
        given = pc.is_valid(text_of(sheet.columns[table.rows_with], missing))
        rows = rows[np.asarray(given)]
    columns = {
        ours: _valued(_column(sheet, theirs, table, rows), table.values.get(ours), missing)
        for ours, theirs in table.columns.items()
    }
    if table.distinct:
        texts = pd.DataFrame(
            {ours: text_of(column).to_pandas() for ours, column in columns.items()}
        )
        first = np.flatnonzero(~texts.duplicated())
        rows = rows[first]
        columns = {ours: column.take(pa.array(first)) for ours, column in columns.items()}
    for ours, constant in table.constants.items():
        columns[ours] = _constant(table, ours, constant, len(rows))
    names = {ours: " + ".join(theirs) for ours, theirs in table.columns.items()}
    return Part(table.table, sheet, columns, rows, names, table.format, table.distinct)


def _column(sheet: Sheet, names: Sequence[str], table: TableMapping, rows: Rows) -> Any:
    """A column of the sheet at some rows, or several joined; null where one of them is."""
    columns = [sheet.columns[name].take(pa.array(rows)) for name in names]
    if len(columns) == 1:
        return columns[0]
    texts = [text_of(column, table.format.missing) for column in columns]
    return pc.binary_join_element_wise(*texts, table.separator)


def _valued(column: Any, words: Mapping[str, str] | None, missing: Sequence[str]) -> Any:
    """A column with what the mapping says that its values mean; other values stay."""
    if not words:
        return column
    text = text_of(column, missing)
    position = pc.index_in(text, value_set=pa.array(list(words)))
    return pc.if_else(pc.is_valid(position), pa.array(list(words.values())).take(position), text)


def _constant(table: TableMapping, column: str, value: Any, n: int) -> Any:
    """A column of one value."""
    kind = TABLES[table.table].column(column).kind
    if kind is Kind.DAY and type(value) is date:
        return pa.repeat(pa.scalar(value, pa.date32()), n)
    text = str(value).lower() if kind is Kind.FLAG else str(value)
    if kind in (Kind.MONEY, Kind.NUMBER) and table.format.decimal:
        text = text.replace(".", table.format.decimal)
    return pa.repeat(pa.scalar(text), n)
