"""A stored ledger with its priors: any part of it, now or as it stood after a write."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.kept_accounts import MANY, KeptAccounts, KeptPortfolio
from features.kept_priors import count_outcomes, definitions_sha256, definitions_text, priors_of
from features.priors import Priors
from ledger.arrays import Array, Codes, Flags, Rows
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.store import (
    Connection,
    Engine,
    Head,
    everybodys_tables,
    head,
    keep_outcomes,
    merged,
    outcomes,
    place,
    reading,
    require_outcomes,
    some_node,
    summed,
    tables_of_accounts,
)
from ledger.stored_form import ledger_of


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A part of a stored ledger as it stood after a write.

    Parameters
    ----------
    seq
        Number of the last write that counts.
    ledger
        Whole accounts, so that what is said of a customer in it is what the whole ledger says.
    priors
        Of the whole ledger.
    """

    seq: int
    ledger: Ledger
    priors: Priors

    def invoices(self, ids: Sequence[str]) -> tuple[Rows, Flags]:
        """Row of each invoice id, and whether the ledger has the invoice, shapes (n,)."""
        return self._rows("invoices", "invoice", ids)

    def customers(self, ids: Sequence[str]) -> tuple[Codes, Flags]:
        """Code of each customer id, and whether the ledger has the customer, shapes (n,)."""
        codes, known = self.ledger.codes("customer", _texts(ids))
        _, listed = self.ledger.row_of("customers", "customer_id")
        return codes, known & np.append(listed, False)[codes]

    def _rows(self, table: str, vocabulary: str, ids: Sequence[str]) -> tuple[Rows, Flags]:
        codes, known = self.ledger.codes(vocabulary, _texts(ids))
        rows, found = self.ledger.row_of(table, f"{vocabulary}_id")
        return np.append(rows, 0)[codes], known & np.append(found, False)[codes]


class StoredLedger:
    """The ledger in a database, with priors by some definitions.

    What many answers need is read again only when a write may have changed it: priors, exchange
    rates, and the accounts that were asked for last. Threads may share one.

    Parameters
    ----------
    engine
        The database.
    definitions
        Of the priors.
    many
        Accounts of a question from which on they are kept as one ledger.
    """

    def __init__(self, engine: Engine, definitions: Definitions, many: int = MANY) -> None:
        self.engine, self.definitions = engine, definitions
        self._many_accounts = many
        self._sha256 = definitions_sha256(definitions)
        self._lock = threading.Lock()
        self._rates: tuple[int, dict[str, Any]] | None = None
        self._outcomes: tuple[int, Any] | None = None
        self._priors: tuple[Head, Priors] | None = None
        self._kept = KeptAccounts()
        self._portfolio = KeptPortfolio()

    def prepare(self) -> None:
        """Have the priors kept by our definitions from now on; slow only the first time."""
        text = definitions_text(self.definitions)
        keep_outcomes(self.engine, self._sha256, text, count_outcomes)

    def head(self) -> Head | None:
        """Where the ledger stands; None while nothing was ever written."""
        with self.engine.connect() as connection:
            return head(connection)

    def part(self, nodes: Sequence[str], at_seq: int | None = None) -> Snapshot | None:
        """The accounts of some customers (`c:ID`) and invoices (`i:ID`); None: no ledger yet."""
        with reading(self.engine) as connection:
            now, accounts = place(connection, nodes, at_seq)
            if now is None:
                return None
            if at_seq is not None:
                ledger = self._read(connection, now, accounts)
            elif len(accounts) < self._many_accounts:
                ledger = self._few(connection, now, accounts)
            else:
                ledger = self._many(connection, now, accounts)
        return Snapshot(now.seq, ledger, self._priors_at(now))

    def sample(self) -> Snapshot | None:
        """One account, whichever; None while there is no ledger."""
        with self.engine.connect() as connection:
            nodes = some_node(connection)
        return self.part(nodes) if nodes else None

    def _few(self, connection: Connection, now: Head, accounts: tuple[int, ...]) -> Ledger:
        self._kept.bring_to(connection, now)
        ledger = self._kept.find(now, accounts)
        if ledger is None:
            ledger = self._read(connection, now, accounts)
            self._kept.keep(now, accounts, ledger)
        return ledger

    def _many(self, connection: Connection, now: Head, accounts: tuple[int, ...]) -> Ledger:
        return self._portfolio.ledger(
            connection,
            now,
            accounts,
            lambda some: tables_of_accounts(connection, sorted(some), now.seq),
            self._everybodys(connection, now),
        )

    def _read(self, connection: Connection, now: Head, accounts: tuple[int, ...]) -> Ledger:
        tables = tables_of_accounts(connection, accounts, now.seq)
        return ledger_of(tables | self._everybodys(connection, now), now.extract)

    def _everybodys(self, connection: Connection, now: Head) -> dict[str, Any]:
        held = self._rates
        if held is None or held[0] != now.fx_seq:
            held = now.fx_seq, everybodys_tables(connection, now.seq)
            self._rates = held
        return held[1]

    def _priors_at(self, now: Head) -> Priors:
        """Priors as of a write; those of the last one are kept."""
        with self._lock:
            if self._priors is not None and self._priors[0] == now:
                return self._priors[1]
            if self._outcomes is None:
                require_outcomes(self.engine, self._sha256)
            seq, held = self._outcomes or (0, None)
            if seq > now.seq:
                whole = outcomes(self.engine, self._sha256, until=now.seq)
                return priors_of(whole, now.extract.complete_through)
            since = outcomes(self.engine, self._sha256, after=seq, until=now.seq)
            whole = since if held is None else summed(merged({"": held}, {"": since})[""])
            priors = priors_of(whole, now.extract.complete_through)
            self._outcomes, self._priors = (now.seq, whole), (now, priors)
            return priors


def _texts(ids: Sequence[str]) -> Array:
    return np.array(ids, dtype=object)
