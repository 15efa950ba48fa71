"""The policy: how the business decides, as one frozen value read from TOML."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from decisions.words import GRADES, PAYMENT_CLASSES, STAGES
from ledger.configuration import Within, merged, read_table, read_toml
from ledger.errors import SettingsError
from ledger.schema import TABLES

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")

GUARANTEE_KINDS = TABLES["guarantees"].column("kind").choices

Count = Annotated[int, Within(0)]
Days = Annotated[int, Within(-3650, 3650)]
Share = Annotated[float, Within(0, 1)]
LossShare = Annotated[float, Within(0.01, 1)]
Money = Annotated[float, Within(0)]
Factor = Annotated[float, Within(0)]


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
        Naming every key that is unknown, every value that cannot be used and every two values
        that contradict each other.
    """
    given, source = read_toml(DEFAULT_POLICY), DEFAULT_POLICY
    if path is not None:
        given, source = merged(given, read_toml(path)), path
    problems: list[str] = []
    policy = read_table(Policy, given, "", problems)
    problems += _contradictions(given)
    if problems:
        raise SettingsError([f"{source.name}: {problem}" for problem in problems])
    found: Policy = policy
    return found


def echo(policy: Policy) -> dict[str, Any]:
    """What every answer says of the policy it was decided by."""
    return {
        "owner": policy.owner,
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
    }


def digest(policy: Policy) -> str:
    """SHA-256 of what a policy says, 64 hexadecimal digits."""
    text = json.dumps(asdict(policy), default=date.isoformat, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _contradictions(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with values that are each right alone, in the sections that can be read."""
    checks: dict[str, tuple[type, Callable[[Any], list[str]]]] = {
        "aging": (AgingPolicy, _aging_contradictions),
        "grades": (GradePolicy, _grade_contradictions),
        "scorecard": (Scorecard, _scorecard_contradictions),
        "limits": (LimitPolicy, _limit_contradictions),
        "worklist": (WorklistPolicy, _worklist_contradictions),
    }
    found: list[str] = []
    for name, (cls, contradictions) in checks.items():
        section = read_table(cls, given.get(name), name, [])
        if section is not None:
            found += contradictions(section)
    return found


def _aging_contradictions(aging: AgingPolicy) -> list[str]:
    return _rising("aging.bounds_days", aging.bounds_days, len(aging.bounds_days))


def _grade_contradictions(grades: GradePolicy) -> list[str]:
    found = _rising("grades.pd_upper", grades.pd_upper, len(GRADES) - 1)
    for name in ("best_grade_for_thin_history", "best_grade_for_slow_payers"):
        grade = getattr(grades, name)
        if grade not in GRADES:
            found.append(
                f"grades.{name} is {grade!r}; expected one of {', '.join(GRADES)}; correct it"
            )
    return found


def _scorecard_contradictions(card: Scorecard) -> list[str]:
    found = _rising("scorecard.points_upper", card.points_upper, len(GRADES) - 1)
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
    found += _strangers("scorecard.payment_class", card.payment_class, PAYMENT_CLASSES)
    points = [card.payment_class.get(name, 0) for name in PAYMENT_CLASSES]
    found += _falling("scorecard.payment_class", points, "who pays later must not have more")
    return found


def _limit_contradictions(limits: LimitPolicy) -> list[str]:
    found = _strangers("limits.insured_share", limits.insured_share, GUARANTEE_KINDS)
    if set(limits.grade_cap) != set(GRADES):
        return [
            *found,
            f"limits.grade_cap has {', '.join(limits.grade_cap) or 'nothing'}; expected a cap for "
            f"each of {', '.join(GRADES)}; correct it",
        ]
    caps = [limits.grade_cap[grade] for grade in GRADES]
    return found + _falling("limits.grade_cap", caps, "a worse grade must not have more")


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
        found += _rising("worklist.stage_from_days", days, len(STAGES))
    return found


def _rising(where: str, values: Sequence[float], count: int) -> list[str]:
    if len(values) == count and sorted(set(values)) == list(values):
        return []
    return [f"{where} is {list(values)}; expected {count} rising numbers; put them in order"]


def _falling(where: str, values: Sequence[float], why: str) -> list[str]:
    if all(later <= earlier for earlier, later in pairwise(values)):
        return []
    return [f"{where} rises to {list(values)}; expected falling numbers, as {why}; correct it"]


def _strangers(where: str, given: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    return [
        f"{where}.{name} is no key here; expected one of {', '.join(known)}; correct or remove it"
        for name in given
        if name not in known
    ]
