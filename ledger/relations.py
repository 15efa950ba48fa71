"""What an export ordinarily has between its rows: payments before issue, strangers, the future."""

import numpy as np

from ledger.allocations import all_allocations
from ledger.applications import is_credit_note
from ledger.days import date_of
from ledger.drafts import Draft
from ledger.errors import LedgerError
from ledger.findings import Finding
from ledger.ledger import Ledger
from ledger.money import major
from ledger.repairs import repair
from ledger.schema import TABLES

DOCUMENTS = ("invoices", "payments", "allocations", "disputes", "promises", "contacts")
"""Tables whose rows are events; facts, guarantees and rates may lie ahead."""

REFERENCES = (
    *(
        (table, "customer_id", "customers")
        for table, spec in TABLES.items()
        if table != "customers" and "customer_id" in spec.names
    ),
    ("invoices", "applies_to", "invoices"),
    ("payments", "invoice_id", "invoices"),
    ("payments", "reversal_of", "payments"),
    ("allocations", "invoice_id", "invoices"),
    ("disputes", "invoice_id", "invoices"),
    ("promises", "invoice_id", "invoices"),
)
"""Columns of a table that name a row of another one."""


def relation_findings(draft: Draft, listed: Ledger) -> list[Finding]:
    """Everything else between the rows of a draft, whose rows must all have sound values.

    `listed` is a ledger of the same vocabularies: whom and what it has is not called unknown.
    """
    return [
        *(f for reference in REFERENCES for f in _absent(draft, listed, *reference)),
        *_negative_invoices(draft),
        *_due_before_issue(draft),
        *_paid_before_issue(draft, "payments", "paid_on"),
        *_paid_before_issue(draft, "allocations", "allocated_on"),
        *(finding for table in DOCUMENTS for finding in _future(draft, table)),
        *_over_allocated(draft),
    ]


def _absent(draft: Draft, listed: Ledger, table: str, column: str, target: str) -> list[Finding]:
    """Rows that name a row which another table does not have."""
    (key,) = TABLES[target].key
    _, present = listed.row_of(target, key)
    names = draft.ledger.tables[table].columns[column]
    absent = names.known & ~np.append(present, False)[names.values]

    def what(row: int) -> str:
        name, written = draft.called(table, row, column), draft.written(table, row, column)
        return f"{name} is {written!r}, which {target} does not have"

    rule = "unknown-customer" if target == "customers" else "outside-extract"
    return draft.found(rule, table, absent, what)


def _negative_invoices(draft: Draft) -> list[Finding]:
    ledger = draft.ledger
    invoices = ledger.invoices
    credit_note = ledger.code("invoices.kind", "credit_note")
    negative = invoices["amount"] < 0
    if credit_note is not None:
        negative &= invoices["kind"] != credit_note

    def what(row: int) -> str:
        name = draft.called("invoices", row, "amount")
        return f"{name} of the invoice is {draft.written('invoices', row, 'amount')}"

    return draft.found("negative-invoice", "invoices", negative, what)


def _due_before_issue(draft: Draft) -> list[Finding]:
    invoices = draft.ledger.invoices
    early = (invoices["due_on"] < invoices["issued_on"]) & ~is_credit_note(draft.ledger)

    def what(row: int) -> str:
        due, issued = date_of(invoices["due_on"][row]), date_of(invoices["issued_on"][row])
        return f"{draft.called('invoices', row, 'due_on')} is {due}, before the issue on {issued}"

    return draft.found("due-before-issue", "invoices", early, what)


def _paid_before_issue(draft: Draft, table: str, day: str) -> list[Finding]:
    ledger = draft.ledger
    rows = ledger.tables[table]
    invoice, found = ledger.row_of("invoices", "invoice_id")
    paid = rows.known("invoice_id") & np.append(found, False)[rows["invoice_id"]]
    if table == "allocations":
        payment = ledger.code("allocations.kind", "payment")
        paid &= rows["kind"] == (-1 if payment is None else payment)
    issued = np.zeros(len(rows), np.int32)
    issued[paid] = ledger.invoices["issued_on"][invoice[rows["invoice_id"][paid]]]

    def what(row: int) -> str:
        paid_on, issued_on = date_of(rows[day][row]), date_of(issued[row])
        name = draft.called(table, row, day)
        return f"{name} is {paid_on}, before its invoice was issued on {issued_on}"

    early = paid & (rows[day] < issued) & (rows["amount"] > 0)
    return draft.found("payment-before-issue", table, early, what)


def _future(draft: Draft, table: str) -> list[Finding]:
    rows, through = draft.ledger.tables[table], draft.ledger.extract.complete_through

    def what(row: int) -> str:
        happened = str(rows.spec.happened_on)
        day = happened if rows[happened][row] > through else "recorded_on"
        name = draft.called(table, row, day)
        return f"{name} is {date_of(rows[day][row])}, after complete_through ({date_of(through)})"

    return draft.found("future-document", table, rows.known_on > through, what)


def _over_allocated(draft: Draft) -> list[Finding]:
    """Invoices cleared by more than their amount; or why that cannot be told."""
    ledger = repair(draft.ledger)
    try:
        allocations = all_allocations(ledger)
    except LedgerError as error:
        return [Finding("missing-rate", problem, "fx_rates") for problem in error.problems]
    amount = ledger.invoices["amount"]
    cleared = np.zeros(len(amount), np.int64)
    np.add.at(cleared, allocations.invoice, allocations.amount_minor)
    codes, words = ledger.invoices["currency"], ledger.vocabularies["currency"]

    def what(row: int) -> str:
        currency = words[codes[row]]
        total, taken = major(amount[row], currency), major(cleared[row], currency)
        return f"{taken} {currency} are allocated to its {total} {currency}"

    over = (cleared > amount) & ~is_credit_note(ledger)
    return draft.found("over-allocated", "invoices", over, what)
