"""Pages of a worklist, read from a score run."""

import base64
import binascii
import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from decisions.exports import cell
from decisions.listing import entries
from decisions.records import runs
from decisions.runs import INVOICES, WORKLIST, NoRunError, Run, find_run
from ledger.places import place_name
from ledger.settings import Settings
from ledger.store import open_store
from serving.answers import ModelReference
from serving.problems import Flaw, RefusedError
from serving.wire import Money
from serving.worklist_answers import RunReference, WorklistAnswer, WorklistEntry, WorklistItem

PAGE = 100
"""Entries of a page unless another number is asked for."""


@dataclass(frozen=True)
class Query:
    """Which entries: of which run, of which collector, how many, from where on."""

    run: str | None = None
    collector: str | None = None
    limit: int | None = None
    cursor: str | None = None


@dataclass(frozen=True)
class _Place:
    """What a cursor says: the run and the collector it belongs to, and the next entry."""

    run: str
    collector: str | None
    offset: int

    def encoded(self) -> str:
        text = json.dumps([self.run, self.collector, self.offset])
        return base64.urlsafe_b64encode(text.encode()).decode()


def worklist_page(settings: Settings, query: Query) -> WorklistAnswer:
    """A page of entries with their items, in the order to work.

    Raises
    ------
    RefusedError
        If there is no such run, or the cursor belongs to another one or another collector.
    """
    place = _place(query)
    run = _run(settings, place.run or query.run)
    chosen, offset = _chosen(run, query.collector), place.offset
    page = chosen.slice(offset, query.limit or PAGE)
    invoices = run.table(INVOICES)
    items = invoices.filter(pc.is_in(invoices["customer_id"], page["customer_id"].combine_chunks()))
    end = offset + len(page)
    more = _Place(run.record.run_id, query.collector, end) if end < len(chosen) else None
    facts = run.facts
    return WorklistAnswer(
        run=_reference(facts),
        entries=[
            _entry({**found, "rank": offset + found["rank"]}, facts["reporting_currency"])
            for found in entries(page, items)
        ],
        next_cursor=more.encoded() if more else None,
    )


def worklist_csv(settings: Settings, query: Query) -> tuple[str, str]:
    """All entries, or so many from the cursor on, as CSV for spreadsheets; and the run's id.

    Raises
    ------
    RefusedError
        As for a page.
    """
    place = _place(query)
    run = _run(settings, place.run or query.run)
    page = _chosen(run, query.collector).slice(place.offset, query.limit)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(page.column_names)
    for number, row in enumerate(page.to_pylist(), start=place.offset + 1):
        writer.writerow([cell(value) for value in {**row, "rank": number}.values()])
    return text.getvalue(), run.record.run_id


def _chosen(run: Run, collector: str | None) -> pa.Table:
    """The entries of one collector, or all."""
    table = run.table(WORKLIST)
    return table if collector is None else table.filter(pc.equal(table["collector"], collector))


def _run(settings: Settings, run_id: str | None) -> Run:
    """The run with an id, else the last one."""
    try:
        return find_run(settings, place_name(settings.database_url), run_id=run_id)
    except NoRunError as error:
        if run_id is not None and not runs(open_store(settings), run_id=run_id):
            flaw = Flaw(f"there is no score run {run_id!r}", parameter="run")
            raise RefusedError("no-such-run", str(error), [flaw]) from error
        raise RefusedError("no-score-run", str(error)) from error


def _place(query: Query) -> _Place:
    """Where to begin: at the top, or where the cursor says."""
    if query.cursor is None:
        return _Place(query.run or "", query.collector, 0)
    try:
        run, collector, offset = json.loads(base64.urlsafe_b64decode(query.cursor))
        place = _Place(str(run), collector, int(offset))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError) as error:
        raise _bad_cursor("it is none that an answer gave") from error
    if place.offset < 0:
        raise _bad_cursor("it is none that an answer gave")
    if query.run not in (None, place.run):
        raise _bad_cursor(f"it belongs to run {place.run}")
    if query.collector != place.collector:
        raise _bad_cursor("it belongs to another collector")
    return place


def _bad_cursor(what: str) -> RefusedError:
    flaw = Flaw(f"{what}; begin again without a cursor", parameter="cursor")
    return RefusedError("invalid-request", "the cursor cannot be used", [flaw])


def _reference(facts: dict[str, Any]) -> RunReference:
    model = ModelReference(**facts["model"])
    return RunReference.model_validate({**facts, "model": model})


def _entry(found: dict[str, Any], currency: str) -> WorklistEntry:
    money = ("priority", "overdue", "chaseable", "expected_loss")
    items = [_item(item, currency) for item in found["items"]]
    return WorklistEntry(**_values(found) | _monies(found, money, currency) | {"items": items})


def _item(found: dict[str, Any], currency: str) -> WorklistItem:
    own = ("amount", "residual", "disputed", "promised", "chaseable")
    ours = ("asked", "priority")
    return WorklistItem(
        **_values(found) | _monies(found, own, found["currency"]) | _monies(found, ours, currency)
    )


def _values(found: dict[str, Any]) -> dict[str, Any]:
    """Values as they stand, timestamps of days as days."""
    return {name: _day(value) for name, value in found.items()}


def _day(value: Any) -> date | Any:
    return value.date() if isinstance(value, datetime) else value


def _monies(found: dict[str, Any], names: tuple[str, ...], currency: str) -> dict[str, Any]:
    return {
        name: None if found[name] is None else Money.of_decimal(found[name], currency)
        for name in names
    }
