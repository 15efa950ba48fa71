"""Training: the same bytes every time, nothing of the future, and an answer with little data."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.compute import compute_features
from features.frame import of_invoices
from ledger.arrays import Floats
from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger, empty_ledger
from models.bundle import ModelBundle
from tests.training.fated_ledgers import START, THROUGH, fated_frames, fated_ledger
from tests.training.small_recipe import small_recipe
from training.train import train

RECIPE = small_recipe(delay={"min_paid": 100})
AS_OF = START + 250


def ledger_of(frames: Mapping[str, pd.DataFrame]) -> Ledger:
    return ledger_from_frames(frames, Extract("EUR", THROUGH))


def saved(bundle: ModelBundle, directory: Path) -> dict[str, bytes]:
    bundle.save(directory)
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def hazards(bundle: ModelBundle, ledger: Ledger, rows: list[int]) -> Floats:
    invoice = np.array(rows)
    observations = of_invoices(
        ledger.invoices["customer_id"][invoice], invoice, ledger.invoices["issued_on"][invoice]
    )
    assert bundle.delay is not None
    return bundle.delay.hazards(compute_features(ledger, observations, bundle.priors))


@pytest.fixture(scope="module")
def trained() -> ModelBundle:
    return train(fated_ledger(400), AS_OF, RECIPE)


def test_a_bundle_is_the_same_to_the_byte_when_trained_again(
    trained: ModelBundle, tmp_path: Path
) -> None:
    again = train(fated_ledger(400), AS_OF, RECIPE)
    assert saved(trained, tmp_path / "one") == saved(again, tmp_path / "two")


def test_the_order_of_rows_changes_no_byte(trained: ModelBundle, tmp_path: Path) -> None:
    shuffled = {
        name: frame.sample(frac=1, random_state=3) for name, frame in fated_frames(400).items()
    }
    other = train(ledger_of(shuffled), AS_OF, RECIPE)
    assert saved(trained, tmp_path / "one") == saved(other, tmp_path / "two")


def test_what_happened_or_was_recorded_after_as_of_changes_no_byte(
    trained: ModelBundle, tmp_path: Path
) -> None:
    as_of = pd.Timestamp(date_of(AS_OF))
    frames = fated_frames(400)
    invoices, payments, allocations = (
        frames[name] for name in ("invoices", "payments", "allocations")
    )
    recorded = payments["recorded_on"].fillna(payments["paid_on"])
    stranger = invoices.iloc[:40].assign(
        invoice_id=[f"0{n}" for n in range(40)],
        customer_id="0 sorted before all others",
        issued_on=as_of + pd.Timedelta(days=1),
        amount=7.0,
    )
    altered = {
        "invoices": pd.concat([stranger, invoices[invoices["issued_on"] <= as_of]]),
        "payments": payments[np.maximum(payments["paid_on"], recorded) <= as_of],
        "allocations": allocations.assign(
            amount=allocations["amount"].where(allocations["allocated_on"] <= as_of, 1.0)
        ),
        "customer_facts": pd.DataFrame(
            {
                "customer_id": ["a", "b"],
                "name": "status",
                "value": "legal",
                "valid_from": as_of + pd.Timedelta(days=1),
            }
        ),
    }
    other = train(ledger_of(altered), AS_OF, RECIPE)
    assert saved(trained, tmp_path / "one") == saved(other, tmp_path / "two")


def test_another_recipe_makes_another_bundle(trained: ModelBundle, tmp_path: Path) -> None:
    other = train(fated_ledger(400), AS_OF, small_recipe(seed=8, delay={"min_paid": 100}))
    assert saved(trained, tmp_path / "one") != saved(other, tmp_path / "two")


def test_a_bundle_says_what_it_was_trained_on(trained: ModelBundle) -> None:
    assert trained.window == {"from": "2023-01-02", "as_of": date_of(AS_OF).isoformat()}
    assert trained.recipe == RECIPE.as_dict()
    assert trained.metrics["delay"]["rows"] > trained.metrics["delay"]["invoices"] > 200
    assert "No" not in trained.card.splitlines()[0]
    for heading in ("Purpose:", "## Natural persons", "## Limits"):
        assert heading in trained.card
    later = trained.metrics["delay"]["later_invoices"]
    low, high = later["intervals"]["brier"]
    assert f"{later['later_than_0']['brier']:.3f} ({low:.3f} to {high:.3f})" in trained.card
    assert {each["by"] for each in later["slices"]} >= {"history", "amount"}
    for each in later["slices"]:
        assert f"| {each['by']} | {each['value']} | {each['invoices']} |" in trained.card


def test_customers_that_pay_later_get_later_forecasts() -> None:
    ledger = fated_ledger(1500)
    owner = ledger.text("invoices", "customer_id")
    terms_days = ledger.invoices["due_on"] - ledger.invoices["issued_on"]
    late = np.flatnonzero((ledger.invoices["issued_on"] > AS_OF) & (terms_days == 30))
    bundle = train(ledger, AS_OF, RECIPE)
    paid_by_due = hazards(bundle, ledger, late.tolist())[:, :14].sum(axis=1)
    assert paid_by_due[owner[late] == "a"].min() > paid_by_due[owner[late] == "c"].max()


def test_fewer_than_thirty_defaults_give_no_default_model_and_the_reason(
    trained: ModelBundle,
) -> None:
    assert trained.default is None
    assert "a default model needs 30" in trained.absent["default"]
    assert trained.absent["default"] in trained.card


def test_fifty_invoices_get_the_hazards_of_the_portfolio() -> None:
    ledger = fated_ledger(50)
    bundle = train(ledger, THROUGH, RECIPE)
    assert any("hazards of the portfolio" in note for note in bundle.metrics["notes"])
    twins = fated_frames(50)
    twins["invoices"] = twins["invoices"].assign(
        issued_on=pd.Timestamp("2023-06-05"), due_on=pd.Timestamp("2023-07-05")
    )
    found = hazards(bundle, ledger_of(twins), [0, 1, 2, 3])
    assert (found == found[0]).all()
    assert 0.01 < found[0].mean() < 0.9


def test_a_single_customer_is_enough() -> None:
    frames = fated_frames(300)
    frames["invoices"] = frames["invoices"].assign(customer_id="only")
    bundle = train(ledger_of(frames), THROUGH, RECIPE)
    assert bundle.delay is not None


def test_without_a_payment_there_is_no_delay_model_but_a_bundle_that_says_so(
    tmp_path: Path,
) -> None:
    bundle = train(ledger_of({"invoices": fated_frames(40)["invoices"]}), THROUGH, RECIPE)
    assert bundle.delay is None
    assert "needs payments" in bundle.absent["delay"]
    assert bundle.save(tmp_path / "bundle")
    assert ModelBundle.load(tmp_path / "bundle").delay is None


def test_an_empty_ledger_is_refused() -> None:
    with pytest.raises(LedgerError, match="no invoice is known on 2023-12-31"):
        train(empty_ledger(Extract("EUR", THROUGH)), THROUGH, RECIPE)


def test_a_day_the_ledger_does_not_reach_is_refused() -> None:
    with pytest.raises(LedgerError, match="complete through 2023-12-31"):
        train(fated_ledger(50), THROUGH + 1, RECIPE)
