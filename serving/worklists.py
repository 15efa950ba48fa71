"""Pages of a worklist, read from a score run, and the worklist as a file."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from decisions.exports import exported
from decisions.listing import entries
from decisions.runs import CUSTOMERS, INVOICES, WORKLIST, Run
from ledger.settings import Settings
from models.sentences import Language
from serving.row_answers import money_of, part_of, worded
from serving.run_pages import PAGE, ListQuery, find_page, next_cursor, reference
from serving.score_answers import ReasonAnswer
from serving.worklist_answers import (
    WorklistAnswer,
    WorklistEntry,
    WorklistExport,
    WorklistItem,
    WorklistRow,
)

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Formats of files, and what they are called."""

Item = TypeVar("Item", bound=WorklistItem)


@dataclass(frozen=True)
class WorklistFile:
    """A worklist as a file, and what is recorded of it."""

    content: bytes
    name: str
    media_type: str
    record: WorklistExport


def worklist_page(
    settings: Settings, query: ListQuery, language: Language = "en"
) -> WorklistAnswer:
    """A page of entries with their items, in the order to work; its reasons in a language.

    Raises
    ------
    RefusedError
        If there is no such run, or the cursor belongs to another one or another collector.
    """
    run, offset = find_page(settings, query)
    chosen = _chosen(run, query)
    page = chosen.slice(offset, query.limit or PAGE)
    invoices = run.table(INVOICES)
    listed = page["customer_id"].combine_chunks()
    items = invoices.filter(pc.is_in(invoices["customer_id"], listed))
    customers = run.table(CUSTOMERS)
    customers = customers.filter(pc.is_in(customers["customer_id"], listed))
    wanted = page["reasons"].combine_chunks().flatten()
    said = _reworded(items, wanted, language) | _reworded(customers, wanted, language)
    return WorklistAnswer(
        run=reference(run),
        entries=[
            _entry(
                {
                    **found,
                    "rank": offset + found["rank"],
                    "reasons": [said.get(reason, reason) for reason in found["reasons"]],
                }
            )
            for found in entries(page, items)
        ],
        next_cursor=next_cursor(run, query, offset + len(page), len(chosen)),
    )


def worklist_file(settings: Settings, query: ListQuery, suffix: str) -> WorklistFile:
    """All entries, or so many from the cursor on, as a file of `MEDIA_TYPES` for spreadsheets.

    Raises
    ------
    RefusedError
        As for a page.
    """
    run, offset = find_page(settings, query)
    page = _chosen(run, query).slice(offset, query.limit)
    rows = [
        {**row, "rank": number} for number, row in enumerate(page.to_pylist(), start=offset + 1)
    ]
    content = exported(rows, page.column_names, f".{suffix}")
    run_id = run.record.run_id
    sha256 = hashlib.sha256(content).hexdigest()
    return WorklistFile(
        content,
        f"worklist-{run_id}.{suffix}",
        MEDIA_TYPES[suffix],
        WorklistExport(run_id=run_id, entries=len(rows), bytes=len(content), sha256=sha256),
    )


def worklist_row(found: dict[str, Any], currency: str) -> WorklistRow:
    """An entry without its items."""
    return part_of(WorklistRow, _days(found), currency)


def item_of(model: type[Item], found: dict[str, Any], reporting_currency: str, **more: Any) -> Item:
    """An item with its money in its own currency, and what asking is worth in ours."""
    ours = {name: money_of(found[name], reporting_currency) for name in ("asked", "priority")}
    return part_of(model, _days(found), found["currency"], **ours, **more)


def _chosen(run: Run, query: ListQuery) -> pa.Table:
    """The entries of the own customers, of one collector, or all."""
    table, collector = run.table(WORKLIST), query.filters["collector"]
    if query.own is not None:
        own = pa.array(sorted(query.own), pa.string())
        return table.filter(pc.is_in(table["customer_id"], own))
    return table if collector is None else table.filter(pc.equal(table["collector"], collector))


def _entry(found: dict[str, Any]) -> WorklistEntry:
    currency = found["reporting_currency"]
    items = [item_of(WorklistItem, item, currency) for item in found["items"]]
    return part_of(WorklistEntry, _days(found), currency, items=items)


def _reworded(table: pa.Table, wanted: pa.Array, language: Language) -> dict[str, str]:
    """Sentences that a table of a run has as reasons, in a language, by what the run says."""
    reasons = table["reasons"].combine_chunks().flatten()
    found = reasons.filter(pc.is_in(reasons.field("sentence"), value_set=wanted))
    return {
        reason["sentence"]: worded(ReasonAnswer.model_validate(reason), language).sentence
        for reason in found.to_pylist()
    }


def _days(found: dict[str, Any]) -> dict[str, Any]:
    """Values as they stand, timestamps of days as days."""
    return {name: _day(value) for name, value in found.items()}


def _day(value: Any) -> date | Any:
    return value.date() if isinstance(value, datetime) else value
