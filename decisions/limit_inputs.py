"""What credit limits are computed from, derived from the ledger as known on a day."""

import numpy as np

from decisions.accounts import Accounts, fact_numbers, fact_texts
from decisions.exposure import parents
from decisions.limits import LimitInputs
from decisions.losses import Cover
from decisions.policy import LimitPolicy
from decisions.position import Position
from decisions.proven_balances import proven_balances
from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Flags, Floats, Minor
from ledger.days import month_index
from ledger.known_facts import day_in
from ledger.money import exponent
from ledger.rates import to_reporting
from models.scores import CustomerScores

BILLING_MONTHS = 12
HIGHEST_MONTHS = 3
DAYS_IN_MONTH = 30.4375

CREDIT_LIMIT, LIMIT_VALID_UNTIL = "credit_limit", "limit_valid_until"
LIMIT_OVERRIDE = "limit_override"
OVERRIDE_BY, OVERRIDE_WHY = "limit_override_by", "limit_override_why"
OVERRIDE_UNTIL = "limit_override_until"
"""Facts of an override: the limit in reporting currency, who set it, why, and its last day."""


def limit_inputs(
    policy: LimitPolicy,
    position: Position,
    accounts: Accounts,
    scores: CustomerScores,
    grade: Codes,
    cover: Cover,
    exposure_minor: Minor,
    group_exposure_minor: Minor,
    natural_person: Flags,
) -> LimitInputs:
    """Inputs of the limits of a position's customers; arrays of shape (n,)."""
    unit = 10.0 ** exponent(position.currency)
    window_days = round(policy.history_months * DAYS_IN_MONTH)
    proven, has_history = proven_balances(position, window_days, policy.history_grace_days)
    current, has_current = approved_limits(position)
    override, has_override = overrides(position)
    of_parent, has_of_parent = _parent_limits(position)
    return LimitInputs(
        billing=highest_billing(position) / unit,
        terms_days=terms_days(position),
        pd=scores.pd,
        has_pd=scores.has_pd,
        cover=cover,
        proven_balance=proven / unit,
        has_history=has_history,
        grade=grade,
        segment=accounts.segment,
        exposure=exposure_minor / unit,
        current_limit=current,
        has_current_limit=has_current,
        override=override,
        has_override=has_override,
        parent_limit=of_parent,
        has_parent_limit=has_of_parent,
        group_exposure=group_exposure_minor / unit,
        natural_person=natural_person,
    )


def highest_billing(position: Position) -> Floats:
    """Mean of the three highest billing months of the last twelve, minor reporting units, (n,).

    Billing is invoices less credit notes issued, at the rates of their day; what has no rate
    counts nothing. The last month is the current one, as far as it has gone; a month without
    billing counts zero.
    """
    ledger, invoices = position.ledger, position.ledger.invoices
    amount, _ = to_reporting(
        ledger, invoices["currency"], np.abs(invoices["amount"]), invoices["issued_on"]
    )
    signed = np.where(is_credit_note(ledger), -amount, amount)
    months_ago = int(month_index(np.array([position.as_of]))[0]) - month_index(
        invoices["issued_on"]
    )
    number, is_here = position.place(invoices["customer_id"])
    counts = is_here & (months_ago >= 0) & (months_ago < BILLING_MONTHS)
    billed = np.zeros((len(position.customers), BILLING_MONTHS), np.int64)
    np.add.at(billed, (number[counts], months_ago[counts]), signed[counts])
    highest = np.sort(np.maximum(billed, 0), axis=1)[:, -HIGHEST_MONTHS:]
    mean: Floats = highest.sum(axis=1) / HIGHEST_MONTHS
    return mean


def terms_days(position: Position) -> Floats:
    """Terms of each customer: the fact `terms_days`, else its usual terms, shape (n,).

    Usual are the (lower) median days from issue to due date of its invoices; zero without any.
    """
    agreed, is_agreed = fact_numbers(position, "terms_days")
    invoices = position.ledger.invoices
    number, is_here = position.place(invoices["customer_id"])
    rows = np.flatnonzero(is_here & ~is_credit_note(position.ledger))
    days = np.maximum(invoices["due_on"][rows] - invoices["issued_on"][rows], 0)
    order = np.lexsort((days, number[rows]))
    count = np.bincount(number[rows], minlength=len(position.customers))
    middle = np.cumsum(count) - count + np.maximum(count - 1, 0) // 2
    usual = np.zeros(len(count))
    usual[count > 0] = days[order][middle[count > 0]]
    return np.where(is_agreed, np.maximum(agreed, 0.0), usual)


def approved_limits(position: Position) -> tuple[Floats, Flags]:
    """Limit in force of each customer, in major reporting units, and whether there is one, (n,).

    The fact `credit_limit`, until the close of the fact `limit_valid_until` where there is one;
    not in force where that is no date.
    """
    limit, known = fact_numbers(position, CREDIT_LIMIT)
    until = fact_texts(position, LIMIT_VALID_UNTIL)
    in_force = known & ((until == "") | _not_passed(until, position.as_of))
    return np.where(in_force, limit, 0.0), in_force


def overrides(position: Position) -> tuple[Floats, Flags]:
    """Limit set by a person for each customer, and whether one is in force, both shape (n,).

    It counts only where the facts also say by whom, why, and a last day that has not passed.
    """
    limit, known = fact_numbers(position, LIMIT_OVERRIDE)
    until = fact_texts(position, OVERRIDE_UNTIL)
    said = (fact_texts(position, OVERRIDE_BY) != "") & (fact_texts(position, OVERRIDE_WHY) != "")
    in_force = known & said & _not_passed(until, position.as_of)
    return np.where(in_force, np.maximum(limit, 0.0), 0.0), in_force


def _parent_limits(position: Position) -> tuple[Floats, Flags]:
    """Limit in force of each customer's parent, overridden or approved, both shape (n,)."""
    parent, has_parent = parents(position.ledger, position.customers)
    of_parents = position.of_customers(parent[has_parent])
    approved, is_approved = approved_limits(of_parents)
    override, is_overridden = overrides(of_parents)
    limit, known = np.zeros(len(parent)), np.zeros(len(parent), np.bool_)
    number, _ = of_parents.place(parent[has_parent])
    limit[has_parent] = np.where(is_overridden, override, approved)[number]
    known[has_parent] = (is_overridden | is_approved)[number]
    return limit, known


def _not_passed(texts: Array, as_of: int) -> Flags:
    """Which texts are a date that has not passed before `as_of`; other text is none, shape (n,)."""
    words, word = np.unique(texts.astype(str), return_inverse=True)
    days = [day_in(text) for text in words]
    return np.array([day is not None and day >= as_of for day in days], np.bool_)[word]
