"""Writes to the stored ledger, asked by HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from features.kept_priors import count_outcomes
from ledger.days import date_of, day_of
from ledger.errors import LedgerError
from ledger.findings import Finding
from ledger.moments import stored_utc
from ledger.store import Batch, Coverage, Engine, RefusedBatchError, Written, write
from ledger.stored_form import identity, row_id
from serving.ledger_answers import LedgerWriteAnswer, RowWarning
from serving.ledger_requests import LedgerCoverage
from serving.ledger_rows import flaws_of, part_of_rows
from serving.problems import Flaw, RefusedError

ROWS_NAMED = 20
"""Rows that a warning names at most."""


def write_rows(
    engine: Engine, table: str, asked: Any, actor: str, now: datetime
) -> LedgerWriteAnswer:
    """Write what a request gives for one table; the answer is made after the commit.

    Raises
    ------
    RefusedError
        Naming everything that is wrong with the rows; nothing is stored.
    """
    findings: list[Finding] = []
    parts = [part_of_rows(table, asked.rows, findings)] if asked.rows else []
    void = {table: [_id(table, key) for key in asked.void]} if asked.void else {}
    batch = Batch(parts, void, _coverage(asked.coverage))
    return answer_of(stored(engine, batch, actor, now))


def stored(
    engine: Engine,
    batch: Batch,
    actor: str,
    now: datetime,
    flaws_at: Callable[[Finding], list[Flaw]] = lambda error: flaws_of(error, "rows"),
) -> Written:
    """What became of a batch, all of whose errors are told at their place in the request."""
    try:
        return write(engine, batch, actor=actor, now=stored_utc(now), count=count_outcomes)
    except RefusedBatchError as error:
        flaws = [flaw for found in error.report.errors for flaw in flaws_at(found)]
        raise RefusedError("unusable-ledger", "rows with errors; none is stored", flaws) from error
    except LedgerError as error:
        flaws = [Flaw(problem) for problem in error.problems]
        raise RefusedError("unusable-ledger", "nothing is stored", flaws) from error


def answer_of(written: Written) -> LedgerWriteAnswer:
    """What is answered to a write."""
    return LedgerWriteAnswer(
        seq=written.seq,
        ledger_through=date_of(written.extract.complete_through),
        counts_from=written.known_from,
        new=written.new,
        corrected=written.corrected,
        unchanged=written.unchanged,
        void=written.void,
        warnings=[
            RowWarning(
                rule=found.rule,
                detail=found.sentence,
                rows=[int(row) - 1 for row in found.rows[:ROWS_NAMED]],
                count=found.count,
            )
            for found in written.report.warnings
        ],
    )


def _id(table: str, key: Any) -> str:
    if isinstance(key, str):
        return row_id(key)
    return row_id(*(getattr(key, name) for name in identity(table)))


def _coverage(given: LedgerCoverage | None) -> Coverage | None:
    if given is None:
        return None
    first = given.complete_from
    return Coverage(
        day_of(given.complete_through),
        given.reporting_currency,
        None if first is None else day_of(first),
        given.timezone,
    )
