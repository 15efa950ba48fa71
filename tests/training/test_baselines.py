"""Baselines against a slow count of what was known to be paid, day by day."""

import numpy as np
import pytest

from ledger.settlement import PAID, state_at
from tests.training.fated_ledgers import START, THROUGH, fated_ledger
from training.baselines import PRIOR_ITEMS, baselines
from training.labels import delay_outcomes
from training.recipe import read_recipe

DEFINITIONS = read_recipe().definitions


def test_baselines_are_those_of_a_slow_count() -> None:
    ledger = fated_ledger(250)
    outcomes = delay_outcomes(ledger, DEFINITIONS)
    owner, due_on = ledger.invoices["customer_id"], ledger.invoices["due_on"]
    draw = np.random.default_rng(5)
    customer = draw.integers(0, 3, 60).astype(np.int32)
    as_of = (START + draw.integers(-5, THROUGH - START, 60)).astype(np.int32)
    found = baselines(ledger, outcomes, customer, as_of, (0, 30))
    for row in range(60):
        state, paid_on = state_at(outcomes.settlements, len(owner), as_of[row])
        late = (paid_on - due_on)[state == PAID]
        own = (paid_on - due_on)[(state == PAID) & (owner == customer[row])]
        for values, own_values, column in (
            (late, own, lambda found: found.days_late),
            (late > 0, own > 0, lambda found: found.later_than[0]),
            (late > 30, own > 30, lambda found: found.later_than[30]),
        ):
            mean = values.mean() if len(values) else 0.0
            smoothed = (own_values.sum() + PRIOR_ITEMS * mean) / (len(own_values) + PRIOR_ITEMS)
            assert column(found["portfolio"])[row] == pytest.approx(mean)
            assert column(found["customer"])[row] == pytest.approx(smoothed)
    assert not found["due_date"].days_late.any()
    assert not found["due_date"].later_than[0].any()


def test_what_is_paid_later_changes_no_baseline() -> None:
    ledger = fated_ledger(250)
    day = START + 200
    customer, as_of = np.arange(3, dtype=np.int32), np.full(3, day, np.int32)
    all_of_it, known = (
        baselines(part, delay_outcomes(part, DEFINITIONS), customer, as_of, (0,))
        for part in (ledger, ledger.known_at(day))
    )
    for name, found in all_of_it.items():
        assert found.days_late.tolist() == known[name].days_late.tolist()
        assert found.later_than[0].tolist() == known[name].later_than[0].tolist()
