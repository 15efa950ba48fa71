"""Portfolio over HTTP: what a score run holds, and nothing computed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decisions.forecast_json import LINES as FORECAST_LINES
from ledger.movements import LINES as ROLL_FORWARD_LINES
from serving.portfolio_answers import (
    AgingAnswer,
    CashForecastAnswer,
    ForecastSums,
    KpisAnswer,
    RollForwardRow,
)
from tests.decisions.portfolios import TODAY, invoice, ledger_of
from tests.serving.asking import Asking, asking, kind
from tests.serving.run_reports import (
    AGING,
    ALERTS,
    FORECAST,
    KPIS,
    alarmed_service,
    read,
    report,
)
from tests.serving.running import Service, scored


def test_key_figures_are_those_of_the_run(service: Service, run: Path) -> None:
    answer, said = read(service, KPIS, KpisAnswer), report(run, "kpis.json")
    assert answer["run"]["run_id"] == run.name
    assert {**answer["figures"], "basis": answer["basis"]} == {
        name: value for name, value in said.items() if name not in ("as_of", "ledger_through")
    }
    assert float(answer["figures"]["receivables"]) > 0
    assert answer["problems"] == []


def test_aging_has_the_rows_of_the_run_and_one_total(service: Service, run: Path) -> None:
    said = report(run, "aging.json")
    for by in ("customer", "company", "currency"):
        answer = read(service, AGING, AgingAnswer, by=by, limit=1_000)
        rows = [{by: row.pop("label"), **row} for row in answer["rows"]]
        assert rows == said["rows"][f"by_{by}"]
        assert answer["total"] | {"total": "total"} == said["total"]
        assert (answer["basis"], answer["bounds"]) == ("posted", said["bounds"])
    assert read(service, AGING, AgingAnswer)["by"] == "company"


def test_the_forecast_is_that_of_the_run(service: Service, run: Path) -> None:
    answer, said = read(service, FORECAST, CashForecastAnswer), report(run, "forecast.json")
    assert answer["rows"] == said["rows"]
    assert answer["by_currency"] == said["by_currency"]
    assert [week["last_day"] for week in answer["weeks"]] == [
        week["through"] for week in said["weeks"]
    ]
    assert (answer["basis"], answer["notes"]) == ("known", said["notes"])


def test_answers_have_every_line_that_reports_have() -> None:
    assert list(RollForwardRow.model_fields)[2:-1] == list(ROLL_FORWARD_LINES)
    assert list(ForecastSums.model_fields)[2:-2] == list(FORECAST_LINES)


def test_where_an_old_rate_is_wanting_that_is_said_in_place_of_figures(
    tmp_path: Path, served_home: Path
) -> None:
    old = invoice("A1", "A", "100.00", due_days_ago=20, currency="USD")
    rate = {"currency": "USD", "on": TODAY, "rate": 0.9}
    ledger = ledger_of(TODAY, {"invoices": [old], "fx_rates": [rate]})
    with asking(tmp_path / "home", ledger, served_home) as api:
        scored(api.settings, tmp_path)
        figures = api.ask("GET", KPIS).json()
        assert figures["figures"] is None
        assert "no rate from USD to EUR" in figures["problems"][0]
        aged = api.ask("GET", AGING).json()
        assert (aged["total"]["receivables"], aged["problems"]) == ("90.00", [])


def test_pages_of_the_aging_follow_each_other(tmp_path: Path, served_home: Path) -> None:
    with alarmed_service(tmp_path, served_home) as (api, _):
        first = api.ask("GET", AGING, params={"by": "customer", "limit": 3}).json()
        query = {"by": "customer", "cursor": first["next_cursor"]}
        rest = api.ask("GET", AGING, params=query).json()
        labels = [row["label"] for row in first["rows"] + rest["rows"]]
        assert (labels, rest["next_cursor"]) == (["A", "B", "C", "D", "E/1"], None)
        assert first["total"] == rest["total"]
        assert api.ask("GET", AGING, params={**query, "by": "company"}).status_code == 422


@pytest.mark.parametrize("path", [KPIS, AGING, FORECAST, ALERTS])
def test_an_unknown_run_is_not_found(service: Service, run: Path, path: str) -> None:
    response = service.client.get(path, params={"run": "2020-01-01-000000000000"})
    assert (response.status_code, kind(response)) == (404, "no-such-run")
    assert service.client.get(path, params={"run": run.name}).status_code == 200


@pytest.fixture(scope="module")
def without_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with asking(tmp_path_factory.mktemp("without_run") / "home", None) as api:
        yield api


@pytest.mark.parametrize("path", [KPIS, AGING, FORECAST, ALERTS, "/v1/customers/A", "/v1/worklist"])
def test_without_a_run_the_answer_says_how_to_make_one(without_run: Asking, path: str) -> None:
    response = without_run.ask("GET", path)
    assert (response.status_code, kind(response)) == (409, "no-score-run")
    assert "duecast" in response.json()["detail"]
