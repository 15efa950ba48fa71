"""Contributions of both trained models are those of shap's interventional explainer."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest

from features.compute import compute_features
from features.frame import FeatureFrame, of_customers, of_invoices
from features.priors import build_priors
from ledger.arrays import Floats
from ledger.files import read_ledger
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from models.intervals import design, live_intervals
from models.reference import references_of
from models.shapley import contributions
from tests.training.small_recipe import small_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation
from training.train import train

ROWS = 12

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, ModelBundle]:
    directory: Path = tmp_path_factory.mktemp("simulated")
    write_simulation(simulate(SimulationSettings(customers=60, months=24)), directory)
    ledger = read_ledger(directory)
    recipe = small_recipe(default={"min_defaults": 5})
    return ledger, train(ledger, ledger.extract.complete_through, recipe)


def by_shap(text: str, rows: Floats, references: Floats) -> Floats:
    """Values of each row against its own reference, with the model as LightGBM reads it."""
    import shap  # its import warns of matplotlib's future

    booster = lightgbm.Booster(model_str=text)
    found = []
    for row, reference in zip(rows, references, strict=True):
        explainer = shap.TreeExplainer(
            booster, data=reference[None], feature_perturbation="interventional"
        )
        found.append(explainer.shap_values(row[None])[0])
    return np.array(found)


def features(ledger: Ledger, bundle: ModelBundle, of: str) -> FeatureFrame:
    draw = np.random.default_rng(4)
    as_of = np.full(ROWS, ledger.extract.complete_through - 60, np.int32)
    customer = draw.choice(len(ledger.customers), ROWS, replace=False).astype(np.int32)
    seen = of_customers(np.sort(customer), as_of)
    if of == "invoices":
        known = np.flatnonzero(ledger.invoices.known_on > as_of[0])
        invoice = np.sort(draw.choice(known, ROWS, replace=False))
        seen = of_invoices(
            ledger.invoices["customer_id"][invoice], invoice, ledger.invoices.known_on[invoice]
        )
    return compute_features(ledger, seen, build_priors(ledger, bundle.definitions))


def test_the_default_model_against_its_references(made: tuple[Ledger, ModelBundle]) -> None:
    ledger, bundle = made
    frame = features(ledger, bundle, "customers")
    references = references_of(frame, bundle.customer_reference)
    assert bundle.default is not None
    found = contributions(bundle.default.forest, frame.values, references)
    expected = by_shap(bundle.default.text, frame.values, references)
    assert np.abs(expected).max() > 0.05
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_the_delay_model_on_the_logit_of_single_intervals(
    made: tuple[Ledger, ModelBundle],
) -> None:
    ledger, bundle = made
    frame = features(ledger, bundle, "invoices")
    references = references_of(frame, bundle.invoice_reference)
    row, interval = np.nonzero(live_intervals(frame))
    some = np.random.default_rng(4).choice(len(row), ROWS, replace=False)
    own = design(frame, row[some], interval[some])
    beside = own.copy()
    beside[:, : len(frame.names)] = references[row[some]]
    assert bundle.delay is not None
    expected = by_shap(bundle.delay.text, own, beside)
    assert np.abs(expected).max() > 0.05
    found = contributions(bundle.delay.forest, own, beside)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
