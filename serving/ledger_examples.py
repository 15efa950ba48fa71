"""An example of a write to each table of the stored ledger: one customer's small history."""

from serving.examples import CUSTOMER, Examples

_ROWS: dict[str, dict[str, object]] = {
    "customers": {
        "customer_id": CUSTOMER,
        "name": "Borea Optics 7",
        "country": "FR",
        "language": "fr",
        "currency": "EUR",
        "natural_person": False,
        "onboarded_on": "2021-05-17",
        "collector": "Martin",
        "email": "accounts@borea-optics.example",
    },
    "customer_facts": {
        "customer_id": CUSTOMER,
        "name": "credit_limit",
        "value": "25000.00",
        "valid_from": "2024-06-01",
    },
    "invoices": {
        "invoice_id": "F-2024-301",
        "customer_id": CUSTOMER,
        "issued_on": "2024-06-03",
        "due_on": "2024-07-03",
        "amount": "860.50",
        "currency": "EUR",
    },
    "payments": {
        "payment_id": "P-2024-77",
        "customer_id": CUSTOMER,
        "paid_on": "2024-06-20",
        "amount": "500.00",
        "currency": "EUR",
    },
    "allocations": {
        "allocation_id": "A-2024-77-1",
        "invoice_id": "F-2024-301",
        "kind": "payment",
        "source_id": "P-2024-77",
        "amount": "500.00",
        "allocated_on": "2024-06-20",
    },
    "disputes": {
        "dispute_id": "D-2024-9",
        "invoice_id": "F-2024-301",
        "opened_on": "2024-06-21",
        "amount": "60.50",
        "reason": "price",
    },
    "promises": {
        "promise_id": "R-2024-5",
        "customer_id": CUSTOMER,
        "made_on": "2024-06-24",
        "promised_on": "2024-07-05",
        "amount": "300.00",
    },
    "contacts": {
        "contact_id": "T-2024-31",
        "customer_id": CUSTOMER,
        "contacted_on": "2024-06-24",
        "channel": "call",
        "outcome": "promise",
    },
    "guarantees": {
        "guarantee_id": "G-2024-2",
        "customer_id": CUSTOMER,
        "kind": "insurance",
        "amount": "20000.00",
        "insured_share": 0.9,
        "valid_from": "2024-01-01",
        "max_overdue_days": 60,
    },
    "fx_rates": {"currency": "USD", "on": "2024-06-28", "rate": 0.934},
}


def write_example(table: str) -> Examples:
    """A write of one row to a table, as the description of the API shows it."""
    return {"one row": {"summary": "One row, new or corrected", "value": {"rows": [_ROWS[table]]}}}
