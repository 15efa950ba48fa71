"""What a simulated customer is billed: when, how much, on which terms."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Floats, Minor, Rows
from ledger.money import exponent
from training.simulation.customers import TERMS_DAYS, Profile
from training.simulation.economy import Economy
from training.simulation.health import DISTRESSED, FAILED, STOPPED, days_in_state

BUSINESS_DAYS_PER_MONTH = 21.0
LAST_DELIVERIES_DAYS = 30
"""Days after a customer stopped paying during which it is still, less and less, supplied."""
DISCOUNT_DAYS = 10
"""Days after issue within which a discount may be taken."""
SMALLEST_EUROS = 40.0
OTHER_TERMS_SHARE = 0.06
"""Share of invoices on other terms than the customer's own."""


@dataclass(frozen=True)
class Invoices:
    """Invoices of one customer by day of issue; days count from the first day of the ledger.

    `discount_day` is the last day to take the discount of `discount_pct` (a share), both 0 where
    none is offered. `issued_day` is below `due_day`. All shapes (n,).
    """

    issued_day: Rows
    due_day: Rows
    amount_minor: Minor
    discount_day: Rows
    discount_pct: Floats
    log_amount_above_median: Floats

    def __len__(self) -> int:
        return len(self.issued_day)

    @property
    def terms_days(self) -> Rows:
        """Days from issue to due, shape (n,)."""
        return self.due_day - self.issued_day


def simulate_invoices(
    profile: Profile, states: Rows, economy: Economy, rng: np.random.Generator
) -> Invoices:
    """Draw a Poisson number of invoices on each business day of the ledger.

    The rate grows or shrinks over the years, and follows the customer's health: distress orders
    somewhat more, a customer that stopped paying is supplied half as much for thirty days and
    then not at all, a failed one never again.
    """
    issued_day = np.repeat(
        np.arange(economy.ledger_days),
        rng.poisson(_invoices_per_day(profile, states, economy)),
    )
    n = len(issued_day)
    terms_days = np.full(n, profile.terms_days)
    other = rng.random(n) < OTHER_TERMS_SHARE
    terms_days[other] = rng.choice(list(TERMS_DAYS), other.sum())
    above = rng.normal(0.0, profile.amount_spread, n)
    unit = 10 ** exponent(profile.currency)
    amount_minor = np.rint(profile.median_amount * np.exp(above) * unit).astype(np.int64)
    smallest = int(SMALLEST_EUROS * unit * (160 if profile.currency == "JPY" else 1))
    offers_discount = (profile.discount_pct > 0) & (terms_days > DISCOUNT_DAYS + 3) & ~other
    return Invoices(
        issued_day=issued_day,
        due_day=issued_day + terms_days,
        amount_minor=np.maximum(amount_minor, smallest),
        discount_day=np.where(offers_discount, issued_day + DISCOUNT_DAYS, 0),
        discount_pct=np.where(offers_discount, profile.discount_pct, 0.0),
        log_amount_above_median=above,
    )


def _invoices_per_day(profile: Profile, states: Rows, economy: Economy) -> Floats:
    """Expected number of invoices on each day of the ledger, shape (ledger_days,)."""
    days = np.arange(economy.ledger_days)
    years_from_middle = (days - economy.ledger_days / 2) / 365.25
    rate = (
        profile.invoices_per_month
        / BUSINESS_DAYS_PER_MONTH
        * np.exp(profile.growth_per_year * years_from_middle)
    )
    billing_day = economy.is_business[days]
    if profile.bills_at_month_end:
        month_end = np.zeros(economy.days, dtype=bool)
        last = economy.last_business_day[economy.days_to_month_end == 0]
        month_end[last[last >= 0]] = True
        month_end[economy.last_business_day[last[last > 0] - 1]] = True
        billing_day = month_end[days]
        rate = rate * BUSINESS_DAYS_PER_MONTH / 2
    state = states[days]
    since = days_in_state(states)[days]
    factor = np.where(state == DISTRESSED, 1.15, 1.0)
    factor[state == STOPPED] = np.where(since[state == STOPPED] < LAST_DELIVERIES_DAYS, 0.5, 0.0)
    factor[state == FAILED] = 0.0
    active = (days >= profile.joined_day) & (days < profile.left_day)
    expected: Floats = np.where(billing_day & active, rate * factor, 0.0)
    return expected
