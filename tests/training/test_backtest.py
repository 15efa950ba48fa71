"""The backtest: trained strictly before the cutoff, scored as it would have been then."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract
from ledger.settlement import CANCELLED, PAID, settle, state_at
from models.distribution import DelayDistribution
from tests.training.fated_ledgers import START, THROUGH, fated_frames, fated_ledger
from tests.training.small_recipe import small_recipe
from training.backtest import Backtest, backtest, predictions, write_predictions
from training.labels import delay_outcomes
from training.pit import Pit
from training.train import train

RECIPE = small_recipe(delay={"min_paid": 100})
CUTOFFS = (START + 200, START + 260)
LEDGER = fated_ledger(500)

COLUMNS = [
    *("invoice_id", "customer_id", "as_of", "cutoff", "expected_days_late"),
    *("days_late_p10", "days_late_p50", "days_late_p90"),
    *(f"p_later_than_{k}" for k in (*range(15), 21, 30, 45, 60, 90)),
    *("p_unpaid_365", "pd"),
]


@pytest.fixture(scope="module")
def found() -> Backtest:
    return backtest(LEDGER, CUTOFFS, RECIPE)


@pytest.fixture(scope="module")
def rows(found: Backtest) -> pd.DataFrame:
    return predictions(LEDGER, found)


def test_every_invoice_issued_from_the_first_cutoff_on_is_scored_once_or_was_already_paid(
    found: Backtest, rows: pd.DataFrame
) -> None:
    issued_on = LEDGER.invoices["issued_on"]
    for fold, end in zip(found.folds, (CUTOFFS[1], THROUGH + 1), strict=True):
        issued = (issued_on >= fold.cutoff) & (issued_on < end)
        assert len(fold.invoice) + fold.already_paid == issued.sum()
        assert issued[fold.invoice].all()
    assert sum(fold.already_paid for fold in found.folds) > 0
    assert rows["invoice_id"].is_unique


def test_a_fold_says_what_a_model_trained_on_the_ledger_cut_before_it_says(
    found: Backtest,
) -> None:
    for fold in found.folds:
        before = LEDGER.known_at(fold.cutoff - 1)
        bundle = train(before, fold.cutoff - 1, RECIPE)
        for row in range(0, len(fold.invoice), 25):
            invoice, as_of = fold.invoice[row : row + 1], fold.as_of[row : row + 1]
            known = LEDGER.known_at(int(as_of[0]))
            id_ = LEDGER.invoices["invoice_id"][invoice]
            there = np.flatnonzero(known.invoices["invoice_id"] == id_)
            frame = compute_features(
                known,
                of_invoices(known.invoices["customer_id"][there], there, as_of),
                build_priors(known, RECIPE.definitions),
                RECIPE.definitions,
            )
            said = bundle.score_invoices(frame)
            assert said.expected_days_late[0] == fold.scores.expected_days_late[row]
            assert said.p_later_than[0].tolist() == fold.scores.p_later_than[row].tolist()


@pytest.mark.parametrize("day", CUTOFFS)
def test_payments_after_the_cutoff_change_nothing_said_of_invoices_of_that_day(
    day: int, rows: pd.DataFrame
) -> None:
    cutoff = pd.Timestamp(date_of(day))
    frames = fated_frames(500)
    payments = frames["payments"]
    frames["payments"] = payments[payments[["paid_on", "recorded_on"]].max(axis=1) <= cutoff]
    frames["allocations"] = frames["allocations"].query("allocated_on <= @cutoff")
    other = predictions(
        unpaid := ledger_from_frames(frames, Extract("EUR", THROUGH)),
        backtest(unpaid, [day], RECIPE),
    )
    first_day = rows[(rows["as_of"] == rows["cutoff"]) & (rows["cutoff"] == cutoff)]
    assert len(first_day) > 0
    same = other[other["invoice_id"].isin(first_day["invoice_id"])]
    pd.testing.assert_frame_equal(
        first_day.reset_index(drop=True), same.reset_index(drop=True), check_exact=True
    )


def test_metrics_are_those_of_the_predictions_file(
    found: Backtest, rows: pd.DataFrame, tmp_path: Path
) -> None:
    write_predictions(LEDGER, found, tmp_path / "said.csv")
    write_predictions(LEDGER, found, tmp_path / "said.parquet")
    said = pd.read_csv(tmp_path / "said.csv")
    assert list(said) == list(pd.read_parquet(tmp_path / "said.parquet")) == COLUMNS
    assert len(said) == len(rows)

    settlements = settle(LEDGER, RECIPE.definitions)
    state, paid_on = state_at(settlements, len(LEDGER.invoices), THROUGH)
    invoice = np.concatenate([fold.invoice for fold in found.folds])
    due_on, paid_on = LEDGER.invoices["due_on"][invoice], paid_on[invoice]
    cancelled_on = np.full(len(LEDGER.invoices), THROUGH)
    cancelled_on[settlements.invoice] = settlements.known_on
    followed = np.where(state == CANCELLED, cancelled_on, THROUGH)[invoice]
    paid = (state == PAID)[invoice]

    model = found.accuracy["model"]
    for k in (0, 4, 30):
        judged = due_on + k <= followed
        later = ~(paid & (paid_on <= due_on + k))[judged]
        probability = said[f"p_later_than_{k}"][judged]
        assert model.later_than[k].n == judged.sum()
        assert model.later_than[k].auc == pytest.approx(roc_auc_score(later, probability))
        assert model.later_than[k].brier == pytest.approx(brier_score_loss(later, probability))
    days_late = (paid_on - due_on)[paid]
    median = said["days_late_p50"].fillna(365)[paid]
    assert model.days.mae == pytest.approx(np.abs(median - days_late).mean())
    whole = DelayDistribution.concatenated([fold.scores.distribution for fold in found.folds])
    pit = Pit.of(whole, delay_outcomes(LEDGER, RECIPE.definitions), invoice)
    assert model.days.coverage == pytest.approx(pit.coverage())


def test_without_both_outcomes_a_metric_is_null_with_its_number() -> None:
    short = fated_ledger(500).known_at(CUTOFFS[0] + 20)
    event = backtest(short, CUTOFFS[:1], RECIPE).accuracy["model"].later_than[30]
    assert (event.n, event.auc) == (0, None)


def test_the_baselines_are_judged_on_the_same_items(found: Backtest) -> None:
    methods = ["model", "due_date", "portfolio", "customer"]
    assert list(found.accuracy) == [*methods, "customer_median"]
    assert len({accuracy.days.n for accuracy in found.accuracy.values()}) == 1
    for k in (0, 4, 30):
        assert len({found.accuracy[name].later_than[k].n for name in methods}) == 1


def test_the_median_of_a_customer_is_that_of_what_it_was_known_to_have_paid(
    found: Backtest,
) -> None:
    settlements, due_on = settle(LEDGER, RECIPE.definitions), LEDGER.invoices["due_on"]
    owner = LEDGER.invoices["customer_id"]
    fold = found.folds[0]
    for row in range(0, len(fold.invoice), 7):
        state, paid_on = state_at(settlements, len(owner), fold.as_of[row])
        own = (state == PAID) & (owner == owner[fold.invoice[row]])
        late = np.sort((paid_on - due_on)[own])
        median = late[(len(late) - 1) // 2]
        assert fold.baselines["customer_median"].days_late[row] == median


def test_too_little_before_a_cutoff_is_said_in_its_fold() -> None:
    fold = backtest(LEDGER, [START + 60], RECIPE).folds[0]
    assert any("hazards of the portfolio" in note for note in fold.notes)
    assert any("default model needs" in note for note in fold.notes)


def test_a_cutoff_before_the_first_invoice_is_refused() -> None:
    with pytest.raises(LedgerError, match="the first invoice of the ledger was known on"):
        backtest(LEDGER, [START], RECIPE)
    with pytest.raises(LedgerError, match="give --cutoff"):
        backtest(LEDGER, [], RECIPE)


def test_a_cutoff_after_the_last_invoice_is_refused() -> None:
    with pytest.raises(LedgerError, match="no invoice was issued from 2023-12-31"):
        backtest(LEDGER, [THROUGH], RECIPE)
