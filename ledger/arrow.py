"""Tables of the ledger as arrow tables: text, dates and exact decimals of major units."""

from typing import Any

import numpy as np
import pyarrow as pa

from ledger.arrays import Array, Minor
from ledger.currencies import money_exponents
from ledger.ledger import Ledger
from ledger.schema import TABLES, Kind

WIDEST_DECIMAL = 38


def arrow_table(ledger: Ledger, table: str) -> Any:
    """One table of the ledger; columns that no row has are left out, unless required.

    Money is decimal128 with as many decimals as the table's currencies need.
    """
    spec, data = TABLES[table], ledger.tables[table]
    columns = {}
    for column in spec.columns:
        values, known = data[column.name], data.known(column.name)
        if not known.any() and not column.required:
            continue
        unknown = ~known
        if column.kind is Kind.TEXT:
            words = pa.array(ledger.vocabularies[column.vocabulary], pa.string())
            columns[column.name] = words.take(pa.array(values, mask=unknown))
        elif column.kind is Kind.DAY:
            columns[column.name] = pa.array(values, pa.int32(), mask=unknown).cast(pa.date32())
        elif column.kind is Kind.MONEY:
            money = decimals(values, money_exponents(ledger, table))
            columns[column.name] = _masked(money, unknown)
        else:
            columns[column.name] = pa.array(values, mask=unknown)
    return pa.table(columns)


def decimals(minor: Minor, exponents: Array) -> Any:
    """Minor units as exact decimals of major units, with as many digits as any of them needs."""
    largest = int(exponents.max(initial=0))
    parts, rows = [pa.array([], pa.decimal128(WIDEST_DECIMAL, largest))], []
    for exponent in np.unique(exponents):
        at = np.flatnonzero(exponents == exponent)
        parts.append(
            scaled_decimals(minor[at], int(exponent)).cast(pa.decimal128(WIDEST_DECIMAL, largest))
        )
        rows.append(at)
    back = np.argsort(np.concatenate([*rows, np.empty(0, np.int64)]), kind="stable")
    return pa.concat_arrays(parts).take(pa.array(back))


def decimal_texts(minor: Minor, exponents: Array) -> Array:
    """Minor units as texts of major units, each with the decimals of its currency, shape (n,).

    >>> decimal_texts(np.array([12345, -5]), np.array([2, 3]))
    array(['123.45', '-0.005'], dtype=object)
    """
    texts = np.empty(len(minor), object)
    for exponent in np.unique(exponents):
        at = exponents == exponent
        found = scaled_decimals(minor[at], int(exponent)).cast(pa.string())
        texts[at] = found.to_numpy(zero_copy_only=False)
    return texts


def scaled_decimals(minor: Minor, exponent: int) -> Any:
    """Reinterpret int64 as the 128-bit integers behind decimals of one exponent."""
    words = np.empty((len(minor), 2), np.int64)
    words[:, 0] = minor
    words[:, 1] = minor >> 63
    kind = pa.decimal128(19, exponent)
    return pa.Array.from_buffers(kind, len(minor), [None, pa.py_buffer(words)])


def _masked(column: Any, unknown: Array) -> Any:
    return pa.compute.if_else(pa.array(unknown), pa.scalar(None, column.type), column)
