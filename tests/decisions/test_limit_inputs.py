"""What limits are computed from, worked out by hand from small ledgers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from decisions.guarantees import cover, guarantees_in_force
from decisions.limit_inputs import approved_limits, highest_billing, overrides, terms_days
from decisions.policy import read_policy
from decisions.position import position_of
from decisions.proven_balances import proven_balances
from ledger.definitions import Definitions
from tests.decisions.portfolios import (
    DAY,
    TODAY,
    Rows,
    days_ago,
    fact,
    invoice,
    ledger_of,
    portfolio_of,
)

POLICY = read_policy()


def position_with(tables: dict[str, Rows]) -> Any:
    return position_of(ledger_of(TODAY, tables).known_at(DAY), DAY, Definitions())


def test_billing_is_the_mean_of_the_three_highest_months_less_credit_notes() -> None:
    billed = [
        ("2024-06-03", "900.00", "invoice"),
        ("2024-05-03", "600.00", "invoice"),
        ("2024-05-20", "100.00", "credit_note"),
        ("2024-03-03", "200.00", "invoice"),
        ("2024-01-03", "300.00", "invoice"),
        ("2023-06-30", "9999.00", "invoice"),  # thirteen months ago
    ]
    invoices = [
        {
            "invoice_id": f"I{number}",
            "customer_id": "A",
            "issued_on": day,
            "due_on": day,
            "amount": amount,
            "kind": kind,
        }
        for number, (day, amount, kind) in enumerate(billed)
    ]
    # (900 + 500 + 300) / 3, in cents
    assert highest_billing(position_with({"invoices": invoices})) == pytest.approx([170_000 / 3])


def test_terms_are_those_agreed_else_the_usual_ones() -> None:
    invoices = [
        invoice(f"{name}{terms}", name, "10.00", due_days_ago=5, terms=terms)
        for name in "AB"
        for terms in (10, 14, 60, 90)
    ]
    facts = [fact("B", "terms_days", "45")]
    assert terms_days(position_with({"invoices": invoices, "customer_facts": facts})).tolist() == [
        14.0,
        45.0,
    ]


def test_a_balance_is_proven_by_paying_all_of_it_in_time() -> None:
    # A owed 100 from 1 April, 250 from 10 April, 150 from 1 May, 0 from 15 May on, all paid in
    # time; on 20 May it was billed 400, paid 11 days after the due date, which proves nothing,
    # nor does the 70 billed on 25 May beside it.
    def one(name: str, issued: str, due: str, amount: str) -> dict[str, Any]:
        return {
            "invoice_id": name,
            "customer_id": "A",
            "issued_on": issued,
            "due_on": due,
            "amount": amount,
        }

    def paid(name: str, day: str, amount: str) -> dict[str, Any]:
        return {
            "payment_id": f"P{name}",
            "customer_id": "A",
            "invoice_id": name,
            "paid_on": day,
            "amount": amount,
        }

    tables = {
        "invoices": [
            one("1", "2024-04-01", "2024-05-01", "100.00"),
            one("2", "2024-04-10", "2024-05-10", "150.00"),
            one("3", "2024-05-20", "2024-06-10", "400.00"),
            one("4", "2024-05-25", "2024-06-25", "70.00"),
        ],
        "payments": [
            paid("1", "2024-05-01", "100.00"),
            paid("2", "2024-05-15", "150.00"),
            paid("3", "2024-06-21", "400.00"),
            paid("4", "2024-06-25", "70.00"),
        ],
    }
    position = position_with(tables)
    assert proven_balances(position, 730, grace_days=10)[0].tolist() == [25_000]
    # with a day more of grace the 470 of 25 May count
    assert proven_balances(position, 730, grace_days=11)[0].tolist() == [47_000]
    # with four days none is left of item 2, so only item 1 alone, from 1 to 9 April
    assert proven_balances(position, 730, grace_days=4)[0].tolist() == [10_000]
    # in the last 30 days: item 4, once the 400 were paid on 21 June
    assert proven_balances(position, 30, grace_days=10)[0].tolist() == [7_000]
    assert proven_balances(position, 730, grace_days=10)[1].tolist() == [True]


def test_an_override_needs_a_name_a_reason_and_a_day_that_has_not_passed() -> None:
    complete = {
        "limit_override": "70500",
        "limit_override_by": "Anna Berg",
        "limit_override_why": "new plant",
        "limit_override_until": TODAY,
    }
    rows = [
        {
            **dict.fromkeys(("valid_from",), days_ago(9)),
            "customer_id": name,
            "name": key,
            "value": value,
        }
        for name, without in (("A", ""), ("B", "limit_override_by"), ("C", "limit_override_until"))
        for key, value in complete.items()
        if key != without
    ]
    rows += [
        {"customer_id": "D", "name": key, "value": value, "valid_from": days_ago(9)}
        for key, value in {**complete, "limit_override_until": days_ago(1)}.items()
    ]
    customers = [{"customer_id": name} for name in "ABCD"]
    limits, in_force = overrides(position_with({"customers": customers, "customer_facts": rows}))
    assert in_force.tolist() == [True, False, False, False]
    assert limits.tolist() == [70_500.0, 0.0, 0.0, 0.0]


def test_the_parent_s_limit_holds_for_the_group() -> None:
    tables = {
        "customers": [
            {"customer_id": "P"},
            {"customer_id": "A", "parent_id": "P"},
            {"customer_id": "B", "parent_id": "P"},
        ],
        "customer_facts": [fact("P", "credit_limit", "1500")],
        "invoices": [
            invoice("A1", "A", "1000.00", due_days_ago=-10),
            invoice("B1", "B", "600.00", due_days_ago=-10),
        ],
    }
    credit = portfolio_of(ledger_of(TODAY, tables), POLICY, DAY).credit
    assert credit.limit_inputs.group_exposure.tolist() == [1600.0] * 3
    assert credit.limit_inputs.has_parent_limit.tolist() == [True, True, False]
    assert credit.limits.freeze[:2].tolist() == [True, True]


def test_an_approved_limit_ends_with_its_last_day() -> None:
    facts = [fact(name, "credit_limit", "5000") for name in "ABC"]
    facts += [fact("B", "limit_valid_until", TODAY), fact("C", "limit_valid_until", days_ago(1))]
    customers = [{"customer_id": name} for name in "ABC"]
    limits, in_force = approved_limits(
        position_with({"customers": customers, "customer_facts": facts})
    )
    assert in_force.tolist() == [True, True, False]
    assert limits.tolist() == [5000.0, 5000.0, 0.0]


def test_a_last_day_that_cannot_be_read_has_passed() -> None:
    values = {
        "credit_limit": "5000",
        "limit_valid_until": TODAY,
        "limit_override": "7000",
        "limit_override_by": "Anna Berg",
        "limit_override_why": "new plant",
        "limit_override_until": TODAY,
    }
    facts = [fact("A", name, value) for name, value in values.items()]
    ledger = ledger_of(TODAY, {"customers": [{"customer_id": "A"}], "customer_facts": facts})
    words = ledger.vocabularies["customer_facts.value"]
    unchecked = replace(
        ledger,
        vocabularies={
            **ledger.vocabularies,
            "customer_facts.value": np.where(words == TODAY, "30.06.2024", words),
        },
    )
    for given, counts in ((ledger, True), (unchecked, False)):
        position = position_of(given.known_at(DAY), DAY, Definitions())
        assert approved_limits(position)[1].tolist() == [counts]
        assert overrides(position)[1].tolist() == [counts]


def test_a_guarantee_covers_while_it_is_valid_and_the_insurer_is_bound() -> None:
    def guarantee(name: str, customer: str, **more: Any) -> dict[str, Any]:
        return {
            "guarantee_id": name,
            "customer_id": customer,
            "kind": "insurance",
            "amount": "1000",
            "valid_from": days_ago(50),
            **more,
        }

    tables = {
        "invoices": [
            invoice("A1", "A", "10.00", due_days_ago=61),
            invoice("B1", "B", "10.00", due_days_ago=60),
        ],
        "guarantees": [
            guarantee("1", "A", max_overdue_days=60),  # an item is 61 days past due
            guarantee("2", "A", kind="deposit"),
            guarantee("3", "B", max_overdue_days=60),
            guarantee("4", "B", insured_share=0.5, amount="3000"),
            guarantee("5", "B", valid_until=days_ago(1)),
            guarantee("6", "B", valid_from=days_ago(-1)),
        ],
    }
    position = position_with(tables)
    found = cover(position, guarantees_in_force(position, POLICY.limits.insured_share))
    assert found.amount.tolist() == [[1000.0, 0.0], [1000.0, 3000.0]]
    assert found.share.tolist() == [[1.0, 0.0], [0.9, 0.5]]
