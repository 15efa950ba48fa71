"""The world that all simulated customers share: calendar, business climate, exchange rates."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ledger.arrays import Flags, Floats, Rows
from ledger.days import date_of, datetimes, day_of, day_of_month, days_to_month_end, month_index
from training.simulation.settings import EUROS_PER_UNIT, SimulationSettings

FUTURE_DAYS = 900
"""Days simulated after the end of the ledger, so that every invoice meets its end."""
HOLIDAYS = ((1, 1), (5, 1), (12, 25), (12, 26))
"""Days (month, day) without payment runs and billing, besides weekends."""
SEASON_LOG_ODDS = (0.0, -0.05, -0.1, 0.0, 0.0, 0.0, 0.1, 0.3, 0.0, -0.05, 0.0, 0.2)
"""Log-odds of paying late by month of issue, January first: holidays slow approval down."""
CLIMATE_PERSISTENCE = 0.85
"""Share of last month's business climate that lasts."""
RATE_SHOCK = 0.008
"""Standard deviation of a week's change of an exchange rate, log."""


@dataclass(frozen=True)
class Economy:
    """Calendar, climate and rates; days count from the first day of the ledger, which is 0.

    `ledger_days` are on the ledger, the FUTURE_DAYS after them only in the truth. By day, shape
    (ledger_days + FUTURE_DAYS,): `weekday` (Monday 0), `day_of_month`, `days_to_month_end`,
    `month` since the first one, `is_business`, `next_business_day` on or after and
    `last_business_day` on or before (-1 where there is none), `climate_log_odds` of paying
    late. `rate_days` are the days of the weekly `rates` (reporting currency for one unit), the
    first up to six days before day 0.
    """

    first_day: int
    ledger_days: int
    reporting_currency: str
    weekday: Rows
    day_of_month: Rows
    days_to_month_end: Rows
    month: Rows
    is_business: Flags
    next_business_day: Rows
    last_business_day: Rows
    climate_log_odds: Floats
    rate_days: Rows
    rates: dict[str, Floats]

    @property
    def days(self) -> int:
        """Number of days simulated, the future after the ledger included."""
        return len(self.weekday)

    def daily_rates(self, currency: str) -> Floats:
        """Latest rate on or before each day, shape (days,); 1 for the reporting currency."""
        if currency == self.reporting_currency:
            return np.ones(self.days)
        latest = np.searchsorted(self.rate_days, np.arange(self.days), side="right") - 1
        return self.rates[currency][latest]


def simulate_economy(settings: SimulationSettings, rng: np.random.Generator) -> Economy:
    """Lay out the calendar, and draw the climate of each month and the rates of each week.

    The climate is an AR(1) process by calendar month plus the shift that the settings ask for
    plus the season.
    """
    first_day = day_of(settings.start)
    ledger_days = day_of(_months_later(settings.start, settings.months)) - first_day
    absolute = np.arange(first_day, first_day + ledger_days + FUTURE_DAYS)
    dates = datetimes(absolute)
    holidays = [
        date(year, month, day)
        for year in range(date_of(absolute[0]).year, date_of(absolute[-1]).year + 1)
        for month, day in HOLIDAYS
    ]
    is_business = np.is_busday(dates, holidays=np.array(holidays, dtype="datetime64[D]"))
    month = month_index(absolute) - month_index(absolute[:1])
    climate = _climate(int(month[-1]) + 1, settings.climate_shock_log_odds, rng)
    if settings.regime_shift_month is not None:
        climate[settings.regime_shift_month :] += settings.regime_shift_log_odds
    month_of_year = month_index(absolute) % 12
    rate_days = np.arange(-((first_day + 3) % 7), ledger_days, 7)
    return Economy(
        first_day=first_day,
        ledger_days=ledger_days,
        reporting_currency=settings.reporting_currency,
        weekday=(absolute + 3) % 7,
        day_of_month=day_of_month(absolute).astype(np.int64),
        days_to_month_end=days_to_month_end(absolute).astype(np.int64),
        month=month,
        is_business=is_business,
        next_business_day=next_marked_day(is_business),
        last_business_day=last_marked_day(is_business),
        climate_log_odds=climate[month] + np.array(SEASON_LOG_ODDS)[month_of_year],
        rate_days=rate_days,
        rates=_rates(len(rate_days), settings.reporting_currency, rng),
    )


def next_marked_day(marked: Flags) -> Rows:
    """First marked day on or after each day, shape (days,); -1 where there is none.

    >>> next_marked_day(np.array([False, True, False, True, False]))
    array([ 1,  1,  3,  3, -1])
    """
    days = np.where(marked, np.arange(len(marked)), len(marked))
    following = np.minimum.accumulate(days[::-1])[::-1]
    return np.where(following < len(marked), following, -1)


def last_marked_day(marked: Flags) -> Rows:
    """Last marked day on or before each day, shape (days,); -1 where there is none.

    >>> last_marked_day(np.array([False, True, False, True, False]))
    array([-1,  1,  1,  3,  3])
    """
    return np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1))


def _months_later(start: date, months: int) -> date:
    """The same day of the month, `months` later; the last day of a month that is too short."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(day=1, year=year, month=month + 1) + timedelta(
        days=min(start.day, last) - 1
    )


def _climate(months: int, shock: float, rng: np.random.Generator) -> Floats:
    """AR(1) climate of each month in log-odds, begun in its stationary law, shape (months,)."""
    climate = rng.normal(0.0, shock, months)
    climate[0] /= np.sqrt(1 - CLIMATE_PERSISTENCE**2)
    for month in range(1, months):
        climate[month] += CLIMATE_PERSISTENCE * climate[month - 1]
    return climate


def _rates(weeks: int, reporting_currency: str, rng: np.random.Generator) -> dict[str, Floats]:
    """Weekly rates of the currencies other than the reporting one, a walk in logs."""
    rates = {}
    for currency, euros in EUROS_PER_UNIT.items():
        walk = np.exp(np.cumsum(rng.normal(0.0, RATE_SHOCK, weeks)))
        if currency != reporting_currency:
            level = euros / EUROS_PER_UNIT[reporting_currency]
            digits = 6 - int(np.floor(np.log10(level)))
            rates[currency] = np.round(level * walk, digits)
    return rates
