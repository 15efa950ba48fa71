"""The probe of a bundle: tables as JSON, and whether scores are still what they were."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

JsonColumns = dict[str, list[float | int | str | None]]

TOLERANCE = 1e-9
"""Largest difference of a score from the one expected, absolute or relative."""


def json_columns(table: pd.DataFrame) -> JsonColumns:
    """Columns of a table as JSON values: null where missing, dates as 2024-02-29.

    Numbers are written with all their digits, so that they come back bit for bit.
    """
    columns: JsonColumns = {}
    for name in table:
        column = table[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.dt.strftime("%Y-%m-%d")
        columns[str(name)] = column.astype(object).where(column.notna(), None).tolist()
    return columns


def differences(
    found: Mapping[str, Sequence[object]], expected: Mapping[str, Sequence[object]]
) -> list[str]:
    """One sentence for each column whose numbers are not those expected."""
    problems = [
        f"{name} is {'found' if name in found else 'missing'} in its scores; "
        f"expected it {'not ' if name in found else ''}to be"
        for name in sorted(found.keys() ^ expected.keys())
    ]
    for name in sorted(found.keys() & expected.keys()):
        ours, theirs = (np.array(c[name], float) for c in (found, expected))
        if ours.shape != theirs.shape or not np.allclose(
            ours, theirs, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True
        ):
            problems.append(f"{name} of its probe is {list(ours)}; expected {list(theirs)}")
    return problems
