"""Examples of requests, as the description of the API shows them."""

from typing import Any

Examples = dict[str, Any]

CUSTOMER, INVOICES = "C00007", ["I00007-00003", "I00007-00004"]
"""Of whom the examples ask: a simulated ledger has them."""


def _example(summary: str, **value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


_LEDGER = {
    "reporting_currency": "EUR",
    "complete_through": "2024-06-28",
    "customers": [{"customer_id": CUSTOMER, "country": "FR"}],
    "invoices": [
        {
            "invoice_id": "F-2024-001",
            "customer_id": CUSTOMER,
            "issued_on": "2024-04-02",
            "due_on": "2024-05-02",
            "amount": "1190.00",
        },
        {
            "invoice_id": "F-2024-002",
            "customer_id": CUSTOMER,
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
        invoice_ids=INVOICES,
        explain=3,
    ),
    "documents": _example(
        "An order that is not in the ledger yet, as of its day",
        as_of="2024-06-28",
        allow_stale_days=1,
        invoices=[
            {
                "invoice_id": "Q-2024-17",
                "customer_id": CUSTOMER,
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
        "Customers of the stored ledger, with reasons", customer_ids=[CUSTOMER], explain=3
    ),
    "own ledger": _example("A whole history; nothing is stored", ledger=_LEDGER),
}

CREDIT_LIMITS: Examples = {
    "by id": _example("Customers of the stored ledger", customer_ids=[CUSTOMER, "C00008"])
}

CREDIT_CHECKS: Examples = {
    "order": _example(
        "An order on the agreed terms",
        order_id="O-2024-1017",
        customer_id=CUSTOMER,
        order_amount="3000.00",
        currency="EUR",
    ),
    "all that is owed": _example(
        "With what else the customer will owe, and longer terms than agreed",
        order_id="O-2024-1018",
        customer_id=CUSTOMER,
        order_amount="18500.00",
        currency="USD",
        terms_days=60,
        open_orders_amount="4200.00",
        delivered_not_billed_amount="950.00",
    ),
    "prepaid": _example(
        "An order that is paid before delivery",
        order_id="O-2024-1019",
        customer_id=CUSTOMER,
        order_amount="700.00",
        currency="EUR",
        prepaid=True,
    ),
}

LOG_CONTACT: Examples = {
    "no answer": _example(
        "A call that nobody took",
        customer_id=CUSTOMER,
        contacted_on="2024-06-28",
        channel="call",
        outcome="no_answer",
        callback_on="2024-07-01",
    ),
    "promise": _example(
        "A promise to pay, logged so that it may be sent again",
        contact_id="crm-90121",
        customer_id=CUSTOMER,
        contacted_on="2024-06-28",
        channel="call",
        outcome="promise",
        note="Mr Petit: transfer with Friday's run",
        promise={"promised_on": "2024-07-05", "amount": "1190.00"},
    ),
    "dispute": _example(
        "An invoice that is disputed in part",
        contact_id="crm-90122",
        customer_id=CUSTOMER,
        contacted_on="2024-06-28",
        channel="mail",
        outcome="dispute",
        dispute={"invoice_id": INVOICES[0], "amount": "120.00", "reason": "price"},
    ),
}
