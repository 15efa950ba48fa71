"""The policy: how the business decides, as one frozen value read from TOML."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from decisions.order_policy import OrderPolicy, order_contradictions
from decisions.policy_values import (
    Count,
    Days,
    Factor,
    LossShare,
    Money,
    Share,
    falling,
    rising,
    strangers,
)
from decisions.words import GRADES, PAYMENT_CLASSES, STAGES
from ledger.configuration import Within, merged, read_table, read_toml
from ledger.errors import SettingsError
from ledger.schema import TABLES

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")

GUARANTEE_KINDS = TABLES["guarantees"].column("kind").choices


@dataclass(frozen=True)
class AgingPolicy:
    """Last days past due of the aging buckets; one more bucket follows."""

    bounds_days: tuple[Annotated[int, Within(1)], ...]


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
    history_grace_days: Count
    grade_cap: dict[str, Money]
    segment_cap: dict[str, Money]
    lgd: LossShare
    lgd_by_segment: dict[str, LossShare]
    insured_share: dict[str, Share]
    round_to: Annotated[float, Within(0.01)]
    least_change: Money
    least_change_share: Share


@dataclass(frozen=True)
class WorklistPolicy:
    """What makes an item urgent, and what is recommended."""

    horizon_days: Annotated[int, Within(1)]
    stage_from_days: dict[str, Days]
    uplift: dict[str, Share]
    least_amount: Money
    capacity: Annotated[int, Within(1)]
    reserved_share: Share
    first_run_looks_back_days: Count
    large_item: Money
    uncontacted_days: Count
    insurer_notice_days: Count
    escalate_expected_loss: Money
    unallocated_share: Share


@dataclass(frozen=True)
class ForecastPolicy:
    """How far the cash forecast looks ahead, in ISO weeks, and back for new billing."""

    weeks: Annotated[int, Within(1, 53)]
    billing_windows: Annotated[int, Within(1)]


@dataclass(frozen=True)
class AlertPolicy:
    """From when on a change or a state is an alert; money in major reporting units."""

    least_exposure: Money
    large_item: Money
    pd_rise: Share
    limit_expires_days: Count
    guarantee_ends_days: Count
    portfolio_overdue_rise: Share
    portfolio_concentration: Share


@dataclass(frozen=True)
class RetentionPolicy:
    """Whole months for which each kind of record is kept."""

    audit: Annotated[int, Within(1)]
    score_runs: Annotated[int, Within(1)]
    order_checks: Annotated[int, Within(1)]
    releases: Annotated[int, Within(1)]
    keys: Annotated[int, Within(1)]
    contact_notes: Annotated[int, Within(1)]
    inactive_customers: Annotated[int, Within(1)]


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
    orders: OrderPolicy
    forecast: ForecastPolicy
    alerts: AlertPolicy
    retention: RetentionPolicy


def read_policy(path: Path | None = None) -> Policy:
    """Policy of a TOML file; what the file does not give is as in `decisions/policy.toml`.

    Raises
    ------
    SettingsError
        Naming every key that is unknown, every value that cannot be used and every two values
        that contradict each other.
    """
    given, source = read_toml(DEFAULT_POLICY), DEFAULT_POLICY
    if path is not None:
        given, source = merged(given, read_toml(path)), path
    return _policy(given, source.name)


def echo(policy: Policy) -> dict[str, Any]:
    """What every answer says of the policy it was decided by."""
    return {
        "owner": policy.owner,
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
    }


def digest(policy: Policy) -> str:
    """SHA-256 of what a policy says, 64 hexadecimal digits."""
    return hashlib.sha256(content(policy).encode()).hexdigest()


def content(policy: Policy) -> str:
    """What a policy says, as JSON with its keys in order."""
    return json.dumps(asdict(policy), default=date.isoformat, sort_keys=True)


def policy_of(text: str) -> Policy:
    """The policy of a text that `content` gave; what it lacks is as in `decisions/policy.toml`.

    Raises
    ------
    SettingsError
        If it cannot be read by this code.
    """
    given = json.loads(text)
    given["effective_from"] = date.fromisoformat(given["effective_from"])
    return _policy(merged(read_toml(DEFAULT_POLICY), given), "stored policy")


def _policy(given: Mapping[str, Any], source: str) -> Policy:
    """The policy of these values, once nothing is wrong with them."""
    problems: list[str] = []
    policy = read_table(Policy, given, "", problems)
    problems += _contradictions(given)
    if problems:
        raise SettingsError([f"{source}: {problem}" for problem in problems])
    found: Policy = policy
    return found


def _contradictions(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with values that are each right alone, in the sections that can be read."""
    checks: dict[str, tuple[type, Callable[[Any], list[str]]]] = {
        "aging": (AgingPolicy, _aging_contradictions),
        "grades": (GradePolicy, _grade_contradictions),
        "scorecard": (Scorecard, _scorecard_contradictions),
        "limits": (LimitPolicy, _limit_contradictions),
        "worklist": (WorklistPolicy, _worklist_contradictions),
        "orders": (OrderPolicy, order_contradictions),
    }
    found: list[str] = []
    for name, (cls, contradictions) in checks.items():
        section = read_table(cls, given.get(name), name, [])
        if section is not None:
            found += contradictions(section)
    return found


def _aging_contradictions(aging: AgingPolicy) -> list[str]:
    return rising("aging.bounds_days", aging.bounds_days, len(aging.bounds_days))


def _grade_contradictions(grades: GradePolicy) -> list[str]:
    found = rising("grades.pd_upper", grades.pd_upper, len(GRADES) - 1)
    for name in ("best_grade_for_thin_history", "best_grade_for_slow_payers"):
        grade = getattr(grades, name)
        if grade not in GRADES:
            found.append(
                f"grades.{name} is {grade!r}; expected one of {', '.join(GRADES)}; correct it"
            )
    return found


def _scorecard_contradictions(card: Scorecard) -> list[str]:
    found = rising("scorecard.points_upper", card.points_upper, len(GRADES) - 1)
    if card.notch_below > card.notch_above:
        found.append(
            f"scorecard.notch_below is {card.notch_below}, above notch_above {card.notch_above}; "
            "expected at most that; correct one of them"
        )
    found += [
        f"scorecard.tenure_months.{months} is no number of months; expected one like 12"
        for months in card.tenure_months
        if not months.isdecimal()
    ]
    found += strangers("scorecard.payment_class", card.payment_class, PAYMENT_CLASSES)
    points = [card.payment_class.get(name, 0) for name in PAYMENT_CLASSES]
    found += falling("scorecard.payment_class", points, "who pays later must not have more")
    return found


def _limit_contradictions(limits: LimitPolicy) -> list[str]:
    found = strangers("limits.insured_share", limits.insured_share, GUARANTEE_KINDS)
    if set(limits.grade_cap) != set(GRADES):
        return [
            *found,
            f"limits.grade_cap has {', '.join(limits.grade_cap) or 'nothing'}; expected a cap for "
            f"each of {', '.join(GRADES)}; correct it",
        ]
    caps = [limits.grade_cap[grade] for grade in GRADES]
    return found + falling("limits.grade_cap", caps, "a worse grade must not have more")


def _worklist_contradictions(worklist: WorklistPolicy) -> list[str]:
    found = []
    for name in ("stage_from_days", "uplift"):
        if set(getattr(worklist, name)) != set(STAGES):
            found.append(
                f"worklist.{name} has {', '.join(getattr(worklist, name)) or 'nothing'}; expected "
                f"each of {', '.join(STAGES)}; correct it"
            )
    if not found:
        days = [worklist.stage_from_days[stage] for stage in STAGES]
        found += rising("worklist.stage_from_days", days, len(STAGES))
    return found
