"""A simulated receivables ledger, and the truth behind it that no ledger shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ledger.days import date_of
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from ledger.money import exponent
from ledger.schema import TABLES
from training.simulation.books import draw_books
from training.simulation.customers import draw_profile
from training.simulation.defaults import default_day
from training.simulation.delays import LONGEST_TERMS_DAYS, law_of_plans
from training.simulation.economy import Economy, simulate_economy
from training.simulation.fates import draw_fates
from training.simulation.frames import ledger_frame, truth_frame, with_decimal_text
from training.simulation.habits import draw_drift, draw_habits, payment_runs
from training.simulation.health import daily_transitions, health_law, simulate_health
from training.simulation.invoices import simulate_invoices
from training.simulation.settings import SimulationSettings
from training.simulation.tables import Columns, fx_rate_columns, rows_of
from training.simulation.truth import (
    CUSTOMER_DAYS,
    INVOICE_DAYS,
    LATEST_CHANCE_DAYS,
    customer_truth,
    invoice_truth,
)

__all__ = ["Simulation", "SimulationSettings", "simulate", "write_simulation"]

TIMEZONE = "Europe/Paris"
INVOICES = "truth_invoices.csv"


@dataclass(frozen=True)
class Simulation:
    """A ledger as frames, and its truth.

    `frames` holds every table of DOMAIN section 1 with all its columns: days as datetime64[s],
    money as decimal text of major units, ids as text, None for nothing. `ledger_toml` holds the
    keys of that file. `truth` has one row for each invoice on the ledger (credit notes have none),
    `default_truth` one for each customer; their columns are told by
    `training.simulation.truth.invoice_truth` and `customer_truth`.
    """

    frames: Mapping[str, pd.DataFrame]
    ledger_toml: Mapping[str, str | date]
    truth: pd.DataFrame
    default_truth: pd.DataFrame


@dataclass(frozen=True)
class _Customer:
    """What one customer adds to the ledger and to the truth."""

    rows: Sequence[tuple[str, Columns]]
    truth: Columns
    default_truth: Columns


def simulate(settings: SimulationSettings) -> Simulation:
    """Simulate a ledger; the same settings give the same rows.

    Every customer draws from a random stream of its own, and what all share from one more, so
    that more customers do not change the rows of the first ones.
    """
    economy = simulate_economy(settings, _stream(settings, 0))
    customers = [
        _simulate_customer(index, settings, economy) for index in range(settings.customers)
    ]
    frames = {
        table: ledger_frame(
            table,
            [rows for customer in customers for name, rows in customer.rows if name == table],
            economy,
        )
        for table in TABLES
        if table != "fx_rates"
    }
    return Simulation(
        frames={**frames, "fx_rates": ledger_frame("fx_rates", fx_rate_columns(economy), economy)},
        ledger_toml={
            "reporting_currency": settings.reporting_currency,
            "complete_from": settings.start,
            "complete_through": date_of(economy.first_day + economy.ledger_days - 1),
            "timezone": TIMEZONE,
        },
        truth=truth_frame([customer.truth for customer in customers], INVOICE_DAYS, economy),
        default_truth=truth_frame(
            [customer.default_truth for customer in customers], CUSTOMER_DAYS, economy
        ),
    )


def write_simulation(simulation: Simulation, directory: Path) -> None:
    """Write `<table>.csv` and `ledger.toml`, and the truth to files in the folder `truth`.

    `truth/truth_invoices.csv` and `truth/truth_customers.csv` lie apart, so that whoever reads
    the ledger does not meet them. A simulated ledger that is there is replaced.

    Raises
    ------
    LedgerError
        If the directory holds anything else.
    """
    truth = directory / "truth"
    if directory.is_dir() and any(directory.iterdir()) and not (truth / INVOICES).is_file():
        raise LedgerError(
            [f"{directory} holds files that are no simulated ledger; choose another directory"]
        )
    truth.mkdir(parents=True, exist_ok=True)
    for table, frame in simulation.frames.items():
        frame.to_csv(directory / f"{table}.csv", index=False)
    lines = [
        f"{key} = {value}\n" if isinstance(value, date) else f'{key} = "{value}"\n'
        for key, value in simulation.ledger_toml.items()
    ]
    (directory / "ledger.toml").write_text("".join(lines), encoding="utf-8")
    simulation.truth.to_csv(truth / INVOICES, index=False)
    simulation.default_truth.to_csv(truth / "truth_customers.csv", index=False)


def _stream(settings: SimulationSettings, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=key))


def _simulate_customer(index: int, settings: SimulationSettings, economy: Economy) -> _Customer:
    """Draw a customer, live through its days, and write down what its seller sees."""
    rng = _stream(settings, 1, index)
    profile = draw_profile(index, settings, economy, rng)
    habits = draw_habits(profile, rng)
    runs = payment_runs(habits, economy)
    drift = draw_drift(habits, economy, rng)
    transitions = daily_transitions(habits.fragility)
    states = simulate_health(transitions, profile.joined_day, economy.days, rng)

    invoices = simulate_invoices(profile, states, economy, rng)
    law = law_of_plans(invoices, habits, drift, states, runs, economy)
    fates = draw_fates(law, invoices, states, runs, economy, rng)
    books = draw_books(profile, habits, states, invoices, fates, economy, rng)

    minor_in_reporting = economy.daily_rates(profile.currency) / 10 ** exponent(profile.currency)
    defaulted = default_day(books, fates, minor_in_reporting, economy, Definitions())
    health = health_law(transitions, LONGEST_TERMS_DAYS + LATEST_CHANCE_DAYS)
    return _Customer(
        [
            (table, with_decimal_text(table, columns, profile.currency))
            for table, columns in rows_of(books)
        ],
        invoice_truth(profile, invoices, law, fates, health, runs, economy),
        customer_truth(profile, habits, states, defaulted),
    )
