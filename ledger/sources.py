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

from ledger.days import date_of, parse_day
from ledger.delimited import read_delimited
from ledger.drafts import Part
from ledger.extract import extract_of
from ledger.findings import Finding
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
        (table, file) for table in mapping.tables for file in _files(mapping, table, source, problems)
    ]
    expected: dict[Path, list[str]] = {}
    for table, file in wanted:
        expected.setdefault(file, []).extend(table.names)
    root = source if source.is_dir() else source.parent
    sheets = {
        file: _sheet(file, root, names, next(t.format for t, f in wanted if f == file), findings)
        for file, names in expected.items()
    }
    parts = []
    for table, file in wanted:
        sheet = sheets[file]
        if sheet is not None and _has_columns(mapping, table, sheet, problems):
            parts.append(_part(table, sheet))
    return parts


def mapped_extract(
    mapping: SourceMapping, parts: Sequence[Part], problems: list[str]
) -> Extract | None:
    """The extract of a mapping, its days taken from the parts where the mapping says so."""
    values = dict(mapping.extract)
    for key in ("complete_from", "complete_through"):
        found = EXTREME.fullmatch(str(values.get(key)))
        if found is not None:
            day = _extreme(parts, found, mapping.extract.get("timezone", "UTC"))
            if day is None:
                problems.append(
                    f"{mapping.name}: extract.{key} is {values[key]!r}, but there is no day in"
                    f" {found[2]}.{found[3]}; expected a column of days, or a date; correct it"
                )
                del values[key]
                ...
    return extract_of(values, f"{mapping.name} [extract]", problems)
