"""What a batch changes: which rows are new, which are corrected, which are taken back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.accounts import EVERYBODYS_TABLES
from ledger.arrays import Flags
from ledger.ledger import Ledger
from ledger.schema import TABLES
from ledger.stored_form import CORRECTED_FROM, DETAILS, KNOWN_FROM, Stored, stored_table

Ids = Mapping[str, Collection[str]]
"""Ids of rows by table."""


@dataclass(frozen=True)
class Change:
    """Rows to write, by table.

    Parameters
    ----------
    written
        New and corrected rows: `row_id`, `known_from` and the columns of the table.
    void
        Ids of rows that are no more.
    new, corrected
        How many of `written` are which.
    """

    written: Mapping[str, Any]
    void: Mapping[str, list[str]]
    new: int
    corrected: int

    @property
    def rows(self) -> int:
        """How many versions there are to write."""
        return self.new + self.corrected + sum(map(len, self.void.values()))

    @property
    def is_everybodys(self) -> bool:
        """Whether rows change that belong to every account, such as exchange rates."""
        return not self.tables.isdisjoint(EVERYBODYS_TABLES)

    @property
    def tables(self) -> set[str]:
        """Tables of which there are versions to write."""
        return {*self.written, *self.void}


def changes(
    stored: Stored,
    ledger: Ledger,
    ids: Ids,
    void: Ids,
    known_from: date | None,
    erased: Collection[str] = (),
) -> Change:
    """What a batch changes in a stored ledger.

    Parameters
    ----------
    stored
        The rows that the ledger has, of all accounts that the batch touches.
    ledger
        The same with the rows of the batch in place of those they correct, checked.
    ids, void
        Ids of the rows that the batch gives, and takes back.
    known_from
        Day from which rows that are new count at the earliest.
    erased
        Customers of whose person nothing may be kept.
    """
    written, gone, new, corrected = {}, {}, 0, 0
    for name, given in ids.items():
        fresh = _impersonal(name, rows_with(stored_table(ledger, name), given), erased)
        old = stored[name] if name in stored else None
        at = _places(old, fresh)
        is_new = at < 0
        first = pa.array([known_from] * len(fresh), pa.date32())
        anew = pa.array([None if new else known_from for new in is_new], pa.date32())
        if old is not None and len(old):
            same = pc.take(old[KNOWN_FROM], pa.array(np.maximum(at, 0)))
            first = pc.if_else(pa.array(is_new), first, same)
        changed = is_new | ~_equal(name, old, fresh, at)
        if changed.any():
            columns = {column: fresh[column] for column in fresh.column_names}
            ids_of = {"row_id": columns.pop("row_id"), KNOWN_FROM: first, CORRECTED_FROM: anew}
            columns = {**ids_of, **columns}
            written[name] = pa.table(columns).filter(pa.array(changed))
            new += int(is_new.sum())
            corrected += int((changed & ~is_new).sum())
    for name, given in void.items():
        if name in stored:
            there = rows_with(stored[name], given)["row_id"].to_pylist()
            if there:
                gone[name] = there
    return Change(written, gone, new, corrected)


def rows_with(table: Any, ids: Collection[str]) -> Any:
    """The rows of a table whose id is one of some."""
    return table.filter(pc.is_in(table["row_id"], pa.array(list(ids), pa.string())))


def without(stored: Stored, *ids: Ids) -> dict[str, Any]:
    """Stored tables without the rows of some ids."""
    found = {}
    for name, table in stored.items():
        gone = [row for some in ids for row in some.get(name, ())]
        inside = pc.is_in(table["row_id"], pa.array(gone, pa.string()))
        found[name] = table.filter(pc.invert(inside)) if gone else table
    return found


def _impersonal(name: str, table: Any, erased: Collection[str]) -> Any:
    """The table without what it says of the persons of some customers."""
    if name not in DETAILS or not erased:
        return table
    theirs = pc.is_in(table["customer_id"], pa.array(list(erased), pa.string()))
    for column in DETAILS[name]:
        blank = pc.if_else(theirs, pa.scalar(None, pa.string()), table[column])
        table = table.set_column(table.column_names.index(column), column, blank)
    return table


def _places(old: Any, fresh: Any) -> Any:
    """Row of `old` with the id of each row of `fresh`, -1 where there is none, shape (n,)."""
    if old is None or len(old) == 0:
        return np.full(len(fresh), -1, np.int64)
    at = pc.index_in(fresh["row_id"], value_set=old["row_id"].combine_chunks())
    return pc.fill_null(at, -1).to_numpy().astype(np.int64)


def _equal(name: str, old: Any, fresh: Any, at: Any) -> Flags:
    """Whether each row of `fresh` is the row `at` of `old` in every value; only where `at` >= 0."""
    equal = np.ones(len(fresh), np.bool_)
    if old is None or len(old) == 0:
        return equal
    rows = pa.array(np.maximum(at, 0))
    for column in TABLES[name].names:
        one, other = pc.take(old[column], rows), fresh[column]
        same = pc.fill_null(pc.equal(one, other), False)
        both_unknown = pc.and_(pc.is_null(one), pc.is_null(other))
        equal &= pc.or_(same, both_unknown).to_numpy(zero_copy_only=False).astype(np.bool_)
    return equal
