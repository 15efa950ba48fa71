"""The policy file: all its errors at once, and what every answer says of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from decisions.policy import Policy, digest, echo, read_policy
from ledger.errors import SettingsError


def problems(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_policy(path)
    return refused.value.problems


def test_a_policy_gives_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'version = "7"\n[limits]\nheadroom = 2\n[limits.lgd_by_segment]\nretail = 0.6\n'
    )
    policy, default = read_policy(path), read_policy()
    limits = replace(default.limits, headroom=2.0, lgd_by_segment={"retail": 0.6})
    assert policy == replace(default, version="7", limits=limits)


def test_all_errors_are_said_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        headrom = 1
        effective_from = "soon"
        [aging]
        bounds_days = [30, 30]
        [grades]
        pd_upper = [0.1, 0.05]
        best_grade_for_thin_history = "F"
        [scorecard]
        notch_below = 90
        [scorecard.tenure_months]
        long = 5
        [scorecard.payment_class]
        over_30 = 40
        never = 1
        [limits]
        lgd = 0
        [worklist]
        reserved_share = 1.5
        """,
    )
    said = "\n".join(found)
    for wanted in (
        "ours.toml: headrom is no key here",
        "effective_from is 'soon'; expected a date like 2024-02-29",
        "aging.bounds_days is [30, 30]; expected 2 rising numbers",
        "grades.pd_upper is [0.1, 0.05]; expected 4 rising numbers",
        "grades.best_grade_for_thin_history is 'F'; expected one of A, B, C, D, E",
        "scorecard.notch_below is 90, above notch_above 85",
        "scorecard.tenure_months.long is no number of months",
        "scorecard.payment_class.never is no key here",
        "scorecard.payment_class rises",
        "limits.lgd is 0; expected a number from 0.01 to 1",
        "worklist.reserved_share is 1.5; expected a number from 0 to 1",
    ):
        assert wanted in said, said
    assert len(found) == 11


def test_stages_and_caps_are_complete_and_in_order(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [worklist.stage_from_days]
        call = 0
        [worklist.uplift]
        shout = 0.9
        [limits.grade_cap]
        E = 2_000_000
        [limits.insured_share]
        barter = 0.5
        """,
    )
    said = "\n".join(found)
    assert "worklist.uplift has before_due, reminder, call" in said
    assert "limits.grade_cap rises" in said
    assert "limits.insured_share.barter is no key here" in said
    assert "stage_from_days" in "\n".join(
        problems(tmp_path, "[worklist.stage_from_days]\ncall = 0\n")
    )


def test_orders_have_known_outcomes_and_bounds_in_order(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [orders]
        no_limit = "ask"
        account_status = { legal = "approve", on_hold = "stop" }
        [orders.limit_used]
        refer_above = 1.5
        """,
    )
    said = "\n".join(found)
    assert "orders.account_status.legal is no key here; expected one of active, on_hold" in said
    assert "orders.no_limit is 'ask'; expected one of approve, refer, hold" in said
    assert "orders.account_status.on_hold is 'stop'" in said
    assert "orders.limit_used.refer_above is 1.5, above hold_above 1.2" in said
    assert len(found) == 4


def test_answers_echo_owner_version_and_day() -> None:
    assert echo(read_policy()) == {
        "owner": "Credit management",
        "version": "2026.1",
        "effective_from": "2026-01-01",
    }


def test_the_digest_tells_any_two_policies_apart() -> None:
    policy: Policy = read_policy()
    changed = replace(policy, limits=replace(policy.limits, el_budget=2_000.5))
    assert digest(policy) == digest(read_policy())
    assert digest(changed) != digest(policy)
