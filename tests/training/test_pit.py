"""The transform of outcomes is uniform where forecasts are right, and shows where they are not."""

import numpy as np
import pytest

from ledger.arrays import Floats
from models.distribution import DelayDistribution
from models.grid import INTERVALS, LAST_DAY
from tests.training.fated_ledgers import fated_ledger
from training.labels import delay_outcomes
from training.pit import Pit, uniformity
from training.recipe import read_recipe

DRAW = np.random.default_rng(5)


def distribution(rows: int, shift: float = 0.0) -> DelayDistribution:
    """Distributions with hazards that differ by row, all of them moved by a shift in log-odds."""
    logits = np.random.default_rng(3).normal(-2.0, 0.7, (rows, INTERVALS)) + shift
    return DelayDistribution.of_logits(logits, np.full(rows, -30))


def drawn(said: DelayDistribution, uniform: Floats) -> Floats:
    """Days late drawn from distributions: the first day up to which each has reached a number."""
    days = np.arange(-29, LAST_DAY + 1)
    reached = np.array([said.paid_by(int(day)) for day in days]) >= uniform
    return np.where(reached.any(axis=0), days[reached.argmax(axis=0)], LAST_DAY + 1)


def pit_of(said: DelayDistribution, days: Floats) -> Pit:
    paid = days <= LAST_DAY
    day = np.minimum(days, LAST_DAY).astype(np.int32)
    upper, before = said.paid_by(day), said.paid_by(day - np.int32(1))
    return Pit(np.where(paid, before, upper), np.where(paid, upper, 1.0))


@pytest.mark.parametrize(("shift", "is_uniform"), [(0.0, True), (0.3, False)])
def test_right_forecasts_alone_are_uniform(shift: float, is_uniform: bool) -> None:
    n = 3_000
    days = drawn(distribution(n), DRAW.random(n))
    found = uniformity(pit_of(distribution(n, shift), days), np.arange(n), seed=1)
    assert (found.distance <= found.by_chance) == is_uniform


def test_four_in_five_outcomes_lie_between_the_quantiles_though_many_lie_on_them() -> None:
    n = 4_000
    said = distribution(n)
    days = drawn(said, DRAW.random(n))
    pit = pit_of(said, days)
    low, high = said.quantile(0.1).values, said.quantile(0.9).values
    assert ((low <= days) & (days <= high)).mean() > 0.82
    assert pit.coverage() == pytest.approx(0.8, abs=0.015)


def test_rows_of_one_customer_count_as_one_when_chance_is_judged() -> None:
    n = 300
    pit = pit_of(distribution(n), drawn(distribution(n), DRAW.random(n)))
    single = uniformity(pit, np.arange(n), seed=1)
    tenfold = Pit(np.repeat(pit.lower, 10), np.repeat(pit.upper, 10))
    repeated = uniformity(tenfold, np.repeat(np.arange(n), 10), seed=1)
    assert (repeated.distance, repeated.by_chance) == pytest.approx(
        (single.distance, single.by_chance)
    )


def test_an_open_item_counts_for_all_it_can_still_become() -> None:
    ledger = fated_ledger(400)
    outcomes = delay_outcomes(ledger, read_recipe().definitions)
    invoice = np.flatnonzero(outcomes.observable)
    said = distribution(len(invoice))
    pit = Pit.of(said, outcomes, invoice)
    last_day = np.minimum(outcomes.followed_through, outcomes.recorded_through)[invoice]
    is_open = ~outcomes.paid[invoice] | (outcomes.paid_on[invoice] > last_day)
    followed = (last_day - outcomes.due_on[invoice]).astype(np.int32)
    paid_day = (outcomes.paid_on - outcomes.due_on)[invoice].astype(np.int32)
    before = said.paid_by(paid_day - np.int32(1))
    assert is_open.any()
    assert (pit.upper[is_open] == 1).all()
    assert np.array_equal(pit.lower[is_open], said.paid_by(followed)[is_open])
    assert np.array_equal(pit.lower[~is_open], before[~is_open])
    assert np.array_equal(pit.upper[~is_open], said.paid_by(paid_day)[~is_open])
