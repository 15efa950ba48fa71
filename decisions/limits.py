"""Credit limits: the least of need, risk, history and caps (DOMAIN section 3)."""

from dataclasses import dataclass

import numpy as np

from decisions.policy import GRADES, LimitPolicy
from ledger.arrays import Array, Codes, Flags, Floats

TERMS = ("need", "risk", "history", "grade_cap", "segment_cap")
"""The terms of a limit, in the order in which the first of equals names itself as binding."""


@dataclass(frozen=True)
class LimitInputs:
    """What a limit is computed from, for n customers; money in major reporting units.

    Parameters
    ----------
    billing
        Mean of the three highest billing months of the last twelve.
    terms_days
        The customer's terms.
    pd, has_pd
        Probability of default, and whether there is one; without it the risk term is left out.
    guaranteed, insured_share
        Sum of valid guarantees, and the share of a loss within it that they bear.
    highest_paid_balance, has_history
        Highest day-end balance of the months looked at all of whose items were paid in time.
    grade
        Positions in GRADES.
    segment
        Text, "" where unknown.
    exposure, current_limit, has_current_limit
        Today's exposure, and the limit in force.
    override, has_override
        A dated decision by a person, which wins.
    """

    billing: Floats
    terms_days: Floats
    pd: Floats
    has_pd: Flags
    guaranteed: Floats
    insured_share: Floats
    highest_paid_balance: Floats
    has_history: Flags
    grade: Codes
    segment: Array
    exposure: Floats
    current_limit: Floats
    has_current_limit: Flags
    override: Floats
    has_override: Flags


@dataclass(frozen=True)
class CreditLimits:
    """Limits of n customers, major reporting units.

    Parameters
    ----------
    limit
        What the terms allow, or the override; rounded down.
    terms
        Each term of TERMS before rounding, shape (n, 5); infinite where it does not apply.
    binding
        Name of the term that decides, or "override".
    proposed
        Whether the change against the limit in force is large enough to propose.
    freeze
        Whether the limit lies below today's exposure: no new orders.
    """

    limit: Floats
    terms: Floats
    binding: Array
    proposed: Flags
    freeze: Flags


def credit_limits(policy: LimitPolicy, given: LimitInputs) -> CreditLimits:
    """Limits by the policy. More pd, or a worse grade, never raises one; all shapes (n,)."""
    terms = np.column_stack(
        [
            need(policy, given.billing, given.terms_days),
            np.where(given.has_pd, risk(policy, given), np.inf),
            np.where(
                given.has_history, policy.history_multiple * given.highest_paid_balance, np.inf
            ),
            np.array([policy.grade_cap[grade] for grade in GRADES])[given.grade],
            _by_segment(policy.segment_cap, np.inf, given.segment),
        ]
    )
    computed = _round_down(np.min(terms, axis=1), policy.round_to)
    limit = np.where(given.has_override, given.override, computed)
    binding = np.array(TERMS, dtype=object)[np.argmin(terms, axis=1)]
    change = np.abs(limit - given.current_limit)
    large = (change >= policy.least_change) & (
        change >= policy.least_change_share * given.current_limit
    )
    return CreditLimits(
        limit=limit,
        terms=terms,
        binding=np.where(given.has_override, "override", binding),
        proposed=~given.has_override & (~given.has_current_limit | large),
        freeze=limit < given.exposure,
    )


def need(policy: LimitPolicy, billing: Floats, terms_days: Floats) -> Floats:
    """What the customer's billing asks for: months of it outstanding at its terms, (n,)."""
    return billing * (terms_days + policy.need_buffer_days) / 30 * policy.headroom


def risk(policy: LimitPolicy, given: LimitInputs) -> Floats:
    """Exposure L at which pd x loss(L) equals the budget of expected loss, (n,).

    loss(L) = lgd x max(L - I, 0) + lgd x (1 - insured_share) x min(L, I), I the guarantees.
    Infinite where the pd is zero, or where guarantees bear the whole of any loss it can reach.
    """
    lgd = _by_segment(policy.lgd_by_segment, policy.lgd, given.segment)
    with np.errstate(divide="ignore", invalid="ignore"):
        bearable = np.where(given.pd > 0, policy.el_budget / given.pd, np.inf)
        within = lgd * (1 - given.insured_share)
        covered = within * given.guaranteed
        inside = np.where(within > 0, bearable / within, np.inf)
        beyond = given.guaranteed + (bearable - covered) / lgd
    return np.where(bearable <= covered, inside, beyond)


def _by_segment(values: dict[str, float], otherwise: float, segment: Array) -> Floats:
    return np.array([values.get(name, otherwise) for name in segment], dtype=np.float64)


def _round_down(money: Floats, step: float) -> Floats:
    """Multiples of `step`, downwards; a hair's breadth below one counts as reaching it."""
    return np.maximum(np.floor(np.minimum(money, 1e15) / step + 1e-9) * step, 0.0)
