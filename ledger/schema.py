"""The tables of a receivables ledger: names, columns, kinds and which day a row happened."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, and so how it is stored."""

    TEXT = "text"
    """Codes (int32) into a sorted vocabulary."""
    DAY = "day"
    """Days since 1970-01-01 (int32)."""
    MONEY = "money"
    """Minor units of the row's currency (int64)."""
    NUMBER = "number"
    """float64."""
    INTEGER = "integer"
    """int64."""
    FLAG = "flag"
    """bool."""


@dataclass(frozen=True)
class ColumnSpec:
    """One column: its kind, whether a row must have it, the vocabulary or values it draws on."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    vocabulary: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """One table: its columns, its key and the day on which a row happened."""

    name: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]
    happened_on: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnSpec:
        """Return the column called `name`; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


_KINDS = {
    "day": Kind.DAY,
    "money": Kind.MONEY,
    "number": Kind.NUMBER,
    "integer": Kind.INTEGER,
    "flag": Kind.FLAG,
}
_SHARED = {
    "customer_id": "customer",
    "parent_id": "customer",
    "invoice_id": "invoice",
    "applies_to": "invoice",
    "payment_id": "payment",
    "reversal_of": "payment",
    "currency": "currency",
}


def _table(
    name: str, columns: str, *, key: str, happened_on: str | None, **choices: tuple[str, ...]
) -> TableSpec:
    """Read a table from words `name[:kind][*]`; text columns not shared have a vocabulary each."""
    specs = []
    for word in columns.split():
        column, _, kind = word.rstrip("*").partition(":")
        specs.append(
            ColumnSpec(
                column,
                _KINDS.get(kind, Kind.TEXT),
                word.endswith("*"),
                "" if kind else _SHARED.get(column, f"{name}.{column}"),
                choices.get(column, ()),
            )
        )
    return TableSpec(name, tuple(specs), tuple(key.split()), happened_on)


PAYMENT_METHODS = ("transfer", "direct_debit", "card", "cheque", "bill", "prepaid")
ALLOCATION_KINDS = (
    "payment",
    "credit_note",
    "discount",
    "deduction",
    "small_difference",
    "bad_debt",
    "netting",
    "fx",
)
STATUSES = ("active", "on_hold", "legal", "insolvent")

_SPECS = (
    _table(
        "customers",
        "customer_id* name country language currency parent_id natural_person:flag"
        " onboarded_on:day collector email phone",
        key="customer_id",
        happened_on=None,
    ),
    _table(
        "customer_facts",
        "customer_id* name* value* valid_from:day* recorded_on:day",
        key="customer_id name valid_from",
        happened_on="valid_from",
    ),
    _table(
        "invoices",
        "invoice_id* customer_id* issued_on:day* due_on:day* amount:money* currency kind company"
        " document_no customer_reference terms_code discount_until:day discount_pct:number"
        " payment_method applies_to delivered_on:day recorded_on:day",
        key="invoice_id",
        happened_on="issued_on",
        kind=("invoice", "credit_note"),
        payment_method=PAYMENT_METHODS,
    ),
    _table(
        "payments",
        "payment_id* paid_on:day* amount:money* customer_id invoice_id currency method"
        " reversal_of reason recorded_on:day",
        key="payment_id",
        happened_on="paid_on",
    ),
    _table(
        "allocations",
        "allocation_id* invoice_id* kind* source_id amount:money* allocated_on:day*"
        " recorded_on:day",
        key="allocation_id",
        happened_on="allocated_on",
        kind=ALLOCATION_KINDS,
    ),
    _table(
        "disputes",
        "dispute_id* invoice_id* opened_on:day* amount:money reason closed_on:day outcome"
        " recorded_on:day",
        key="dispute_id",
        happened_on="opened_on",
    ),
    _table(
        "promises",
        "promise_id* customer_id* made_on:day* promised_on:day* amount:money invoice_id plan_id"
        " recorded_on:day",
        key="promise_id",
        happened_on="made_on",
    ),
    _table(
        "contacts",
        "contact_id* customer_id* contacted_on:day* channel level:integer collector outcome"
        " callback_on:day note",
        key="contact_id",
        happened_on="contacted_on",
        channel=("call", "mail", "letter", "visit", "reminder"),
        outcome=(
            "reached",
            "no_answer",
            "promise",
            "dispute",
            "refused",
            "already_paid",
            "invoice_not_received",
            "callback",
            "wrong_contact",
        ),
    ),
    _table(
        "guarantees",
        "guarantee_id* customer_id* kind amount:money* insured_share:number valid_from:day*"
        " valid_until:day max_overdue_days:integer recorded_on:day",
        key="guarantee_id",
        happened_on="valid_from",
        kind=("insurance", "bank_guarantee", "letter_of_credit", "deposit"),
    ),
    _table(
        "fx_rates",
        "currency* on:day* rate:number*",
        key="currency on",
        happened_on="on",
    ),
)

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in _SPECS}
"""Every table of DOMAIN section 1, by name."""
