"""Order checks worked out by hand: exposure, limit, each rule, and what comes before the rules."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from decisions.order_check import OrderCheck, check_order
from decisions.order_json import order_check_json
from decisions.orders import Order, Release, asked_sha256, release_of
from decisions.policy import read_policy
from ledger.errors import DuecastError, LedgerError, ProblemsError
from tests.decisions.portfolios import (
    DAY,
    TODAY,
    Rows,
    days_ago,
    fact,
    invoice,
    ledger_of,
    payment,
    portfolio_of,
)

POLICY = read_policy()
DATE = date.fromisoformat(TODAY)
ORDER = Order("O1", "A", 300_000, "EUR")

# A owes 5,500.00, of which 1,500.00 for 20 days; its approved limit is 10,000.00.
TABLES: dict[str, Rows] = {
    "invoices": [
        invoice("A1", "A", "4000.00", due_days_ago=-10),
        invoice("A2", "A", "1500.00", due_days_ago=20),
    ],
    "customer_facts": [fact("A", "credit_limit", "10000"), fact("A", "terms_days", "30")],
}


def with_rows(**more: Rows) -> dict[str, Rows]:
    return {name: TABLES.get(name, []) + more.get(name, []) for name in {*TABLES, *more}}


def paid(*names: str) -> dict[str, Rows]:
    rows = [row for row in TABLES["invoices"] if row["invoice_id"] not in names]
    return {**TABLES, "invoices": rows}


def check(
    tables: dict[str, Rows] = TABLES,
    order: Order = ORDER,
    releases: tuple[Release, ...] = (),
    **policy: Any,
) -> OrderCheck:
    portfolio = portfolio_of(ledger_of(TODAY, tables), POLICY, DAY)
    return check_order(replace(POLICY.orders, **policy), portfolio, order, releases)


def outcomes(found: OrderCheck) -> dict[str, str]:
    return {rule.rule: rule.outcome for rule in found.rules}


def test_the_worst_rule_decides_and_every_rule_says_what_it_found() -> None:
    found = check()
    assert (found.outcome, found.decided_by) == ("refer", "rules")
    assert (found.exposure_minor, found.exposure_with_order_minor) == (550_000, 850_000)
    assert found.limit is not None
    assert (found.limit.customer_id, found.limit.limit_minor) == ("A", 1_000_000)
    assert found.limit_used == pytest.approx(0.85)
    assert found.exposure_basis == "receivables_only"
    said = {
        rule.rule: (rule.outcome, rule.found, rule.threshold, rule.unit) for rule in found.rules
    }
    assert said == {
        "days_overdue": ("refer", 20, 10.0, "days"),
        "overdue_and_limit_used": ("refer", pytest.approx(0.85), 0.5, "share"),
        "account_status": ("approve", "active", None, "status"),
        "terms_longer": ("approve", 0.0, 0.0, "days"),
        "expired_limit": ("approve", "valid", None, "status"),
        "limit_used": ("approve", pytest.approx(0.85), 1.0, "share"),
        "order_value": ("approve", Decimal("3000.00"), Decimal("100000.00"), "EUR"),
    }


def test_without_anything_overdue_an_order_within_the_limit_is_approved() -> None:
    found = check(paid("A2"))
    assert (found.outcome, found.decided_by) == ("approve", "rules")
    assert found.limit_used == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("amount", "outcome"), [(450_000, "approve"), (450_001, "refer"), (650_001, "hold")]
)
def test_the_limit_may_be_used_up_but_not_exceeded(amount: int, outcome: str) -> None:
    found = check(paid("A2"), replace(ORDER, amount_minor=amount + 150_000))
    assert outcomes(found)["limit_used"] == outcome
    assert found.outcome == outcome


def test_what_is_disputed_small_or_within_grace_is_not_overdue() -> None:
    dispute = {"dispute_id": "D", "invoice_id": "A2", "opened_on": days_ago(5), "amount": "1450.00"}
    assert outcomes(check(with_rows(disputes=[dispute])))["days_overdue"] == "approve"
    dispute |= {"amount": "1449.99"}
    assert outcomes(check(with_rows(disputes=[dispute])))["days_overdue"] == "refer"
    assert outcomes(check(grace_days=20))["days_overdue"] == "approve"
    assert outcomes(check(grace_days=19))["days_overdue"] == "refer"


def test_a_deduction_and_what_others_owe_are_not_overdue() -> None:
    tables = {
        **TABLES,
        "invoices": [
            invoice("A3", "A", "9000.00", due_days_ago=90),
            invoice("B1", "B", "9000.00", due_days_ago=90),
        ],
        "payments": [payment("P", "8900.00", 80, invoice_id="A3")],
    }
    found = check(tables)
    assert (found.exposure_minor, outcomes(found)["days_overdue"]) == (10_000, "approve")


def test_a_little_overdue_is_not_judged_with_the_limit() -> None:
    assert outcomes(check(least_overdue=1_500.0))["overdue_and_limit_used"] == "approve"
    assert outcomes(check(least_overdue=1_499.99))["overdue_and_limit_used"] == "refer"


def test_an_account_on_hold_is_held_and_so_is_one_in_legal_action_or_insolvent() -> None:
    for status, decided_by in (
        ("on_hold", "rules"),
        ("legal", "legal_or_insolvent"),
        ("insolvent", "legal_or_insolvent"),
    ):
        tables = with_rows(customer_facts=[fact("A", "status", status)])
        found = check(tables)
        assert (found.outcome, found.decided_by) == ("hold", decided_by)
        assert outcomes(found)["account_status"] == "hold"


def test_terms_longer_than_agreed_are_referred_and_much_longer_held() -> None:
    for terms, outcome in ((30, "approve"), (31, "refer"), (60, "refer"), (61, "hold")):
        found = check(paid("A2"), replace(ORDER, terms_days=terms))
        assert outcomes(found)["terms_longer"] == outcome == found.outcome


def test_a_large_order_is_referred_whatever_the_limit() -> None:
    tables = {**paid("A2"), "customer_facts": [fact("A", "credit_limit", "9000000")]}
    found = check(tables, replace(ORDER, amount_minor=10_000_001))
    assert (outcomes(found)["order_value"], found.outcome) == ("refer", "refer")
    assert outcomes(check(tables, replace(ORDER, amount_minor=10_000_000)))["order_value"] == (
        "approve"
    )


def test_an_expired_limit_is_referred_and_still_measured_against() -> None:
    tables = {
        **paid("A2"),
        "customer_facts": [
            *TABLES["customer_facts"],
            fact("A", "limit_valid_until", days_ago(1)),
        ],
    }
    found = check(tables)
    assert found.limit is not None
    assert found.limit.expired
    assert (found.outcome, outcomes(found)["expired_limit"]) == ("refer", "refer")
    assert check(tables, replace(ORDER, amount_minor=900_000)).outcome == "hold"
    last_day = fact("A", "limit_valid_until", TODAY)
    assert check({**tables, "customer_facts": [*TABLES["customer_facts"], last_day]}).outcome == (
        "approve"
    )


def test_without_a_limit_a_person_decides() -> None:
    found = check({"invoices": paid("A2")["invoices"]})
    assert (found.outcome, found.limit, found.limit_used) == ("refer", None, None)
    assert outcomes(found)["no_limit"] == "refer"


def test_a_limit_of_zero_is_exceeded_by_any_order() -> None:
    found = check(
        {"invoices": [], "customer_facts": [fact("A", "credit_limit", "0")]}
        | {"customers": [{"customer_id": "A"}]}
    )
    assert found.outcome == "hold"
    assert found.limit_used == float("inf")
    assert order_check_json(found)["limit_used"] is None


def test_an_override_in_force_is_the_approved_limit() -> None:
    said = {
        "limit_override": "6000",
        "limit_override_by": "Ada",
        "limit_override_why": "season",
        "limit_override_until": TODAY,
    }
    facts = [fact("A", name, value) for name, value in said.items()]
    found = check(with_rows(customer_facts=facts))
    assert found.limit is not None
    assert found.limit.limit_minor == 600_000
    assert found.outcome == "hold"  # 8,500 against 6,000


def test_of_its_own_limit_and_its_parent_s_the_tighter_decides() -> None:
    tables = {
        **with_rows(invoices=[invoice("B1", "B", "7000.00", due_days_ago=-1)]),
        "customers": [
            {"customer_id": "A", "parent_id": "P"},
            {"customer_id": "B", "parent_id": "P"},
        ],
        "customer_facts": [*TABLES["customer_facts"], fact("P", "credit_limit", "14000")],
    }
    found = check(tables)
    assert found.limit is not None
    # The group owes 12,500.00 without the order of 3,000.00.
    assert (found.limit.customer_id, found.limit.exposure_minor) == ("P", 1_250_000)
    assert found.limit_used == pytest.approx(15_500 / 14_000)
    parents_order = check(
        tables | {"customers": [*tables["customers"], {"customer_id": "P"}]},
        replace(ORDER, customer_id="P"),
    )
    assert parents_order.limit_used == pytest.approx(15_500 / 14_000)


def test_a_natural_person_is_always_for_a_person_to_decide() -> None:
    person = [{"customer_id": "A", "natural_person": "true"}]
    release = release_of(POLICY.orders, ORDER, DATE, "Ada", "known well")
    for tables in (paid("A2"), TABLES):
        found = check(tables | {"customers": person}, releases=(release,))
        assert (found.outcome, found.decided_by) == ("refer", "natural_person")
    legal = {**with_rows(customer_facts=[fact("A", "status", "legal")]), "customers": person}
    assert check(legal).outcome == "hold"


def test_a_release_binds_the_order_and_a_tenth_more_for_two_weeks() -> None:
    release = release_of(POLICY.orders, ORDER, DATE, "Ada", "paid by cheque")
    released = check(releases=(release,))
    assert (released.outcome, released.decided_by) == ("approve", "release")
    assert released.release == release
    assert release.until == date(2024, 7, 14)
    assert check(order=replace(ORDER, amount_minor=330_000), releases=(release,)).release
    for order in (
        replace(ORDER, amount_minor=330_001),
        replace(ORDER, order_id="O2"),
    ):
        assert check(order=order, releases=(release,)).decided_by == "rules"
    for stale in (
        replace(release, until=date(2024, 6, 29)),
        replace(release, given_on=date(2024, 7, 1)),
        replace(release, currency="USD"),
    ):
        assert check(releases=(stale,)).decided_by == "rules"


def test_a_release_given_after_the_last_day_of_the_ledger_binds_on_the_day_of_the_question() -> (
    None
):
    later = date(2024, 7, 3)
    release = release_of(POLICY.orders, ORDER, later, "Ada", "paid by cheque")
    portfolio = portfolio_of(ledger_of(TODAY, TABLES), POLICY, DAY)
    for day, decided_by in ((None, "rules"), (later, "release"), (date(2024, 7, 18), "rules")):
        found = check_order(POLICY.orders, portfolio, ORDER, (release,), released_on=day)
        assert found.decided_by == decided_by


def test_a_release_does_not_bind_an_account_in_legal_action() -> None:
    release = release_of(POLICY.orders, ORDER, DATE, "Ada", "why not")
    tables = with_rows(customer_facts=[fact("A", "status", "legal")])
    assert check(tables, releases=(release,)).decided_by == "legal_or_insolvent"


def test_excluded_customers_and_segments_are_approved_before_the_rules() -> None:
    assert check(excluded_customers=("A",)).decided_by == "exclusion"
    tables = with_rows(customer_facts=[fact("A", "segment", "public")])
    found = check(tables, excluded_segments=("public",))
    assert (found.outcome, found.decided_by) == ("approve", "exclusion")
    assert outcomes(found)["days_overdue"] == "refer"


def test_a_prepaid_order_is_approved_once_the_cash_is_there() -> None:
    order = replace(ORDER, prepaid=True)
    assert check(order=order).decided_by == "rules"
    for amount, decided_by in (("2999.99", "rules"), ("3000.00", "prepaid")):
        tables = with_rows(payments=[payment("P1", amount, 1, customer_id="A")])
        assert check(tables, order).decided_by == decided_by
        assert check(tables, ORDER).decided_by == "rules"


def test_what_the_order_entry_knows_besides_counts_as_exposure() -> None:
    order = replace(ORDER, open_orders_minor=100_000, delivered_not_billed_minor=50_000)
    found = check(order=order)
    assert (found.exposure_minor, found.exposure_with_order_minor) == (700_000, 1_000_000)
    assert found.limit_used == pytest.approx(1.0)
    assert found.exposure_basis == "receivables+delivered_not_billed+open_orders"


def test_an_order_in_another_currency_is_converted_as_balances_are() -> None:
    rates = [{"currency": "USD", "on": days_ago(3), "rate": 0.9}]
    found = check(with_rows(fx_rates=rates), replace(ORDER, currency="USD"))
    assert (found.amount_minor, found.currency) == (270_000, "EUR")
    for currency in ("CHF", "USD"):
        with pytest.raises(LedgerError, match=f"no rate from {currency} to EUR"):
            stale = [{"currency": "USD", "on": days_ago(8), "rate": 0.9}]
            check(with_rows(fx_rates=stale), replace(ORDER, currency=currency))


def test_a_customer_that_is_not_there_and_amounts_that_cannot_be_are_refused() -> None:
    with pytest.raises(DuecastError, match="customer Z is not in the portfolio"):
        check(order=replace(ORDER, customer_id="Z"))
    with pytest.raises(ProblemsError) as refused:
        Order("O1", "A", -1, "EUR", terms_days=-3, open_orders_minor=-2)
    assert len(refused.value.problems) == 3


def test_the_answer_for_machines_has_money_as_text() -> None:
    release = release_of(POLICY.orders, ORDER, DATE, "Ada", "paid by cheque")
    said = order_check_json(check(releases=(release,)))
    assert said["as_of"] == TODAY
    assert (said["exposure"], said["exposure_with_order"]) == ("5500.00", "8500.00")
    assert (said["approved_limit"], said["limit_of"]) == ("10000.00", "A")
    assert said["rules"][-1] == {
        "rule": "order_value",
        "outcome": "approve",
        "found": "3000.00",
        "threshold": "100000.00",
        "unit": "EUR",
    }
    assert said["release"]["amount"] == "3000.00"
    assert order_check_json(check())["release"] is None


def test_a_question_is_another_when_the_order_the_day_or_a_release_is() -> None:
    release = release_of(POLICY.orders, ORDER, DATE, "Ada", "paid by cheque")
    asked = {
        asked_sha256(ORDER, None, ()),
        asked_sha256(replace(ORDER, amount_minor=300_001), None, ()),
        asked_sha256(replace(ORDER, customer_id="B"), None, ()),
        asked_sha256(ORDER, DATE, ()),
        asked_sha256(ORDER, None, (release,)),
    }
    assert len(asked) == 5
    assert asked_sha256(Order("O1", "A", 300_000, "EUR"), None, ()) in asked
