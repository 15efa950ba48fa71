"""Which customers hang together: those whose invoices and payments settle each other."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ledger.arrays import Array, Codes, Rows
from ledger.ledger import Ledger
from ledger.table import Table

UNDATED_TABLES = ("fx_rates",)
"""Tables whose rows belong to everybody."""

_NODES = ("customer", "invoice", "payment")
"""Vocabularies whose words are the nodes; the columns that name them are the links."""


@dataclass(frozen=True, eq=False)
class CustomerRows:
    """Rows of every table by the group of customers they belong to, to take parts of a ledger.

    A group is a customer with all whose invoices, payments or credit notes are settled against
    its own, directly or through others; for most it is the customer alone.

    Parameters
    ----------
    group
        Group of each customer code, shape (customers of the vocabulary,).
    order, starts
        Of each table but those of everybody: its rows sorted by group, and where each group's
        begin, shapes (n,) and (groups + 1,).
    """

    group: Rows
    order: dict[str, Rows]
    starts: dict[str, Rows]

    def part(self, ledger: Ledger, customers: Codes) -> Ledger:
        """The part of the ledger that the groups of some customers make, in its own order.

        Whatever is said of these customers is the same of the part and of the whole.
        """
        groups = np.unique(self.group[customers])
        tables = {}
        for name, table in ledger.tables.items():
            if name in self.order:
                order, starts = self.order[name], self.starts[name]
                rows = [order[starts[group] : starts[group + 1]] for group in groups]
                table = table.take(np.sort(np.concatenate([np.empty(0, np.int64), *rows])))
            tables[name] = table
        return Ledger(ledger.extract, tables, ledger.vocabularies)


def customer_rows(ledger: Ledger) -> CustomerRows:
    """Find the groups of a ledger's customers, and the rows of each."""
    sizes = [len(ledger.vocabularies[name]) for name in _NODES]
    first = dict(zip(_NODES, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))
    pairs = _sources(ledger, first)
    for table in ledger.tables.values():
        pairs += _named_together(table, first)
    ends = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    n = sum(sizes)
    links = coo_array((np.ones(len(ends[0]), np.bool_), (ends[0], ends[1])), shape=(n, n))
    count, labels = connected_components(links, directed=False)
    order, starts = {}, {}
    for name, table in ledger.tables.items():
        if name not in UNDATED_TABLES:
            group = labels[_owner(table, first)]
            order[name] = np.argsort(group, kind="stable")
            starts[name] = np.searchsorted(group[order[name]], np.arange(count + 1))
    return CustomerRows(labels[: sizes[0]].astype(np.int64), order, starts)


def _node(table: Table, column: str, first: dict[str, int]) -> Array:
    """Node that a column names in each row, whether it has a value or not."""
    return table[column].astype(np.int64) + first[table.spec.column(column).vocabulary]


def _named_together(table: Table, first: dict[str, int]) -> list[tuple[Array, Array]]:
    """Pairs of nodes that stand in one row, parents of customers apart."""
    named = [
        column.name
        for column in table.spec.columns
        if column.vocabulary in _NODES and column.name != "parent_id"
    ]
    found = []
    for other in named[1:]:
        known = table.known(named[0]) & table.known(other)
        found.append((_node(table, named[0], first)[known], _node(table, other, first)[known]))
    return found


def _sources(ledger: Ledger, first: dict[str, int]) -> list[tuple[Array, Array]]:
    """Pairs of an invoice and the payment or credit note that an allocation says settles it."""
    table = ledger.allocations
    known = table.known("source_id")
    invoice = _node(table, "invoice_id", first)[known]
    source = table["source_id"][known]
    words = ledger.vocabularies["allocations.source_id"]
    found = []
    for vocabulary in ("payment", "invoice"):
        code, is_one = ledger.codes(vocabulary, words)
        hit = is_one[source]
        found.append((invoice[hit], code[source[hit]].astype(np.int64) + first[vocabulary]))
    return found


def _owner(table: Table, first: dict[str, int]) -> Array:
    """Node that each row of a table hangs on: its customer, else its invoice, else itself."""
    owner = np.zeros(len(table), np.int64)
    for column in ("payment_id", "invoice_id", "customer_id"):
        if column in table.spec.names:
            owner = np.where(table.known(column), _node(table, column, first), owner)
    return owner
