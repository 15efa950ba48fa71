"""Examples of requests, as the description of the API shows them."""

from typing import Any

Examples = dict[str, Any]


def _example(summary: str, **value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


_LEDGER = {
    "reporting_currency": "EUR",
    "complete_through": "2024-06-28",
    "customers": [{"customer_id": "C00042", "country": "FR"}],
    "invoices": [
        {
            "invoice_id": "F-2024-001",
            "customer_id": "C00042",
            "issued_on": "2024-04-02",
            "due_on": "2024-05-02",
            "amount": "1190.00",
        },
        {
            "invoice_id": "F-2024-002",
            "customer_id": "C00042",
            "issued_on": "2024-06-03",
            "due_on": "2024-07-03",
            "amount": "860.50",
        },
    ],
    "payments": [
        {
            "payment_id": "P-1",
            "invoice_id": "F-2024-001",
            "paid_on": "2024-05-14",
            "amount": "1190.00",
        }
    ],
}

SCORE_INVOICES: Examples = {
    "by id": _example(
        "Invoices of the stored ledger, with reasons",
        invoice_ids=["I00042-00017", "I00042-00018"],
        explain=3,
    ),
    "documents": _example(
        "An order that is not in the ledger yet, as of its day",
        as_of="2024-06-28",
        allow_stale_days=1,
        invoices=[
            {
                "invoice_id": "Q-2024-17",
                "customer_id": "C00042",
                "issued_on": "2024-06-28",
                "due_on": "2024-07-28",
                "amount": "1190.00",
                "currency": "EUR",
                "payment_method": "transfer",
            }
        ],
    ),
    "own ledger": _example("A whole history; nothing is stored", ledger=_LEDGER, explain=3),
}

SCORE_CUSTOMERS: Examples = {
    "by id": _example(
        "Customers of the stored ledger, with reasons", customer_ids=["C00042"], explain=3
    ),
    "own ledger": _example("A whole history; nothing is stored", ledger=_LEDGER),
}

CREDIT_LIMITS: Examples = {
    "by id": _example("Customers of the stored ledger", customer_ids=["C00042", "C00043"])
}
