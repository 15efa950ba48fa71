"""Writing to a stored ledger: batches, one after the other, each whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, insert, select

from ledger.accounts import EVERYBODYS_TABLES, accounts
from ledger.coding import draft_of
from ledger.days import date_of
from ledger.drafts import Part
from ledger.errors import LedgerError
from ledger.findings import Finding, Report
from ledger.ledger import Extract, Ledger
from ledger.loading import load_parts
from ledger.store.account_numbers import (
    AT_ONCE,
    EVERYBODY,
    number_accounts,
    numbers_of,
    portions,
    with_foreign_money,
)
from ledger.store.changes import Change, changes, without
from ledger.store.coverage import Coverage, extract_after
from ledger.store.database import writing
from ledger.store.outcomes import Count, append_changes
from ledger.store.reading import Head, head, merged
from ledger.store.stored_rows import STORED, stored_parts
from ledger.store.streaming import everybodys_tables, tables_of_accounts, whole_tables
from ledger.store.tables import ERASED, NODES, TOUCHED, WRITES
from ledger.store.versions import replace_versions
from ledger.stored_form import Stored, ledger_of, stored_table

MANY_ROWS = 50_000
"""From so many rows on a batch is taken to touch every account."""

UNPLACED = ("missing-value", "missing-column")
"""Rules of rows of which nobody can say whose they are."""


@dataclass(frozen=True)
class Batch:
    """What to write.

    Parameters
    ----------
    parts
        Rows of tables, as files or requests give them; a row whose id is stored corrects it.
    void
        Ids of rows that are no more, by table; see `ledger.stored_form.row_id`.
    coverage
        What the ledger covers from then on; as before if not given.
    """

    parts: Sequence[Part]
    void: Mapping[str, Sequence[str]] = field(default_factory=dict)
    coverage: Coverage | None = None


@dataclass(frozen=True)
class Written:
    """What became of a batch, once it is committed.

    Parameters
    ----------
    seq
        Number of the write; that of the last one where the batch changed nothing.
    extract
        What the ledger covers now.
    known_from
        First day on which its new rows count; None: that which they bear.
    new, corrected, unchanged, void
        How many rows were written for the first time, anew, not at all, or taken back.
    report
        What was found in the rows, and repaired.
    """

    seq: int
    extract: Extract
    known_from: date | None
    new: int
    corrected: int
    unchanged: int
    void: int
    report: Report


class RefusedBatchError(LedgerError):
    """A batch that has errors; nothing of it is stored."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__([finding.sentence for finding in report.errors])


def write(
    engine: Engine, batch: Batch, *, actor: str, now: datetime, count: Count | None = None
) -> Written:
    """Write a batch; on return it is committed.

    Rows that are stored already, the same in every value, are left as they are, so that a batch
    may be sent again. A row that comes after the ledger was complete through the day it bears
    counts as known from the first day after that, whatever it says; a correction counts from the
    day its row does.

    Parameters
    ----------
    actor
        Who writes.
    now
        In UTC; a clock that was set back does not set back the record.
    count
        Counts outcomes for the priors, see `ledger.store.outcomes`; None: none are kept.

    Raises
    ------
    RefusedBatchError
        Naming every error of the batch.
    LedgerError
        If what the batch says the ledger covers cannot be.
    DatabaseError
        If the database fails; then the batch is stored or not, and can be sent again.
    """
    with writing(engine, "ledger") as connection:
        before = head(connection)
        extract = extract_after(before.extract if before else None, batch.coverage, now)
        draft = _drafted(batch, extract)
        given = {
            name: set(stored_table(draft, name)["row_id"].to_pylist())
            for name, table in draft.tables.items()
            if len(table)
        }
        ids = {
            name: [*given.get(name, ()), *batch.void.get(name, ())]
            for name in {*given, *batch.void}
        }
        touched: set[int] = set()
        stored: Stored = {}
        if before is not None:
            touched, stored = _touched(connection, before, list(accounts(draft).nodes), ids)
        kept = without(stored, given, batch.void)
        loaded = load_parts([*stored_parts(kept), *batch.parts], extract)
        report = _of_batch(loaded.report)
        if report.errors:
            raise RefusedBatchError(report)
        known_from = None if before is None else date_of(before.extract.complete_through + 1)
        erased = connection.execute(select(ERASED.c.customer_id)).scalars().all()
        change = changes(stored, loaded.ledger, given, batch.void, known_from, erased)
        unchanged = sum(map(len, ids.values())) - change.rows
        void = sum(map(len, change.void.values()))
        done = Written(
            0, extract, known_from, change.new, change.corrected, unchanged, void, report
        )
        if before is not None and change.rows == 0 and before.extract == extract:
            return replace(done, seq=before.seq)
        seq = _begin(connection, before, extract, change, actor, now)
        after = merged(without(stored, _ids(change.written), change.void), change.written)
        ledger = ledger_of(after, extract)
        found = accounts(ledger)
        number = number_accounts(connection, found, touched)
        owners = {name: number[found.of_rows[name]] for name in found.of_rows}
        _note_touched(connection, seq, change, touched | set(number.tolist()))
        last = {name: owners[name][: len(after[name])] for name in owners if name in after}
        replace_versions(connection, change, seq, last)
        if count is not None:
            append_changes(connection, seq, ledger_of(stored, extract), ledger, count)
        return replace(done, seq=seq)


def _drafted(batch: Batch, extract: Extract) -> Ledger:
    """The rows of a batch alone, to see whose they are.

    Raises
    ------
    RefusedBatchError
        If that cannot be told, because a row lacks what it must have.
    """
    findings: list[Finding] = []
    draft = draft_of(batch.parts, extract, findings).ledger
    if any(finding.rule in UNPLACED for finding in findings):
        raise RefusedBatchError(load_parts(batch.parts, extract).report)
    return draft


def _touched(
    connection: Connection,
    before: Head,
    nodes: Sequence[str],
    ids: Mapping[str, Sequence[str]],
) -> tuple[set[int], Stored]:
    """Numbers and rows of all accounts to which the rows of a batch belong, or which it changes."""
    if sum(map(len, ids.values())) >= MANY_ROWS:
        numbers = connection.execute(select(NODES.c.account).distinct()).scalars()
        return set(numbers), whole_tables(connection, before.seq)
    touched = numbers_of(connection, nodes, ids)
    if any(name in EVERYBODYS_TABLES for name in ids):
        touched |= with_foreign_money(connection, before.extract.reporting_currency)
    found = [
        tables_of_accounts(connection, portion, before.seq) for portion in portions(sorted(touched))
    ]
    return touched, merged(everybodys_tables(connection, before.seq), *found)


def _note_touched(connection: Connection, seq: int, change: Change, accounts: set[int]) -> None:
    """Note which accounts a write may have changed."""
    if len(accounts) > AT_ONCE or change.is_everybodys:
        accounts = {EVERYBODY}
    if accounts:
        rows = [{"seq": seq, "account": account} for account in sorted(accounts)]
        connection.execute(insert(TOUCHED), rows)


def _of_batch(report: Report) -> Report:
    """The report without what is to be known of rows that were stored before."""
    return Report(
        tuple(
            finding
            for finding in report.findings
            if finding.file != STORED or finding in report.errors
        )
    )


def _ids(tables: Stored) -> dict[str, list[str]]:
    return {name: table["row_id"].to_pylist() for name, table in tables.items()}


def _begin(
    connection: Connection,
    before: Head | None,
    extract: Extract,
    change: Change,
    actor: str,
    now: datetime,
) -> int:
    """Number of a new write, once it is recorded."""
    seq = 1 if before is None else before.seq + 1
    if before is not None:
        last = select(WRITES.c.stored_at).where(WRITES.c.seq == before.seq)
        now = max(now, connection.execute(last).scalar_one())
    first = extract.complete_from
    connection.execute(
        insert(WRITES).values(
            seq=seq,
            stored_at=now,
            actor=actor,
            rows=change.rows,
            fx_seq=seq if change.is_everybodys or before is None else before.fx_seq,
            reporting_currency=extract.reporting_currency,
            complete_from=None if first is None else date_of(first),
            complete_through=date_of(extract.complete_through),
            timezone=extract.timezone,
        )
    )
    return seq
