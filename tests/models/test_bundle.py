"""The bundle: the same bytes every time, the same bits once loaded, and nothing corrupt scores."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.priors import build_priors
from ledger.definitions import Definitions
from ledger.errors import DuecastError
from ledger.ledger import Extract, empty_ledger
from models.bundle import CALIBRATION, CARD, PRIORS, PROBE, REFERENCE, ModelBundle
from models.feature_tables import FeatureTableError, table_of
from models.manifest import MANIFEST, BundleError, seal
from models.reasons import explain
from models.reference import reference_row
from models.scores import LATER_THAN, InvoiceScores
from tests.models.random_models import TODAY, default_model, delay_model, random_frame

INVOICES = random_frame(40, seed=51)
CUSTOMERS = random_frame(30, seed=52, of_invoices=False)


def probe() -> pd.DataFrame:
    """Invoices and customers together."""
    return pd.concat([table_of(INVOICES)[:4], table_of(CUSTOMERS)[:3]], ignore_index=True)


@pytest.fixture(scope="module")
def bundle() -> ModelBundle:
    few = random_frame(7, seed=53)
    few.observations.has_invoice[4:] = False
    return ModelBundle(
        delay=delay_model(),
        default=default_model(),
        absent={},
        invoice_reference=reference_row(random_frame(300, seed=54)),
        customer_reference=reference_row(random_frame(300, seed=55, of_invoices=False)),
        priors=build_priors(empty_ledger(Extract("EUR", TODAY))),
        recipe={
            "seed": 7,
            "definitions": asdict(Definitions(grace_days=3)) | {"constant_columns": []},
        },
        window={"from": "2020-01-01", "as_of": "2022-01-07"},
        data_sha256="0" * 64,
        metrics={"delay": {"auc": 0.75, "default": None}},
        card="# Modèle\n",
        probe=few,
    )


@pytest.fixture
def saved(bundle: ModelBundle, tmp_path: Path) -> Path:
    bundle.save(tmp_path / "bundle")
    return tmp_path / "bundle"


def numbers(scores: InvoiceScores) -> np.ndarray:
    return scores.to_frame().astype(float).to_numpy()


def test_the_same_bundle_is_saved_with_the_same_bytes(bundle: ModelBundle, tmp_path: Path) -> None:
    first, second = (bundle.save(tmp_path / name) for name in "ab")
    assert first == second
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted(
        ["delay.txt", "default.txt", CALIBRATION, REFERENCE, PROBE, PRIORS, CARD, MANIFEST]
    )
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_loaded_bundle_is_saved_with_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = ModelBundle.load(saved).save(tmp_path / "again")
    assert again == json.loads((saved / MANIFEST).read_text())["content_sha256"]


def test_a_loaded_bundle_scores_with_the_same_bits(bundle: ModelBundle, saved: Path) -> None:
    loaded = ModelBundle.load(saved)
    assert np.array_equal(
        numbers(loaded.score_invoices(INVOICES)), numbers(bundle.score_invoices(INVOICES)),
        equal_nan=True,
    )  # fmt: skip
    ours, theirs = (one.score_customers(CUSTOMERS, explain=4) for one in (bundle, loaded))
    assert np.array_equal(ours.pd, theirs.pd)
    assert ours.reasons == theirs.reasons
    assert loaded.score_invoices(INVOICES, 3).reasons == bundle.score_invoices(INVOICES, 3).reasons


def test_a_loaded_bundle_says_what_it_was_made_from(bundle: ModelBundle, saved: Path) -> None:
    loaded = ModelBundle.load(saved)
    assert loaded.content_sha256 == json.loads((saved / MANIFEST).read_text())["content_sha256"]
    for name in ("absent", "recipe", "window", "data_sha256", "metrics", "card"):
        assert getattr(loaded, name) == getattr(bundle, name)
    assert loaded.definitions == Definitions(grace_days=3)
    assert loaded.priors.to_frame().equals(bundle.priors.to_frame())


@pytest.mark.parametrize(
    "name", ["delay.txt", "default.txt", CALIBRATION, REFERENCE, PROBE, PRIORS, CARD, MANIFEST]
)
def test_an_altered_or_missing_file_is_refused(saved: Path, name: str) -> None:
    path = saved / name
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    with pytest.raises(BundleError, match=name):
        ModelBundle.load(saved)
    path.unlink()
    with pytest.raises(BundleError, match=name):
        ModelBundle.load(saved)


def reseal(directory: Path, **facts: object) -> None:
    """Make a bundle intact again after a change, as a careless or an older trainer would."""
    manifest = json.loads((directory / MANIFEST).read_text())
    del manifest["files"], manifest["content_sha256"]
    seal(directory, {**manifest, **facts})


def test_a_bundle_of_other_features_or_another_grid_is_refused(saved: Path) -> None:
    reseal(saved, feature_fingerprint="other", grid=[0, 30])
    with pytest.raises(BundleError) as refusal:
        ModelBundle.load(saved)
    assert "another feature_fingerprint than this duecast: other" in str(refusal.value)
    assert "another grid than this duecast: [0, 30]" in str(refusal.value)


def shift_a_score(probe: dict) -> None:
    probe["scores"]["expected_days_late"][0] += 1e-6


def forget_a_score(probe: dict) -> None:
    probe["scores"]["p_later_than_3"][1] = None


def forget_a_column(probe: dict) -> None:
    del probe["rows"]["due_on"]


@pytest.mark.parametrize(
    "change, told",
    [
        (shift_a_score, "expected_days_late of its probe is"),
        (forget_a_score, "p_later_than_3 of its probe is"),
        (forget_a_column, "no column due_on"),
    ],
)
def test_a_bundle_that_scores_otherwise_here_is_refused(
    saved: Path, change: Callable[[dict], None], told: str
) -> None:
    content = json.loads((saved / PROBE).read_text())
    change(content)
    (saved / PROBE).write_text(json.dumps(content))
    reseal(saved)
    with pytest.raises(BundleError, match=told):
        ModelBundle.load(saved)


@pytest.mark.parametrize(
    "name, content",
    [
        ("delay.txt", "tree\n"),
        (CALIBRATION, "{}}"),
        (CALIBRATION, '{"delay": {"first_intervals": [1], "intercepts": [0], "slopes": [1]}}'),
        (REFERENCE, '{"invoice": {}, "customer": {}}'),
        (PRIORS, "PAR1"),
    ],
)
def test_an_intact_bundle_that_cannot_be_read_is_refused(
    saved: Path, name: str, content: str
) -> None:
    (saved / name).write_text(content)
    reseal(saved)
    with pytest.raises(BundleError, match="cannot be used"):
        ModelBundle.load(saved)


def test_a_directory_that_is_not_empty_is_not_written_to(bundle: ModelBundle, saved: Path) -> None:
    with pytest.raises(DuecastError, match="is not empty"):
        bundle.save(saved)


def test_an_invoice_alone_has_the_bits_of_the_batch(bundle: ModelBundle) -> None:
    together = bundle.score_invoices(INVOICES, explain=4)
    for row in (0, 17, 39):
        alone = bundle.score_invoices(INVOICES.take(np.array([row])), explain=4)
        assert np.array_equal(numbers(alone)[0], numbers(together)[row], equal_nan=True)
        assert alone.reasons == together.reasons[row : row + 1]


def test_scores_of_invoices_come_from_one_distribution(bundle: ModelBundle) -> None:
    scores = bundle.score_invoices(INVOICES)
    table = scores.to_frame()
    assert list(table) == [
        "expected_days_late", "days_late_p10", "days_late_p50", "days_late_p90",
        *(f"p_later_than_{k}" for k in LATER_THAN), "p_unpaid_365",
    ]  # fmt: skip
    for k in LATER_THAN:
        assert np.array_equal(table[f"p_later_than_{k}"], scores.distribution.later_than(k))
    median = scores.days_late_p50
    expected = INVOICES.due_on + median.values
    assert np.array_equal(scores.expected_payment_on.values[median.known], expected[median.known])
    assert np.array_equal(scores.expected_payment_on.known, median.known)
    assert table["days_late_p50"].isna().tolist() == (~median.known).tolist()
    assert not median.known.all() and median.known.any()


def test_few_cleared_items_mean_low_confidence(bundle: ModelBundle) -> None:
    few = INVOICES.take(np.arange(4))
    few.values[:, few.names.index("outcomes")] = [0.0, 2.0, 3.0, np.nan]
    assert bundle.score_invoices(few).confidence.tolist() == ["low", "low", "normal", "low"]


def test_a_customer_in_default_has_a_pd_of_one_and_needs_no_reasons(bundle: ModelBundle) -> None:
    in_default = np.arange(30) < 2
    scores = bundle.score_customers(CUSTOMERS, explain=2, in_default=in_default)
    assert scores.pd[:2].tolist() == [1, 1]
    assert (scores.pd[2:] < 1).all()
    assert scores.reasons[:2] == ((), ())
    assert any(scores.reasons[2:])
    assert scores.has_pd.all()


def test_the_customer_a_year_ago_can_be_the_reference(bundle: ModelBundle) -> None:
    unchanged = bundle.score_customers(CUSTOMERS, explain=4, references=CUSTOMERS.values)
    assert unchanged.reasons == ((),) * 30


def test_reasons_are_explained_in_the_language_asked(bundle: ModelBundle) -> None:
    english = bundle.score_invoices(INVOICES, explain=2).reasons
    french = bundle.score_invoices(INVOICES, explain=2, language="fr").reasons
    assert tuple(explain(bundle, INVOICES, "en", 2)) == english
    assert english != french
    for ours, theirs in zip(english, french, strict=True):
        assert [replace(r, sentence="") for r in ours] == [replace(r, sentence="") for r in theirs]


def test_without_a_default_model_there_is_no_pd_and_the_bundle_says_why(
    bundle: ModelBundle, tmp_path: Path
) -> None:
    why = "12 defaults, 30 needed"
    without = replace(bundle, default=None, absent={"default": why})
    without.save(tmp_path / "bundle")
    loaded = ModelBundle.load(tmp_path / "bundle")
    assert loaded.default is None
    assert loaded.absent == {"default": why}
    scores = loaded.score_customers(CUSTOMERS, explain=4, in_default=np.arange(30) == 5)
    assert np.isnan(scores.pd[:5]).all() and scores.pd[5] == 1
    assert scores.has_pd.tolist() == (np.arange(30) == 5).tolist()
    assert scores.reasons == ((),) * 30


def test_without_a_delay_model_every_score_is_unknown(bundle: ModelBundle, tmp_path: Path) -> None:
    without = replace(bundle, delay=None, absent={"delay": "no invoice was ever paid"})
    without.save(tmp_path / "bundle")
    scores = ModelBundle.load(tmp_path / "bundle").score_invoices(INVOICES, explain=4)
    assert not scores.days_late_p50.known.any()
    assert not scores.expected_payment_on.known.any()
    assert scores.reasons == ((),) * 40
    live = INVOICES.observations.as_of - INVOICES.due_on < 90
    assert np.isnan(scores.p_later_than[live, -1]).all()


def test_a_table_of_features_is_scored_for_mlflow(bundle: ModelBundle) -> None:
    table = probe().iloc[::-1]
    scores = bundle.predict(table)
    assert scores.index.equals(table.index)
    invoices, customers = scores.loc[[0, 1, 2, 3]], scores.loc[[4, 5, 6]]
    few = bundle.score_invoices(INVOICES.take(np.arange(4)))
    assert np.array_equal(invoices.drop(columns="pd").astype(float), numbers(few), equal_nan=True)
    pd_ = bundle.score_customers(CUSTOMERS.take(np.arange(3))).pd
    assert np.array_equal(customers["pd"], pd_)
    assert invoices["pd"].isna().all() and customers["p_later_than_0"].isna().all()


def test_a_table_without_its_columns_is_refused_with_all_of_them(bundle: ModelBundle) -> None:
    with pytest.raises(FeatureTableError) as refusal:
        bundle.predict(probe().drop(columns=["as_of", "outcomes"]))
    assert len(refusal.value.problems) == 2
    unreadable = probe().assign(due_on="31/02/2024", outcomes="many")
    with pytest.raises(FeatureTableError) as refusal:
        bundle.predict(unreadable)
    assert "due_on is '31/02/2024' (7 row(s) like it)" in str(refusal.value)
    assert "outcomes cannot be read" in str(refusal.value)


def test_customers_are_not_scored_as_invoices_nor_explained_with_them(bundle: ModelBundle) -> None:
    with pytest.raises(DuecastError, match="30 of 30 observations have no invoice"):
        bundle.score_invoices(CUSTOMERS)
    with pytest.raises(DuecastError, match="expected all or none"):
        bundle.explanation(bundle.probe)


def test_a_frame_of_other_features_is_refused(bundle: ModelBundle) -> None:
    other = replace(INVOICES, names=("moon_phase", *INVOICES.names[1:]))
    with pytest.raises(DuecastError, match="moon_phase"):
        bundle.score_invoices(other)
    turned = replace(INVOICES, names=INVOICES.names[::-1])
    with pytest.raises(DuecastError, match="their order"):
        bundle.score_customers(turned)
