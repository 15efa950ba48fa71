"""`duecast drift`, as a person or a script runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from duecast import app
from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.files import write_ledger
from ledger.settings import Settings
from models.registry import RegistryError, connect, promote
from tests.training.fated_ledgers import fated_ledger
from tests.training.small_recipe import small_recipe
from training.tracked import RegisteredTraining, train_tracked

Run = Callable[..., Result]

TRAINED_ON = parse_day("2023-09-30")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DUECAST_HOME", str(settings.home))

    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(app, ["drift", *map(str, words)])

    return invoke


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    write_ledger(fated_ledger(1500), tmp_path / "ledger")
    return tmp_path / "ledger"


@pytest.fixture
def trained(settings: Settings) -> RegisteredTraining:
    """The champion, which must not have to be the first version."""
    few = small_recipe(delay={"trees": {"max_rounds": 10}})
    train_tracked(settings, fated_ledger(200), TRAINED_ON, few)
    found = train_tracked(settings, fated_ledger(1500), TRAINED_ON, few)
    promote(settings, found.version)
    return found


def test_a_drift_report_is_shown_and_kept_with_the_champion(
    run: Run, ledger: Path, settings: Settings, trained: RegisteredTraining
) -> None:
    shown = run(ledger, "--as-of", "2023-11-30")
    assert shown.exit_code == 0, shown.output
    assert "bias of the forecasts" in shown.stdout
    assert "PSI" in shown.stdout
    assert "Version 2 as of 2023-11-30: " in shown.stdout

    printed = run(ledger, "--as-of", "2023-11-30", "--json").stdout
    found = json.loads(printed)
    assert (found["version"], found["as_of"]) == (2, "2023-11-30")
    assert found["trained_on"] == "2023-09-30"
    assert f"2023-11-30: {found['status']}." in shown.stdout
    assert all(f"Reason: {reason}." in shown.stdout for reason in found["reasons"])
    client = connect(settings)
    kept = client.download_artifacts(trained.run_id, "drift/2023-11-30.json")
    assert Path(kept).read_text() == printed
    assert json.loads(run(ledger, "--json").stdout)["as_of"] == "2023-12-31"


def test_what_cannot_be_compared_is_refused_with_the_reason(
    run: Run, ledger: Path, trained: RegisteredTraining
) -> None:
    early = run(ledger, "--as-of", "2023-09-30")
    assert isinstance(early.exception, LedgerError)
    assert "choose a later one" in str(early.exception)
    late = run(ledger, "--as-of", "2024-01-01")
    assert "complete through 2023-12-31" in str(late.exception)
    assert "--json" in run("--help").stdout


def test_without_a_champion_there_is_nothing_to_watch(run: Run, ledger: Path) -> None:
    assert isinstance(run(ledger).exception, RegistryError)
