"""The default model against true default days: who is judged, by what, and the figures."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ledger.arrays import Codes, Days
from ledger.days import parse_day
from ledger.default import default_spells
from ledger.errors import LedgerError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.table import Column
from tests.training.small_recipe import small_recipe
from training.default_accuracy import CustomerMonths, customer_months
from training.labels import DelayOutcomes, active_customers, default_labels, delay_outcomes
from training.overdue_rates import OverdueRates
from training.simulation.aligned import true_default_on
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate

CUTOFF, THROUGH = parse_day("2023-04-01"), parse_day("2023-12-31")
MONTH_ENDS = [parse_day(day) for day in ("2023-04-30", "2023-05-31", "2023-06-30")]
"""Those from the cutoff on with 180 days of the ledger after them."""
RECIPE = small_recipe(default={"min_defaults": 3})


@dataclass(frozen=True)
class Studied:
    ledger: Ledger
    default_on: Column
    months: CustomerMonths


@pytest.fixture(scope="module")
def studied() -> Studied:
    simulation = simulate(SimulationSettings(customers=120, months=24, seed=5))
    ledger = ledger_from_frames(simulation.frames, Extract("EUR", THROUGH))
    default_on = true_default_on(simulation, ledger)
    return Studied(ledger, default_on, customer_months(ledger, default_on, CUTOFF, RECIPE))


def oldest_past_due(
    ledger: Ledger, outcomes: DelayOutcomes, customers: Codes, as_of: Days
) -> list[float]:
    """Days past due of the oldest open item of each customer, looked up one after the other."""
    found = []
    for customer, day in zip(customers, as_of, strict=True):
        mine = np.flatnonzero(ledger.invoices["customer_id"] == customer)
        is_open = outcomes.known_open(mine, np.full(len(mine), day, np.int32))
        found.append(float((day - outcomes.due_on[mine])[is_open].max(initial=0)))
    return found


def test_those_judged_are_active_not_in_default_and_without_a_default_before(
    studied: Studied,
) -> None:
    ledger, truth, months = studied.ledger, studied.default_on, studied.months
    outcomes, spells = (
        delay_outcomes(ledger, RECIPE.definitions),
        default_spells(ledger, RECIPE.definitions),
    )
    expected, left_out = [], 0
    for day in MONTH_ENDS:
        for customer in active_customers(ledger, outcomes, day, 365).tolist():
            if spells.in_default(np.array([customer]), np.array([day]))[0]:
                continue
            on = truth.values[customer] if truth.known[customer] else np.inf
            if on <= day:
                left_out += 1
            else:
                expected.append((customer, day, on <= day + 180))
    found = zip(
        months.customer.tolist(), months.as_of.tolist(), months.defaulted.tolist(), strict=True
    )
    assert sorted(found) == sorted(expected)
    assert months.left_out == left_out > 0
    assert months.defaulted.sum() > 3


def test_the_baseline_knows_the_month_ends_whose_horizon_ended_before_the_cutoff(
    studied: Studied,
) -> None:
    ledger, months = studied.ledger, studied.months
    outcomes = delay_outcomes(ledger, RECIPE.definitions)
    spells = default_spells(ledger, RECIPE.definitions)
    every = default_labels(ledger, outcomes, spells, 180, 365)
    before = every.take(every.as_of + 180 < CUTOFF)
    learned = oldest_past_due(ledger, outcomes, before.customer, before.as_of)
    rates = OverdueRates.of(np.array(learned), before.defaulted)
    days = oldest_past_due(ledger, outcomes, months.customer, months.as_of)
    assert months.days_past_due.tolist() == days
    assert months.overdue_pd.tolist() == rates.pd(np.array(days)).tolist()
    assert max(days) > 30
    assert len(np.unique(rates.rates)) > 2


def test_the_truth_judges_and_changes_no_forecast(studied: Studied) -> None:
    nth = np.arange(len(studied.default_on.values))
    others = Column(np.full(len(nth), CUTOFF + 100, np.int32), nth % 2 == 0)
    again = customer_months(studied.ledger, others, CUTOFF, RECIPE)
    said, said_again = (
        {
            (customer, day): forecasts
            for customer, day, *forecasts in zip(
                months.customer, months.as_of, months.pd, months.overdue_pd, strict=True
            )
        }
        for months in (studied.months, again)
    )
    both = said.keys() & said_again.keys()
    assert len(both) > 200
    assert all(said[row] == said_again[row] for row in both)


def test_the_figures_are_those_of_their_definitions(studied: Studied) -> None:
    defaulted = np.array([False, True, False, True])
    four = replace(
        studied.months,
        customer=np.array([1, 1, 2, 3]),
        defaulted=defaulted,
        pd=np.array([0.1, 0.9, 0.3, 0.2]),
        days_past_due=np.array([0.0, 0.0, 5.0, 95.0]),
        overdue_pd=np.array([0.25, 0.25, 0.5, 0.5]),
    )
    model, baseline, difference = four.figures(np.arange(4))
    brier = (0.01 + 0.01 + 0.09 + 0.64) / 4
    assert model == pytest.approx([3 / 4, brier, 0.125, -0.125])
    overdue_brier = (0.0625 + 0.5625 + 0.25 + 0.25) / 4
    assert baseline == pytest.approx([2.5 / 4, overdue_brier, 0.125, -0.125])
    assert difference == pytest.approx(model - baseline)
    assert np.isnan(four.figures(np.array([0, 2]))).all()


def test_intervals_hold_the_figures_and_widen_with_fewer_customers(studied: Studied) -> None:
    found, low, high = studied.months.figures_with_intervals(seed=1, draws=60)
    auc_and_brier = np.s_[:2, :2]
    assert (low <= high).all()
    assert (low <= found)[auc_and_brier].all()
    assert (found <= high)[auc_and_brier].all()
    one_each = replace(studied.months, customer=np.arange(len(studied.months)))
    _, narrow_low, narrow_high = one_each.figures_with_intervals(seed=1, draws=60)
    assert (high - low)[0, 1] > (narrow_high - narrow_low)[0, 1]


def test_what_cannot_be_judged_is_refused_with_the_reason(studied: Studied) -> None:
    ledger, truth = studied.ledger, studied.default_on
    with pytest.raises(LedgerError, match="a default model needs 10000"):
        customer_months(ledger, truth, CUTOFF, small_recipe(default={"min_defaults": 10_000}))
    with pytest.raises(LedgerError, match="0 defaults came within 180 days of 0 customers"):
        customer_months(ledger, truth, parse_day("2023-08-01"), RECIPE)
    nobody = Column(np.zeros_like(truth.values), np.zeros_like(truth.known))
    with pytest.raises(LedgerError, match="give an earlier --cutoff or simulate more customers"):
        customer_months(ledger, nobody, CUTOFF, RECIPE)
