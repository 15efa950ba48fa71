"""The tables of a stored ledger: every row in all its versions, and what is derived from them.

Each write of a batch has a number, `seq`, given in the order of commits. A version of a row holds
from its `seq` until another one has the same `row_id`: from `ended_seq` on.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from ledger.schema import TABLES, Kind, TableSpec
from ledger.store.database import APPEND_ONLY, METADATA
from ledger.stored_form import DETAILS

OUTCOMES = ("due", "late", "mature", "over_30", "days_late")
"""What is counted of the invoices judged on a day; see `features.priors`."""

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: Text,
    Kind.DAY: Date,
    Kind.MONEY: BigInteger,
    Kind.NUMBER: Float(53),
    Kind.INTEGER: BigInteger,
    Kind.FLAG: Boolean,
}


def kept_columns(table: TableSpec) -> tuple[str, ...]:
    """Columns of a table whose versions are kept."""
    details = DETAILS.get(table.name, ())
    return tuple(column.name for column in table.columns if column.name not in details)


def _versions(table: TableSpec) -> Table:
    name = f"{table.name}_versions"
    kept = kept_columns(table)
    return Table(
        name,
        METADATA,
        Column("row_id", Text, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("void", Boolean, nullable=False),
        Column("known_from", Date),
        Column("corrected_from", Date),
        Column("account", BigInteger, nullable=False),
        Column("ended_seq", BigInteger),
        *(Column(name, _TYPES[table.column(name).kind]) for name in kept),
        PrimaryKeyConstraint("row_id", "seq"),
        Index(f"{name}_by_account", "account"),
        info={**APPEND_ONLY, "derived": ("account", "ended_seq")},
    )


def _details(table: TableSpec, columns: tuple[str, ...]) -> Table:
    return Table(
        f"{table.name}_details",
        METADATA,
        Column("row_id", Text, primary_key=True),
        Column("customer_id", Text, nullable=False),
        *(Column(name, Text) for name in columns),
        Index(f"{table.name}_details_by_customer", "customer_id"),
    )


WRITES = Table(
    "writes",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("stored_at", DateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("fx_seq", BigInteger, nullable=False),
    Column("reporting_currency", String(3), nullable=False),
    Column("complete_from", Date),
    Column("complete_through", Date, nullable=False),
    Column("timezone", String, nullable=False),
    info=APPEND_ONLY,
)
"""Every batch: when and by whom, what the ledger covers from then on, and when rates changed."""

VERSIONS = {name: _versions(spec) for name, spec in TABLES.items()}

PERSONAL = {name: _details(TABLES[name], columns) for name, columns in DETAILS.items()}

ERASED = Table(
    "erased_customers",
    METADATA,
    Column("customer_id", Text, primary_key=True),
    Column("erased_at", DateTime, nullable=False),
    info=APPEND_ONLY,
)
"""Customers whose details were erased: what is sent of them later is not kept either."""

NODES = Table(
    "nodes",
    METADATA,
    Column("node", Text, primary_key=True),
    Column("account", BigInteger, nullable=False, index=True),
)
"""The account of every customer, invoice and payment that a row names. Derived.

An account is all that hangs together: a customer, with those whose invoices or payments settle
each other and those of the same parent.
"""

TOUCHED = Table(
    "touched_accounts",
    METADATA,
    Column("seq", BigInteger, nullable=False),
    Column("account", BigInteger, nullable=False),
    PrimaryKeyConstraint("seq", "account"),
)
"""Accounts that each write may have changed; 0: all. Derived, for those who keep what they read."""

PRIOR_DEFINITIONS = Table(
    "prior_definitions",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("definitions", Text, nullable=False),
)
"""Definitions of outcomes by which priors are kept up to date. Derived."""

PRIOR_COUNTS = Table(
    "prior_counts",
    METADATA,
    Column("sha256", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("group_name", Text, nullable=False),
    Column("day", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in OUTCOMES),
    PrimaryKeyConstraint("sha256", "seq", "group_name", "day"),
)
"""By how much each write changed the outcomes of a group on a day. Derived; their sum is meant."""
