"""The law by which a simulated invoice is paid, exact and in closed form.

An invoice is *planned* for a payment run by one of four ways (columns of `LawOfPlans.share`):
a discount taken, a habitual payment, a slow one, a disputed one. It is *paid* on that day if the
customer then pays at all; else on the business day on which the customer recovers; else never.
Ways and health are independent given what is latent at issue, so every probability of the truth
is a finite sum over the planned day, without simulation error.
"""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats, Rows
from training.simulation.customers import TERMS_DAYS
from training.simulation.economy import Economy
from training.simulation.habits import Habits, PaymentRuns
from training.simulation.health import STATES, HealthLaw
from training.simulation.invoices import Invoices

DISCOUNT, HABITUAL, SLOW, DISPUTED = range(4)
WAYS = ("discount", "habitual", "slow", "disputed")

LATEST_PLAN_DAYS = 300
"""Every payment is meant for at most this many days after due."""
LONGEST_TERMS_DAYS = max(TERMS_DAYS)
LONGEST_PLAN_DAYS = LONGEST_TERMS_DAYS + LATEST_PLAN_DAYS + 40
"""Planned for at most this many days after issue; no wait for a payment run is over 40 days."""
DISPUTE_FROM_DAYS, DISPUTE_DAYS = 3.0, 28.0
"""A disputed invoice is meant for the first plus a time of the second mean, in unhurried steps."""
UNHURRIED_STEPS = 3
"""Slow and disputed payments take the sum of so many exponential times of equal mean."""

STATE_DAYS = np.array([0.0, 3.0, 9.0, 9.0, 9.0])
"""Days that the customer's health at issue adds to its habit, by state."""
STATE_SLOW_LOG_ODDS = np.array([0.0, 0.9, 2.2, 2.2, 2.2])
STATE_SLOW_FACTOR = np.array([1.0, 1.2, 1.6, 1.6, 1.6])
STATE_DISCOUNT_FACTOR = np.array([1.0, 0.5, 0.1, 0.0, 0.0])
CLIMATE_ON_SLOW = 0.6
"""Part of the climate's log-odds that bears on the share of slow payments."""


@dataclass(frozen=True)
class LawOfPlans:
    """What decides the planned day of each invoice, all known at issue.

    `share` of each way, shape (n, 4), sums to 1; `mean_days` and `spread_days` of the logistic
    law of habitual payments and `slow_days`, the mean of slow ones, in days; `discount_run` is
    the run that takes the discount, 0 where there is none. `state` is the customer's health at
    issue, `climate_log_odds` the climate. All others of shape (n,) or numbers.
    """

    share: Floats
    mean_days: Floats
    spread_days: float
    slow_from_days: float
    slow_days: Floats
    discount_run: Rows
    state: Rows
    climate_log_odds: Floats


def law_of_plans(
    invoices: Invoices,
    habits: Habits,
    drift_days: Floats,
    states: Rows,
    runs: PaymentRuns,
    economy: Economy,
) -> LawOfPlans:
    """Derive the law of each invoice from what is latent on its day of issue.

    A unit of the climate's log-odds moves the mean of habitual payments by one `spread_days`,
    which is one unit of the log-odds of being meant later than any day.
    """
    issued = invoices.issued_day
    state, climate = states[issued], economy.climate_log_odds[issued]
    shift_days = (
        drift_days[economy.month[issued]]
        + STATE_DAYS[state]
        + habits.large_days * invoices.log_amount_above_median
        + habits.spread_days * climate
    )
    slow_log_odds = (
        np.log(habits.slow_share / (1 - habits.slow_share))
        + STATE_SLOW_LOG_ODDS[state]
        + CLIMATE_ON_SLOW * climate
    )
    run = runs.last_run[invoices.discount_day]
    takes = (invoices.discount_pct > 0) & (run > issued)
    discount = np.where(takes, habits.discount_share * STATE_DISCOUNT_FACTOR[state], 0.0)
    slow = 1.0 / (1.0 + np.exp(-slow_log_odds)) * (1 - habits.dispute_share)
    share = np.column_stack(
        [
            discount,
            (1 - discount) * (1 - slow - habits.dispute_share),
            (1 - discount) * slow,
            (1 - discount) * habits.dispute_share,
        ]
    )
    return LawOfPlans(
        share=share,
        mean_days=np.full(len(invoices), habits.usual_days)
        + (0.0 if habits.direct_debit else shift_days),
        spread_days=habits.spread_days,
        slow_from_days=habits.slow_from_days,
        slow_days=habits.slow_days * STATE_SLOW_FACTOR[state],
        discount_run=np.where(takes, run, 0),
        state=state,
        climate_log_odds=climate,
    )


def chances_of_plans(law: LawOfPlans, invoices: Invoices, runs: PaymentRuns) -> Floats:
    """Chance that the planned day is j days after issue, shape (n, LONGEST_PLAN_DAYS + 1).

    A payment meant for a day between two runs is planned for the later one, so by day j it is
    planned if it was meant for the last run on or before j, or earlier.
    """
    issued = invoices.issued_day[:, None]
    by_day = issued + np.arange(LONGEST_PLAN_DAYS + 1)
    last_run = runs.last_run[by_day]
    days_after_due = last_run - invoices.due_day[:, None]
    with_slow = _steps_cdf(days_after_due - law.slow_from_days, law.slow_days[:, None])
    with_dispute = _steps_cdf(days_after_due - DISPUTE_FROM_DAYS, DISPUTE_DAYS)
    habitual = (days_after_due + 0.5 - law.mean_days[:, None]) / law.spread_days
    planned = (
        law.share[:, [HABITUAL]] / (1.0 + np.exp(-np.clip(habitual, -40.0, 40.0)))
        + law.share[:, [SLOW]] * with_slow
        + law.share[:, [DISPUTED]] * with_dispute
    )
    planned = np.where(days_after_due >= LATEST_PLAN_DAYS, 1.0 - law.share[:, [DISCOUNT]], planned)
    planned[last_run <= issued] = 0.0
    planned += law.share[:, [DISCOUNT]] * (by_day >= law.discount_run[:, None])
    chances: Floats = np.diff(planned, axis=1, prepend=0.0)
    return chances


def _steps_cdf(days: Array, mean_days: Floats | float) -> Floats:
    """Chance that UNHURRIED_STEPS take at most `days` together (an Erlang law)."""
    scaled = np.maximum(days, 0.0) * UNHURRIED_STEPS / mean_days
    term, total = np.ones_like(scaled), np.ones_like(scaled)
    for step in range(1, UNHURRIED_STEPS):
        term = term * scaled / step
        total = total + term
    cdf: Floats = 1.0 - np.exp(-scaled) * total
    return cdf


def chance_paid_by(
    days_after_due: int,
    chances: Floats,
    law: LawOfPlans,
    health: HealthLaw,
    invoices: Invoices,
    economy: Economy,
) -> Floats:
    """Chance that each invoice is paid at most so many days after its due date, shape (n,).

    Sum over the planned day j of its chance times the chance, given the health at issue, that
    the customer pays on it, or has stopped by then and recovers by the last business day in time.

    Parameters
    ----------
    chances
        Of the planned days, from `chances_of_plans`.
    """
    n, horizon = len(invoices), LONGEST_PLAN_DAYS + 1
    bound = invoices.due_day + days_after_due
    in_time = economy.last_business_day[bound] - invoices.issued_day
    after_issue = np.arange(horizon)
    allowed = np.where(after_issue <= (bound - invoices.issued_day)[:, None], chances, 0.0)
    total = np.zeros(n)
    for state in range(len(STATES)):
        rows = np.flatnonzero(law.state == state)
        left = np.maximum(in_time[rows, None] - after_issue, 0)
        pays = (
            health.paying[state, :horizon]
            + health.stopped[state, :horizon] * health.recovered[left]
        )
        total[rows] = (allowed[rows] * pays).sum(axis=1)
    return total
