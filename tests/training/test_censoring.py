"""Monthly retrains against true chances, beside models that never saw an open invoice."""

from dataclasses import dataclass

import numpy as np
import pytest

from ledger.arrays import Floats
from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from tests.training.fated_ledgers import START, THROUGH, fated_ledger
from tests.training.small_recipe import small_recipe
from training.backtest import backtest
from training.censoring import MonthlyShare, delay_model, monthly_share, paid_only
from training.labels import delay_outcomes
from training.simulation.aligned import true_p_late
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate

FIRST, NEXT, END = parse_day("2022-11-01"), parse_day("2022-12-01"), parse_day("2022-12-31")
RECIPE = small_recipe(default={"min_defaults": 10_000})


@dataclass(frozen=True)
class Studied:
    ledger: Ledger
    p_late: Floats
    share: MonthlyShare


@pytest.fixture(scope="module")
def studied() -> Studied:
    simulation = simulate(SimulationSettings(customers=40, months=12))
    ledger = ledger_from_frames(simulation.frames, Extract("EUR", END))
    p_late = true_p_late(simulation, ledger)
    return Studied(ledger, p_late, monthly_share(ledger, p_late, FIRST, RECIPE))


def test_the_invoices_and_forecasts_of_a_month_are_those_of_a_backtest(studied: Studied) -> None:
    fold, _ = backtest(studied.ledger, [FIRST, NEXT], RECIPE).folds
    assert studied.share.invoices == len(fold.invoice) > 50
    assert studied.share.said == fold.scores.distribution.later_than(0).mean()
    assert studied.share.true == studied.p_late[fold.invoice].mean()
    assert studied.share.error == studied.share.said - studied.share.true


def test_models_that_saw_paid_invoices_alone_expect_fewer_late_ones(studied: Studied) -> None:
    share = studied.share
    assert share.open_share > 0.1
    assert share.said_of_paid_only < share.said - 0.01
    assert share.error_of_paid_only == share.said_of_paid_only - share.true


def test_paid_invoices_alone_are_those_paid_by_the_last_day_known() -> None:
    ledger = fated_ledger(200).known_at(START + 200)
    every = delay_outcomes(ledger, RECIPE.definitions)
    kept = paid_only(every)
    assert 0 < kept.observable.sum() < every.observable.sum()
    assert (kept.observable == (every.observable & every.paid)).all()
    assert kept.recorded_through == kept.through > every.recorded_through


def test_a_month_without_invoices_or_without_payments_before_it_is_refused() -> None:
    ledger = fated_ledger(60)
    nothing = np.full(60, np.nan)
    with pytest.raises(LedgerError, match="no invoice was issued in the month from 2023-12-3"):
        monthly_share(ledger, nothing, THROUGH, RECIPE)
    unpaid = ledger.known_at(START + 3)
    outcomes = delay_outcomes(unpaid, RECIPE.definitions)
    with pytest.raises(LedgerError, match="needs payments"):
        delay_model(unpaid, paid_only(outcomes), RECIPE)
