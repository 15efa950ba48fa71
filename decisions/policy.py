"""The policy: how the business decides, as one frozen value read from TOML."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from ledger.configuration import Within, merged, read_table, read_toml
from ledger.errors import SettingsError

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")

GRADES = ("A", "B", "C", "D", "E")
"""Grades from best to worst."""

Count = Annotated[int, Within(0)]
Share = Annotated[float, Within(0, 1)]
Money = Annotated[float, Within(0)]
Factor = Annotated[float, Within(0)]


@dataclass(frozen=True)
class AgingPolicy:
    """Last days past due of the aging buckets; one more bucket follows."""

    bounds_days: tuple[Count, ...]


@dataclass(frozen=True)
class GradePolicy:
    """Bands of pd and the caps on grades."""

    pd_upper: tuple[Share, ...]
    thin_history_items: Count
    best_grade_for_thin_history: str
    best_grade_for_slow_payers: str


@dataclass(frozen=True)
class Scorecard:
    """Points for what is known of a customer; they set its grade where there is no pd."""

    base: int
    points_upper: tuple[int, ...]
    notch_below: int
    notch_above: int
    tenure_months: dict[str, int]
    payment_class: dict[str, int]
    facts: dict[str, dict[str, int]]


@dataclass(frozen=True)
class LimitPolicy:
    """Terms of the credit limit (DOMAIN section 3); money in major reporting units."""

    need_buffer_days: Count
    headroom: Factor
    el_budget: Money
    history_multiple: Factor
    history_months: Annotated[int, Within(1)]
    grade_cap: dict[str, Money]
    segment_cap: dict[str, Money]
    lgd: Annotated[float, Within(0.01, 1)]
    lgd_by_segment: dict[str, Annotated[float, Within(0.01, 1)]]
    round_to: Annotated[float, Within(0.01)]
    least_change: Money
    least_change_share: Share


@dataclass(frozen=True)
class WorklistPolicy:
    """What makes an item urgent, and what is recommended."""

    horizon_days: Annotated[int, Within(1)]
    uplift: dict[str, Factor]
    stage_from_days: dict[str, int]
    capacity: Annotated[int, Within(1)]
    reserved_share: Share
    escalate_expected_loss: Money
    large_item: Money
    uncontacted_days: Count
    unallocated_share: Share
    insurer_notice_days: Count


@dataclass(frozen=True)
class Policy:
    """How the business decides; changed without retraining, echoed in every answer."""

    owner: str
    version: str
    effective_from: date
    unknown_is_natural_person: bool
    aging: AgingPolicy
    grades: GradePolicy
    scorecard: Scorecard
    limits: LimitPolicy
    worklist: WorklistPolicy


def read_policy(path: Path | None = None) -> Policy:
    """Policy of a TOML file; what the file does not give is as in `decisions/policy.toml`.

    Raises
    ------
    SettingsError
        Naming every key that is unknown and every value that cannot be used.
    """
    given, source = read_toml(DEFAULT_POLICY), DEFAULT_POLICY
    if path is not None:
        given, source = merged(given, read_toml(path)), path
    problems: list[str] = []
    values = read_table(Policy, given, "", problems)
    if not problems:
        problems += _contradictions(values)
    if problems:
        raise SettingsError([f"{source.name}: {problem}" for problem in problems])
    policy: Policy = values
    return policy


def _contradictions(policy: Policy) -> list[str]:
    """What is wrong with values that are each right alone."""
    problems = [
        f"{where} is {list(values)}; expected {count} rising numbers; put them in order"
        for where, values, count in (
            ("grades.pd_upper", policy.grades.pd_upper, len(GRADES) - 1),
            ("scorecard.points_upper", policy.scorecard.points_upper, len(GRADES) - 1),
            ("aging.bounds_days", policy.aging.bounds_days, len(policy.aging.bounds_days)),
        )
        if len(values) != count or sorted(set(values)) != list(values)
    ]
    for where, grade in (
        ("grades.best_grade_for_thin_history", policy.grades.best_grade_for_thin_history),
        ("grades.best_grade_for_slow_payers", policy.grades.best_grade_for_slow_payers),
    ):
        if grade not in GRADES:
            problems.append(f"{where} is {grade!r}; expected one of {', '.join(GRADES)}")
    caps = policy.limits.grade_cap
    if set(caps) != set(GRADES):
        problems.append(f"limits.grade_cap has {', '.join(caps)}; expected {', '.join(GRADES)}")
    elif any(caps[worse] > caps[better] for better, worse in pairwise(GRADES)):
        problems.append(
            "limits.grade_cap rises for a worse grade; a worse grade must not have more"
        )
    return problems


def echo(policy: Policy) -> dict[str, Any]:
    """What every answer says of the policy it was decided by."""
    return {
        "owner": policy.owner,
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
    }
