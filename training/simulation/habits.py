"""How a simulated customer pays: its own delay, spread, payment runs, slips and disputes."""

from dataclasses import dataclass, replace

import numpy as np

from ledger.arrays import Flags, Floats, Rows
from training.simulation.customers import Profile
from training.simulation.economy import Economy, last_marked_day, next_marked_day

COUNTRY_DAYS = {"DE": -1.5, "NL": -1.0, "BE": 0.5, "FR": 0.5, "IT": 4.0, "ES": 3.0, "US": 0.0}
"""Usual lateness of a country's customers against the mean, days."""
SEGMENT_DAYS = {"key": 1.5, "standard": 0.0, "small": -0.5}
"""The same for the customers of a segment."""
SEGMENT_FRAGILITY = {"key": 0.6, "standard": 0.9, "small": 1.4}
LARGEST_FRAGILITY = 6.0
DRIFT_PERSISTENCE = 0.92
"""Share of last month's drift of a customer's habit that lasts."""
DEBIT_SPREAD_DAYS = 0.01
"""Spread of a direct debit: it is drawn on the due date, never a day beside it."""
WORKDAYS = (0, 1, 2, 3, 4)
RUNS: dict[str, tuple[float, tuple[int, ...] | None, tuple[int, ...]]] = {
    "daily": (0.42, WORKDAYS, ()),
    "weekly": (0.24, None, ()),
    "twice weekly": (0.12, (1, 3), ()),
    "month end": (0.08, (), (31,)),
    "15th and month end": (0.08, (), (15, 31)),
    "5th and 20th": (0.06, (), (5, 20)),
}
"""Share of customers, weekdays (None: one of its own) and days of the month of payment runs."""


@dataclass(frozen=True)
class Habits:
    """Latent payment habits of one customer; days are days after due, negative before.

    A habitual payment is meant for the day usual_days + drift + what the state of the day adds,
    spread logistically with scale `spread_days`. With chance `slow_share` an invoice slips and is
    meant for slow_from_days + a time of mean `slow_days` instead (for direct debits:
    it is returned and paid by transfer that late). `discount_share` is the chance to take an
    offered discount, `dispute_share` to dispute, `large_days` what one unit of log amount above
    the customer's median adds. Money leaves only on days of the payment runs.
    """

    usual_days: float
    spread_days: float
    slow_share: float
    slow_from_days: float
    slow_days: float
    discount_share: float
    dispute_share: float
    large_days: float
    fragility: float
    direct_debit: bool
    runs: str
    run_weekdays: tuple[int, ...]
    run_month_days: tuple[int, ...]
    short_pay_share: float
    part_pay_share: float

    @property
    def runs_text(self) -> str:
        """The payment runs in words, for the truth table."""
        return f"{self.runs} {self.run_weekdays[0]}" if self.runs == "weekly" else self.runs


def draw_habits(profile: Profile, rng: np.random.Generator) -> Habits:
    """Draw the habits of a customer; country, segment, terms and size lean on them."""
    names = list(RUNS)
    runs = names[int(rng.choice(len(names), p=[share for share, _, _ in RUNS.values()]))]
    own_weekday = int(rng.integers(0, 5))
    _, weekdays, month_days = RUNS[runs]
    usual_days = (
        -5.8
        + rng.normal(0.0, 2.8)
        + (rng.exponential(8.0) if rng.random() < 0.18 else 0.0)
        + COUNTRY_DAYS.get(profile.country, 0.0)
        + SEGMENT_DAYS[profile.segment]
        - 0.04 * (profile.terms_days - 30)
        - (7.0 if month_days else 0.0)
    )
    fragility = SEGMENT_FRAGILITY[profile.segment] * np.exp(rng.normal(-0.2, 0.75))
    habits = Habits(
        usual_days=float(usual_days),
        spread_days=float(np.exp(rng.normal(np.log(2.4), 0.4))),
        slow_share=float(rng.beta(1.2, 11.5)),
        slow_from_days=0.0,
        slow_days=float(rng.uniform(14.0, 32.0)),
        discount_share=float(rng.beta(3.0, 2.0)),
        dispute_share=float(rng.beta(1.0, 40.0)),
        large_days=float(rng.normal(0.7, 0.6)),
        fragility=min(float(fragility), LARGEST_FRAGILITY),
        direct_debit=False,
        runs=runs,
        run_weekdays=(own_weekday,) if weekdays is None else weekdays,
        run_month_days=month_days,
        short_pay_share=float(rng.beta(1.0, 25.0)),
        part_pay_share=float(rng.beta(1.0, 18.0)),
    )
    return _by_debit(habits) if profile.payment_method == "direct_debit" else habits


def _by_debit(habits: Habits) -> Habits:
    """The habits of a customer whose invoices are drawn from its account when due.

    A slow payment is then a debit that was returned; there are fewer.
    """
    return replace(
        habits,
        direct_debit=True,
        usual_days=0.0,
        spread_days=DEBIT_SPREAD_DAYS,
        slow_share=0.4 * habits.slow_share,
        slow_from_days=6.0,
        dispute_share=0.0,
        large_days=0.0,
        runs="daily",
        run_weekdays=WORKDAYS,
        run_month_days=(),
        short_pay_share=0.0,
        part_pay_share=0.0,
    )


def draw_drift(habits: Habits, economy: Economy, rng: np.random.Generator) -> Floats:
    """Days by which the habit has drifted in each month, AR(1) from its stationary law."""
    months = int(economy.month[-1]) + 1
    drift = rng.normal(0.0, 0.35 * habits.spread_days, months)
    drift[0] /= np.sqrt(1 - DRIFT_PERSISTENCE**2)
    for month in range(1, months):
        drift[month] += DRIFT_PERSISTENCE * drift[month - 1]
    return np.zeros(months) if habits.direct_debit else drift


@dataclass(frozen=True)
class PaymentRuns:
    """Days on which a customer pays: first run on or after, last on or before each day.

    Both shape (days,), -1 where there is none.
    """

    next_run: Rows
    last_run: Rows


def payment_runs(habits: Habits, economy: Economy) -> PaymentRuns:
    """Business days of a customer's payment runs.

    A run by day of the month falls on the next business day, one at month end on the last
    business day of the month.
    """
    marked: Flags = economy.is_business & np.isin(economy.weekday, habits.run_weekdays)
    for month_day in habits.run_month_days:
        if month_day == 31:
            days = economy.last_business_day[economy.days_to_month_end == 0]
        else:
            days = economy.next_business_day[economy.day_of_month == month_day]
        marked[days[days >= 0]] = True
    return PaymentRuns(next_marked_day(marked), last_marked_day(marked))
