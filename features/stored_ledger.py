"""A stored ledger with its priors: any part of it, now or as it stood after a write."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.kept_priors import count_outcomes, definitions_sha256, definitions_text, priors_of
from features.priors import Priors
from ledger.arrays import Array, Codes, Flags, Rows
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.store import (
    Engine,
    Head,
    everybodys_tables,
    head,
    keep_outcomes,
    merged,
    outcomes,
    some_node,
    summed,
    tables_of_nodes,
    whole_tables,
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

    What every answer needs and few writes change, priors and exchange rates, is read again only
    when a write has changed it. Threads may share one.
    """

    def __init__(self, engine: Engine, definitions: Definitions) -> None:
        self.engine, self.definitions = engine, definitions
        self._sha256 = definitions_sha256(definitions)
        self._lock = threading.Lock()
        self._rates: tuple[int, dict[str, Any]] | None = None
        self._outcomes: tuple[int, Any] | None = None
        self._priors: tuple[Head, Priors] | None = None

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
        with self.engine.connect() as connection:
            now, tables = tables_of_nodes(connection, nodes, at_seq)
            if now is None:
                return None
            tables |= self._everybodys(connection, now, at_seq)
        return Snapshot(now.seq, ledger_of(tables, now.extract), self._priors_at(now))

    def sample(self) -> Snapshot | None:
        """One account, whichever; None while there is no ledger."""
        with self.engine.connect() as connection:
            nodes = some_node(connection)
        return self.part(nodes) if nodes else None

    def whole(self, at_seq: int | None = None) -> Snapshot | None:
        """All of the ledger; None while nothing was ever written."""
        with self.engine.connect() as connection:
            now = head(connection, at_seq)
            if now is None:
                return None
            tables = whole_tables(connection, now.seq)
        return Snapshot(now.seq, ledger_of(tables, now.extract), self._priors_at(now))

    def _everybodys(self, connection: Any, now: Head, at_seq: int | None) -> dict[str, Any]:
        held = self._rates
        if held is None or held[0] != now.fx_seq:
            held = now.fx_seq, everybodys_tables(connection, at_seq)
            self._rates = held
        return held[1]

    def _priors_at(self, now: Head) -> Priors:
        """Priors as of a write; those of the last one are kept."""
        with self._lock:
            if self._priors is not None and self._priors[0] == now:
                return self._priors[1]
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
