"""Pages of a score run: which run is asked for, and where in a list of it a page begins."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Query

from decisions.records import runs
from decisions.runs import NoRunError, Run, find_run
from ledger.places import place_name
from ledger.settings import Settings
from ledger.store import open_store
from serving.answers import ModelReference
from serving.problems import Flaw, RefusedError
from serving.run_answers import RunReference
from serving.wire import NO_NUL

PAGE = 100
"""Entries of a page unless another number is asked for."""

MOST_ENTRIES = 1_000
"""Entries of a page at most."""

RunId = Annotated[
    str | None,
    Query(max_length=100, pattern=NO_NUL, description="Score run; not given: the last one."),
]
Cursor = Annotated[
    str | None,
    Query(max_length=1_000, description="`next_cursor` of the page before, of the same run."),
]
Limit = Annotated[
    int | None,
    Query(ge=1, le=MOST_ENTRIES, description=f"Entries of a page; not given: {PAGE}."),
]
Collector = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Only this collector's, as the run has it; empty: only nobody's. A collector's "
        "key sees those that are its own now, and may not ask for others.",
    ),
]


@dataclass(frozen=True)
class ListQuery:
    """Which part of a list: of which run, filtered by what, how many entries, from where on.

    Where `own` is given, of these customers alone; see `serving.own_customers`.
    """

    run: str | None = None
    limit: int | None = None
    cursor: str | None = None
    filters: Mapping[str, str | None] = field(default_factory=dict)
    own: frozenset[str] | None = None


@dataclass(frozen=True)
class Place:
    """A place in a list: the run and the filters it belongs to, and the number of the entry."""

    run: str
    filters: Mapping[str, str | None]
    offset: int

    def cursor(self) -> str:
        """The place as a text that a client gives back."""
        text = json.dumps([self.run, dict(self.filters), self.offset])
        return base64.urlsafe_b64encode(text.encode()).decode()


def find_page(settings: Settings, query: ListQuery) -> tuple[Run, int]:
    """The run that a list is read from, and the number of the entry where the page begins.

    Raises
    ------
    RefusedError
        If there is no such run, or the cursor belongs to another one or to other filters.
    """
    if query.cursor is None:
        return asked_run(settings, query.run), 0
    place = _place(query)
    return asked_run(settings, place.run), place.offset


def next_cursor(run: Run, query: ListQuery, end: int, entries: int) -> str | None:
    """Cursor of the page after one that ends before entry `end` of so many; None: it is the last.

    >>> next_cursor(None, ListQuery(), 3, 3) is None
    True
    """
    return Place(run.record.run_id, query.filters, end).cursor() if end < entries else None


def asked_run(settings: Settings, run_id: str | None) -> Run:
    """The run with an id, else the last one.

    Raises
    ------
    RefusedError
        If there is none.
    """
    try:
        return find_run(settings, place_name(settings.database_url), run_id=run_id)
    except NoRunError as error:
        if run_id is not None and not runs(open_store(settings), run_id=run_id):
            flaw = Flaw(f"there is no score run {run_id!r}", parameter="run")
            raise RefusedError("no-such-run", str(error), [flaw]) from error
        raise RefusedError("no-score-run", str(error)) from error


def reference(run: Run) -> RunReference:
    """What every answer says of the run it reads."""
    facts = run.facts
    return RunReference.model_validate({**facts, "model": ModelReference(**facts["model"])})


def _place(query: ListQuery) -> Place:
    """Where a cursor says to begin."""
    try:
        run, filters, offset = json.loads(base64.urlsafe_b64decode(query.cursor or ""))
        place = Place(str(run), dict(filters), int(offset))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor("it is none that an answer gave") from error
    if place.offset < 0 or set(place.filters) != set(query.filters):
        raise _bad_cursor("it is none that an answer gave")
    if query.run not in (None, place.run):
        raise _bad_cursor(f"it belongs to run {place.run}")
    for name, value in query.filters.items():
        if place.filters[name] != value:
            raise _bad_cursor(f"it belongs to another {name}")
    return place


def _bad_cursor(what: str) -> RefusedError:
    flaw = Flaw(f"{what}; begin again without a cursor", parameter="cursor")
    return RefusedError("invalid-request", "the cursor cannot be used", [flaw])
