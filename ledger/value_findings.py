"""Values of a draft that are missing or cannot be read, in words."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from ledger.arrays import Flags
from ledger.currencies import row_currencies
from ledger.drafts import Draft, Part
from ledger.findings import Finding, sentence
from ledger.known_facts import KNOWN_FACTS, FactValue
from ledger.money import exponent
from ledger.parsing import Parsed
from ledger.schema import TABLES, ColumnSpec, Kind

BOUNDS = {
    ("fx_rates", "rate"): (float(np.nextafter(0, 1)), float("inf"), "a rate above 0"),
    ("guarantees", "insured_share"): (0.0, 1.0, "a share from 0 to 1, like 0.9"),
    ("invoices", "discount_pct"): (0.0, 100.0, "a percentage from 0 to 100"),
}
"""Least and largest value of a number, and what to expect instead of another one."""

PAYMENT_OWNERS = ("customer_id", "invoice_id", "reversal_of")
"""A payment must have one of these, so that its customer is known."""

LEAP_DAY = date(2024, 2, 29)


def value_findings(draft: Draft, table: str, parsed: Mapping[str, Parsed]) -> list[Finding]:
    """What is missing in a table, and what is given but cannot be read."""
    found = []
    origin = draft.origins[table]
    for number, part in enumerate(origin.parts):
        mine = origin.part == number
        for column in TABLES[table].columns:
            given, bad = parsed[column.name].given, parsed[column.name].bad
            if column.required and column.name not in part.columns:
                found.append(_missing_column(part, column.name))
            elif column.required:
                found += _missing(draft, table, mine & ~given, column.name)
            if (mine & bad).any():
                found += _unreadable(draft, part, column, mine & bad, mine & given)
        if table == "payments":
            found += _unowned(draft, part, mine, parsed)
    if table == "customer_facts":
        for name, value in KNOWN_FACTS.items():
            found += _unreadable_fact(draft, name, value)
    return found


def _missing_column(part: Part, column: str) -> Finding:
    has = ", ".join(part.sheet.columns)
    what = f"there is no column {column}, which is required; the columns are {has}"
    text = sentence("missing-column", part.sheet.file, what)
    return Finding("missing-column", text, part.table, part.sheet.file)


def _missing(draft: Draft, table: str, where: Flags, column: str) -> list[Finding]:
    def what(row: int) -> str:
        return f"{draft.called(table, row, column)} is missing; it is required"

    return draft.found("missing-value", table, where, what)


def _unowned(draft: Draft, part: Part, mine: Flags, parsed: Mapping[str, Parsed]) -> list[Finding]:
    """Payments that name neither a customer, nor an invoice, nor the payment they reverse."""
    if not set(PAYMENT_OWNERS) & set(part.columns):
        return [_missing_column(part, " or ".join(PAYMENT_OWNERS[:2]))]
    owned = np.any([parsed[name].given for name in PAYMENT_OWNERS], axis=0)
    what = "customer_id and invoice_id are missing; one of them is required"
    return draft.found("missing-value", "payments", mine & ~owned, lambda row: what)


def _unreadable(
    draft: Draft, part: Part, column: ColumnSpec, wrong: Flags, given: Flags
) -> list[Finding]:
    table, name = part.table, column.name
    whole = wrong.sum() > 1 and bool((wrong == given).all())
    count = f" and none of {wrong.sum():,} values can be read" if whole else ""

    def what(row: int) -> str:
        got = f"{draft.called(table, row, name)} is {draft.written(table, row, name)!r}"
        return f"{got}{count}; expected {_expected(draft, part, column, row)}"

    return draft.found("wrong-type" if whole else "unreadable-value", table, wrong, what)


def _unreadable_fact(draft: Draft, name: str, value: FactValue) -> list[Finding]:
    """Values of a fact that are not what they must be."""
    facts, words = draft.ledger.customer_facts, draft.ledger.vocabularies["customer_facts.value"]
    code = draft.ledger.code("customer_facts.name", name)
    if code is None:
        return []
    stated = facts.known("name") & (facts["name"] == code) & facts.known("value")
    used = np.unique(facts["value"][stated])
    wrong = used[np.array([not value.fits(word) for word in words[used]], np.bool_)]

    def what(row: int) -> str:
        called = draft.called("customer_facts", row, "value")
        got = draft.written("customer_facts", row, "value")
        return f"{called} of {name} is {got!r}; expected {value.expected}"

    where = stated & np.isin(facts["value"], wrong)
    return draft.found("unreadable-value", "customer_facts", where, what)


def _expected(draft: Draft, part: Part, column: ColumnSpec, row: int) -> str:
    """What a value of the column looks like in the file."""
    point = part.format.decimal or "."
    if column.choices:
        return f"one of {', '.join(column.choices)}"
    if column.kind is Kind.TEXT:
        return "a three-letter code like EUR"
    if column.kind is Kind.DAY:
        return f"a date like {LEAP_DAY.strftime(part.format.date or '%Y-%m-%d')}"
    if column.kind is Kind.FLAG:
        return "true or false"
    if column.kind is Kind.INTEGER:
        return "a whole number"
    if column.kind is Kind.NUMBER:
        bounds = BOUNDS.get((part.table, column.name))
        return bounds[2] if bounds else f"a number like 2{point}5"
    code = row_currencies(draft.ledger, part.table)[row]
    currency = draft.ledger.vocabularies["currency"][code]
    digits = exponent(currency)
    example = f"1234{point}{'5678'[:digits]}" if digits else "1234"
    limit = f"at most {digits} decimals" if digits else "no decimals"
    return f"an amount like {example} ({currency} has {limit})"
