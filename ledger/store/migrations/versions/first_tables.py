"""The first tables: the stored ledger, the records, the audit trail, the keys."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger.store.guards import guards

revision = "0001"
down_revision = None

TYPES: dict[str, Any] = {
    "text": sa.Text(),
    "day": sa.Date(),
    "money": sa.BigInteger(),
    "integer": sa.BigInteger(),
    "number_in_chain": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    "number": sa.Float(53),
    "flag": sa.Boolean(),
    "string": sa.String(),
    "time": sa.DateTime(),
    "count": sa.Integer(),
    "json": sa.JSON(),
    "blob": sa.LargeBinary(),
    "sha256": sa.String(64),
    "currency": sa.String(3),
    "key_id": sa.String(32),
    "role": sa.String(16),
}
VERSIONS = {
    "customers": "customer_id country language currency parent_id natural_person:flag"
    " onboarded_on:day collector",
    "customer_facts": "customer_id name value valid_from:day recorded_on:day",
    "invoices": "invoice_id customer_id issued_on:day due_on:day amount:money currency kind"
    " company document_no customer_reference terms_code discount_until:day discount_pct:number"
    " payment_method applies_to delivered_on:day recorded_on:day",
    "payments": "payment_id paid_on:day amount:money customer_id invoice_id currency method"
    " reversal_of reason recorded_on:day",
    "allocations": "allocation_id invoice_id kind source_id amount:money allocated_on:day"
    " recorded_on:day",
    "disputes": "dispute_id invoice_id opened_on:day amount:money reason closed_on:day outcome"
    " recorded_on:day",
    "promises": "promise_id customer_id made_on:day promised_on:day amount:money invoice_id"
    " plan_id recorded_on:day",
    "contacts": "contact_id customer_id contacted_on:day channel level:integer collector outcome"
    " callback_on:day",
    "guarantees": "guarantee_id customer_id kind amount:money insured_share:number valid_from:day"
    " valid_until:day max_overdue_days:integer recorded_on:day",
    "fx_rates": "currency on:day rate:number",
}
DETAILS = {"customers": "name email phone", "contacts": "note"}
DERIVED = ("account", "ended_seq")


def upgrade() -> None:
    """Make every table, the views of the rows that hold, and the guards of what only grows."""
    for name, columns in VERSIONS.items():
        _make_versions(name, columns)
    for name, columns in DETAILS.items():
        table = f"{name}_details"
        _make(table, f"row_id! customer_id* {columns}")
        op.create_index(f"{table}_by_customer", table, ["customer_id"])
    _make_books()
    _make_records()
    _make_access()


def _make_versions(name: str, columns: str) -> None:
    table = f"{name}_versions"
    own = (
        "row_id! seq:integer! void:flag* known_from:day corrected_from:day account:integer*"
        " ended_seq:integer"
    )
    _make(table, f"{own} {columns}", append_only=True, derived=DERIVED)
    op.create_index(f"{table}_by_account", table, ["account"])
    quote = op.get_bind().dialect.identifier_preparer.quote
    names = ", ".join(quote(word.partition(":")[0]) for word in columns.split())
    op.execute(
        f"CREATE VIEW {name} AS SELECT {names} FROM {table} WHERE ended_seq IS NULL AND NOT void"
    )


def _make_books() -> None:
    """Writes, and what is derived from the rows."""
    _make(
        "writes",
        "seq:integer! stored_at:time* actor:string* rows:count* fx_seq:integer*"
        " reporting_currency:currency* complete_from:day complete_through:day* timezone:string*",
        append_only=True,
    )
    _make("erased_customers", "customer_id! erased_at:time*", append_only=True)
    _make("nodes", "node! account:integer*")
    op.create_index("ix_nodes_account", "nodes", ["account"])
    _make("touched_accounts", "seq:integer! account:integer!")
    _make("prior_definitions", "sha256:sha256! definitions*")
    _make(
        "prior_counts",
        "sha256:sha256! seq:integer! group_name! day:count! due:integer* late:integer*"
        " mature:integer* over_30:integer* days_late:integer*",
    )


def _make_records() -> None:
    """Score runs, promotions, order checks, policies, the audit trail."""
    _make_numbered(
        "runs",
        "run_id:string* source:string* as_of:day* ledger_through:day* since:day*"
        " run_before:string ledger_sha256:string* ledger_seq:integer model_version:count*"
        " model_sha256:string* policy_version:string* policy_sha256:string* explain:count*"
        " made_at:time* invoices:count* customers:count* files:json*",
    )
    op.create_index("runs_by_id", "runs", ["run_id"])
    op.create_index("runs_by_day", "runs", ["as_of"])
    _make_numbered(
        "promotions",
        "version:count* previous:count sha256:string* promoted_at:time* promoted_by:string*"
        " why:string* gates:json* rollback:flag*",
    )
    _make_numbered(
        "order_checks",
        "order_id:string* customer_id:string* asked_sha256:sha256* question:json* answer:json*"
        " rests_on:json* checked_at:time*",
        sa.UniqueConstraint("order_id", "asked_sha256", name="order_checks_once"),
    )
    _make_numbered(
        "releases",
        "order_id:string* customer_id:string* amount_minor:integer* currency:string*"
        " given_on:day* until:day* released_by:string* why:string* recorded_at:time*",
    )
    op.create_index("releases_by_order", "releases", ["order_id", "customer_id"])
    _make("policies", "sha256:sha256! content*", append_only=True)
    _make(
        "audit",
        "seq:number_in_chain! audit_id:string* at:time* kind:string* actor:string*"
        " request_id:string model_version:count model_sha256:string policy_version:string"
        " policy_sha256:string"
        " ledger_seq:integer code_version:string* inputs_zlib:blob inputs_sha256:string*"
        " result_zlib:blob* result_sha256:string* key_id:string* anchor_id:string*"
        " previous_mac:string* mac:string*",
        sa.UniqueConstraint("audit_id"),
        append_only=True,
    )


def _make_access() -> None:
    """Keys, and which of them were revoked."""
    _make(
        "keys",
        "key_id:key_id! secret_sha256:sha256* role:role* name:string* collector:string*"
        " created_at:time* expires_at:time session_of:key_id",
        sa.ForeignKeyConstraint(["session_of"], ["keys.key_id"]),
        append_only=True,
    )
    _make(
        "key_revocations",
        "key_id:key_id! revoked_at:time*",
        sa.ForeignKeyConstraint(["key_id"], ["keys.key_id"]),
        append_only=True,
    )


def _make_numbered(name: str, columns: str, *constraints: Any) -> None:
    """An append-only table whose rows the database numbers."""
    number = sa.Column("seq", sa.Integer(), primary_key=True)
    _make(name, columns, number, *constraints, append_only=True, sqlite_autoincrement=True)


def _make(
    name: str,
    columns: str,
    *more: Any,
    append_only: bool = False,
    derived: tuple[str, ...] = (),
    **options: Any,
) -> None:
    """A table of columns `name[:type][*|!]`: * must have a value, ! is part of the key."""
    made = [_column(word) for word in columns.split()]
    numbered = [item for item in more if isinstance(item, sa.Column)]
    others = [item for item in more if not isinstance(item, sa.Column)]
    table = op.create_table(name, *numbered, *made, *others, **options)
    if append_only:
        table.info = {"append_only": True, "derived": derived}
        for statement in guards(op.get_bind().dialect, table):
            op.get_bind().exec_driver_sql(statement)


def _column(word: str) -> sa.Column[Any]:
    name, _, kind = word.rstrip("*!").partition(":")
    return sa.Column(
        name,
        TYPES[kind or "text"],
        nullable=word[-1] not in "*!",
        primary_key=word.endswith("!"),
        autoincrement=False,
    )
