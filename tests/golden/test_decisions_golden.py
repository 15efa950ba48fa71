"""Limits, grades and a worklist of a small ledger, worked out by hand in the comments."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from decisions.guarantees import guarantees_in_force, insurer_deadlines
from decisions.limits import TERMS, CreditLimits, LimitInputs, credit_limits
from decisions.losses import Cover, largest_exposure, losses
from decisions.policy import Policy, read_policy
from decisions.position import position_of
from decisions.words import GRADES
from decisions.worklist import Worklist, worklist
from ledger.days import date_of, parse_day
from ledger.definitions import Definitions
from ledger.ledger import Ledger
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

# What is open on 30 June 2024, one story for each customer.
INVOICES: Rows = [
    invoice("A1", "A", "1000.00", due_days_ago=40),
    invoice("A2", "A", "500.00", due_days_ago=5),
    invoice("B1", "B", "1000.00", due_days_ago=10),
    invoice("C1", "C", "800.00", due_days_ago=9),
    invoice("D1", "D", "300.00", due_days_ago=20),
    invoice("E1", "E", "1000.00", due_days_ago=10),
    invoice("F1", "F", "700.00", due_days_ago=2, payment_method="direct_debit"),
    invoice("G1", "G", "200.00", due_days_ago=4, payment_method="direct_debit"),
    invoice("H1", "H", "9000.00", due_days_ago=70),
    invoice("I1", "I", "400.00", due_days_ago=35),
    invoice("J1", "J", "2000.00", due_days_ago=-3),
    invoice("J2", "J", "9999.00", due_days_ago=-25),
    invoice("K1", "K", "1000.00", due_days_ago=10, currency="USD"),
    invoice("L1", "L", "60000.00", due_days_ago=50),
    invoice("M1", "M", "100.00", due_days_ago=3),
]
PAYMENTS: Rows = [
    payment("P-A", "300.00", 1, customer_id="A"),  # on account
    payment("P-E", "900.00", 1, customer_id="E"),  # on account
    payment("P-G", "200.00", 4, customer_id="G", invoice_id="G1"),
    payment("P-G-back", "200.00", 2, customer_id="G", reversal_of="P-G"),  # returned
    payment("P-M", "95.00", 1, customer_id="M", invoice_id="M1"),  # 5.00 is left
]
TABLES: dict[str, Rows] = {
    "customers": [
        {"customer_id": name, "natural_person": str(name == "D").lower(), "collector": "ana"}
        for name in "ABCDEFGHIJKLM"
    ],
    "invoices": INVOICES,
    "payments": PAYMENTS,
    "disputes": [
        {
            "dispute_id": "X1",
            "invoice_id": "B1",
            "opened_on": days_ago(12),
            "amount": "400.00",
        }
    ],
    "promises": [
        {
            "promise_id": "R-C",
            "customer_id": "C",
            "invoice_id": "C1",
            "made_on": days_ago(2),
            "promised_on": days_ago(-5),
            "amount": "800.00",
        },
        # Over on 27 June, three days after it was promised for; nothing was paid.
        {
            "promise_id": "R-I",
            "customer_id": "I",
            "invoice_id": "I1",
            "made_on": days_ago(14),
            "promised_on": days_ago(6),
            "amount": "400.00",
        },
    ],
    "customer_facts": [fact("H", "status", "legal")],
    "fx_rates": [
        {"currency": "USD", "on": day, "rate": 0.9} for day in (days_ago(1), days_ago(40))
    ],
}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledger_of(TODAY, TABLES)


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Worklist:
    """Every item is still open in 14 days with probability 1/2; pd is 2 %."""
    return worklist(POLICY, portfolio_of(ledger, POLICY, DAY), since=DAY - 7)


def entries(found: Worklist) -> dict[str, tuple[str, float, tuple[str, ...]]]:
    names = found.portfolio.credit.accounts.customer_id[found.customer]
    return {
        name: (found.action[row], found.priority_minor[row] / 100, found.rules[row])
        for row, name in enumerate(names)
    }


def test_priorities_actions_and_rules_are_those_worked_out_by_hand(found: Worklist) -> None:
    # priority = asked x 1/2 x uplift of the item's stage (reminder from day 1: 0.35, call from
    # day 8: 0.5, firm call from day 31: 0.45, before due from day -5: 0.1)
    assert entries(found) == {
        # 300 on account pays the older item: 700 x .5 x .45 + 500 x .5 x .35 = 157.50 + 87.50
        "A": ("firm_call", 245.00, ("stage_firm_call", "covered_by_credits")),
        # 400 of 1,000 is disputed: 600 x .5 x .5
        "B": ("call", 150.00, ("stage_call", "disputed")),
        # promised in full, until 8 July
        "C": ("wait_for_promise", 0.00, ("live_promise",)),
        # a person: 300 x .5 x .5, for a person to decide on
        "D": ("refer", 75.00, ("natural_person", "stage_call")),
        # 900 on account is 90 % of the overdue: 100 x .5 x .5 would be left to ask for
        "E": ("allocate_cash", 25.00, ("unallocated_cash", "covered_by_credits")),
        "F": ("wait_for_debit", 0.00, ("direct_debit_pending",)),
        # its debit was returned: 200 x .5 x .35
        "G": ("remind", 35.00, ("debit_returned", "stage_reminder")),
        "H": ("no_contact", 0.00, ("account_legal",)),
        # 400 x .5 x .45
        "I": ("firm_call", 90.00, ("promise_broken", "stage_firm_call")),
        # due in 3 days: 2,000 x .5 x .1; what is due in 25 days is left alone
        "J": ("remind_before_due", 100.00, ("stage_before_due",)),
        # 1,000 USD at 0.9: 900 x .5 x .5
        "K": ("call", 225.00, ("stage_call",)),
        # 60,000 x .5 x .45; never contacted, 50 days past due; expected loss 540 is no escalation
        "L": ("firm_call", 13500.00, ("large_uncontacted", "stage_firm_call")),
        # M: 5.00 are left, less than `least_amount`
    }


def test_urgent_customers_come_first_then_the_highest_priority(found: Worklist) -> None:
    names = found.portfolio.credit.accounts.customer_id[found.customer].tolist()
    # broken promise, returned debit, large uncontacted; then by priority; then by overdue
    assert names == list("IGLAKBJDEHCF")
    assert found.is_reserved.tolist() == [True] * 3 + [False] * 9


def test_what_is_asked_for_and_what_is_overdue_are_said_apart(found: Worklist) -> None:
    names = found.portfolio.credit.accounts.customer_id[found.customer].tolist()
    asked = dict(zip(names, found.asked_minor / 100, strict=True))
    overdue = dict(zip(names, found.overdue_minor / 100, strict=True))
    assert (asked["A"], overdue["A"]) == (1200.0, 1500.0)
    assert (asked["B"], overdue["B"]) == (600.0, 1000.0)
    assert (asked["C"], overdue["C"]) == (0.0, 800.0)
    assert (asked["J"], overdue["J"]) == (2000.0, 0.0)
    assert dict(zip(names, found.stage, strict=True))["A"] == "firm_call"
    assert dict(zip(names, found.oldest_days_past_due, strict=True))["A"] == 40


def test_reserved_places_are_a_share_of_the_capacity(ledger: Ledger) -> None:
    # 4 contacts a day, 40 % of them: one place, for the broken promise
    few = replace(POLICY, worklist=replace(POLICY.worklist, capacity=4))
    found = worklist(few, portfolio_of(ledger, few, DAY), since=DAY - 7)
    names = found.portfolio.credit.accounts.customer_id[found.customer].tolist()
    assert names[:3] == ["I", "L", "A"]
    assert found.is_reserved.tolist() == [True] + [False] * 11


def test_a_promise_broken_before_the_last_run_is_no_news(ledger: Ledger) -> None:
    # over on 27 June
    portfolio = portfolio_of(ledger, POLICY, DAY)
    yesterday = worklist(POLICY, portfolio, since=parse_day("2024-06-27"))
    before = worklist(POLICY, portfolio, since=parse_day("2024-06-26"))
    assert "promise_broken" not in entries(yesterday)["I"][2]
    assert "promise_broken" in entries(before)["I"][2]


def test_a_large_expected_loss_escalates(ledger: Ledger) -> None:
    # L owes 60,000: 0.5 x 0.45 x 60,000 = 13,500 expected loss, above 10,000
    portfolio = portfolio_of(ledger, POLICY, DAY, probability=0.5)
    found = entries(worklist(POLICY, portfolio, since=DAY - 7))
    assert found["L"] == ("escalate", 13500.00, ("large_uncontacted", "expected_loss"))
    assert found["A"][0] == "firm_call"


def test_a_callback_is_due_until_somebody_called(ledger: Ledger) -> None:
    agreed = {
        "contact_id": "T1",
        "customer_id": "K",
        "contacted_on": days_ago(6),
        "outcome": "callback",
        "callback_on": days_ago(1),
    }
    made = {"contact_id": "T2", "customer_id": "K", "contacted_on": TODAY, "outcome": "reached"}
    for contacts, is_due in (([agreed], True), ([agreed, made], False)):
        with_contacts = ledger_of(TODAY, {**TABLES, "contacts": contacts})
        found = worklist(POLICY, portfolio_of(with_contacts, POLICY, DAY), since=DAY - 7)
        assert ("callback_due" in entries(found)["K"][2]) is is_due


def test_a_callback_lapses_with_what_it_was_about() -> None:
    # K's item was issued 40 days ago, the call back agreed on before that
    agreed = {
        "contact_id": "T1",
        "customer_id": "K",
        "contacted_on": days_ago(41),
        "callback_on": days_ago(39),
    }
    ledger = ledger_of(TODAY, {**TABLES, "contacts": [agreed]})
    found = worklist(POLICY, portfolio_of(ledger, POLICY, DAY), since=DAY - 7)
    assert "callback_due" not in entries(found)["K"][2]


def test_a_deduction_is_neither_lateness_nor_paid_by_cash_on_account() -> None:
    # 30.00 are left of A1, within the tolerance of 2 %; 40.00 lie on account
    tables = {
        "invoices": [
            invoice("A1", "A", "2000.00", due_days_ago=300),
            invoice("A2", "A", "5000.00", due_days_ago=-2),
            invoice("B1", "B", "2000.00", due_days_ago=300),
        ],
        "payments": [
            payment("1", "1970.00", 290, customer_id="A", invoice_id="A1"),
            payment("2", "40.00", 1, customer_id="A"),
            payment("3", "1970.00", 290, customer_id="B", invoice_id="B1"),
        ],
    }
    found = worklist(POLICY, portfolio_of(ledger_of(TODAY, tables), POLICY, DAY), since=DAY - 7)
    assert entries(found) == {
        # (5,000 - 40) x .5 x .1
        "A": ("remind_before_due", 248.00, ("stage_before_due", "deduction")),
        "B": ("dispute_desk", 0.00, ("deduction",)),
    }
    assert found.oldest_days_past_due.tolist() == [-2, 300]


def test_an_insurer_is_told_in_time(ledger: Ledger) -> None:
    # A's oldest item was due on 21 May: + 60 days is 20 July, 20 days from now;
    # K's is 10 days past due: 50 days are left.
    insured = [
        {
            "guarantee_id": name,
            "customer_id": name,
            "kind": "insurance",
            "amount": "5000",
            "valid_from": days_ago(200),
            "max_overdue_days": 60,
        }
        for name in "AK"
    ]
    position = position_of(
        ledger_of(TODAY, {**TABLES, "guarantees": insured}).known_at(DAY), DAY, Definitions()
    )
    in_force = guarantees_in_force(position, POLICY.limits.insured_share)
    for notice_days, near in ((19, []), (20, ["A"]), (50, ["A", "K"])):
        deadline, is_near = insurer_deadlines(position, in_force, notice_days)
        assert (
            position.ledger.vocabularies["customer"][position.customers[is_near]].tolist() == near
        )
        if near:
            assert date_of(deadline[is_near][0]).isoformat() == "2024-07-20"


def test_exposure_is_residuals_less_credits_and_unallocated_cash() -> None:
    tables = {
        "invoices": [
            invoice("1", "A", "1000.00", due_days_ago=5),
            invoice("2", "A", "500.00", due_days_ago=-5),
            invoice("N", "A", "120.00", due_days_ago=0, kind="credit_note"),
        ],
        "payments": [
            payment("P1", "400.00", 3, customer_id="A", invoice_id="1"),
            payment("P2", "75.00", 3, customer_id="A"),
        ],
    }
    credit = portfolio_of(ledger_of(TODAY, tables), POLICY, DAY).credit
    owed = credit.exposures
    assert owed.residual_minor.tolist() == [110_000]
    assert owed.overdue_minor.tolist() == [60_000]
    assert owed.credit_minor.tolist() == [12_000]
    assert owed.unallocated_minor.tolist() == [7_500]
    assert owed.exposure_minor.tolist() == [90_500]
    # 0.02 x 0.45 x 905.00 = 8.145
    assert credit.expected_loss_minor.tolist() == [814]


def inputs(**values: Any) -> LimitInputs:
    """One customer, whose limit is that of its need: 30,000 x (30 + 15) / 30 x 1.25 = 56,250."""
    one: dict[str, Any] = {
        "billing": 30_000.0,
        "terms_days": 30.0,
        "pd": 0.01,
        "has_pd": True,
        "cover": Cover(np.zeros((1, 0)), np.zeros((1, 0))),
        "proven_balance": 100_000.0,
        "has_history": True,
        "grade": GRADES.index("A"),
        "segment": "",
        "exposure": 10_000.0,
        "current_limit": 0.0,
        "has_current_limit": False,
        "override": 0.0,
        "has_override": False,
        "parent_limit": 0.0,
        "has_parent_limit": False,
        "group_exposure": 10_000.0,
        "natural_person": False,
        **values,
    }
    return LimitInputs(
        **{name: one[name] if name == "cover" else np.array([one[name]]) for name in one}
    )


def limit(policy: Policy = POLICY, **values: Any) -> CreditLimits:
    return credit_limits(policy.limits, inputs(**values))


@pytest.mark.parametrize(
    ("values", "expected", "binding"),
    [
        ({}, 56_000, "need"),
        ({"terms_days": 45.0}, 75_000, "need"),  # 30,000 x 60 / 30 x 1.25
        # 2,000 / 0.08 = 25,000 may be lost; 25,000 / 0.45 = 55,555.56
        ({"pd": 0.08}, 55_000, "risk"),
        ({"pd": 1.0}, 4_000, "risk"),  # 2,000 / 0.45 = 4,444.44
        # within 10,000 guaranteed at 90 % a euro costs 0.045: 450 of the 2,000 that may be lost;
        # the other 1,550 allow 3,444.44 beyond
        ({"pd": 1.0, "cover": Cover(np.array([[10_000.0]]), np.array([[0.9]]))}, 13_000, "risk"),
        # deposits bear all of it: 10,000 + 4,444.44
        ({"pd": 1.0, "cover": Cover(np.array([[10_000.0]]), np.array([[1.0]]))}, 14_000, "risk"),
        ({"pd": np.nan, "has_pd": False}, 56_000, "need"),
        ({"proven_balance": 20_000.0}, 30_000, "history"),  # 1.5 x 20,000
        ({"proven_balance": 0.0}, 0, "history"),
        ({"proven_balance": 0.0, "has_history": False}, 56_000, "need"),
        ({"grade": GRADES.index("D")}, 40_000, "grade_cap"),
        ({"grade": GRADES.index("E")}, 0, "grade_cap"),
        ({"override": 70_500.0, "has_override": True}, 70_500, "override"),
        ({"parent_limit": 45_500.0, "has_parent_limit": True}, 45_500, "parent"),
        ({"parent_limit": 60_000.0, "has_parent_limit": True}, 56_000, "need"),
    ],
)
def test_a_limit_is_the_least_of_its_terms_rounded_down(
    values: dict[str, Any], expected: float, binding: str
) -> None:
    found = limit(**values)
    assert found.limit[0] == expected
    assert found.binding[0] == binding
    assert found.rules[0][0] == binding


def test_a_segment_has_its_own_cap_and_loss() -> None:
    retail = replace(
        POLICY,
        limits=replace(
            POLICY.limits, segment_cap={"retail": 20_000.0}, lgd_by_segment={"retail": 0.9}
        ),
    )
    found = limit(retail, segment="retail", pd=0.1)
    assert (found.limit[0], found.binding[0]) == (20_000, "segment_cap")
    assert found.terms[0, TERMS.index("risk")] == pytest.approx(2_000 / 0.1 / 0.9)
    assert limit(retail, segment="industry").limit[0] == 56_000


@pytest.mark.parametrize(
    ("current", "proposed"),
    [
        (56_000.0, False),
        (55_100.0, False),  # less than 1,000
        (52_000.0, False),  # 4,000 are less than 10 %
        (50_000.0, True),  # 6,000 are 12 %
        (5_600.0, True),
    ],
)
def test_small_changes_are_not_proposed(current: float, proposed: bool) -> None:
    found = limit(current_limit=current, has_current_limit=True)
    assert found.proposed[0] == proposed
    assert ("small_change" in found.rules[0]) is not proposed


def test_a_limit_below_the_exposure_freezes() -> None:
    assert not limit(exposure=56_000.0).freeze[0]
    assert limit(exposure=56_000.01).freeze[0]
    # the group owes more than its parent may
    assert limit(parent_limit=90_000.0, has_parent_limit=True, group_exposure=90_001.0).freeze[0]


def test_of_a_natural_person_nothing_is_decided_without_a_person() -> None:
    found = limit(natural_person=True, exposure=99_000.0)
    assert found.refer[0]
    assert not found.proposed[0]
    assert not found.freeze[0]
    assert found.rules[0] == ("need", "exposure_above_limit", "natural_person")


def test_a_loss_uses_the_best_guarantee_first_and_inverts() -> None:
    # 100 at 100 %, 100 at 50 %, lgd 0.5: 300 cost 0 + 25 + 50
    cover, lgd = Cover(np.array([[100.0, 100.0]]), np.array([[1.0, 0.5]])), np.array([0.5])
    assert losses(np.array([300.0]), cover, lgd).tolist() == [75.0]
    assert losses(np.array([-5.0]), cover, lgd).tolist() == [0.0]
    assert largest_exposure(np.array([75.0]), cover, lgd).tolist() == [300.0]
    assert largest_exposure(np.array([10.0]), cover, lgd).tolist() == [140.0]
    assert largest_exposure(np.array([np.inf]), cover, lgd).tolist() == [np.inf]
