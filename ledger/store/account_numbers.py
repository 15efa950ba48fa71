"""The numbers of accounts: which are touched, which become one, which are new."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sqlalchemy import Connection, func, insert, or_, select, update

from ledger.accounts import Accounts
from ledger.arrays import Array, Codes, Minor
from ledger.store.tables import NODES, VERSIONS

T = TypeVar("T")

AT_ONCE = 5_000
"""Values of one statement."""

EVERYBODY = 0
"""Number that stands for no account, and for all of them where a write may have touched any."""


def portions(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, at most `AT_ONCE` at a time."""
    left = iter(values)
    while portion := list(islice(left, AT_ONCE)):
        yield portion


def numbers_of(
    connection: Connection, nodes: Iterable[str], ids: Mapping[str, Collection[str]]
) -> set[int]:
    """Accounts that some nodes name, or to which the current rows with some ids belong."""
    found: set[int] = set()
    for portion in portions(nodes):
        wanted = select(NODES.c.account).where(NODES.c.node.in_(portion))
        found.update(connection.execute(wanted).scalars())
    for name, given in ids.items():
        versions = VERSIONS[name].c
        for portion in portions(given):
            wanted = select(versions.account).where(
                versions.row_id.in_(portion), versions.ended_seq.is_(None)
            )
            found.update(connection.execute(wanted).scalars())
    return found - {EVERYBODY}


def with_foreign_money(connection: Connection, reporting_currency: str) -> set[int]:
    """Accounts that depend on exchange rates."""
    found: set[int] = set()
    for name in ("invoices", "payments"):
        versions = VERSIONS[name].c
        foreign = or_(versions.currency != reporting_currency, versions.currency.is_(None))
        wanted = select(versions.account).where(versions.ended_seq.is_(None), foreign).distinct()
        found.update(connection.execute(wanted).scalars())
    return found


def number_accounts(connection: Connection, found: Accounts, touched: Collection[int]) -> Array:
    """Number of each account of `found`, shape (accounts,); what is one now gets one number.

    Parameters
    ----------
    found
        The accounts of the touched part of the ledger, as it is to be.
    touched
        Numbers of the accounts it was.
    """
    known: dict[str, int] = {}
    for portion in portions(touched):
        wanted = select(NODES.c.node, NODES.c.account).where(NODES.c.account.in_(portion))
        known.update(connection.execute(wanted).all())
    old = np.array([known.get(node, 0) for node in found.nodes], np.int64)
    joined = _joined(found.account, old)
    numbers = np.full(int(joined.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    had = old > 0
    np.minimum.at(numbers, joined[found.account[had]], old[had])
    is_new = numbers == np.iinfo(np.int64).max
    last = connection.execute(select(func.coalesce(func.max(NODES.c.account), 0))).scalar_one()
    numbers[is_new] = last + 1 + np.arange(int(is_new.sum()))
    number = numbers[joined]
    moved = np.unique(np.column_stack([old, number[found.account]])[had], axis=0)
    for before, after in moved[moved[:, 0] != moved[:, 1]].tolist():
        _move(connection, before, after)
    strange = [
        {"node": node, "account": int(number[account])}
        for node, account, before in zip(found.nodes, found.account, old, strict=True)
        if before == 0
    ]
    for rows in portions(strange):
        connection.execute(insert(NODES), rows)
    return number


def _joined(account: Codes, old: Minor) -> Codes:
    """Accounts that are to be one, because they are or share an old one, shape (accounts,)."""
    size = int(account.max(initial=-1)) + 1
    had = np.flatnonzero(old > 0)
    _, place = np.unique(old[had], return_inverse=True)
    n = size + int(place.max(initial=-1)) + 1
    links = coo_array((np.ones(len(had), np.bool_), (account[had], size + place)), shape=(n, n))
    labels: Codes = connected_components(links, directed=False)[1][:size]
    return labels


def _move(connection: Connection, before: int, after: int) -> None:
    tables: Sequence[Any] = (NODES, *VERSIONS.values())
    for table in tables:
        connection.execute(update(table).where(table.c.account == before).values(account=after))
