"""The commands of training, as a person or a script runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from ledger.errors import DuecastError, LedgerError, SettingsError
from ledger.files import write_ledger
from ledger.settings import Settings
from models.registry import CHALLENGER, CHAMPION, connect, find, versions
from tests.training.fated_ledgers import fated_ledger
from training.commands import app
from training.promotion import PromotionRefusedError

RECIPE = """
threads = 1
[delay]
min_paid = 100
[delay.trees]
max_rounds = 10
"""

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DUECAST_HOME", str(settings.home))

    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)

    return invoke


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    write_ledger(fated_ledger(400), tmp_path / "ledger")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path / "ledger"


def test_trained_twice_promoted_and_rolled_back(run: Run, ledger: Path, settings: Settings) -> None:
    words = ("train", ledger, "--as-of", "2023-09-30", "--recipe", ledger.parent / "recipe.toml")
    shown = run(*words)
    assert shown.exit_code == 0, shown.output
    assert "Version 1 is the challenger" in shown.stdout
    assert "no default model" in shown.stdout
    first, second = find(settings, CHALLENGER), json.loads(run(*words, "--json").stdout)
    assert second["version"] == 2
    assert second["sha256"] == first.sha256
    assert second["metrics"]["delay"]["rows"] > 1000

    refused = run("promote", "--json")
    assert isinstance(refused.exception, PromotionRefusedError)
    assert "calibration (not judged" in str(refused.exception)
    found = json.loads(refused.stdout)
    assert (found["version"], found["promoted"]) == (2, False)
    assert {gate["name"] for gate in found["gates"] if not gate["passed"]} == {"calibration"}
    shown = run("promote", "--why", "the first").stdout
    assert "Version 2 is champion" in shown
    assert "excused" in shown
    done = json.loads(run("promote", "1", "--by", "Ada", "--why", "smaller", "--json").stdout)
    assert (done["version"], done["previous"], done["promoted_by"]) == (1, 2, "Ada")
    assert [gate["name"] for gate in done["gates"]][:2] == ["log_loss", "absolute_error"]
    assert find(settings, CHAMPION).version == 1
    assert "Version 2 is champion" in run("rollback", "--by", "Ada").stdout
    history = run("history").stdout.splitlines()
    assert len(history) == 3
    assert history[0].endswith("version 2 again by Ada")
    assert history[1].endswith("version 1 champion by Ada: smaller")
    at = json.loads(run("history", "--at", "2999-12-31", "--json").stdout)
    assert [(record["version"], record["rollback"]) for record in at["promotions"]] == [(2, True)]
    before = run("history", "--at", "2020-02-29T12:00")
    assert "no version was promoted by 2020-02-29 12:00" in str(before.exception)


def test_a_training_leaves_its_recipe_figures_and_card_in_mlflow(
    run: Run, ledger: Path, settings: Settings
) -> None:
    words = ("--recipe", ledger.parent / "recipe.toml", "--json")
    trained = json.loads(
        run("train", ledger, "--as-of", "2023-09-30", "--tune", "2", *words).stdout
    )
    client = connect(settings)
    artifacts = {file.path for file in client.list_artifacts(trained["run_id"])}
    assert {"MODEL_CARD.md", "recipe.json", "reliability.png", "importance.png"} <= artifacts
    assert {"beeswarm.png", "model_card.html"} <= artifacts
    data = client.get_run(trained["run_id"]).data
    assert data.params["data_sha256"] == trained["data_sha256"]
    assert data.params["delay.trees.max_rounds"] == "10"
    assert data.metrics["delay.rows"] == trained["metrics"]["delay"]["rows"]
    parent = f"tags.`mlflow.parentRunId` = '{trained['run_id']}'"
    runs = client.search_runs([client.get_experiment_by_name("duecast").experiment_id], parent)
    assert {run.info.run_name for run in runs} == {"trial 0", "trial 1", "trial 2"}
    assert all(run.data.metrics["hazard_log_loss"] > 0 for run in runs)


def test_a_backtest_prints_a_table_and_writes_predictions(run: Run, ledger: Path) -> None:
    words = ("backtest", ledger, "--cutoff", "2023-09-01", "--cutoff", "2023-10-01")
    recipe = ("--recipe", ledger.parent / "recipe.toml")
    file = ledger.parent / "said.parquet"
    found = json.loads(run(*words, *recipe, "--json", "--predictions", file).stdout)
    assert [fold["cutoff"] for fold in found["folds"]] == ["2023-09-01", "2023-10-01"]
    assert len(pd.read_parquet(file)) == sum(fold["scored"] for fold in found["folds"])
    shown = run(*words, *recipe).stdout
    assert "portfolio" in shown
    assert f"{found['folds'][0]['scored']} invoices scored" in shown


@pytest.mark.parametrize(
    ("words", "error", "text"),
    [
        (("train", "nowhere", "--as-of", "2023-09-30"), LedgerError, "nowhere"),
        (("backtest", "nowhere", "--cutoff", "2023-09-30"), LedgerError, "nowhere"),
        (
            ("backtest", ".", "--cutoff", "2023-09-30", "--predictions", "x.xls"),
            SettingsError,
            "x.xls",
        ),
        (("train", ".", "--as-of", "2023-09-30", "--recipe", "no.toml"), SettingsError, "no.toml"),
        (("promote", "7"), DuecastError, "no version 7"),
        (("history", "--at", "2024"), SettingsError, "--at is '2024'"),
        (("rollback",), DuecastError, "none to go back to"),
        (("simulate", "x", "--customers", "0"), SettingsError, "at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    run: Run, words: tuple[str, ...], error: type[DuecastError], text: str
) -> None:
    result = run(*words)
    assert isinstance(result.exception, error), result.output
    assert text in str(result.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("train", "x"),
        ("train", "x", "--as-of", "31/12/2023"),
        ("backtest", "x"),
        ("promote", "latest"),
    ],
)
def test_a_wrong_option_exits_with_two(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize(
    "command", ["train", "backtest", "promote", "history", "rollback", "simulate", "demo"]
)
def test_every_command_says_what_it_does(run: Run, command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert "--json" in shown.stdout


def test_a_simulated_ledger_is_written_beside_its_truth(run: Run, tmp_path: Path) -> None:
    words = ("simulate", tmp_path / "new", "--customers", "3", "--months", "4", "--json")
    rows = json.loads(run(*words).stdout)["rows"]
    assert rows["invoices"] == len(pd.read_csv(tmp_path / "new" / "invoices.csv")) > 0
    assert (tmp_path / "new" / "truth" / "truth_invoices.csv").is_file()


def test_a_demo_shows_a_worklist_and_a_second_one_trains_nothing(
    run: Run, settings: Settings
) -> None:
    words = ("demo", "--customers", "20", "--months", "9", "--top", "3")
    first = run(*words)
    assert first.exit_code == 0, first.output
    assert "The top of the worklist" in first.stdout
    second = json.loads(run(*words, "--json").stdout)
    assert len(second["entries"]) <= 3
    assert [found.version for found in versions(settings)] == [1]
