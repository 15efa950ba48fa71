"""Whatever the hazards: one distribution, whose numbers never contradict each other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ledger.arrays import Array
from models.distribution import DelayDistribution
from models.grid import INTERVALS, LAST_DAY, LOWER_ENDS

FIRST, AFTER = int(LOWER_ENDS[0]) - 40, LAST_DAY + 40
ALL_DAYS = np.arange(FIRST, AFTER, dtype=np.int32)

any_logits = arrays(np.float64, INTERVALS, elements=st.floats(-40, 40))
any_start = st.integers(FIRST, AFTER)
any_day = st.integers(FIRST, AFTER)
any_share = st.floats(0.001, 0.999)
same_examples = settings(derandomize=True, database=None, deadline=None, max_examples=150)


def distribution(logits: Array, start: int) -> DelayDistribution:
    return DelayDistribution.of_logits(logits[None, :], np.array([start], np.int32))


def on_all_days(logits: Array, start: int) -> DelayDistribution:
    """The same distribution once for each of ALL_DAYS, to ask it for all of them together."""
    n = len(ALL_DAYS)
    return DelayDistribution.of_logits(np.tile(logits, (n, 1)), np.full(n, start, np.int32))


def at(values: Array) -> float:
    return float(values[0])


@same_examples
@given(any_logits, any_start)
def test_the_cdf_never_falls(logits: Array, start: int) -> None:
    paid_by = on_all_days(logits, start).paid_by(ALL_DAYS)
    assert (np.diff(paid_by) >= 0).all()
    assert 0 <= paid_by[0] and paid_by[-1] <= 1


@same_examples
@given(any_logits, any_start, any_day)
def test_paid_by_and_later_than_are_one_number(logits: Array, start: int, day: int) -> None:
    one = distribution(logits, start)
    assert abs(at(one.paid_by(day)) + at(one.later_than(day)) - 1) < 1e-15


@same_examples
@given(any_logits, any_start)
def test_an_item_past_due_is_certainly_late(logits: Array, start: int) -> None:
    every_day, past = on_all_days(logits, start), start >= ALL_DAYS
    assert (every_day.later_than(ALL_DAYS)[past] == 1).all()
    assert (every_day.paid_by(ALL_DAYS)[past] == 0).all()


@same_examples
@given(any_logits, any_start, any_share, any_share)
def test_quantiles_never_cross(logits: Array, start: int, q: float, other: float) -> None:
    one = distribution(logits, start)
    lower, upper = one.quantile(min(q, other)), one.quantile(max(q, other))
    assert lower.known[0] or not upper.known[0]
    if upper.known[0]:
        assert start < lower.values[0] <= upper.values[0] <= LAST_DAY


@same_examples
@given(any_logits, any_start, any_share)
def test_a_quantile_is_the_first_day_that_reaches_its_share(
    logits: Array, start: int, q: float
) -> None:
    one = distribution(logits, start)
    quantile = one.quantile(q)
    if quantile.known[0]:
        day = int(quantile.values[0])
        assert at(one.paid_by(day - 1)) < q <= at(one.paid_by(day))
    else:
        assert at(one.paid_by(LAST_DAY)) < q


@same_examples
@given(any_logits, any_start, any_start, any_day)
def test_waiting_without_payment_only_renormalises(
    logits: Array, start: int, other: int, day: int
) -> None:
    earlier, later = sorted((start, other))
    now, then = distribution(logits, earlier), distribution(logits, later)
    still_open = now.log_survival[0, -1] - then.log_survival[0, -1]
    assert np.isclose(np.exp(still_open), at(now.later_than(later)), rtol=1e-9, atol=1e-300)
    if day >= later:
        joint = at(then.later_than(day)) * at(now.later_than(later))
        assert np.isclose(joint, at(now.later_than(day)), rtol=1e-9, atol=1e-300)


@same_examples
@given(any_logits, any_start, any_day, any_day)
def test_paid_between_is_what_the_cdf_gains(
    logits: Array, start: int, first: int, last: int
) -> None:
    one = distribution(logits, start)
    gained = at(one.paid_by(last)) - at(one.paid_by(first - 1)) if last >= first else 0.0
    assert at(one.paid_between(first, last)) == max(gained, 0.0)


@same_examples
@given(any_logits, any_start)
def test_expected_days_late_is_the_mean_of_the_days(logits: Array, start: int) -> None:
    one = distribution(logits, start)
    mass = on_all_days(logits, start).paid_between(ALL_DAYS, ALL_DAYS)
    unpaid = at(one.p_unpaid_365)
    assert np.isclose(mass.sum() + unpaid, 1, atol=1e-12)
    mean = (ALL_DAYS * mass).sum() + LAST_DAY * unpaid
    assert np.isclose(at(one.expected_days_late()), mean, atol=1e-8)


@same_examples
@given(any_logits, any_start, st.integers(0, INTERVALS - 1), st.floats(0, 10))
def test_a_higher_hazard_never_means_later(
    logits: Array, start: int, interval: int, more: float
) -> None:
    sooner = logits.copy()
    sooner[interval] += more
    slow, fast = distribution(logits, start), distribution(sooner, start)
    assert at(fast.expected_days_late()) <= at(slow.expected_days_late()) + 1e-9
    for day in (-30, 0, 7, 200, LAST_DAY):
        assert at(fast.later_than(day)) <= at(slow.later_than(day)) + 1e-15


@same_examples
@given(any_logits, any_start, any_day)
def test_the_crps_is_a_distance_to_the_outcome(logits: Array, start: int, outcome: int) -> None:
    paid_by = on_all_days(logits, start).paid_by(ALL_DAYS)
    squares = (paid_by - (min(outcome, LAST_DAY) <= ALL_DAYS)) ** 2
    expected = squares[ALL_DAYS < LAST_DAY].sum()
    found = distribution(logits, start).crps(np.array([outcome], np.int32))
    assert np.isclose(at(found), expected, atol=1e-9)
