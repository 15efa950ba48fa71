"""Rows that are stored, or of a ledger, as if a file gave them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.arrow import scaled_decimals
from ledger.drafts import Part
from ledger.ledger import Ledger
from ledger.schema import TABLES, Kind
from ledger.sheets import Format, Sheet
from ledger.stored_form import MONEY_DECIMALS, Stored, stored_table

STORED = "the stored ledger"
"""What a finding names as the file of a row that was stored before."""


def ledger_parts(ledger: Ledger) -> list[Part]:
    """The rows of a ledger as if files gave them."""
    return stored_parts(
        {name: stored_table(ledger, name) for name, table in ledger.tables.items() if len(table)}
    )


def stored_parts(stored: Stored) -> list[Part]:
    """Stored rows as if a file gave them."""
    parts = []
    for name, table in stored.items():
        columns = {
            column.name: _exact(table[column.name])
            if column.kind is Kind.MONEY
            else table[column.name].combine_chunks()
            for column in TABLES[name].columns
        }
        sheet = Sheet(STORED, columns, np.arange(1, len(table) + 1))
        parts.append(Part(name, sheet, columns, sheet.rows - 1, {}, Format(decimal=".")))
    return parts


def _exact(money: Any) -> Any:
    """Stored money as decimals of major units."""
    money = money.combine_chunks() if isinstance(money, pa.ChunkedArray) else money
    values = pc.fill_null(money, 0).to_numpy(zero_copy_only=False)
    exact = scaled_decimals(values, MONEY_DECIMALS)
    return pc.if_else(pc.is_null(money), pa.scalar(None, exact.type), exact)
