"""Grades: bands, scorecard, notches and caps."""

import numpy as np
import pytest

from decisions.grade import grades, scorecard_points
from decisions.policy import read_policy
from tests.decisions.portfolios import DAY, TODAY, invoice, ledger_of, payment, portfolio_of

POLICY = read_policy()


@pytest.mark.parametrize(
    ("pd", "points", "payment_class", "cleared", "letter", "rules"),
    [
        (0.01, 50, 1, 9, "A", ("pd_band",)),
        (0.0101, 50, 1, 9, "B", ("pd_band",)),
        (0.5, 50, 1, 9, "E", ("pd_band",)),
        (0.05, 90, 1, 9, "B", ("pd_band", "scorecard_notch")),
        (0.05, 20, 1, 9, "D", ("pd_band", "scorecard_notch")),
        (1.0, 90, 1, 9, "E", ("in_default",)),
        (0.001, 50, 4, 9, "C", ("pd_band", "slow_payer_cap")),
        (0.001, 50, 1, 2, "C", ("pd_band", "thin_history_cap")),
        (0.15, 50, 4, 2, "D", ("pd_band",)),
        (None, 75, 1, 9, "A", ("scorecard",)),
        (None, 74, 1, 9, "B", ("scorecard",)),
        (None, 29, 1, 9, "E", ("scorecard",)),
        (None, 80, 1, 0, "C", ("scorecard", "thin_history_cap")),
    ],
)
def test_grades_follow_bands_scorecard_and_caps(
    pd: float | None,
    points: int,
    payment_class: int,
    cleared: int,
    letter: str,
    rules: tuple[str, ...],
) -> None:
    found = grades(
        POLICY,
        np.array([np.nan if pd is None else pd]),
        np.array([pd is not None]),
        np.array([points]),
        np.array([payment_class], np.int32),
        np.array([True]),
        np.array([cleared]),
    )
    assert (found.letters()[0], found.rules[0]) == (letter, rules)


def test_the_scorecard_counts_tenure_payment_class_and_facts() -> None:
    points = scorecard_points(
        POLICY.scorecard,
        tenure_days=np.array([400.0, 2000.0, np.nan, 400.0]),
        payment_class=np.array([0, 4, 0, 2], np.int32),
        has_payment_class=np.array([True, True, False, True]),
        facts={"status": np.array(["active", "legal", "", "insolvent"], dtype=object)},
    )
    # 50 + 5 + 25; 50 + 10 - 30 - 60; 50; 50 + 5 + 0 - 100
    assert points.tolist() == [80, -30, 50, -45]


def test_the_payment_class_is_told_by_the_worse_of_past_and_future() -> None:
    tables = {
        "invoices": [
            # A paid 1,000 ten days early and 3,000 two days late: -1 on average ...
            invoice("A1", "A", "1000.00", due_days_ago=40),
            invoice("A2", "A", "3000.00", due_days_ago=40),
            # ... and 500 are overdue by 45 days, of which half are never expected.
            invoice("A3", "A", "500.00", due_days_ago=45),
            invoice("B1", "B", "1000.00", due_days_ago=400),  # B paid too long ago
        ],
        "payments": [
            payment("P1", "1000.00", 50, customer_id="A", invoice_id="A1"),
            payment("P2", "3000.00", 38, customer_id="A", invoice_id="A2"),
            payment("P3", "1000.00", 399, customer_id="B", invoice_id="B1"),
        ],
    }
    ledger = ledger_of(TODAY, tables)
    never = portfolio_of(ledger, POLICY, DAY, p_open=0.51).credit
    assert never.records.paid_days_late.tolist()[0] == -1.0
    assert np.isnan(never.records.paid_days_late[1])
    assert never.records.expected_days_late.tolist()[0] == 365.0
    assert never.records.cleared_items.tolist() == [2, 1]
    assert never.payment_class_names().tolist() == ["over_30", ""]
    soon = portfolio_of(ledger, POLICY, DAY, p_open=1e-9).credit
    assert soon.payment_class_names().tolist() == ["early", ""]
