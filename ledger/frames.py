"""Between pandas frames and the ledger: the door for notebooks, files and requests."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ledger.arrays import Array, Flags
from ledger.days import datetimes
from ledger.errors import LedgerError
from ledger.ledger import Extract, Ledger
from ledger.money import exponent
from ledger.schema import TABLES, ColumnSpec, Kind, TableSpec
from ledger.table import DTYPES, Column, Table, empty_column

LARGEST_MINOR = 2**53
"""Amounts beyond this many minor units are refused: a float no longer holds them exactly."""


def ledger_from_frames(frames: Mapping[str, pd.DataFrame], extract: Extract) -> Ledger:
    """Build a ledger from frames with the columns of DOMAIN section 1.

    Days may be datetimes, dates or ISO text; money decimals of major units as text, Decimal,
    int or float. A missing currency is the customer's, else the reporting currency; a missing
    kind of invoice is `invoice`. Tables and optional columns may be missing. Rows are kept as
    they are: what is ordinary or wrong in an export is the business of `ledger.checks`.

    Raises
    ------
    LedgerError
        Naming every value that cannot be read, required value that is missing and unknown column.
    """
    problems = [
        f"there is no table {name}; the tables are {', '.join(TABLES)}"
        for name in frames
        if name not in TABLES
    ]
    texts = {
        name: _texts(TABLES[name], frame, problems)
        for name, frame in frames.items()
        if name in TABLES
    }
    _fill_defaults(texts, frames, extract)
    vocabularies = _vocabularies(texts)
    tables = {}
    exponents: dict[str, Array] = {}
    for name, spec in TABLES.items():
        frame = frames.get(name, pd.DataFrame())
        words = texts.get(name, {})
        exponents[name] = _exponents(name, words, texts, extract)
        columns = {
            column.name: _column(
                spec, column, frame, words, vocabularies, exponents[name], problems
            )
            for column in spec.columns
        }
        tables[name] = Table(spec, columns, len(frame))
    if problems:
        raise LedgerError(problems)
    return Ledger(extract, tables, vocabularies)


def frame_of(ledger: Ledger, table: str) -> pd.DataFrame:
    """One table of the ledger as a frame: datetimes, text, and money as decimal text.

    Columns that no row has are left out, unless they are required.
    """
    spec, data = TABLES[table], ledger.tables[table]
    columns = {}
    for column in spec.columns:
        values, known = data[column.name], data.known(column.name)
        if not known.any() and not column.required:
            continue
        if column.kind is Kind.TEXT:
            columns[column.name] = pd.Series(ledger.text(table, column.name), dtype=object).where(
                known
            )
        elif column.kind is Kind.DAY:
            days = datetimes(values).astype("datetime64[s]")
            columns[column.name] = pd.Series(days).where(known)
        elif column.kind is Kind.MONEY:
            text = _decimal_text(values, money_exponents(ledger, table))
            columns[column.name] = pd.Series(text, dtype=object).where(known)
        else:
            columns[column.name] = pd.Series(values).astype(object).where(known)
    return pd.DataFrame(columns, index=range(len(data)))


def money_exponents(ledger: Ledger, table: str) -> Array:
    """Exponent of the currency in which each row of a table states money, shape (n,)."""
    texts = {
        name: {
            column.name: ledger.text(name, column.name)
            for column in TABLES[name].columns
            if column.name in ("customer_id", "invoice_id", "currency") and column.kind is Kind.TEXT
        }
        for name in {table, "customers", "invoices"}
    }
    return _exponents(table, texts[table], texts, ledger.extract)


def _decimal_text(minor: Array, exponents: Array) -> Array:
    text = np.empty(len(minor), dtype=object)
    for digits in np.unique(exponents):
        where = exponents == digits
        whole, part = np.divmod(np.abs(minor[where]), 10 ** int(digits))
        sign = np.where(minor[where] < 0, "-", "")
        tail = [f".{p:0{digits}d}" if digits else "" for p in part]
        text[where] = [f"{s}{w}{t}" for s, w, t in zip(sign, whole, tail, strict=True)]
    return text


def _texts(spec: TableSpec, frame: pd.DataFrame, problems: list[str]) -> dict[str, Array]:
    """Text columns of a frame as objects, None where missing; names unknown columns."""
    names = {column.name for column in spec.columns}
    problems.extend(
        f"{spec.name} has a column {name}, which no ledger knows; remove it or map it with --mapping"
        for name in frame.columns
        if name not in names
    )
    texts = {}
    for column in spec.columns:
        if column.kind is Kind.TEXT:
            if column.name in frame:
                raw = frame[column.name]
                missing = (raw.isna() | (raw.astype(object) == "")).to_numpy(dtype=bool)
                words = raw.astype(str).to_numpy(dtype=object)
                words[missing] = None
                texts[column.name] = words
            else:
                texts[column.name] = np.full(len(frame), None, dtype=object)
    return texts


def _fill_defaults(
    texts: dict[str, dict[str, Array]], frames: Mapping[str, pd.DataFrame], extract: Extract
) -> None:
    """Fill the currency of invoices and payments, and the kind of invoices."""
    for name in ("invoices", "payments"):
        if name in texts:
            words = texts[name]
            words["currency"] = _currency(words, texts, extract)
    if "invoices" in texts:
        kinds = texts["invoices"]["kind"]
        kinds[pd.isna(kinds)] = "invoice"


def _currency(
    words: Mapping[str, Array], texts: Mapping[str, Mapping[str, Array]], extract: Extract
) -> Array:
    """Currency of rows: their own, their invoice's, their customer's, else the reporting one."""
    n = len(next(iter(words.values()))) if words else 0
    currency = pd.Series(words.get("currency", np.full(n, None)), dtype=object)
    for key, table in (("invoice_id", "invoices"), ("customer_id", "customers")):
        if key in words and table in texts and texts[table] is not words:
            source = texts[table]
            of = pd.Series(source["currency"], index=source[key], dtype=object)
            of = of[~of.index.duplicated()]
            currency = currency.where(currency.notna(), pd.Series(words[key], dtype=object).map(of))
    return currency.fillna(extract.reporting_currency).to_numpy(dtype=object)


def _exponents(
    name: str,
    words: Mapping[str, Array],
    texts: Mapping[str, Mapping[str, Array]],
    extract: Extract,
) -> Array:
    if not any(column.kind is Kind.MONEY for column in TABLES[name].columns) or not words:
        return np.empty(0, np.int64)
    return pd.Series(_currency(words, texts, extract)).map(exponent).to_numpy(np.int64)


def _vocabularies(texts: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    """Sorted distinct words of each vocabulary."""
    words: dict[str, list[Array]] = {}
    for name, spec in TABLES.items():
        for column in spec.columns:
            if column.vocabulary:
                found = words.setdefault(column.vocabulary, [])
                if name in texts:
                    found.append(pd.unique(texts[name][column.name]))
    return {
        vocabulary: np.array(
            sorted(set().union(*(set(f) for f in found)) - {None}) if found else [], dtype=object
        )
        for vocabulary, found in words.items()
    }


def _column(
    spec: TableSpec,
    column: ColumnSpec,
    frame: pd.DataFrame,
    words: Mapping[str, Array],
    vocabularies: Mapping[str, Array],
    exponents: Array,
    problems: list[str],
) -> Column:
    if column.kind is Kind.TEXT:
        text = words.get(column.name, np.empty(0, dtype=object))
        known = ~pd.isna(text)
        values = np.zeros(len(text), np.int32)
        if known.any():
            index = pd.Index(vocabularies[column.vocabulary])
            values[known] = index.get_indexer(text[known])
        bad = (
            known & ~np.isin(text, column.choices) if column.choices else np.zeros(len(text), bool)
        )
    elif column.name in frame:
        values, known, bad = _parse(column, frame[column.name], exponents)
    else:
        if column.required and len(frame):
            problems.append(f"{spec.name} has no column {column.name}; it is required")
        return empty_column(column, len(frame))
    problems.extend(_complaints(spec, column, frame, known, bad))
    return Column(np.where(known & ~bad, values, 0).astype(DTYPES[column.kind]), known & ~bad)


def _parse(column: ColumnSpec, raw: pd.Series, exponents: Array) -> tuple[Array, Flags, Flags]:
    """Values, where a value is given, and where it cannot be read."""
    missing = (raw.isna() | (raw.astype(object) == "")).to_numpy(dtype=bool)
    if column.kind is Kind.DAY:
        format_ = None if pd.api.types.is_datetime64_any_dtype(raw) else "ISO8601"
        when = pd.to_datetime(raw.where(~missing), errors="coerce", format=format_)
        bad = when.isna().to_numpy() & ~missing
        days = when.fillna(pd.Timestamp(0)).to_numpy().astype("datetime64[D]").astype(np.int64)
        return days, ~missing, bad
    if column.kind is Kind.FLAG:
        text = raw.astype(str).str.lower()
        bad = ~text.isin(["true", "false", "1", "0", "1.0", "0.0"]).to_numpy() & ~missing
        return text.isin(["true", "1", "1.0"]).to_numpy(), ~missing, bad
    number = pd.to_numeric(raw.where(~missing), errors="coerce").astype(float).to_numpy()
    bad = ~np.isfinite(number) & ~missing
    number = np.where(np.isfinite(number), number, 0.0)
    if column.kind is Kind.MONEY:
        scaled = number * np.power(10.0, exponents)
        minor = np.rint(scaled)
        inexact = np.abs(scaled - minor) > 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)
        bad |= (inexact | (np.abs(minor) > LARGEST_MINOR)) & ~missing
        return minor, ~missing, bad
    if column.kind is Kind.INTEGER:
        bad |= (number != np.rint(number)) & ~missing
    return number, ~missing, bad


def _complaints(
    spec: TableSpec, column: ColumnSpec, frame: pd.DataFrame, known: Flags, bad: Flags
) -> list[str]:
    found = []
    if column.required and not known.all():
        rows = np.flatnonzero(~known)
        found.append(
            f"{spec.name} row {rows[0] + 1}: {column.name} is missing in {len(rows)} row(s); it is required"
        )
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        expected = (
            f"one of {', '.join(column.choices)}" if column.choices else f"a {column.kind.value}"
        )
        found.append(
            f"{spec.name} row {row + 1}: {column.name} is {str(frame[column.name].iloc[row])!r}"
            f" ({int(bad.sum())} row(s) like it); expected {expected}"
        )
    return found
