"""The ledger: immutable tables over shared vocabularies, and what was known of them on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ledger.arrays import Array, Codes, Flags, Rows
from ledger.partition import rows_of_customers
from ledger.schema import TABLES
from ledger.table import Table, empty_table


@dataclass(frozen=True)
class Extract:
    """What `ledger.toml` says of an extract: currency of reports, the days it covers.

    Days count from 1970-01-01. `complete_from` None means from the first row,
    `complete_through` is the last day of which every event is in the ledger.
    """

    reporting_currency: str
    complete_through: int
    complete_from: int | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, repr=False)
class Ledger:
    """A receivables ledger: the tables of DOMAIN section 1, integer-coded.

    Text is stored as positions in sorted vocabularies; ids that name the same thing share one
    ("customer", "invoice", "payment", "currency"), others have one each ("invoices.terms_code").
    Sorted means that a tie broken by code is a tie broken by id, also in a part of the ledger.
    """

    extract: Extract
    tables: Mapping[str, Table]
    vocabularies: Mapping[str, Array]

    def __repr__(self) -> str:
        rows = ", ".join(f"{len(table)} {name}" for name, table in self.tables.items() if table)
        return f"Ledger({rows or 'no rows'}; {self.extract})"

    @property
    def customers(self) -> Table:
        """Master data of customers that does not change."""
        return self.tables["customers"]

    @property
    def customer_facts(self) -> Table:
        """Dated master data of customers."""
        return self.tables["customer_facts"]

    @property
    def invoices(self) -> Table:
        """Invoices and credit notes, one row for each due date."""
        return self.tables["invoices"]

    @property
    def payments(self) -> Table:
        """Cash received, and its reversals."""
        return self.tables["payments"]

    @property
    def allocations(self) -> Table:
        """What cleared which invoice, as stated; see `ledger.allocations` for all of them."""
        return self.tables["allocations"]

    @property
    def disputes(self) -> Table:
        """Disputes of invoices."""
        return self.tables["disputes"]

    @property
    def promises(self) -> Table:
        """Promises to pay."""
        return self.tables["promises"]

    @property
    def contacts(self) -> Table:
        """What collectors did."""
        return self.tables["contacts"]

    @property
    def guarantees(self) -> Table:
        """Insurance, deposits and other guarantees."""
        return self.tables["guarantees"]

    @property
    def fx_rates(self) -> Table:
        """Units of the reporting currency for one unit of a currency."""
        return self.tables["fx_rates"]

    def text(self, table: str, column: str) -> Array:
        """Strings of a text column, shape (n,); empty where unknown."""
        spec = TABLES[table].column(column)
        data = self.tables[table].columns[column]
        words = self.vocabularies[spec.vocabulary]
        if len(words) == 0:
            return np.full(len(data.values), "", dtype=object)
        return np.where(data.known, words[data.values], "")

    def code(self, vocabulary: str, word: str) -> int | None:
        """Position of `word` in a vocabulary; None where it is not in it."""
        words = self.vocabularies[vocabulary]
        position = int(np.searchsorted(words, word))
        return position if position < len(words) and words[position] == word else None

    def codes(self, vocabulary: str, words: Array) -> tuple[Codes, Flags]:
        """Positions of `words` in a vocabulary and whether each is in it, both shape (n,)."""
        known = self.vocabularies[vocabulary]
        wanted = np.asarray(words, dtype=object)
        if len(known) == 0 or len(wanted) == 0:
            return np.zeros(len(wanted), np.int32), np.zeros(len(wanted), np.bool_)
        position = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return position.astype(np.int32), known[position] == wanted

    def row_of(self, table: str, key: str) -> tuple[Rows, Flags]:
        """Row of each id of a table's key vocabulary, and whether the table has it.

        Shapes (size of the vocabulary,). Of several rows with one id the last counts.
        """
        size = len(self.vocabularies[TABLES[table].column(key).vocabulary])
        rows, found = np.zeros(size, np.int64), np.zeros(size, np.bool_)
        with_id = np.flatnonzero(self.tables[table].known(key))
        codes = self.tables[table][key][with_id]
        rows[codes] = with_id
        found[codes] = True
        return rows, found

    def known_at(self, as_of: int) -> "Ledger":
        """The ledger as it was known at the close of a day.

        Rows that happened or were recorded later are gone; the close of a dispute and a delivery
        that lie later are unknown. Vocabularies stay as they are.
        """
        return self._cut(as_of, {name: table.known_on for name, table in self.tables.items()})

    def posted_at(self, as_of: int) -> "Ledger":
        """The ledger of everything dated on or before a day, whenever it was recorded."""
        happened = {
            name: table.known_on
            if table.spec.happened_on is None
            else table[table.spec.happened_on]
            for name, table in self.tables.items()
        }
        return self._cut(as_of, happened)

    def of_customers(self, customers: Codes) -> "Ledger":
        """The part of the ledger that belongs to some customers (codes); rates stay.

        Payments, credit notes and invoices of others come along where they are settled against
        those of the customers, so that the customers' own balances are those of the whole.
        """
        kept = rows_of_customers(self, customers)
        return replace(
            self, tables={name: table.take(kept[name]) for name, table in self.tables.items()}
        )

    def _cut(self, as_of: int, dated: Mapping[str, Array]) -> "Ledger":
        tables = {name: table.take(dated[name] <= as_of) for name, table in self.tables.items()}
        disputes, invoices = tables["disputes"], tables["invoices"]
        later = disputes.known("closed_on") & (disputes["closed_on"] > as_of)
        tables["disputes"] = disputes.replace(
            closed_on=disputes.columns["closed_on"].blank(later),
            outcome=disputes.columns["outcome"].blank(later),
        )
        undelivered = invoices.known("delivered_on") & (invoices["delivered_on"] > as_of)
        tables["invoices"] = invoices.replace(
            delivered_on=invoices.columns["delivered_on"].blank(undelivered)
        )
        extract = replace(self.extract, complete_through=min(self.extract.complete_through, as_of))
        return replace(self, extract=extract, tables=tables)


def empty_ledger(extract: Extract) -> Ledger:
    """Return a ledger without a row."""
    vocabularies = {
        column.vocabulary: np.empty(0, dtype=object)
        for spec in TABLES.values()
        for column in spec.columns
        if column.vocabulary
    }
    return Ledger(extract, {name: empty_table(spec) for name, spec in TABLES.items()}, vocabularies)
