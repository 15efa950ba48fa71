"""What a simulation is asked for: how many customers, how long, which seed, which shocks."""

from dataclasses import dataclass
from datetime import date

from ledger.errors import SettingsError

EUROS_PER_UNIT = {"EUR": 1.0, "USD": 0.92, "JPY": 0.0064}
"""The currencies of the simulation, with their value in euros on its first day."""


@dataclass(frozen=True)
class SimulationSettings:
    """Size, period and shocks of a simulated ledger.

    Parameters
    ----------
    customers
        Number of customers; a larger number leaves the rows of the first ones as they are.
    months
        Length of the ledger in months, counted from `start`.
    seed
        Any integer from 0; the same settings give the same ledger.
    start
        First day of the ledger; nothing is open on its eve.
    invoices_per_customer_month
        Mean number of invoices of a customer in a month, over customers; skewed, so that a few
        large customers have many.
    climate_shock_log_odds
        Standard deviation of a month's news to the business climate, in log-odds of paying late.
        No forecast can know it: the default moves the share of late invoices by about a
        percentage point a month.
    regime_shift_month
        Month of the ledger, 0 the first, from which the business climate is another one; None
        for no shift.
    regime_shift_log_odds
        Size of that shift in log-odds of paying late; negative means earlier. It moves the usual
        payment behaviour by exactly this much, before payment runs round it to days.
    reporting_currency
        EUR, USD or JPY; most customers are billed in it, the others in the other two.

    Raises
    ------
    SettingsError
        Naming every setting that is out of range.
    """

    customers: int = 500
    months: int = 36
    seed: int = 7
    start: date = date(2022, 1, 1)
    invoices_per_customer_month: float = 4.0
    climate_shock_log_odds: float = 0.05
    regime_shift_month: int | None = None
    regime_shift_log_odds: float = 0.8
    reporting_currency: str = "EUR"

    def __post_init__(self) -> None:
        expected = {
            "customers": (self.customers >= 1, "at least 1"),
            "months": (1 <= self.months <= 600, "1 to 600"),
            "seed": (self.seed >= 0, "at least 0"),
            "invoices_per_customer_month": (
                0 < self.invoices_per_customer_month <= 1000,
                "more than 0 and at most 1000",
            ),
            "climate_shock_log_odds": (0 <= self.climate_shock_log_odds <= 1, "0 to 1"),
            "regime_shift_month": (
                self.regime_shift_month is None or 0 <= self.regime_shift_month < self.months,
                f"a month of the simulation, 0 to {self.months - 1}, or none",
            ),
            "regime_shift_log_odds": (abs(self.regime_shift_log_odds) <= 5, "-5 to 5"),
            "reporting_currency": (
                self.reporting_currency in EUROS_PER_UNIT,
                f"one of {', '.join(EUROS_PER_UNIT)}",
            ),
        }
        problems = [
            f"simulation setting {name} is {getattr(self, name)!r}; expected {range_}; change it"
            for name, (valid, range_) in expected.items()
            if not valid
        ]
        if problems:
            raise SettingsError(problems)
