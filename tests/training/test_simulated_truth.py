"""The truth of a simulation beside its ledger, and the news that no forecast can know."""

import numpy as np
import pytest

from ledger.days import day_of, parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract
from training.simulation.aligned import true_default_on, true_p_late
from training.simulation.climate_news import climate_news
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate


def test_chances_and_default_days_stand_beside_the_rows_they_belong_to() -> None:
    simulation = simulate(SimulationSettings(customers=60, months=12))
    shuffled = {
        name: frame.sample(frac=1, random_state=1) for name, frame in simulation.frames.items()
    }
    ledger = ledger_from_frames(shuffled, Extract("EUR", parse_day("2022-12-31")))
    chances = simulation.truth.set_index("invoice_id")["p_late"].to_dict()
    expected = [chances.get(name, np.nan) for name in ledger.text("invoices", "invoice_id")]
    found = true_p_late(simulation, ledger)
    np.testing.assert_array_equal(found, expected)
    assert 0 < np.isnan(found).sum() < len(found) / 2

    days = simulation.default_truth.dropna(subset="defaulted_on")
    true = {row.customer_id: day_of(row.defaulted_on.date()) for row in days.itertuples()}
    default_on = true_default_on(simulation, ledger)
    names = ledger.vocabularies["customer"]
    beside = zip(names, default_on.values, default_on.known, strict=True)
    assert {name: day for name, day, known in beside if known} == true
    assert 0 < len(true) < len(names)


def test_a_calm_climate_has_no_news_and_a_shift_is_one() -> None:
    calm = SimulationSettings(customers=20, months=12, climate_shock_log_odds=0.0)
    assert np.abs(climate_news(simulate(calm))[1:]).max() < 1e-12
    shifted = SimulationSettings(
        customers=20,
        months=12,
        climate_shock_log_odds=0.0,
        regime_shift_month=7,
        regime_shift_log_odds=0.5,
    )
    simulation = simulate(shifted)
    news = climate_news(simulation)
    august = simulation.truth[simulation.truth["issued_on"].dt.month == 8]["p_late"]
    assert np.isnan(news[0])
    assert np.abs(news[1:7]).max() < 1e-12
    assert news[7] == pytest.approx(0.5 * (august * (1 - august)).mean())
