"""The closed form of the law against many independent lives of one customer."""

from dataclasses import replace

import numpy as np
import pytest

from ledger.arrays import Floats
from training.simulation.customers import draw_profile
from training.simulation.delays import (
    LONGEST_PLAN_DAYS,
    LONGEST_TERMS_DAYS,
    chance_paid_by,
    chances_of_plans,
    law_of_plans,
)
from training.simulation.economy import simulate_economy
from training.simulation.fates import draw_fates
from training.simulation.habits import Habits, draw_habits, payment_runs
from training.simulation.health import (
    HEALTHY,
    STATES,
    STOPPED,
    daily_transitions,
    health_law,
    simulate_health,
)
from training.simulation.invoices import Invoices
from training.simulation.settings import SimulationSettings

SETTINGS = SimulationSettings(customers=1, months=6, seed=1)
ECONOMY = simulate_economy(SETTINGS, np.random.default_rng(0))
FRAGILITY = 30.0
"""So fragile that it soon stops, recovers and fails: every part of the law bears."""
LIVES = 3000


def fragile_habits() -> Habits:
    rng = np.random.default_rng(4)
    habits = draw_habits(draw_profile(0, SETTINGS, ECONOMY, rng), rng)
    return replace(
        habits,
        direct_debit=False,
        fragility=FRAGILITY,
        usual_days=-2.0,
        spread_days=4.0,
        slow_share=0.2,
        slow_from_days=0.0,
        discount_share=0.4,
        dispute_share=0.1,
    )


def some_invoices() -> Invoices:
    issued = np.array([3, 4, 5, 13, 13, 26])
    terms = np.array([14, 30, 45, 60, 14, 30])
    return Invoices(
        issued_day=issued,
        due_day=issued + terms,
        amount_minor=np.full(6, 100_00),
        discount_day=np.array([0, 14, 15, 0, 0, 36]),
        discount_pct=np.array([0.0, 0.02, 0.02, 0.0, 0.0, 0.03]),
        log_amount_above_median=np.array([0.0, 1.0, -1.0, 0.0, 2.0, 0.0]),
    )


def lives(habits: Habits, days_after_due: list[int]) -> tuple[Floats, Floats]:
    """Whether each invoice was paid by so many days after due, and the chance it had, by life.

    Both of shape (LIVES, len(days_after_due), invoices).
    """
    invoices, runs = some_invoices(), payment_runs(habits, ECONOMY)
    transitions = daily_transitions(FRAGILITY)
    health = health_law(transitions, LONGEST_TERMS_DAYS + 365)
    drift = np.zeros(int(ECONOMY.month[-1]) + 1)
    rng = np.random.default_rng(17)
    paid, chance = [], []
    for _ in range(LIVES):
        states = simulate_health(transitions, 0, ECONOMY.days, rng)
        law = law_of_plans(invoices, habits, drift, states, runs, ECONOMY)
        fates = draw_fates(law, invoices, states, runs, ECONOMY, rng)
        late = np.where(fates.paid_day < 0, 10**6, fates.paid_day - invoices.due_day)
        paid.append([late <= days for days in days_after_due])
        plans = chances_of_plans(law, invoices, runs)
        chance.append(
            [chance_paid_by(days, plans, law, health, invoices, ECONOMY) for days in days_after_due]
        )
    return np.array(paid, dtype=float), np.array(chance)


@pytest.mark.parametrize(
    ("run_weekdays", "run_month_days"), [((0, 1, 2, 3, 4), ()), ((2,), ()), ((), (15, 31))]
)
def test_invoices_are_paid_as_often_as_the_closed_form_says(
    run_weekdays: tuple[int, ...], run_month_days: tuple[int, ...]
) -> None:
    habits = replace(fragile_habits(), run_weekdays=run_weekdays, run_month_days=run_month_days)
    paid, chance = lives(habits, [-5, 0, 4, 30, 365])
    error = (paid - chance).mean(axis=0)
    standard_error = np.sqrt((chance * (1 - chance)).mean(axis=0) / LIVES)
    assert (np.abs(error) <= 4 * standard_error + 1e-12).all()
    assert chance[:, 4].mean() < 0.9, "nobody failed: the test would prove little"


def test_the_planned_day_is_certain_to_come_on_a_run_after_issue() -> None:
    habits, invoices = fragile_habits(), some_invoices()
    runs = payment_runs(habits, ECONOMY)
    drift = np.zeros(int(ECONOMY.month[-1]) + 1)
    states = np.full(ECONOMY.days, HEALTHY)
    law = law_of_plans(invoices, habits, drift, states, runs, ECONOMY)
    chances = chances_of_plans(law, invoices, runs)
    assert chances.shape == (6, LONGEST_PLAN_DAYS + 1)
    assert np.allclose(chances.sum(axis=1), 1.0, atol=1e-12)
    assert (chances[:, 0] == 0).all() and chances.min() > -1e-12
    for row, issued in enumerate(invoices.issued_day):
        days = issued + np.flatnonzero(chances[row] > 1e-12)
        assert (runs.next_run[days] == days).all()


def test_the_law_of_health_is_that_of_its_chain() -> None:
    transitions = daily_transitions(FRAGILITY)
    law = health_law(transitions, 100)
    assert np.allclose(transitions.sum(axis=1), 1.0) and transitions.min() >= 0
    for days in (0, 1, 37, 100):
        ahead = np.linalg.matrix_power(transitions, days)
        assert np.allclose(law.paying[:, days], ahead[:, :STOPPED].sum(axis=1))
        assert np.allclose(law.stopped[:, days], ahead[:, STOPPED])
    stay = transitions.copy()
    for state in range(len(STATES)):
        if state != STOPPED:
            stay[state] = np.eye(len(STATES))[state]
    recovered = np.linalg.matrix_power(stay, 100)[STOPPED, :STOPPED].sum()
    assert np.isclose(law.recovered[100], recovered)
