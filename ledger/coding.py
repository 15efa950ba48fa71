"""From the columns of files to a coded draft of a ledger, with every value that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrays import Array, Flags
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
from ledger.value_findings import BOUNDS, CURRENCY, value_findings
from ledger.vocabularies import encode


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
    vocabularies, given = _coded_text(by_table, extract)
    bad = {name: _illegal(name, columns, vocabularies) for name, columns in given.items()}
    text = _with_defaults(given, bad, vocabularies, extract)
    tables = {}
    for name, spec in TABLES.items():
        columns = dict(text[name])
        exponents = _exponents(name, text, vocabularies, extract)
        for column in spec.columns:
            if column.kind is not Kind.TEXT:
                parsed = _parsed(spec, column, by_table[name], exponents, extract.timezone)
                known = parsed.given & ~parsed.bad
                columns[column.name] = Column(
                    np.where(known, parsed.values, 0).astype(DTYPES[column.kind]), known
                )
                given[name][column.name] = Column(parsed.values, parsed.given)
                bad[name][column.name] = parsed.bad
        ordered = {column.name: columns[column.name] for column in spec.columns}
        tables[name] = Table(spec, ordered, sum(map(len, by_table[name])))
    origins = {name: _origin(of) for name, of in by_table.items()}
    draft = Draft(Ledger(extract, tables, vocabularies), origins)
    for name in TABLES:
        problems.extend(value_findings(draft, name, given[name], bad[name]))
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


def _coded_text(
    by_table: Mapping[str, Sequence[Part]], extract: Extract
) -> tuple[dict[str, Array], dict[str, dict[str, Column]]]:
    """Vocabularies, and the text columns of every table coded in them."""
    users: dict[str, list[tuple[str, str]]] = {}
    for table, spec in TABLES.items():
        for column in spec.columns:
            if column.vocabulary:
                users.setdefault(column.vocabulary, []).append((table, column.name))
    defaults = {"currency": [extract.reporting_currency], "invoices.kind": ["invoice"]}
    vocabularies: dict[str, Array] = {}
    coded: dict[str, dict[str, Column]] = {table: {} for table in TABLES}
    for vocabulary, uses in users.items():
        texts = [_text(by_table[table], name) for table, name in uses]
        words = defaults.get(vocabulary, []) if any(map(len, texts)) else []
        vocabularies[vocabulary], columns = encode(texts, words)
        for (table, name), found in zip(uses, columns, strict=True):
            coded[table][name] = found
    return vocabularies, coded


def _text(parts: Sequence[Part], column: str) -> Any:
    chunks: list[Any] = []
    for part in parts:
        found = part.columns.get(column, pa.nulls(len(part), pa.string()))
        text = text_of(found, part.format.missing)
        chunks.extend(text.chunks if isinstance(text, pa.ChunkedArray) else [text])
    return pa.chunked_array(chunks, pa.string())


def _illegal(
    table: str, columns: Mapping[str, Column], vocabularies: Mapping[str, Array]
) -> dict[str, Flags]:
    """Which values of text columns are none of the column's choices, or no currency."""
    illegal = {}
    for name, column in columns.items():
        spec = TABLES[table].column(name)
        words = vocabularies[spec.vocabulary]
        wrong = np.zeros(len(words) + 1, np.bool_)
        if spec.choices:
            wrong[:-1] = ~np.isin(words, spec.choices)
        elif spec.vocabulary == "currency":
            wrong[:-1] = [not CURRENCY.fullmatch(word) for word in words]
        illegal[name] = column.known & wrong[column.values]
    return illegal


def _with_defaults(
    given: Mapping[str, Mapping[str, Column]],
    bad: Mapping[str, Mapping[str, Flags]],
    vocabularies: Mapping[str, Array],
    extract: Extract,
) -> dict[str, dict[str, Column]]:
    """Text columns without what cannot be read, and with currencies and kinds filled in."""
    text = {
        table: {name: column.blank(bad[table][name]) for name, column in columns.items()}
        for table, columns in given.items()
    }
    for table in ("invoices", "payments"):
        codes = currency_codes(text, table, vocabularies["currency"], extract.reporting_currency)
        text[table]["currency"] = Column(codes, np.ones(len(codes), np.bool_))
    kind = text["invoices"]["kind"]
    code = np.searchsorted(vocabularies["invoices.kind"], "invoice") if len(kind.values) else 0
    text["invoices"]["kind"] = Column(
        np.where(kind.known, kind.values, code).astype(np.int32), np.ones_like(kind.known)
    )
    return text


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
