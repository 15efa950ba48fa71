"""`duecast forecast` and `duecast alerts` as a person and as a script see them."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import Result
from typer.testing import CliRunner

from decisions.commands import app
from ledger.days import date_of
from ledger.files import write_ledger
from tests.decisions.champions import with_champion
from tests.ledgers import LAST_DAY, random_ledger

LAST = date_of(LAST_DAY).isoformat()
BEFORE = date_of(LAST_DAY - 7).isoformat()

Command = Callable[..., Result]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of its own, so that no test finds the runs of another."""
    directory = tmp_path / "ledger"
    write_ledger(random_ledger(Random(5), customers=6, invoices=30), directory)
    return directory


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Command:
    """Runs a command in a home with a champion."""
    home = with_champion(tmp_path_factory.mktemp("home"), empty_store).home

    def invoked(*words: object) -> Result:
        done = CliRunner().invoke(
            app, [str(word) for word in words], env={"DUECAST_HOME": str(home), "COLUMNS": "200"}
        )
        assert done.exit_code == 0, done.output
        return done

    return invoked


def test_a_forecast_names_its_basis_and_sums_to_the_open_items(
    command: Command, ledger: Path
) -> None:
    said = json.loads(command("forecast", ledger, "--as-of", LAST, "--json").stdout)
    assert (said["as_of"], said["basis"], len(said["weeks"])) == (LAST, "known", 13)
    shown = command("forecast", ledger, "--as-of", LAST).stdout
    assert f"As of {LAST}, basis known, ledger complete through {LAST}." in shown
    for word in (
        said["weeks"][0]["week"],
        "expected never",
        "open items",
        "Note: Open items gross",
    ):
        assert word in shown
    row = said["rows"][-1]
    lines = ("later", "expected_never", "disputed", "deductions", "undated")
    parts = [*row["weeks"], *(row[line] for line in lines)]
    assert round(sum(map(float, parts)), 3) == float(row["open_items"])


def test_alerts_are_told_in_two_languages_and_against_the_run_before(
    command: Command, ledger: Path
) -> None:
    first = command("alerts", ledger, "--as-of", BEFORE).stdout
    assert "There is no run before to compare with." in first
    said = json.loads(command("alerts", ledger, "--as-of", LAST, "--json").stdout)
    assert (said["since"], said["compared"]) == (BEFORE, True)
    assert said["alerts"]
    for language in ("en", "fr"):
        shown = command("alerts", ledger, "--as-of", LAST, "--language", language).stdout
        assert said["alerts"][0]["sentence"][language] in shown
        assert "no run before" not in shown
