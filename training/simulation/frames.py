"""Rows of all simulated customers as frames: cut at the end of the ledger, dates, decimal text."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ledger.arrays import Array
from ledger.days import datetimes
from ledger.money import exponent
from ledger.schema import TABLES, Kind
from training.simulation.economy import Economy
from training.simulation.tables import Columns

FORGOTTEN = {"disputes": ("closed_on", "outcome")}
"""Columns of an end that lies after the ledger, the day of that end first."""


def ledger_frame(table: str, parts: Sequence[Columns], economy: Economy) -> pd.DataFrame:
    """All columns of a table of DOMAIN section 1, with the rows dated on the ledger.

    Rows happen on or before the last day of the ledger. On that day the books are closed: what
    would have been recorded later is recorded then, so that the ledger is complete through it.
    Days become datetimes, whole numbers that may be missing Int64; money is decimal text already.
    """
    spec = TABLES[table]
    columns = {column.name: _column(parts, column.name) for column in spec.columns}
    last = economy.ledger_days - 1
    if spec.happened_on is not None:
        kept = columns[spec.happened_on] <= last
        columns = {name: values[kept] for name, values in columns.items()}
    if "recorded_on" in columns:
        columns["recorded_on"] = np.minimum(columns["recorded_on"], last)
    if table in FORGOTTEN:
        later = columns[FORGOTTEN[table][0]] > last
        for name in FORGOTTEN[table]:
            columns[name] = columns[name].astype(object)
            columns[name][later] = None
    return pd.DataFrame(
        {
            column.name: _series(columns[column.name], column.kind, economy)
            for column in spec.columns
        }
    )


def truth_frame(parts: Sequence[Columns], days: Sequence[str], economy: Economy) -> pd.DataFrame:
    """All rows of a table of the truth; the columns `days` become datetimes."""
    columns = {name: _column(parts, name) for name in parts[0]}
    return pd.DataFrame(
        {
            name: _dates(values, economy) if name in days else pd.Series(values).infer_objects()
            for name, values in columns.items()
        }
    )


def _column(parts: Sequence[Columns], name: str) -> Array:
    """One column of the parts end to end; None, or one value, stands for each row of its part."""
    pieces = []
    for part in parts:
        rows = len(next(iter(part.values())))
        values = part.get(name)
        if isinstance(values, np.ndarray):
            pieces.append(values)
        elif isinstance(values, list):
            piece = np.empty(rows, dtype=object)
            piece[:] = values
            pieces.append(piece)
        else:
            pieces.append(np.full(rows, values, dtype=object))
    return np.concatenate(pieces)


def _dates(days: Array, economy: Economy) -> pd.Series:
    """Days of the ledger (NaN or None for none) as datetimes."""
    known = ~pd.isna(days)
    absolute = np.where(known, days, 0).astype(np.int64) + economy.first_day
    dates = datetimes(absolute).astype("datetime64[s]")
    return pd.Series(dates).where(pd.Series(known))


def decimal_text(minor: Array, currency: str) -> list[str]:
    """Minor units as decimal text of major units.

    >>> decimal_text(np.array([123456, -5]), "EUR"), decimal_text(np.array([7]), "JPY")
    (['1234.56', '-0.05'], ['7'])
    """
    digits = exponent(currency)
    if not digits:
        return [str(amount) for amount in minor.tolist()]
    unit = 10**digits
    return [
        f"{'-' if amount < 0 else ''}{abs(amount) // unit}.{abs(amount) % unit:0{digits}d}"
        for amount in minor.tolist()
    ]


def with_decimal_text(table: str, columns: Columns, currency: str) -> Columns:
    """Rows of one table with their money as decimal text of one currency."""
    money = {column.name for column in TABLES[table].columns if column.kind is Kind.MONEY}
    return {
        name: decimal_text(values, currency) if name in money else values
        for name, values in columns.items()
    }


def _series(values: Array, kind: Kind, economy: Economy) -> pd.Series:
    if kind is Kind.DAY:
        return _dates(values, economy)
    if kind is Kind.INTEGER:
        return pd.Series(values, dtype="Int64")
    if kind is Kind.FLAG:
        return pd.Series(values).astype(bool)
    if kind is Kind.NUMBER:
        return pd.Series(values.astype(float))
    return pd.Series(values, dtype=object)
