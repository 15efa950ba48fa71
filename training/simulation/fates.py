"""What becomes of each simulated invoice: the way and day it is paid, cancelled, or neither."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Flags, Rows
from training.simulation.delays import (
    DISCOUNT,
    DISPUTE_DAYS,
    DISPUTE_FROM_DAYS,
    DISPUTED,
    LATEST_PLAN_DAYS,
    SLOW,
    UNHURRIED_STEPS,
    LawOfPlans,
)
from training.simulation.economy import Economy, next_marked_day
from training.simulation.habits import PaymentRuns
from training.simulation.health import FAILED, STOPPED
from training.simulation.invoices import Invoices

CANCELLED_SHARE = 0.015
"""Share of invoices to be cleared without cash, unless they are paid before."""
LATEST_CANCEL_DAYS = 25
"""That happens within this many days of issue."""


@dataclass(frozen=True)
class Fates:
    """The end of each invoice, shapes (n,); days count from the first day of the ledger.

    `way` of payment and `planned_day` are drawn from the law. `paid_day` is when the money comes
    at last, -1 for never, and for a cancelled invoice the day it would have come.
    `cancelled_day` is -1 for invoices that are not cancelled.
    """

    way: Rows
    planned_day: Rows
    paid_day: Rows
    cancelled_day: Rows

    @property
    def is_paid(self) -> Flags:
        """Invoices whose money comes, on the ledger or after it, shape (n,)."""
        return (self.paid_day >= 0) & (self.cancelled_day < 0)

    @property
    def is_lost(self) -> Flags:
        """Invoices neither cancelled nor ever paid, shape (n,)."""
        return (self.paid_day < 0) & (self.cancelled_day < 0)


def draw_fates(
    law: LawOfPlans,
    invoices: Invoices,
    states: Rows,
    runs: PaymentRuns,
    economy: Economy,
    rng: np.random.Generator,
) -> Fates:
    """Draw a plan for each invoice from its law, and follow the customer's health from there.

    It is paid on the planned day if the customer pays on it, else on the business day on or after
    its recovery. Whether and when it would be cancelled is drawn without a look at the payment,
    and the earlier of the two happens: a cancellation censors the law without bias.
    """
    n = len(invoices)
    way = (rng.random((n, 1)) >= np.cumsum(law.share, axis=1)[:, :-1]).sum(axis=1)
    chance = rng.uniform(1e-12, 1 - 1e-12, n)
    wait = rng.standard_gamma(UNHURRIED_STEPS, n) / UNHURRIED_STEPS
    meant = np.select(
        [way == SLOW, way == DISPUTED],
        [law.slow_from_days + law.slow_days * wait, DISPUTE_FROM_DAYS + DISPUTE_DAYS * wait],
        law.mean_days + law.spread_days * np.log(chance / (1 - chance)) - 0.5,
    )
    days_after_due = np.minimum(np.ceil(meant), LATEST_PLAN_DAYS).astype(np.int64)
    meant_day = np.maximum(invoices.due_day + days_after_due, invoices.issued_day + 1)
    planned_day = np.where(way == DISCOUNT, law.discount_run, runs.next_run[meant_day])

    paid_day = _paid_day(planned_day, states, economy)
    cancel_wait = rng.integers(1, LATEST_CANCEL_DAYS + 1, n)
    cancel_day = economy.next_business_day[invoices.issued_day + cancel_wait]
    cancelled = (rng.random(n) < CANCELLED_SHARE) & ((paid_day < 0) | (cancel_day < paid_day))
    return Fates(way, planned_day, paid_day, np.where(cancelled, cancel_day, -1))


def _paid_day(planned_day: Rows, states: Rows, economy: Economy) -> Rows:
    """Planned day, or the business day on or after the recovery; -1 for never. Shape (n,)."""
    pays_again = next_marked_day(states != STOPPED)[planned_day]
    never = (pays_again < 0) | (states[pays_again] == FAILED)
    delayed = economy.next_business_day[pays_again]
    return np.where(never, -1, np.where(pays_again == planned_day, planned_day, delayed))
