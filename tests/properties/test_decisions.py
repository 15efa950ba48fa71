"""What holds for every customer and every ledger: limits, grades and worklists."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from decisions.chase import chase
from decisions.grade import grades, payment_classes, scorecard_points
from decisions.limits import LimitInputs, credit_limits
from decisions.losses import cover_of, largest_exposure, losses
from decisions.netting import netted_minor
from decisions.policy import Policy, read_policy
from decisions.position import Position, position_of
from decisions.scoring import Portfolio, score_portfolio
from decisions.tables import customer_table, invoice_table, worklist_table
from decisions.words import CONTACTS, GRADES, REFER
from decisions.worklist import worklist
from features.priors import build_priors
from ledger.arrays import Array
from ledger.definitions import Definitions
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from tests.decisions.portfolios import open_with, portfolio_of
from tests.decisions.random_bundles import random_bundle
from tests.ledgers import (
    FIRST_DAY,
    LAST_DAY,
    RANDOM_LEDGERS,
    days,
    ledgers,
    random_frames,
    random_ledger,
)

POLICY = read_policy()
DEFINITIONS = Definitions()
N = 60
NUMBERS = settings(RANDOM_LEDGERS, max_examples=150)
FEW_LEDGERS = settings(RANDOM_LEDGERS, max_examples=12)

Generator = np.random.Generator


@st.composite
def generators(draw: st.DrawFn) -> Generator:
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def random_cover(rng: Generator) -> Mapping[str, Array]:
    """Guarantees of N customers, none to three each."""
    k = int(rng.integers(0, 3 * N))
    return {
        "customer": rng.integers(0, N, k),
        "amount": rng.choice([0.0, 500.0, 20_000.0, 1e6], k),
        "share": rng.choice([0.0, 0.5, 0.9, 1.0], k),
    }


def random_inputs(rng: Generator) -> LimitInputs:
    pd = rng.choice([0.0, 1e-6, 0.003, 0.05, 0.4, 1.0], N)
    has_pd = rng.random(N) < 0.8
    return LimitInputs(
        billing=rng.choice([0.0, 333.33, 25_000.0, 4e6], N),
        terms_days=rng.choice([0.0, 14.0, 30.0, 90.0], N),
        pd=np.where(has_pd, pd, np.nan),
        has_pd=has_pd,
        cover=cover_of(**random_cover(rng), customers=N),
        proven_balance=rng.choice([0.0, 1_000.0, 80_000.0], N),
        has_history=rng.random(N) < 0.7,
        grade=rng.integers(0, len(GRADES), N).astype(np.int32),
        segment=rng.choice(np.array(["", "retail"], dtype=object), N),
        exposure=rng.choice([-500.0, 0.0, 30_000.0], N),
        current_limit=rng.choice([0.0, 5_000.0, 60_000.0], N),
        has_current_limit=rng.random(N) < 0.5,
        override=np.where(rng.random(N) < 0.5, 12_345.0, 0.0),
        has_override=rng.random(N) < 0.1,
        parent_limit=rng.choice([0.0, 7_000.0, 1e6], N),
        has_parent_limit=rng.random(N) < 0.2,
        group_exposure=rng.choice([0.0, 40_000.0], N),
        natural_person=rng.random(N) < 0.2,
    )


def limits_of(given: LimitInputs, policy: Policy = POLICY) -> Array:
    return credit_limits(policy.limits, given).limit


# --- limits


@NUMBERS
@given(generators())
def test_more_pd_never_raises_a_limit(rng: Generator) -> None:
    less = random_inputs(rng)
    more = replace(less, pd=np.minimum(less.pd * rng.choice([1.0, 1.001, 3.0], N) + 1e-9, 1.0))
    assert np.all(limits_of(more) <= limits_of(less))


@NUMBERS
@given(generators())
def test_a_worse_grade_never_raises_a_limit(rng: Generator) -> None:
    better = random_inputs(rng)
    worse = replace(
        better, grade=np.minimum(better.grade + rng.integers(0, 5, N), 4).astype(np.int32)
    )
    assert np.all(limits_of(worse) <= limits_of(better))


@NUMBERS
@given(generators())
def test_another_guarantee_never_lowers_a_limit_and_never_adds_to_a_loss(rng: Generator) -> None:
    without = random_inputs(rng)
    some, others = random_cover(rng), random_cover(rng)
    both = {name: np.concatenate([some[name], others[name]]) for name in some}
    fewer, more = (cover_of(**cover, customers=N) for cover in (some, both))
    lower, higher = (limits_of(replace(without, cover=cover)) for cover in (fewer, more))
    assert np.all(higher >= lower)
    exposure, lgd = rng.uniform(0, 1e6, N), np.full(N, 0.45)
    assert np.all(losses(exposure, more, lgd) <= losses(exposure, fewer, lgd) + 1e-6)


@NUMBERS
@given(generators())
def test_a_limit_is_at_most_each_of_its_terms_and_less_than_a_step_below_the_least(
    rng: Generator,
) -> None:
    asked = random_inputs(rng)
    found = credit_limits(POLICY.limits, asked)
    least = found.terms.min(axis=1)
    computed = ~asked.has_override & (found.binding != "parent")
    assert np.all(found.limit[computed] <= least[computed] * (1 + 1e-9))
    assert np.all(found.limit[computed] > least[computed] - POLICY.limits.round_to)
    assert np.all(found.limit[computed] % POLICY.limits.round_to == 0)
    assert np.all(found.limit >= 0)
    tighter = asked.has_parent_limit
    assert np.all(found.limit[tighter] <= asked.parent_limit[tighter])
    own = asked.has_override & ~asked.has_parent_limit
    assert np.all(found.limit[own] == asked.override[own])


@NUMBERS
@given(generators())
def test_of_a_natural_person_nothing_is_proposed_or_frozen(rng: Generator) -> None:
    asked = random_inputs(rng)
    found = credit_limits(POLICY.limits, asked)
    assert not np.any(found.proposed & asked.natural_person)
    assert not np.any(found.freeze & asked.natural_person)
    assert_array_equal(found.refer, asked.natural_person)


@NUMBERS
@given(generators())
def test_the_largest_exposure_of_a_loss_costs_that_loss(rng: Generator) -> None:
    cover, lgd = cover_of(**random_cover(rng), customers=N), rng.uniform(0.05, 1.0, N)
    loss = rng.uniform(0, 1e6, N)
    largest = largest_exposure(loss, cover, lgd)
    assert losses(largest, cover, lgd) == pytest.approx(loss, rel=1e-9)
    assert np.all(losses(largest * 1.01 + 1, cover, lgd) >= loss)


# --- grades


@NUMBERS
@given(generators())
def test_more_pd_or_more_expected_delay_never_improves_a_grade(rng: Generator) -> None:
    pd = rng.choice([0.0, 0.009, 0.01, 0.029, 0.08, 0.2, 0.21, 0.999, 1.0], N)
    has_pd = rng.random(N) < 0.7
    days_late = rng.choice([np.nan, -40.0, -0.1, 0.0, 14.9, 15.0, 30.0, 31.0, 300.0], N)
    tenure, cleared = rng.choice([np.nan, 10.0, 3000.0], N), rng.integers(0, 6, N)
    status = rng.choice(np.array(["", "active", "legal", "insolvent"], dtype=object), N)

    def grade(pd: Array, days_late: Array) -> Array:
        payment_class, known = payment_classes(days_late)
        points = scorecard_points(
            POLICY.scorecard, tenure, payment_class, known, {"status": status}
        )
        found = grades(POLICY, pd, has_pd, points, payment_class, known, cleared)
        return found.grade

    before = grade(pd, days_late)
    assert np.all(grade(np.minimum(pd + rng.choice([0.0, 0.02, 0.5], N), 1.0), days_late) >= before)
    assert np.all(grade(pd, days_late + rng.choice([0.0, 0.5, 20.0], N)) >= before)


# --- netting and worklists on random ledgers


def position_at(ledger: Ledger, day: int) -> Position:
    return position_of(ledger.known_at(day), day, Definitions())


@RANDOM_LEDGERS
@given(ledgers(), days())
def test_credits_are_netted_against_the_oldest_items_of_their_currency(
    ledger: Ledger, day: int
) -> None:
    position = position_at(ledger, day)
    items, credits = position.items, position.credits
    netted = netted_minor(items, credits)
    left = items.chaseable_minor - netted
    assert np.all((netted >= 0) & (left >= 0))
    for customer in np.unique(items.customer):
        for currency in np.unique(items.currency):
            mine = np.flatnonzero((items.customer == customer) & (items.currency == currency))
            of = (credits.customer == customer) & (credits.currency == currency)
            pool = max(int(credits.amount_minor[of].sum()), 0)
            assert netted[mine].sum() == min(pool, int(items.chaseable_minor[mine].sum()))
            waiting = np.flatnonzero(left[mine] > 0)
            if len(waiting):
                assert not netted[mine][waiting[0] + 1 :].any()


@RANDOM_LEDGERS
@given(ledgers(), days(), st.floats(0.01, 1.0))
def test_nothing_disputed_promised_or_netted_is_asked_for(
    ledger: Ledger, day: int, p_open: float
) -> None:
    position = position_at(ledger, day)
    items = position.items
    silent = np.zeros(len(items), np.bool_)
    found = chase(POLICY.worklist, position, open_with(position, p_open), silent)
    paused = (
        found.disputed_minor
        + found.promised_minor
        + found.netted_minor
        + found.debit_minor
        + found.deduction_minor
    )
    # each part is rounded on its own
    assert np.all(found.asked_minor + paused <= items.residual_reporting_minor + 3)
    assert np.all(found.asked_minor >= 0)
    assert np.all((found.priority_minor >= 0) & (found.priority_minor <= found.asked_minor))
    assert not found.asked_minor[items.is_deduction].any()
    muted = chase(POLICY.worklist, position, open_with(position, p_open), ~silent)
    assert not muted.priority_minor.any()


@RANDOM_LEDGERS
@given(ledgers(customers=6, invoices=20), days(), st.booleans(), st.integers(1, 4))
def test_worklists_keep_their_promises(
    ledger: Ledger, day: int, unknown_is_natural_person: bool, capacity: int
) -> None:
    policy = replace(
        POLICY,
        unknown_is_natural_person=unknown_is_natural_person,
        worklist=replace(POLICY.worklist, capacity=capacity, reserved_share=0.5, large_item=10.0),
    )
    portfolio = portfolio_of(ledger, policy, day)
    found = worklist(policy, portfolio, since=day - 30)
    credit = portfolio.credit
    assert len(set(found.customer.tolist())) == len(found)
    person = credit.natural_person[found.customer]
    assert not np.any(person & np.isin(found.action.astype(str), CONTACTS))
    referred = found.action == REFER
    assert np.all(person[referred])
    assert all(
        {"natural_person", "natural_person_unknown"} & set(found.rules[row])
        for row in np.flatnonzero(referred)
    )
    assert np.all(found.priority_minor >= 0)
    places = int(capacity * 0.5)
    collector = credit.accounts.collector[found.customer]
    for name in set(collector.tolist()):
        assert found.is_reserved[collector == name].sum() <= places
    reserved = int(found.is_reserved.sum())
    assert found.is_reserved[:reserved].all()
    assert np.all(np.diff(found.priority_minor[reserved:]) <= 0)


@FEW_LEDGERS
@given(st.randoms(use_true_random=False), days(FIRST_DAY + 150))
def test_the_order_of_rows_changes_no_bit_of_any_table(random: Random, day: int) -> None:
    frames = random_frames(random, customers=5, invoices=15)
    extract = Extract("EUR", LAST_DAY)
    shuffled = {name: frame.iloc[::-1] for name, frame in frames.items()}
    one, other = (ledger_from_frames(given, extract) for given in (frames, shuffled))
    for first, second in zip(tables(one, day), tables(other, day), strict=True):
        assert first.equals(second)


@FEW_LEDGERS
@given(ledgers(customers=5, invoices=20), days(FIRST_DAY + 100))
def test_what_is_known_later_changes_no_bit_of_any_table(ledger: Ledger, day: int) -> None:
    for first, second in zip(tables(ledger, day), tables(ledger.known_at(day), day), strict=True):
        assert first.equals(second)


@FEW_LEDGERS
@given(st.randoms(use_true_random=False), days(FIRST_DAY + 100))
def test_a_customer_alone_gets_the_bits_it_gets_among_all_others(random: Random, day: int) -> None:
    ledger = random_ledger(random, customers=5, invoices=20)
    priors = build_priors(ledger, DEFINITIONS)
    whole = score_portfolio(ledger, random_bundle(), POLICY, day, 4)
    everyone, items = (table.to_pylist() for table in both_tables(whole))
    for customer in whole.position.customers:
        name = ledger.vocabularies["customer"][customer]
        alone = score_portfolio(
            ledger,
            random_bundle(),
            POLICY,
            day,
            4,
            customers=np.array([customer]),
            priors=priors,
        )
        for ours, theirs in zip(both_tables(alone), (everyone, items), strict=True):
            mine = [row for row in theirs if row["customer_id"] == name]
            assert differences(ours.to_pylist(), mine) == []


def both_tables(portfolio: Portfolio) -> tuple[Any, Any]:
    """The tables of customers and of items of a portfolio."""
    day = portfolio.position.as_of
    found = worklist(POLICY, portfolio, day - 7)
    return customer_table(portfolio), invoice_table(portfolio, found, day)


def differences(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Where rows differ; NaN equals itself, and a decimal itself with more noughts."""
    assert len(ours) == len(theirs)
    return [
        f"{name}: {one[name]} and {other[name]}"
        for one, other in zip(ours, theirs, strict=True)
        for name in other
        if told(one[name]) != told(other[name])
    ]


def told(value: Any) -> str:
    return repr(value.normalize() if isinstance(value, Decimal) else value)


def tables(ledger: Ledger, day: int) -> list[Any]:
    """Every table of a score run on a day."""
    portfolio = score_portfolio(ledger, random_bundle(), POLICY, day, 4)
    found = worklist(POLICY, portfolio, day - 7)
    return [
        invoice_table(portfolio, found, day),
        customer_table(portfolio),
        worklist_table(found),
    ]
