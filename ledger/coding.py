"""From the columns of files to a coded draft of a ledger, with every value that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array
from ledger.currencies import currency_codes, exponents_of
from ledger.drafts import Draft, Origin, Part
from ledger.findings import Finding, sentence
from ledger.ledger import Extract, Ledger
from ledger.parsing import (
    Parsed,
    has_decimal_comma,
    parse_days,
    parse_flags,
    parse_money,
    parse_numbers,
    text_of,
)
from ledger.schema import TABLES, ColumnSpec, Kind, TableSpec
from ledger.sheets import UNSTATED, Format, Sheet
from ledger.table import DTYPES, Column, Table
from ledger.text_columns import coded_text, with_defaults
from ledger.value_findings import BOUNDS, value_findings


def part_of(table: str, sheet: Sheet, problems: list[Finding], format: Format = UNSTATED) -> Part:
    """The rows of a sheet whose columns have our names; other columns are named in `problems`."""
    names = TABLES[table].names
    for name in sheet.columns:
        if name not in names:
            close = get_close_matches(name, names, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            what = f"it has a column {name!r}, which no table {table} has{hint}"
            problems.append(
                Finding(
                    "unknown-column",
                    sentence("unknown-column", sheet.file, what),
                    table,
                    sheet.file,
                )
            )
    columns = {name: sheet.columns[name] for name in names if name in sheet.columns}
    return Part(table, sheet, columns, np.arange(len(sheet.rows)), {}, format)


def draft_of(parts: Sequence[Part], extract: Extract, problems: list[Finding]) -> Draft:
    """Code the parts of a ledger; what is missing or cannot be read goes to `problems`.

    A missing currency of an invoice or payment is its invoice's, else its customer's, else the
    reporting currency; a missing kind of invoice is `invoice`.
    """
    parts = [_with_decimal_sign(part, problems) for part in parts]
    by_table = {name: tuple(p for p in parts if p.table == name) for name in TABLES}
    vocabularies, parsed = coded_text(by_table, extract)
    text = with_defaults(parsed, vocabularies, extract)
    tables = {}
    for name, spec in TABLES.items():
        exponents = _exponents(name, text, vocabularies, extract)
        columns = {}
        for column in spec.columns:
            if column.kind is Kind.TEXT:
                columns[column.name] = text[name][column.name]
            else:
                read = _parsed(spec, column, by_table[name], exponents, extract.timezone)
                parsed[name][column.name] = read
                columns[column.name] = read.column
        tables[name] = Table(spec, columns, sum(map(len, by_table[name])))
    origins = {name: _origin(of) for name, of in by_table.items()}
    draft = Draft(Ledger(extract, tables, vocabularies), origins)
    for name in TABLES:
        problems.extend(value_findings(draft, name, parsed[name]))
    return draft


def _with_decimal_sign(part: Part, problems: list[Finding]) -> Part:
    """The part, read with a decimal comma where its numbers can only have one."""
    if part.format.decimal:
        return part
    kinds = {column.name: column.kind for column in TABLES[part.table].columns}
    numbers = [
        (name, text_of(column, part.format.missing))
        for name, column in part.columns.items()
        if kinds[name] in (Kind.MONEY, Kind.NUMBER) and pa.types.is_string(column.type)
    ]
    commas = [
        (name, pc.index(pc.match_substring(text, ","), pa.scalar(True)).as_py())
        for name, text in numbers
    ]
    first = next(((name, at) for name, at in commas if at >= 0), None)
    if first is None or not has_decimal_comma([text for _, text in numbers]):
        return part
    name, at = first
    example = part.columns[name][at].as_py()
    row = part.sheet.rows[part.positions[at]]
    what = f"row {row} has {name} {example!r}; numbers are read with a decimal comma"
    rule, file = "guessed-decimal-comma", part.sheet.file
    problems.append(Finding(rule, sentence(rule, file, what), part.table, file))
    return replace(part, format=replace(part.format, decimal=",", thousands="."))


def _exponents(
    table: str,
    text: Mapping[str, Mapping[str, Column]],
    vocabularies: Mapping[str, Array],
    extract: Extract,
) -> Array:
    codes = currency_codes(text, table, vocabularies["currency"], extract.reporting_currency)
    return exponents_of(vocabularies["currency"], codes)


def _parsed(
    spec: TableSpec, column: ColumnSpec, parts: Sequence[Part], exponents: Array, zone: str
) -> Parsed:
    """A column that is not text, over all parts of its table."""
    found = []
    start = 0
    for part in parts:
        raw = part.columns.get(column.name)
        own = exponents[start : start + len(part)]
        start += len(part)
        if raw is None:
            nothing = np.zeros(len(part), np.bool_)
            found.append(Parsed(np.zeros(len(part), DTYPES[column.kind]), nothing, nothing))
        elif column.kind is Kind.DAY:
            found.append(parse_days(raw, part.format, zone))
        elif column.kind is Kind.MONEY:
            found.append(parse_money(raw, own, part.format))
        elif column.kind is Kind.FLAG:
            found.append(parse_flags(raw, part.format))
        else:
            found.append(parse_numbers(raw, part.format, whole=column.kind is Kind.INTEGER))
    if not found:
        return Parsed(np.empty(0, DTYPES[column.kind]), np.empty(0, bool), np.empty(0, bool))
    values, given, bad = (
        np.concatenate([getattr(part, field) for part in found])
        for field in ("values", "given", "bad")
    )
    low, high, _ = BOUNDS.get((spec.name, column.name), (-np.inf, np.inf, ""))
    return Parsed(values, given, bad | (given & ((values < low) | (values > high))))


def _origin(parts: tuple[Part, ...]) -> Origin:
    return Origin(
        parts,
        np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts]),
        np.concatenate([np.arange(len(part)) for part in parts] or [np.empty(0, np.int64)]),
    )
