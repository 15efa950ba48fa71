"""Alerts: what is told of a run, against the run before it, and in which words."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from decisions.alert_kinds import KINDS, SEVERITIES, alert_sentence
from decisions.alerts import Alert, RunBefore, alerts, alerts_json
from decisions.policy import Policy, read_policy
from decisions.scoring import Portfolio
from decisions.tables import customer_table
from models.scores import CustomerScores
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
QUIET = replace(
    POLICY, alerts=replace(POLICY.alerts, portfolio_concentration=1.0, least_exposure=0)
)
LAST_WEEK = DAY - 7
ITEM = invoice("I1", "A", "30000.00", due_days_ago=-10)
OTHER = invoice("I9", "Z", "50000.00", due_days_ago=-10)


def portfolio_with(tables: dict[str, Rows], pd: float = 0.02) -> Portfolio:
    return portfolio_of(
        ledger_of(TODAY, {**tables, "invoices": [OTHER, *tables.get("invoices", [ITEM])]}),
        POLICY,
        DAY,
        probability=pd,
    )


def told(
    tables: dict[str, Rows],
    before: RunBefore | None = None,
    policy: Policy = QUIET,
    pd: float = 0.02,
) -> tuple[Alert, ...]:
    return alerts(policy, portfolio_with(tables, pd), LAST_WEEK, before)


def run_before(tables: dict[str, Rows], pd: float = 0.02, *keys: tuple[str, str, str]) -> RunBefore:
    return RunBefore(customer_table(portfolio_with(tables, pd)), frozenset(keys))


def kinds(found: tuple[Alert, ...]) -> list[tuple[str, str, str]]:
    return [(alert.kind, alert.customer_id, alert.invoice_id) for alert in found]


def figures(found: tuple[Alert, ...]) -> list[tuple[Any, Any, str]]:
    return [(alert.was, alert.now, alert.unit) for alert in found]


def test_a_quiet_ledger_raises_no_alert() -> None:
    assert told({}) == ()
    assert told({}, run_before({})) == ()


def test_an_exposure_above_the_approved_limit() -> None:
    limit = {"customer_facts": [fact("A", "credit_limit", "29999.99")]}
    found = told(limit)
    assert kinds(found) == [("limit_exceeded", "A", "")]
    assert figures(found) == [(Decimal("29999.99"), Decimal("30000.00"), "EUR")]
    assert found[0].is_new is None
    assert found[0].sentence_en == (
        "the exposure is 30,000 EUR, above the approved limit of 30,000 EUR"
    )
    assert told({"customer_facts": [fact("A", "credit_limit", "30000")]}) == ()
    override = [
        fact("A", f"limit_override{name}", value)
        for name, value in (("", "40000"), ("_by", "Ada"), ("_why", "season"), ("_until", TODAY))
    ]
    assert told({"customer_facts": [*limit["customer_facts"], *override]}) == ()


def test_an_alert_is_new_where_the_run_before_did_not_have_it() -> None:
    limit = {"customer_facts": [fact("A", "credit_limit", "100")]}
    assert [alert.is_new for alert in told(limit, run_before({}))] == [True]
    same = run_before(limit, 0.02, ("limit_exceeded", "A", ""))
    assert [alert.is_new for alert in told(limit, same)] == [False]


def test_an_account_that_became_blocked() -> None:
    for was, now, expected in (
        ("active", "insolvent", 1),
        ("legal", "insolvent", 1),
        ("on_hold", "legal", 1),
        ("active", "on_hold", 0),
        ("legal", "legal", 0),
        ("legal", "active", 0),
    ):
        before = run_before({"customer_facts": [fact("A", "status", was)]})
        found = told({"customer_facts": [fact("A", "status", now)]}, before)
        assert kinds(found) == [("account_blocked", "A", "")] * expected
        assert figures(found) == [(was, now, "word")] * expected
    newcomer = {
        "customers": [{"customer_id": "B"}],
        "customer_facts": [fact("B", "status", "legal")],
    }
    found = told(newcomer, run_before({}))
    assert figures(found) == [(None, "legal", "word")]
    assert found[0].sentence_en == "the account is legal; before: no record"


def test_a_customer_newly_in_default() -> None:
    def with_default(*in_default: bool) -> Portfolio:
        portfolio = portfolio_with({})
        scores = portfolio.customer_scores
        return replace(
            portfolio,
            customer_scores=CustomerScores(
                scores.pd, scores.has_pd, np.array(in_default), scores.reasons
            ),
        )

    before = RunBefore(customer_table(with_default(False, True)), frozenset())
    found = alerts(QUIET, with_default(True, True), LAST_WEEK, before)
    assert kinds(found) == [("in_default", "A", "")]


def test_a_large_item_that_became_overdue_since_the_run_before() -> None:
    for days_past_due, amount, expected in (
        (0, "30000.00", 0),
        (1, "30000.00", 1),
        (7, "25000.00", 1),
        (8, "30000.00", 0),
        (7, "24999.99", 0),
    ):
        item = invoice("I1", "A", amount, due_days_ago=days_past_due)
        found = told({"invoices": [item]})
        assert kinds(found) == [("large_item_overdue", "A", "I1")] * expected


def test_promises_broken_since_the_run_before() -> None:
    promise = {"promise_id": "R", "customer_id": "A", "amount": "10.00", "made_on": days_ago(20)}
    # A promise is over three days after its day.
    for promised, expected in ((3, 1), (9, 1), (10, 0), (2, 0)):
        item = invoice("I1", "A", "3000.00", due_days_ago=25)
        rows = [promise | {"promised_on": days_ago(promised)}]
        found = told({"invoices": [item], "promises": rows})
        assert kinds(found) == [("promise_broken", "A", "")] * expected
        assert figures(found) == [(None, 1.0, "count")] * expected


def test_deadlines_that_come_near() -> None:
    guarantee = {
        "guarantee_id": "G",
        "customer_id": "A",
        "kind": "insurance",
        "amount": "9000",
        "valid_from": days_ago(100),
    }
    item = invoice("I1", "A", "3000.00", due_days_ago=50)
    found = told({"invoices": [item], "guarantees": [guarantee | {"max_overdue_days": 60}]})
    assert kinds(found) == [("insurer_deadline", "A", "")]
    assert figures(found) == [(None, "2024-07-10", "day")]
    for day, expected in (("2024-06-29", 0), (TODAY, 1), ("2024-07-30", 1), ("2024-07-31", 0)):
        ends = told({"guarantees": [guarantee | {"valid_until": day}]})
        assert kinds(ends) == [("guarantee_ends", "A", "")] * expected
        limits = told({"customer_facts": [fact("A", "limit_valid_until", day)]})
        assert kinds(limits) == [("limit_expires", "A", "")] * expected
        assert figures(limits) == [(None, day, "day")] * expected


def test_of_two_guarantees_the_first_to_end_is_told() -> None:
    guarantees = [
        {"guarantee_id": name, "customer_id": "A", "kind": "deposit", "amount": "9",
         "valid_from": days_ago(9), "valid_until": until}
        for name, until in (("G", "2024-07-20"), ("H", "2024-07-09"))
    ]  # fmt: skip
    assert figures(told({"guarantees": guarantees})) == [(None, "2024-07-09", "day")]


def test_a_pd_that_rose_and_the_grade_that_fell_with_it() -> None:
    cleared: dict[str, Rows] = {
        "invoices": [
            ITEM,
            *(invoice(f"P{n}", "A", "10.00", due_days_ago=50 + n) for n in range(4)),
        ],
        "payments": [payment(f"P{n}", "10.00", 50 + n, invoice_id=f"P{n}") for n in range(4)],
    }
    before = run_before(cleared, 0.02)
    found = [alert for alert in told(cleared, before, pd=0.07) if alert.customer_id == "A"]
    assert [(alert.kind, alert.was, alert.now) for alert in found] == [
        ("grade_fell", "B", "C"),
        ("pd_rose", 0.02, 0.07),
    ]
    assert found[1].sentence_fr == ("la probabilité de défaut est passée de 2\u202f% à 7\u202f%")
    assert "pd_rose" not in {alert.kind for alert in told(cleared, before, pd=0.0699)}
    assert told(cleared, run_before(cleared, 0.07), pd=0.02) == ()
    careful = replace(QUIET, alerts=replace(QUIET.alerts, least_exposure=30_001))
    assert {alert.customer_id for alert in told(cleared, before, careful, 0.07)} == {"Z"}


def test_payment_behaviour_that_worsened() -> None:
    def paid_late(days: int) -> dict[str, Rows]:
        rows = [invoice("P", "A", "900000.00", due_days_ago=60)]
        return {
            "invoices": rows,
            "payments": [payment("P", "900000.00", 60 - days, invoice_id="P")],
        }

    before = run_before(paid_late(0))
    found = told(paid_late(20), before)
    assert ("payment_class_worsened", "A", "") in kinds(found)
    worsened = next(alert for alert in found if alert.kind == "payment_class_worsened")
    assert (worsened.was, worsened.now) == ("on_time", "up_to_30")
    assert worsened.sentence_en == "payment behaviour worsened from on time to up to 30"
    assert "payment_class_worsened" not in [
        a.kind for a in told(paid_late(0), run_before(paid_late(20)))
    ]


def test_a_customer_that_the_run_before_did_not_have_did_not_change() -> None:
    before = run_before({"invoices": []}, 0.02)
    assert {alert.customer_id for alert in told({}, before, pd=0.5)} == {"Z"}


def test_the_portfolio_one_customer_weighs_and_more_of_it_overdue() -> None:
    policy = replace(QUIET, alerts=replace(QUIET.alerts, portfolio_concentration=0.375))
    found = told({}, policy=policy)
    assert kinds(found) == [("concentration", "A", ""), ("concentration", "Z", "")]
    assert [alert.now for alert in found] == [0.375, 0.625]
    overdue: dict[str, Rows] = {"invoices": [invoice("I1", "A", "30000.00", due_days_ago=40)]}
    severest = told(overdue, run_before({}), policy)[0]
    assert severest.kind == "portfolio_overdue_rose"
    rose = [alert for alert in told(overdue, run_before({})) if not alert.customer_id]
    assert [(alert.kind, alert.was, alert.now) for alert in rose] == [
        ("portfolio_overdue_rose", 0.0, 0.375)
    ]
    assert "portfolio_overdue_rose" not in [alert.kind for alert in told({}, run_before(overdue))]


def test_the_most_severe_come_first_and_equals_by_customer() -> None:
    tables: dict[str, Rows] = {
        "invoices": [ITEM, invoice("I2", "B", "30000.00", due_days_ago=2)],
        "customer_facts": [
            fact("B", "credit_limit", "1"),
            fact("A", "credit_limit", "1"),
            fact("A", "limit_valid_until", TODAY),
        ],
    }
    found = told(tables)
    assert kinds(found) == [
        ("limit_exceeded", "A", ""),
        ("limit_exceeded", "B", ""),
        ("large_item_overdue", "B", "I2"),
        ("limit_expires", "A", ""),
    ]
    said = alerts_json(found)[0]
    assert (said["was"], said["now"], said["severity"]) == ("1.00", "30000.00", "high")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_severity_and_a_sentence_in_both_languages(kind: str) -> None:
    assert KINDS[kind].severity in SEVERITIES
    for language in ("en", "fr"):
        said = alert_sentence(kind, "A", "B", "word", "I1", language)
        assert "{" not in said
    assert KINDS[kind].en != KINDS[kind].fr
