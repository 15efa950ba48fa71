"""Dated master data of a simulated customer: status, limit, segment, terms, rating, guarantees."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Rows
from ledger.money import exponent
from training.simulation.customers import SEGMENTS, Profile
from training.simulation.economy import Economy
from training.simulation.health import FAILED, STOPPED
from training.simulation.settings import EUROS_PER_UNIT

HOLD_AFTER_DAYS = 30
"""A customer is put on hold when it has paid nothing for so long."""
INSOLVENT_SHARE = 0.6
"""Failed customers that become insolvent; the others are a case for the lawyers."""
RATED_SHARE = 0.6
RATING_NOISE = 0.8
RATING_BOUNDS = (-0.9, -0.1, 0.7, 1.6)
"""Bounds between the external ratings A to E on the scale of log fragility plus state."""
YEAR_DAYS = 365


@dataclass(frozen=True)
class Fact:
    """A value of dated master data and the days from which it holds and was recorded."""

    name: str
    value: str
    day: int
    recorded_day: int


@dataclass(frozen=True)
class Guarantee:
    """A guarantee in minor units of the customer's currency."""

    kind: str
    minor: int
    insured_share: float | None
    day: int
    until_day: int
    max_overdue_days: int | None


def draw_facts(
    profile: Profile,
    fragility: float,
    states: Rows,
    economy: Economy,
    rng: np.random.Generator,
) -> list[Fact]:
    """Draw the dated facts of a customer, by day within each name.

    Limits are in the reporting currency. The external rating of a rated customer is set each
    quarter from its fragility and its health, with noise.
    """
    joined = profile.joined_day
    begins = max(joined, 0)
    facts = [
        Fact("segment", profile.segment, joined, joined),
        Fact("terms_days", str(profile.terms_days), joined, joined),
    ]
    other = [name for name in SEGMENTS if name != profile.segment][int(rng.integers(2))]
    moved, moved_day = rng.random() < 0.04, int(rng.integers(1, economy.ledger_days))
    if moved and moved_day > begins:
        facts.append(Fact("segment", other, moved_day, moved_day))
    if rng.random() < 0.02:
        facts.append(Fact("dunning_block", "yes", begins + 60, begins + 60))
    facts += _limits(profile, economy, rng)
    facts += _statuses(profile, states, economy, rng)
    if rng.random() < RATED_SHARE:
        facts += _ratings(profile, fragility, states, economy, rng)
    return facts


def failed_on(states: Rows) -> int | None:
    """First day of the state failed; None where there is none."""
    failed = np.flatnonzero(states == FAILED)
    return int(failed[0]) if len(failed) else None


def _limits(profile: Profile, economy: Economy, rng: np.random.Generator) -> list[Fact]:
    """A limit of about two terms of billing, reviewed each year."""
    monthly = profile.invoices_per_month * profile.median_amount
    to_reporting = EUROS_PER_UNIT[profile.currency] / EUROS_PER_UNIT[economy.reporting_currency]
    limit = monthly * to_reporting * (profile.terms_days + 30) / 30 * rng.uniform(1.2, 3.0)
    facts = []
    for day in range(profile.joined_day, economy.ledger_days, YEAR_DAYS):
        if day + YEAR_DAYS > 0:
            value = max(round(limit, -3), 1000)
            facts.append(Fact("credit_limit", f"{value:.0f}", day, day))
        limit *= rng.uniform(0.9, 1.2)
    return facts


def _statuses(
    profile: Profile, states: Rows, economy: Economy, rng: np.random.Generator
) -> list[Fact]:
    """Active from the start, on hold while stopped, legal or insolvent when failed."""
    facts = [Fact("status", "active", profile.joined_day, profile.joined_day)]
    changes = np.flatnonzero(np.diff(states, prepend=states[:1]))
    ends = np.append(changes, len(states))[1:]
    for day, end in zip(changes.tolist(), ends.tolist(), strict=True):
        delay, lag = int(rng.integers(0, 20)), int(rng.integers(0, 6))
        is_insolvent = rng.random() < INSOLVENT_SHARE
        if states[day] == STOPPED and end - day > HOLD_AFTER_DAYS:
            since = day + HOLD_AFTER_DAYS
            facts.append(Fact("status", "on_hold", since, since))
        elif states[day] == FAILED:
            since = day + delay + (0 if is_insolvent else 30)
            facts.append(
                Fact("status", "insolvent" if is_insolvent else "legal", since, since + lag)
            )
        elif facts[-1].value == "on_hold" and states[day] < STOPPED:
            since = day + 5
            facts.append(Fact("status", "active", since, since))
    return [fact for fact in facts if fact.day < economy.days]


def _ratings(
    profile: Profile,
    fragility: float,
    states: Rows,
    economy: Economy,
    rng: np.random.Generator,
) -> list[Fact]:
    facts: list[Fact] = []
    for day in range(max(profile.joined_day, 0), economy.ledger_days, 91):
        score = np.log(fragility) + 0.7 * states[day] + rng.normal(0.0, RATING_NOISE)
        rating = "ABCDE"[int(np.searchsorted(RATING_BOUNDS, score))]
        if not facts or facts[-1].value != rating:
            facts.append(Fact("external_rating", rating, day, day + int(rng.integers(0, 8))))
    return facts


def draw_guarantees(
    profile: Profile, economy: Economy, rng: np.random.Generator
) -> list[Guarantee]:
    """Credit insurance renewed each year, a bank guarantee or a deposit, for one in four."""
    monthly = profile.invoices_per_month * profile.median_amount
    covered = max(round(monthly * float(rng.uniform(0.5, 2.0)), -3), 1000.0)
    minor = int(covered) * int(10 ** exponent(profile.currency))
    drawn, begins = float(rng.random()), max(profile.joined_day, 0)
    if drawn < 0.18:
        return [
            Guarantee("insurance", minor, 0.9, day, day + YEAR_DAYS - 1, 60)
            for day in range(begins, economy.ledger_days, YEAR_DAYS)
        ]
    if drawn < 0.24:
        kind = "bank_guarantee" if drawn < 0.21 else "deposit"
        return [Guarantee(kind, minor, None, begins, economy.days, None)]
    return []
