"""Accounts of a stored ledger that a process keeps, for as long as no write has touched them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from ledger.ledger import Ledger
from ledger.store import (
    EVERYBODY,
    Connection,
    Head,
    merged,
    touched_since,
    without_accounts,
)
from ledger.stored_form import Stored, ledger_of

MOST_ROWS = 250_000
"""Rows of accounts that are kept one by one: some hundred MB."""

MANY = 50
"""Accounts of a question from which on they are kept as one ledger."""

MOST_ROWS_TOGETHER = 500_000
"""Rows of accounts that are kept as one ledger: a hundred MB."""


class KeptAccounts:
    """Accounts that were read, while no write may have changed them."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._lock = threading.Lock()
        self._seq = 0
        self._rows = 0
        self._ledgers: OrderedDict[tuple[int, ...], tuple[Ledger, int]] = OrderedDict()

    def bring_to(self, connection: Connection, now: Head) -> None:
        """Forget what the writes until now may have changed."""
        with self._lock:
            since = self._seq
            if not self._ledgers:
                self._seq = since = max(since, now.seq)
        if now.seq <= since:
            return
        touched = touched_since(connection, since, now.seq)
        with self._lock:
            if self._seq != since:
                return
            self._seq = now.seq
            stale = [
                key for key in self._ledgers if EVERYBODY in touched or not touched.isdisjoint(key)
            ]
            for key in stale:
                self._rows -= self._ledgers.pop(key)[1]

    def find(self, now: Head, accounts: tuple[int, ...]) -> Ledger | None:
        """The ledger of some accounts, as it stands; None where it is to be read."""
        with self._lock:
            if self._seq != now.seq or accounts not in self._ledgers:
                return None
            self._ledgers.move_to_end(accounts)
            return replace(self._ledgers[accounts][0], extract=now.extract)

    def keep(self, now: Head, accounts: tuple[int, ...], ledger: Ledger) -> None:
        """Keep a ledger that was read as it stood after a write; the oldest ones make room."""
        rows = sum(map(len, ledger.tables.values()))
        with self._lock:
            if self._seq != now.seq or rows > self._most_rows // 10:
                return
            self._rows += rows - self._ledgers.pop(accounts, (ledger, 0))[1]
            self._ledgers[accounts] = ledger, rows
            while self._rows > self._most_rows:
                self._rows -= self._ledgers.popitem(last=False)[1][1]


@dataclass(frozen=True, eq=False)
class _Portfolio:
    """The rows of many accounts as they stood after a write, and the ledger that they make."""

    seq: int
    accounts: frozenset[int]
    tables: Stored
    ledger: Ledger


class KeptPortfolio:
    """Many accounts as one ledger, of which only what a write has touched is read again.

    It is kept for the next question that asks for at least half of it, which is then answered by
    all of it: what a ledger says of an account does not depend on the other accounts in it.
    """

    def __init__(self, most_rows: int = MOST_ROWS_TOGETHER) -> None:
        self._most_rows = most_rows
        self._kept: _Portfolio | None = None

    def ledger(
        self,
        connection: Connection,
        now: Head,
        accounts: Collection[int],
        read: Callable[[Collection[int]], Stored],
        everybodys: Stored,
    ) -> Ledger:
        """A ledger with some accounts, and perhaps others, as it stands.

        Parameters
        ----------
        connection, now
            A transaction, and where it sees the ledger stand.
        read
            Reads the tables of accounts in that transaction.
        everybodys
            The tables that belong to no account.
        """
        wanted, kept = frozenset(accounts), self._kept
        touched: set[int] = set()
        if kept is not None and kept.seq < now.seq:
            touched = touched_since(connection, kept.seq, now.seq)
        if (
            kept is None
            or kept.seq > now.seq
            or EVERYBODY in touched
            or 2 * len(wanted) < len(wanted | kept.accounts)
        ):
            tables = read(wanted)
        else:
            wanted |= kept.accounts
            missing = wanted - (kept.accounts - touched)
            if not missing:
                self._keep(replace(kept, seq=now.seq))
                return replace(kept.ledger, extract=now.extract)
            rest = without_accounts(kept.tables, touched & kept.accounts)
            tables = merged(rest, read(missing))
        ledger = ledger_of({**tables, **everybodys}, now.extract)
        if sum(map(len, tables.values())) <= self._most_rows:
            self._keep(_Portfolio(now.seq, wanted, tables, ledger))
        else:
            self._kept = None
        return ledger

    def _keep(self, portfolio: _Portfolio) -> None:
        """Keep it, unless another thread has kept a later one."""
        kept = self._kept
        if kept is None or kept.seq <= portfolio.seq:
            self._kept = portfolio
