"""Between FeatureFrames and pandas: the door for MLflow, notebooks and the probe of a bundle."""

import numpy as np
import pandas as pd

from features.frame import FeatureFrame, Observations
from ledger.arrays import Array, Days, Flags
from ledger.days import datetimes
from ledger.errors import ProblemsError

DATES = ("as_of", "issued_on", "due_on", "discount_until")
WEEKDAY_SHARES = tuple(f"weekday_share_{day}" for day in range(7))
MONTH_DAY_SHARES = tuple(f"month_day_share_{day}" for day in range(1, 32))


class FeatureTableError(ProblemsError):
    """A table that is no table of features."""


def table_of(frame: FeatureFrame) -> pd.DataFrame:
    """A frame as one table, one row for each observation.

    Columns: the dates `as_of`, `issued_on`, `due_on` and `discount_until` (NaT where there is
    none; an observation without an invoice has no `due_on`), the features, the shares of the
    customer's payment days `weekday_share_0` (Monday) to `_6`, `month_day_share_1` to `_31`.
    """
    has_invoice = frame.observations.has_invoice
    columns = {
        "as_of": _dates(frame.observations.as_of, np.ones(len(frame), np.bool_)),
        "issued_on": _dates(frame.issued_on, has_invoice),
        "due_on": _dates(frame.due_on, has_invoice),
        "discount_until": _dates(frame.discount_until, frame.has_discount & has_invoice),
        **dict(zip(frame.names, frame.values.T, strict=True)),
        **dict(zip(WEEKDAY_SHARES, frame.weekday_share.T, strict=True)),
        **dict(zip(MONTH_DAY_SHARES, frame.month_day_share.T, strict=True)),
    }
    return pd.DataFrame(columns)


def frame_from(table: pd.DataFrame, names: tuple[str, ...]) -> FeatureFrame:
    """The frame of a table with the columns of `table_of` and the features `names`.

    Columns it does not know are left aside; who the rows are about is not kept.

    Raises
    ------
    FeatureTableError
        Naming every column that is missing or cannot be read.
    """
    problems = [
        f"the table has no column {name}; expected one"
        for name in (*DATES, *names, *WEEKDAY_SHARES, *MONTH_DAY_SHARES)
        if name not in table
    ]
    if problems:
        raise FeatureTableError(problems)
    days = {name: _days(table[name], problems) for name in DATES}
    numbers = {
        columns: _numbers(table, columns, problems)
        for columns in (names, WEEKDAY_SHARES, MONTH_DAY_SHARES)
    }
    as_of, has_as_of = days["as_of"]
    if not has_as_of.all():
        problems.append(f"as_of is missing in {int((~has_as_of).sum())} row(s); expected a date")
    if problems:
        raise FeatureTableError(problems)
    n = len(table)
    due_on, has_invoice = days["due_on"]
    discount_until, has_discount = days["discount_until"]
    return FeatureFrame(
        names,
        numbers[names],
        Observations(np.zeros(n, np.int32), np.zeros(n, np.int64), has_invoice, as_of),
        days["issued_on"][0],
        due_on,
        discount_until,
        has_discount,
        numbers[WEEKDAY_SHARES],
        numbers[MONTH_DAY_SHARES],
    )


def _dates(days: Days, known: Flags) -> Array:
    dates = datetimes(days).astype("datetime64[s]")
    dates[~known] = np.datetime64("NaT")
    return dates


def _days(column: "pd.Series[pd.Timestamp]", problems: list[str]) -> tuple[Days, Flags]:
    """Days and where they are known; those unknown are 0."""
    layout = None if pd.api.types.is_datetime64_any_dtype(column) else "ISO8601"
    when = pd.to_datetime(column, errors="coerce", format=layout)
    known = when.notna().to_numpy(dtype=np.bool_)
    unread = column.notna().to_numpy(dtype=np.bool_) & ~known
    if unread.any():
        problems.append(
            f"{column.name} is {column.to_numpy()[unread][0]!r} ({int(unread.sum())} row(s) like "
            "it); expected a date like 2024-02-29"
        )
    days = when.fillna(pd.Timestamp(0)).to_numpy().astype("datetime64[D]").astype(np.int32)
    return days, known


def _numbers(table: pd.DataFrame, names: tuple[str, ...], problems: list[str]) -> Array:
    """Columns of floats, NaN where a value is missing, in C order."""
    found = np.full((len(table), len(names)), np.nan)
    for position, name in enumerate(names):
        try:
            found[:, position] = table[name].to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError) as error:
            problems.append(f"{name} cannot be read ({error}); expected numbers")
    return found
