"""Credit limits: the least of need, risk, history and caps (DOMAIN section 3)."""

from dataclasses import dataclass

import numpy as np

from decisions.grade import named_rules
from decisions.losses import Cover, largest_exposure
from decisions.policy import LimitPolicy
from decisions.words import GRADES
from ledger.arrays import Array, Codes, Flags, Floats

TERMS = ("need", "risk", "history", "grade_cap", "segment_cap")
"""The terms of a limit, in the order in which the first of equals names itself as binding."""


@dataclass(frozen=True, eq=False)
class LimitInputs:
    """What limits are computed from, for n customers; money in major reporting units.

    Parameters
    ----------
    billing
        Mean of the three highest billing months of the last twelve.
    terms_days
        The customer's terms.
    pd, has_pd
        Probability of default, and whether there is one; without it the risk term is left out.
    cover
        Valid guarantees.
    proven_balance, has_history
        Highest day-end balance all of whose items were paid in time, and whether the customer
        ever paid in the months looked at; without it the history term is left out.
    grade
        Positions in GRADES.
    segment
        Text, "" where unknown.
    exposure
        Today's exposure.
    current_limit, has_current_limit
        The approved limit in force.
    override, has_override
        A dated decision by a person, which wins over the terms.
    parent_limit, has_parent_limit, group_exposure
        The approved limit of the customer's parent, which holds for the whole group, and the
        exposure of that group.
    natural_person
        Whether only a person may decide.
    """

    billing: Floats
    terms_days: Floats
    pd: Floats
    has_pd: Flags
    cover: Cover
    proven_balance: Floats
    has_history: Flags
    grade: Codes
    segment: Array
    exposure: Floats
    current_limit: Floats
    has_current_limit: Flags
    override: Floats
    has_override: Flags
    parent_limit: Floats
    has_parent_limit: Flags
    group_exposure: Floats
    natural_person: Flags

    def __len__(self) -> int:
        return len(self.billing)


@dataclass(frozen=True, eq=False)
class CreditLimits:
    """Limits of n customers, major reporting units.

    Parameters
    ----------
    limit
        What the terms allow, rounded down, or the override; at most the parent's limit.
    terms
        Each term of TERMS before rounding, shape (n, 5); infinite where it does not apply.
    binding
        What decides: a term of TERMS, "override" or "parent".
    proposed
        Whether the change against the limit in force, none being zero, is large enough to
        propose.
    freeze
        Whether today's exposure lies above the limit, or the group's above the parent's: no new
        orders.
    refer
        Whether a person has to decide: nothing is proposed or frozen without one.
    rules
        Names of the rules that shaped each.
    """

    limit: Floats
    terms: Floats
    binding: Array
    proposed: Flags
    freeze: Flags
    refer: Flags
    rules: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.limit)


def credit_limits(policy: LimitPolicy, given: LimitInputs) -> CreditLimits:
    """Limits by the policy. More pd, or a worse grade, never raises one; all shapes (n,)."""
    terms = np.column_stack(
        [
            need(policy, given.billing, given.terms_days),
            np.where(given.has_pd, risk(policy, given), np.inf),
            np.where(given.has_history, policy.history_multiple * given.proven_balance, np.inf),
            np.array([policy.grade_cap[grade] for grade in GRADES])[given.grade],
            by_segment(policy.segment_cap, np.inf, given.segment),
        ]
    )
    own = np.where(given.has_override, given.override, round_down(terms.min(axis=1), policy))
    of_parent = given.has_parent_limit & (given.parent_limit < own)
    limit = np.where(of_parent, given.parent_limit, own)
    term = np.array(TERMS, dtype=object)[np.argmin(terms, axis=1)]
    binding = np.where(of_parent, "parent", np.where(given.has_override, "override", term))
    current = np.where(given.has_current_limit, given.current_limit, 0.0)
    change = np.abs(limit - current)
    small = (change < policy.least_change) | (change < policy.least_change_share * current)
    beyond = (limit < given.exposure) | (
        given.has_parent_limit & (given.parent_limit < given.group_exposure)
    )
    rules = {
        **{name: binding == name for name in (*TERMS, "override", "parent")},
        "small_change": small & ~given.has_override,
        "exposure_above_limit": beyond,
        "natural_person": given.natural_person,
    }
    return CreditLimits(
        limit=limit,
        terms=terms,
        binding=binding.astype(object),
        proposed=~given.has_override & ~small & ~given.natural_person,
        freeze=beyond & ~given.natural_person,
        refer=given.natural_person,
        rules=named_rules(rules, len(given)),
    )


def need(policy: LimitPolicy, billing: Floats, terms_days: Floats) -> Floats:
    """What the customer's billing asks for: months of it outstanding at its terms, (n,)."""
    return billing * (terms_days + policy.need_buffer_days) / 30 * policy.headroom


def risk(policy: LimitPolicy, given: LimitInputs) -> Floats:
    """Exposure at which pd x loss given default equals the budget of expected loss, (n,).

    Infinite where the pd is zero.
    """
    risky = given.has_pd & (given.pd > 0)
    bearable = np.where(risky, policy.el_budget / np.where(risky, given.pd, 1.0), np.inf)
    return largest_exposure(bearable, given.cover, lgd_of(policy, given.segment))


def lgd_of(policy: LimitPolicy, segment: Array) -> Floats:
    """Share of an uncovered exposure that a default costs, by segment (text), shape (n,)."""
    return by_segment(policy.lgd_by_segment, policy.lgd, segment)


def by_segment(values: dict[str, float], otherwise: float, segment: Array) -> Floats:
    """The value of each customer's segment, shape (n,)."""
    return np.array([values.get(name, otherwise) for name in segment], dtype=np.float64)


def round_down(money: Floats, policy: LimitPolicy) -> Floats:
    """Multiples of `round_to`, downwards; a hair's breadth below one counts as reaching it."""
    steps = np.minimum(money, 1e15) / policy.round_to
    nearest = np.rint(steps)
    whole = np.where(np.abs(steps - nearest) <= 1e-9 * nearest, nearest, np.floor(steps))
    return np.maximum(whole, 0.0) * policy.round_to
