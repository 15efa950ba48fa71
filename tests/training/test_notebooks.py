"""The notebooks run from top to bottom, say what is so, and hold no output of somebody's data."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from features.kept_priors import write_ledger_to
from ledger.days import date_of
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.store import open_database
from training.recipe import read_recipe

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

Names = dict[str, Any]


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    every = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in every if cell["cell_type"] == kind]


@pytest.fixture
def run(
    served_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Names]]:
    """Runs a notebook as a kernel would: in its folder, beside the home that `make run` made."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / ".duecast").symlink_to(served_home)
    monkeypatch.delenv("DUECAST_HOME")
    monkeypatch.chdir(folder)

    def run_one(stem: str) -> Names:
        names: Names = {}
        for cell in cells(next(path for path in NOTEBOOKS if path.stem == stem), "code"):
            exec("".join(cell["source"]), names)
        return names

    yield run_one
    plt.close("all")
    assert not any(folder.iterdir())


def invoices_with_rest(home: Path, day: int) -> pd.DataFrame:
    """The invoices of the ledger in a home, with what was left of each at the close of a day."""
    invoices = pd.read_csv(home / "files" / "invoices.csv").query("kind == 'invoice'")
    allocations = pd.read_csv(home / "files" / "allocations.csv")
    by_then = allocations[allocations["allocated_on"] <= date_of(day).isoformat()]
    cleared = by_then.groupby("invoice_id")["amount"].sum()
    rest = invoices["amount"] - invoices["invoice_id"].map(cleared).fillna(0)
    return invoices.assign(rest=rest.round(2))


def without_later_rows(ledger: Ledger, day: int) -> Ledger:
    """The ledger as known on a day, but with the rates of the days after it."""
    known = ledger.known_at(day)
    return replace(known, tables={**known.tables, "fx_rates": ledger.fx_rates})


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_output(notebook: Path) -> None:
    code = cells(notebook, "code")
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_exploring_a_ledger_finds_what_its_files_hold(
    run: Callable[[str], Names], served_home: Path
) -> None:
    names = run("01_explore_a_ledger")
    invoices = invoices_with_rest(served_home, names["as_of"])
    assert len(names["items"]) == (invoices["rest"] > 0).sum() > 0
    assert names["by_month"]["invoices"].sum() == names["known"].sum() > 0
    assert names["thin"].sum() < len(names["customers"]) == invoices["customer_id"].nunique()


def test_the_settings_choose_another_ledger(
    run: Callable[[str], Names], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "another"
    ledger.mkdir()
    (ledger / "ledger.toml").write_text(
        'reporting_currency = "CHF"\ncomplete_through = 2024-03-31\n'
    )
    (ledger / "invoices.csv").write_text(
        "invoice_id,customer_id,issued_on,due_on,amount\n1,A,2024-01-01,2024-01-31,100\n"
    )
    (ledger / "payments.csv").write_text(
        "payment_id,invoice_id,paid_on,amount\n7,1,2024-02-05,100\n"
    )
    database = f"sqlite:///{tmp_path / 'another.db'}"
    write_ledger_to(open_database(database), read_ledger(ledger), "tests", datetime.now(UTC))
    monkeypatch.setenv("DUECAST_DATABASE", database)
    names = run("01_explore_a_ledger")
    assert names["ledger"].extract.reporting_currency == "CHF"
    assert names["days_late"].tolist() == [5]
    assert names["thin"].tolist() == [True]


def test_two_recipes_differ_by_what_the_interval_is_about(
    run: Callable[[str], Names], tmp_path: Path
) -> None:
    names = run("02_compare_two_recipes")
    folds, accuracy, mean = names["folds"], names["accuracy"], names["differences"]["mean"]
    np.testing.assert_array_equal(folds["default"].invoice, folds["small trees"].invoice)
    default, small = accuracy["default"], accuracy["small trees"]
    brier = small.later_than[0].brier - default.later_than[0].brier
    assert mean["squared error of P(late)"] == pytest.approx(brier)
    assert mean["CRPS of days late"] == pytest.approx(small.days.crps - default.days.crps)
    assert brier != 0
    assert (names["differences"]["low"] < mean).all() and (
        mean < names["differences"]["high"]
    ).all()

    last = "".join(cells(NOTEBOOKS[1], "markdown")[-1]["source"])
    named = re.search(r"```toml\n(.*?)```", last, re.DOTALL)
    assert named is not None
    (tmp_path / "small_trees.toml").write_text(named[1])
    from_file = read_recipe(tmp_path / "small_trees.toml").as_dict()
    assert from_file == {**names["recipes"]["small trees"].as_dict(), "threads": 2}


def test_a_score_is_the_sum_of_its_reasons(
    run: Callable[[str], Names], capsys: pytest.CaptureFixture[str]
) -> None:
    names = run("03_read_a_score")
    told = capsys.readouterr().out
    score = names["scores"].loc[names["invoice_id"]]
    assert names["parts"].sum() == pytest.approx(score["expected_days_late"])
    assert len(names["told"]) > 0
    assert all(reason.sentence in told for reason in names["told"])
    assert "contre" in told
    assert names["still_open"][0] == 1
    assert names["still_open"][-1] == score["p_later_than_90"]
    assert names["customer"].customer_scores.pd[0] > 0


def test_a_past_worklist_knows_nothing_of_what_came(
    run: Callable[[str], Names], served_home: Path
) -> None:
    names = run("04_backtest_a_worklist")
    first, top = names["days"][0], names["top"]
    assert names["bundle"].window["as_of"] == date_of(first).isoformat()
    seen = names["asked_items"](first)
    names["ledger"] = without_later_rows(names["ledger"], first)
    unseen = names["asked_items"](first)
    said = seen.columns.drop("still open")
    pd.testing.assert_frame_equal(seen[said], unseen[said])
    # Nothing that came is in the ledger now, so that all of it is still open.
    np.testing.assert_allclose(unseen["still open"], unseen["asked"])

    invoices = invoices_with_rest(served_home, first + names["horizon"])
    rest = invoices.set_index("invoice_id").loc[seen.index]
    closed, untouched = rest["rest"] == 0, rest["rest"] == rest["amount"]
    assert closed.any() and untouched.any()
    assert (seen["still open"][closed] == 0).all()
    np.testing.assert_allclose(seen["still open"][untouched], seen["asked"][untouched])
    assert top["asked"].drop("all customers").idxmax() == "by asked"
