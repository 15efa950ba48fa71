"""Registering, promoting and finding bundles in a real MLflow store, also when it is down."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from features.priors import build_priors
from ledger.definitions import Definitions
from ledger.settings import Settings
from models.bundle import ModelBundle
from models.feature_tables import table_of
from models.manifest import BundleError, seal
from models.registry import (
    CHALLENGER,
    CHAMPION,
    RegistryError,
    UnreachableError,
    accept,
    connect,
    find,
    promote,
    versions,
)
from tests.ledgers import random_ledger
from tests.models.random_models import default_model, delay_model, random_frame
from training.tracking import register, tracked_run


def bundle_of(directory: Path, trees: str = "tree") -> Path:
    """A bundle of two files, sealed."""
    (directory / "calibration").mkdir(parents=True)
    (directory / "delay.txt").write_text(trees)
    (directory / "calibration" / "delay.json").write_text("{}")
    seal(directory, {"grid": [-60, 0, 365]})
    return directory


def train(settings: Settings, bundle: Path) -> int:
    with tracked_run(settings, "train") as run:
        return register(settings, run, bundle)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return bundle_of(tmp_path / "bundle")


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_what_was_trained_last_is_the_challenger(settings: Settings, tmp_path: Path) -> None:
    first = train(settings, bundle_of(tmp_path / "a", "one tree"))
    second = train(settings, bundle_of(tmp_path / "b", "two trees"))
    newest, oldest = versions(settings)
    assert (oldest.version, newest.version) == (first, second) == (1, 2)
    assert (oldest.aliases, newest.aliases) == ((), (CHALLENGER,))
    assert oldest.sha256 != newest.sha256


def test_promoting_makes_the_challenger_champion(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    assert promote(settings).aliases == (CHALLENGER, CHAMPION)


def test_promoting_an_older_version_leaves_the_challenger(settings: Settings, bundle: Path) -> None:
    for _ in range(2):
        train(settings, bundle)
    promote(settings)
    assert promote(settings, 1).aliases == (CHAMPION,)
    assert [entry.aliases for entry in versions(settings)] == [(CHALLENGER,), (CHAMPION,)]


def test_a_version_that_does_not_exist_cannot_be_promoted(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    with pytest.raises(RegistryError, match="there is no version 7 of duecast"):
        promote(settings, 7)


def test_before_anything_is_trained_the_registry_says_what_to_do(settings: Settings) -> None:
    assert versions(settings) == ()
    with pytest.raises(RegistryError, match="run `duecast train`"):
        promote(settings)


def test_before_anything_is_promoted_the_registry_says_what_to_do(
    settings: Settings, bundle: Path
) -> None:
    train(settings, bundle)
    with pytest.raises(RegistryError, match=r"\['challenger'\]; make one with `duecast promote`"):
        find(settings, CHAMPION)


def test_without_a_store_none_is_made_by_looking(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(UnreachableError, match="make one with `duecast train`"):
        find(settings, CHAMPION)
    assert not settings.home.exists()


def test_the_bundle_found_is_the_bundle_registered(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    found = find(settings, CHALLENGER)
    assert files_of(found.path) == files_of(bundle)
    assert found.path == settings.bundles / found.sha256
    assert found.run_id == versions(settings)[0].run_id


def test_finders_at_the_same_time_share_one_copy(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: find(settings, CHALLENGER), range(4)))
    assert len(set(found)) == 1
    assert [entry.name for entry in settings.bundles.iterdir()] == [found[0].sha256]


def test_a_bundle_damaged_in_the_cache_is_fetched_again(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    found = find(settings, CHALLENGER)
    (found.path / "delay.txt").write_text("other tree")
    assert files_of(find(settings, CHALLENGER).path) == files_of(bundle)


def test_a_bundle_altered_in_the_store_is_refused(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    (stored,) = settings.artifacts.rglob("delay.txt")
    stored.write_text("other tree")
    with pytest.raises(BundleError, match=r"delay\.txt was altered"):
        find(settings, CHALLENGER)
    assert list(settings.bundles.iterdir()) == []


def test_a_bundle_exchanged_in_the_store_is_refused(
    settings: Settings, bundle: Path, tmp_path: Path
) -> None:
    train(settings, bundle)
    (stored,) = settings.artifacts.rglob("delay.txt")
    shutil.rmtree(stored.parent)
    bundle_of(stored.parent, "an intact bundle, but another")
    with pytest.raises(BundleError, match="register it again"):
        find(settings, CHALLENGER)


def test_a_bundle_not_as_its_manifest_says_is_not_registered(
    settings: Settings, bundle: Path
) -> None:
    (bundle / "notes.txt").write_text("a file nobody sealed")
    with pytest.raises(BundleError, match=r"notes\.txt is not in the manifest"):
        train(settings, bundle)
    assert versions(settings) == ()


def test_mlflow_loads_the_champion_and_scores_as_the_bundle_does(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = np.nanmedian(random_frame(100, seed=6).values, axis=0)
    made = ModelBundle(
        delay=delay_model(),
        default=default_model(),
        absent={},
        invoice_reference=reference,
        customer_reference=reference,
        priors=build_priors(random_ledger(Random(1))),
        recipe={"definitions": asdict(Definitions())},
        window={},
        data_sha256="0" * 64,
        metrics={},
        card="# Model card\n",
        probe=random_frame(20, seed=7),
    )
    made.save(tmp_path / "bundle")
    train(settings, tmp_path / "bundle")
    promote(settings)
    table = table_of(random_frame(30, seed=8))
    expected = made.predict(table)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", settings.mlflow_uri)
    champion = mlflow.pyfunc.load_model("models:/duecast@champion")
    assert_frame_equal(champion.predict(table), expected)
    assert_frame_equal(ModelBundle.load(find(settings, CHAMPION).path).predict(table), expected)


def stop_by_deleting(settings: Settings) -> Settings:
    (settings.home / "mlflow.db").unlink()
    return settings


def stop_by_damaging(settings: Settings) -> Settings:
    # A copy, for MLflow keeps connections to a file it has opened.
    home = settings.home.rename(settings.home.with_name("moved"))
    (home / "mlflow.db").write_bytes(b"no database at all" * 1000)
    return replace(settings, home=home)


def stop_by_refusing(settings: Settings) -> Settings:
    return replace(settings, tracking_uri="http://127.0.0.1:9")


@pytest.mark.parametrize("stop", [stop_by_deleting, stop_by_damaging, stop_by_refusing])
def test_with_mlflow_down_the_bundle_accepted_last_is_found(
    settings: Settings, bundle: Path, stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    train(settings, bundle)
    promote(settings)
    champion = find(settings, CHAMPION)
    accept(settings, CHAMPION, champion)
    stopped = stop(settings)
    found = find(stopped, CHAMPION)
    assert (found.version, found.sha256) == (champion.version, champion.sha256)
    assert files_of(found.path) == files_of(bundle)
    with pytest.raises(UnreachableError):
        find(stopped, CHALLENGER)


def test_what_is_said_of_an_unreachable_mlflow_holds_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    settings = Settings(home=tmp_path, tracking_uri="http://someone:secret@127.0.0.1:9")
    with pytest.raises(UnreachableError, match=r"MLflow at http://127\.0\.0\.1:9 fails") as caught:
        versions(settings)
    assert "secret" not in str(caught.value)


def test_with_the_artifacts_gone_the_bundle_accepted_last_is_found(
    settings: Settings, tmp_path: Path
) -> None:
    train(settings, bundle_of(tmp_path / "a", "one tree"))
    promote(settings)
    first = find(settings, CHAMPION)
    accept(settings, CHAMPION, first)
    train(settings, bundle_of(tmp_path / "b", "two trees"))
    promote(settings)
    shutil.rmtree(settings.artifacts)
    assert find(settings, CHAMPION) == first


def test_a_pointer_to_a_damaged_bundle_is_not_followed(settings: Settings, bundle: Path) -> None:
    train(settings, bundle)
    found = find(settings, CHALLENGER)
    accept(settings, CHALLENGER, found)
    (found.path / "delay.txt").unlink()
    stop_by_deleting(settings)
    with pytest.raises(UnreachableError):
        find(settings, CHALLENGER)


def test_a_run_keeps_what_it_was_told(settings: Settings, tmp_path: Path) -> None:
    figure = plt.figure()
    (tmp_path / "recipe.toml").write_text("rounds = 3\n")
    with tracked_run(settings, "train") as run:
        run.log_params({"recipe": {"rounds": 3, "definitions": {"grace_days": 0}}})
        run.log_metrics({"late": {"auc": 0.85, "n": 536}, "pd": {"auc": None}, "x": float("nan")})
        run.log_figure(figure, "reliability.png")
        run.log_artifacts(tmp_path / "recipe.toml")
    plt.close(figure)
    client = connect(settings)
    kept = client.get_run(run.run_id)
    assert kept.info.status == "FINISHED"
    assert kept.data.params == {"recipe.rounds": "3", "recipe.definitions.grace_days": "0"}
    assert kept.data.metrics == {"late.auc": 0.85, "late.n": 536}
    assert {file.path for file in client.list_artifacts(run.run_id)} == {
        "reliability.png",
        "recipe.toml",
    }


def test_more_metrics_than_mlflow_takes_at_once_are_all_kept(settings: Settings) -> None:
    with tracked_run(settings, "backtest") as run:
        run.log_metrics({f"metric_{i}": i for i in range(1001)})
        run.log_params({f"param_{i}": i for i in range(101)})
    kept = connect(settings).get_run(run.run_id).data
    assert (len(kept.metrics), len(kept.params)) == (1001, 101)


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")]
)
def test_a_run_that_raises_says_so(
    settings: Settings, error: type[BaseException], status: str
) -> None:
    with pytest.raises(error), tracked_run(settings, "train") as run:
        raise error
    assert connect(settings).get_run(run.run_id).info.status == status


def test_training_says_nothing_tells_nobody_and_writes_in_its_home_only(tmp_path: Path) -> None:
    """In a process of its own, as a user's is: no test has set MLflow's options there."""
    bundle = bundle_of(tmp_path / "bundle")
    (tmp_path / "work").mkdir()
    script = f"""
import sys
from pathlib import Path
from ledger.settings import Settings
from tests.ledgers import random_ledger
from tests.models.random_models import default_model, delay_model, random_frame
from training.tracking import register, tracked_run

assert "mlflow" not in sys.modules, "importing our modules imported MLflow"
settings = Settings(home=Path("home"))
with tracked_run(settings, "train") as run:
    register(settings, run, Path({str(bundle)!r}))

import mlflow
assert mlflow.telemetry.get_telemetry_client() is None, "telemetry is on"
assert not mlflow.is_tracking_uri_set(), "MLflow's global store was left changed"
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "work",
        env={"HOME": str(tmp_path / "work"), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["home"]
