"""What no ledger shows: true chances and outcome of each invoice, habits and default day."""

import numpy as np

from ledger.arrays import Array
from training.simulation.customers import Profile
from training.simulation.delays import (
    WAYS,
    LawOfPlans,
    chance_paid_by,
    chances_of_plans,
)
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.habits import Habits, PaymentRuns
from training.simulation.health import FAILED, STATES, STOPPED, HealthLaw
from training.simulation.invoices import Invoices
from training.simulation.tables import Columns, invoice_ids

CHANCES = {
    "p_late": 0,
    "p_late_4": 4,
    "p_late_30": 30,
    "p_late_60": 60,
    "p_late_90": 90,
    "p_unpaid_365": 365,
}
"""Chances at issue to be paid more than so many days after due, or never."""

LATEST_CHANCE_DAYS = max(CHANCES.values())
INVOICE_DAYS = ("issued_on", "due_on", "paid_on_final")
CUSTOMER_DAYS = ("defaulted_on", "stopped_on", "failed_on")


def invoice_truth(
    profile: Profile,
    invoices: Invoices,
    law: LawOfPlans,
    fates: Fates,
    health: HealthLaw,
    runs: PaymentRuns,
    economy: Economy,
) -> Columns:
    """Chances at issue and final outcome of each invoice of a customer.

    The chances are those of the simulator's law, given everything latent at the close of the day
    of issue. `paid_on_final` and `days_late_final` are the outcome drawn from it, on the ledger or
    in the future after it, empty where the customer never pays (within the days simulated);
    for a cancelled invoice the outcome it would have had. `outcome` is paid, unpaid or cancelled.
    """
    plans = chances_of_plans(law, invoices, runs)
    paid = fates.paid_day >= 0
    paid_day = np.where(paid, fates.paid_day, np.nan)
    states, ways = np.array(STATES, dtype=object), np.array(WAYS, dtype=object)
    outcome = np.where(fates.cancelled_day >= 0, "cancelled", np.where(paid, "paid", "unpaid"))
    return {
        "invoice_id": invoice_ids(profile, len(invoices)),
        "customer_id": profile.customer_id,
        "issued_on": invoices.issued_day,
        "due_on": invoices.due_day,
        **{
            name: np.clip(
                1.0 - chance_paid_by(days, plans, law, health, invoices, economy), 0.0, 1.0
            )
            for name, days in CHANCES.items()
        },
        "outcome": outcome.astype(object),
        "paid_on_final": paid_day,
        "days_late_final": paid_day - invoices.due_day,
        "way": ways[fates.way],
        "health": states[law.state],
        "climate_log_odds": law.climate_log_odds,
    }


def customer_truth(
    profile: Profile, habits: Habits, states: Array, defaulted_day: int | None
) -> Columns:
    """Latent habits of a customer, its first stop and failure, and its true default day.

    `defaulted_on` is defined in `training.simulation.defaults.default_day`. Days may lie after
    the ledger; they are empty where it does not happen in the days simulated.
    """
    return {
        "customer_id": [profile.customer_id],
        "defaulted_on": np.nan if defaulted_day is None else defaulted_day,
        "stopped_on": _first_day(states == STOPPED),
        "failed_on": _first_day(states == FAILED),
        "fragility": habits.fragility,
        "usual_days": habits.usual_days,
        "spread_days": habits.spread_days,
        "slow_share": habits.slow_share,
        "slow_days": habits.slow_days,
        "dispute_share": habits.dispute_share,
        "discount_share": habits.discount_share,
        "large_days": habits.large_days,
        "part_pay_share": habits.part_pay_share,
        "short_pay_share": habits.short_pay_share,
        "direct_debit": habits.direct_debit,
        "payment_runs": habits.runs_text,
    }


def _first_day(marked: Array) -> float:
    found = np.flatnonzero(marked)
    return float(found[0]) if len(found) else np.nan
