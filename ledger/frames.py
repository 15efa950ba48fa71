"""Between pandas frames and the ledger: the door for notebooks, reports and requests."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ledger.arrow import decimal_texts
from ledger.coding import draft_of, part_of
from ledger.currencies import money_exponents
from ledger.days import datetimes
from ledger.errors import LedgerError
from ledger.findings import Finding
from ledger.ledger import Extract, Ledger
from ledger.money import LARGEST_MINOR
from ledger.schema import TABLES, Kind
from ledger.sheets import Format, Sheet

__all__ = ["LARGEST_MINOR", "frame_of", "ledger_from_frames", "money_exponents"]


def ledger_from_frames(frames: Mapping[str, pd.DataFrame], extract: Extract) -> Ledger:
    """Build a ledger from frames with the columns of DOMAIN section 1.

    Days may be datetimes, dates or ISO text; money decimals of major units as text, Decimal,
    int or float. A missing currency is the customer's, else the reporting currency; a missing
    kind of invoice is `invoice`. Tables and optional columns may be missing. Rows are kept as
    they are: what is ordinary or wrong in an export is the business of `ledger.checks`.

    Raises
    ------
    LedgerError
        Naming every value that cannot be read, required value that is missing and unknown column;
        rows count from 1.
    """
    problems = [
        f"there is no table {name}; the tables are {', '.join(TABLES)}"
        for name in frames
        if name not in TABLES
    ]
    findings: list[Finding] = []
    parts = [
        part_of(name, _sheet(name, frame), findings, Format(decimal="."))
        for name, frame in frames.items()
        if name in TABLES and len(frame)
    ]
    draft = draft_of(parts, extract, findings)
    if problems or findings:
        raise LedgerError([*problems, *(finding.sentence for finding in findings)])
    return draft.ledger


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
            text = ledger.text(table, column.name)
            columns[column.name] = pd.Series(text, dtype=object).where(known)
        elif column.kind is Kind.DAY:
            days = datetimes(values).astype("datetime64[s]")
            columns[column.name] = pd.Series(days).where(known)
        elif column.kind is Kind.MONEY:
            text = decimal_texts(values, money_exponents(ledger, table))
            columns[column.name] = pd.Series(text, dtype=object).where(known)
        else:
            columns[column.name] = pd.Series(values).astype(object).where(known)
    return pd.DataFrame(columns, index=range(len(data)))


def _sheet(name: str, frame: pd.DataFrame) -> Sheet:
    columns = {str(column): _arrow(frame[column]) for column in frame.columns}
    return Sheet(name, columns, np.arange(1, len(frame) + 1))


def _arrow(series: pd.Series) -> Any:
    """A column as an arrow array; what has several types becomes text."""
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        utc = pa.array(series.dt.tz_convert(None), from_pandas=True)
        return utc.cast(pa.timestamp(utc.type.unit, "UTC"))
    try:
        return pa.array(series, from_pandas=True)
    except pa.ArrowException:
        return pa.array(
            [
                None if missing else str(value)
                for value, missing in zip(series, series.isna(), strict=True)
            ]
        )
