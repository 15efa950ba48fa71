"""Accounts: which customers hang together, and whose every row of a ledger is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ledger.arrays import Array, Codes, Flags, Rows
from ledger.ledger import Ledger
from ledger.table import Table

EVERYBODYS_TABLES = ("fx_rates",)
"""Tables whose rows belong to no account."""

_KINDS = ("customer", "invoice", "payment")
"""Vocabularies whose words are nodes; the columns that name them are the links."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """The accounts of a ledger.

    An account is a customer with all whose invoices, payments or credit notes are settled against
    its own, directly or through others, and with those of the same parent; for most it is the
    customer alone. Whatever is said of a customer is the same of its account and of the ledger.

    Parameters
    ----------
    nodes
        Everything that is named: `c:` and a customer, `i:` and an invoice, `p:` and a payment,
        shape (n,).
    account
        Number of the account of each node, from 0, shape (n,).
    of_rows
        The same of each row of each table; of tables of everybody's there is none.
    """

    nodes: Array
    account: Codes
    of_rows: Mapping[str, Codes]


def accounts(ledger: Ledger) -> Accounts:
    """Find the accounts of a ledger."""
    sources = ledger.vocabularies["allocations.source_id"]
    is_source = _used(ledger.allocations, "source_id", len(sources))
    words = {kind: ledger.vocabularies[kind] for kind in _KINDS}
    known = {kind: ledger.codes(kind, sources)[1] for kind in ("invoice", "payment")}
    strange = is_source & ~known["invoice"] & ~known["payment"]
    for kind in ("invoice", "payment"):
        words[kind] = np.concatenate([words[kind], sources[strange]])
    first, start = {}, 0
    for kind in _KINDS:
        first[kind] = start
        start += len(words[kind])
    pairs = [
        *_sources(ledger, first, is_source & ~strange),
        *_strange_sources(ledger, first, strange),
    ]
    for table in ledger.tables.values():
        pairs += _named_together(table, first)
    ends = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    links = coo_array((np.ones(len(ends[0]), np.bool_), (ends[0], ends[1])), shape=(start, start))
    _, labels = connected_components(links, directed=False)
    named = np.zeros(start, np.bool_)
    of_rows = {}
    for name, table in ledger.tables.items():
        if name not in EVERYBODYS_TABLES:
            owner = _owner(table, first)
            of_rows[name] = labels[owner]
            named[owner] = True
    for side in ends:
        named[side] = True
    texts = [f"{kind[0]}:{word}" for kind in _KINDS for word in words[kind]]
    return Accounts(np.array(texts, dtype=object)[named], labels[named], of_rows)


def _used(table: Table, column: str, size: int) -> Flags:
    used = np.zeros(size, np.bool_)
    used[table[column][table.known(column)]] = True
    return used


def _node(table: Table, column: str, first: Mapping[str, int]) -> Rows:
    """Node that a column names in each row, whether it has a value or not."""
    return table[column].astype(np.int64) + first[table.spec.column(column).vocabulary]


def _named_together(table: Table, first: Mapping[str, int]) -> list[tuple[Rows, Rows]]:
    """Pairs of nodes that stand in one row."""
    named = [column.name for column in table.spec.columns if column.vocabulary in _KINDS]
    found = []
    for other in named[1:]:
        known = table.known(named[0]) & table.known(other)
        found.append((_node(table, named[0], first)[known], _node(table, other, first)[known]))
    return found


def _sources(ledger: Ledger, first: Mapping[str, int], wanted: Flags) -> list[tuple[Rows, Rows]]:
    """Pairs of an invoice and the payment or credit note that an allocation says settles it."""
    table, words = ledger.allocations, ledger.vocabularies["allocations.source_id"]
    found = []
    for kind in ("payment", "invoice"):
        code, is_one = ledger.codes(kind, words)
        rows = np.flatnonzero(table.known("source_id"))
        rows = rows[(is_one & wanted)[table["source_id"][rows]]]
        source = code[table["source_id"][rows]].astype(np.int64) + first[kind]
        found.append((_node(table, "invoice_id", first)[rows], source))
    return found


def _strange_sources(
    ledger: Ledger, first: Mapping[str, int], strange: Flags
) -> list[tuple[Rows, Rows]]:
    """The same of sources that are not in the ledger, so that they are found when they come."""
    table, place = ledger.allocations, np.cumsum(strange) - 1
    rows = np.flatnonzero(table.known("source_id"))
    rows = rows[strange[table["source_id"][rows]]]
    at = place[table["source_id"][rows]]
    invoice = _node(table, "invoice_id", first)[rows]
    return [
        (invoice, at + first[kind] + len(ledger.vocabularies[kind]))
        for kind in ("payment", "invoice")
    ]


def _owner(table: Table, first: Mapping[str, int]) -> Rows:
    """Node that each row of a table hangs on: its customer, else its invoice, else itself."""
    owner = np.zeros(len(table), np.int64)
    for column in ("payment_id", "reversal_of", "invoice_id", "customer_id"):
        if column in table.spec.names:
            owner = np.where(table.known(column), _node(table, column, first), owner)
    return owner
