"""What is answered about the stored ledger: what became of a write."""

from datetime import date
from typing import Annotated

from pydantic import Field

from serving.wire import Part


class RowWarning(Part):
    """Something ordinary in the rows of a write that was repaired, or is to be known."""

    rule: Annotated[str, Field(examples=["unknown-customer"])]
    detail: str
    rows: Annotated[list[int], Field(description="Positions in `rows`, from 0; the first few.")]
    count: Annotated[int, Field(description="How many rows in all.")]


class LedgerWriteAnswer(Part):
    """What became of a write; it is committed."""

    seq: Annotated[
        int,
        Field(description="Number of the write; that of the last one where nothing changed."),
    ]
    ledger_through: Annotated[
        date, Field(description="Last day that the ledger is complete through now.")
    ]
    counts_from: Annotated[
        date | None,
        Field(
            description="First day on whose close new rows count: the day after the ledger was "
            "complete through before. Null: from the days they bear, as in a first load."
        ),
    ]
    new: Annotated[int, Field(description="Rows stored for the first time.")]
    corrected: Annotated[int, Field(description="Rows stored anew.")]
    unchanged: Annotated[int, Field(description="Rows that were stored already, the same.")]
    void: Annotated[int, Field(description="Rows that count no longer.")]
    warnings: list[RowWarning]
