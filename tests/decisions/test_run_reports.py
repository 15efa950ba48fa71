"""The reports of a run and the profile of a customer: read from its files, never computed."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from decisions.champion import Champion
from decisions.policy import read_policy
from decisions.profile import UnknownCustomerError, profile
from decisions.run_reports import AGING, ALERTS, FORECAST, KPIS
from decisions.runs import CUSTOMERS, INVOICES, REPORTS, Run, make_run, runs_before
from ledger.aging import aging
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.frames import ledger_from_frames
from ledger.kpis import kpis
from ledger.ledger import Extract, Ledger
from ledger.money import major
from ledger.settings import Settings
from tests.decisions.random_bundles import random_bundle
from tests.ledgers import LAST_DAY, random_ledger

POLICY = read_policy()
NOW = datetime(2025, 2, 5, 6, 30)
SOURCE = "ledger"
MODEL = Champion(3, "ab" * 32, random_bundle())


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return random_ledger(Random(5), customers=6, invoices=30)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("reports") / "home")


@pytest.fixture(scope="module")
def history(home: Settings, ledger: Ledger) -> list[Run]:
    """Three runs of one ledger, the earliest first."""
    return [run_on(home, ledger, LAST_DAY - back) for back in (14, 7, 0)]


def run_on(home: Settings, ledger: Ledger, day: int) -> Run:
    return make_run(home, ledger, MODEL, POLICY, day, 4, NOW, source=SOURCE, made_by="me")


def test_figures_and_aging_are_those_of_the_ledger_as_recorded_by_the_day(
    history: list[Run], ledger: Ledger
) -> None:
    day = LAST_DAY - 14
    known = ledger.known_at(day)
    figures = kpis(known, day, Definitions())
    said, aged = history[0].report(KPIS), history[0].report(AGING)
    assert (said["basis"], aged["basis"]) == ("posted", "posted")
    assert said["receivables"] == str(major(figures.receivables_minor, "EUR"))
    assert said["dso_days"] == figures.dso_days
    by_customer = aging(known, day, Definitions(), by="customer")
    assert [row["customer"] for row in aged["rows"]["by_customer"]] == list(by_customer.label)
    assert aged["total"]["receivables"] == said["receivables"]
    assert set(aged["rows"]) == {"by_customer", "by_company", "by_currency"}


def test_the_forecast_is_of_the_open_items_of_the_run(history: list[Run]) -> None:
    said = history[-1].report(FORECAST)
    items = history[-1].table(INVOICES).to_pandas()
    residual = items.groupby("currency")["residual"].sum()
    assert {row["currency"]: float(row["open_items"]) for row in said["by_currency"]} == (
        pytest.approx(residual.astype(float).to_dict())
    )
    assert (said["as_of"], said["basis"]) == (history[-1].facts["as_of"], "known")


def test_alerts_compare_with_the_run_before(history: list[Run]) -> None:
    first, second = history[0].report(ALERTS), history[1].report(ALERTS)
    assert (first["compared"], second["compared"]) == (False, True)
    assert second["since"] == first["as_of"]
    assert history[1].record.run_before == history[0].record.run_id
    assert {alert["is_new"] for alert in first["alerts"]} <= {None}
    told = {(alert["kind"], alert["customer_id"], alert["invoice_id"]) for alert in first["alerts"]}
    assert second["alerts"]
    for alert in second["alerts"]:
        key = (alert["kind"], alert["customer_id"], alert["invoice_id"])
        assert alert["is_new"] == (key not in told)


def test_a_run_made_again_compares_with_the_run_it_compared_with(
    ledger: Ledger, tmp_path: Path
) -> None:
    home = Settings(home=tmp_path / "home")
    run_on(home, ledger, LAST_DAY - 14)
    run = run_on(home, ledger, LAST_DAY)
    intact = {path.name: path.read_bytes() for path in run.directory.iterdir()}
    run_on(home, ledger, LAST_DAY - 7)
    (run.directory / ALERTS).unlink()
    again = run_on(home, ledger, LAST_DAY)
    assert {path.name: path.read_bytes() for path in again.directory.iterdir()} == intact
    assert again.record.run_before == run.record.run_before


def test_where_the_run_before_is_damaged_that_is_said(ledger: Ledger, tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home")
    before = run_on(home, ledger, LAST_DAY - 14)
    (before.directory / CUSTOMERS).write_bytes(b"")
    run = run_on(home, ledger, LAST_DAY)
    assert not run.report(ALERTS)["compared"]
    assert before.record.run_id in run.facts["notes"][-1]


def test_a_run_without_all_of_its_files_is_made_again(ledger: Ledger, tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home")
    run = run_on(home, ledger, LAST_DAY)
    assert set(REPORTS) < set(run.record.files)
    (run.directory / FORECAST).unlink()
    assert run_on(home, ledger, LAST_DAY).report(FORECAST)["weeks"]


def test_figures_for_which_an_old_rate_is_wanting_say_so_and_the_run_is_made(
    tmp_path: Path,
) -> None:
    invoice = {
        "invoice_id": "I1",
        "customer_id": "A",
        "issued_on": "2024-05-10",
        "due_on": "2024-06-09",
        "amount": "100.00",
        "currency": "USD",
    }
    rate = {"currency": "USD", "on": "2024-06-30", "rate": 0.9}
    frames = {"invoices": pd.DataFrame([invoice]), "fx_rates": pd.DataFrame([rate])}
    ledger = ledger_from_frames(frames, Extract("EUR", parse_day("2024-06-30")))
    run = run_on(Settings(home=tmp_path / "home"), ledger, parse_day("2024-06-30"))
    said = run.report(KPIS)
    assert (said["as_of"], said["basis"]) == ("2024-06-30", "posted")
    assert "no rate from USD to EUR for 2024-05-10" in said["problems"][0]
    assert run.report(AGING)["total"]["receivables"] == "90.00"


def test_a_profile_says_what_the_run_has_of_a_customer(home: Settings, history: list[Run]) -> None:
    run = history[-1]
    row = run.table(CUSTOMERS).to_pandas().sort_values("residual").iloc[-1]
    name = row["customer_id"]
    found = profile(run, runs_before(home, run, 24), name)
    assert found["exposure"]["exposure"] == str(row["exposure"])
    assert found["scores"]["grade"] == row["grade"]
    assert found["limit"]["limit"] == str(row["limit"])
    assert found["kpis"]["overdue_share"] == float(row["overdue"] / row["residual"])
    items = run.table(INVOICES).to_pandas()
    assert [item["invoice_id"] for item in found["items"]] == list(
        items.loc[items["customer_id"] == name, "invoice_id"]
    )
    in_aging = next(
        each for each in run.report(AGING)["rows"]["by_customer"] if each["customer"] == name
    )
    assert found["aging"]["buckets"] == in_aging["buckets"]
    assert found["alerts"] == [
        alert for alert in run.report(ALERTS)["alerts"] if alert["customer_id"] == name
    ]


def test_the_history_of_a_profile_goes_back_run_by_run(home: Settings, history: list[Run]) -> None:
    run = history[-1]
    name = run.table(CUSTOMERS).column("customer_id")[0].as_py()
    found = profile(run, runs_before(home, run, 24), name)["history"]
    assert [entry["as_of"] for entry in found] == [
        each.facts["as_of"] for each in reversed(history)
    ]
    assert found[0]["pd"] == profile(run, (), name)["scores"]["pd"]
    assert len(profile(run, runs_before(home, run, 1), name)["history"]) == 2


def test_of_several_runs_as_of_one_day_the_history_has_the_last(
    ledger: Ledger, tmp_path: Path
) -> None:
    home = Settings(home=tmp_path / "home")
    run_on(home, ledger, LAST_DAY - 7)
    other = replace(POLICY, limits=replace(POLICY.limits, headroom=2.0))
    later = NOW + timedelta(hours=1)
    last = make_run(home, ledger, MODEL, other, LAST_DAY - 7, 4, later, source=SOURCE, made_by="me")
    run = run_on(home, ledger, LAST_DAY)
    assert runs_before(home, run, 24) == (last,)


def test_a_customer_that_the_run_does_not_have_is_refused(history: list[Run]) -> None:
    with pytest.raises(UnknownCustomerError, match="has no customer nobody"):
        profile(history[-1], (), "nobody")
