"""Who a simulated customer is: place, size, terms, how much it buys and since when."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from training.simulation.economy import Economy
from training.simulation.settings import EUROS_PER_UNIT, SimulationSettings

Option = TypeVar("Option", bound=Hashable)

COUNTRIES = {
    "DE": (0.24, "en"),
    "FR": (0.22, "fr"),
    "IT": (0.12, "en"),
    "ES": (0.10, "en"),
    "NL": (0.10, "en"),
    "BE": (0.08, "fr"),
    "US": (0.09, "en"),
    "JP": (0.05, "en"),
}
"""Share of customers and language of their letters."""
SEGMENTS = {
    "key": (0.10, 3.0, 6000.0),
    "standard": (0.60, 0.9, 1800.0),
    "small": (0.30, 0.53, 600.0),
}
"""Share of customers, invoices against the mean customer, median invoice in euros."""
TERMS_DAYS = {14: 0.15, 30: 0.5, 45: 0.2, 60: 0.15}
COLLECTORS = ("amira", "bruno", "chloe", "dmitri", "elena")
FIRST_NAMES = ("Alder", "Borea", "Cassis", "Delta", "Ember", "Fjord", "Garnet", "Harbor", "Indigo")
TRADES = ("Foods", "Metals", "Logistics", "Textiles", "Clinics", "Paper", "Optics", "Farms")


@dataclass(frozen=True)
class Profile:
    """One customer as its seller knows it.

    `joined_day` and `left_day` bound its orders, in days of the ledger; a customer of old joined
    before day 0. `median_amount` is in major units of `currency`, `amount_spread` the standard
    deviation of its log. `discount_pct` is 0 where its terms know no discount. A customer with
    `bills_at_month_end` is invoiced on the last two business days of a month only.
    """

    index: int
    customer_id: str
    name: str
    country: str
    language: str
    currency: str
    segment: str
    parent_id: str | None
    natural_person: bool
    collector: str
    joined_day: int
    left_day: int
    invoices_per_month: float
    growth_per_year: float
    median_amount: float
    amount_spread: float
    terms_days: int
    discount_pct: float
    payment_method: str
    bills_at_month_end: bool


def draw_profile(
    index: int, settings: SimulationSettings, economy: Economy, rng: np.random.Generator
) -> Profile:
    """Draw the customer of a given index; its id is C00001 for index 0."""
    country = _draw({name: share for name, (share, _) in COUNTRIES.items()}, rng)
    segment = _draw({name: share for name, (share, _, _) in SEGMENTS.items()}, rng)
    _, relative_size, median_euros = SEGMENTS[segment]
    natural_person = segment == "small" and rng.random() < 0.12
    currency = _draw_currency(country, settings.reporting_currency, rng)
    is_new = rng.random() < 0.28
    joined_day = (
        int(rng.uniform(0.02, 0.85) * economy.ledger_days)
        if is_new
        else -int(rng.integers(30, 4000))
    )
    leaves = rng.random() < 0.08
    left_day = (
        int(rng.uniform(max(joined_day, 0), economy.ledger_days)) if leaves else economy.ledger_days
    )
    skew = rng.normal(-(0.8**2) / 2, 0.8)
    name = f"{FIRST_NAMES[rng.integers(len(FIRST_NAMES))]} {TRADES[rng.integers(len(TRADES))]}"
    return Profile(
        index=index,
        customer_id=customer_id_of(index),
        name=f"{name} {index + 1}",
        country=country,
        language=COUNTRIES[country][1],
        currency=currency,
        segment=segment,
        parent_id=_draw_parent(index, rng),
        natural_person=natural_person,
        collector=COLLECTORS[rng.integers(len(COLLECTORS))],
        joined_day=joined_day,
        left_day=left_day,
        invoices_per_month=(
            settings.invoices_per_customer_month * relative_size * float(np.exp(skew))
        ),
        growth_per_year=float(rng.normal(0.0, 0.2)),
        median_amount=(
            median_euros * float(np.exp(rng.normal(0.0, 0.6))) / EUROS_PER_UNIT[currency]
        ),
        amount_spread=float(rng.uniform(0.3, 1.0)),
        terms_days=_draw(TERMS_DAYS, rng),
        discount_pct=float(rng.choice([0.0, 0.02, 0.03], p=[0.75, 0.17, 0.08])),
        payment_method=_draw({"transfer": 0.84, "direct_debit": 0.11, "cheque": 0.05}, rng),
        bills_at_month_end=bool(rng.random() < 0.15),
    )


def customer_id_of(index: int) -> str:
    """Id of the customer of an index.

    >>> customer_id_of(0)
    'C00001'
    """
    return f"C{index + 1:05d}"


def _draw_currency(country: str, reporting_currency: str, rng: np.random.Generator) -> str:
    """Own currency for most customers of the US and Japan, else mostly the reporting one."""
    own = {"US": "USD", "JP": "JPY"}.get(country, reporting_currency)
    foreign = rng.random() < 0.06
    other = [c for c in EUROS_PER_UNIT if c != reporting_currency][int(rng.integers(2))]
    return other if foreign else own


def _draw_parent(index: int, rng: np.random.Generator) -> str | None:
    """Id of an earlier customer as parent, for one customer in fifteen."""
    has_parent, distance = rng.random() < 1 / 15, int(rng.integers(1, 6))
    return customer_id_of(index - distance) if has_parent and index >= distance else None


def _draw(shares: Mapping[Option, float], rng: np.random.Generator) -> Option:
    options = list(shares)
    return options[int(rng.choice(len(options), p=list(shares.values())))]
