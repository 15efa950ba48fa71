"""Alerts over HTTP: those of a score run, filtered, page by page, in two languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from serving.alert_answers import AlertsAnswer
from serving.profile_answers import ProfileAnswer
from tests.decisions.portfolios import TODAY, days_ago
from tests.serving.asking import Asking, kind
from tests.serving.run_reports import AGING, ALERTS, Json, alarmed_service


@pytest.fixture(scope="module")
def alarmed(
    tmp_path_factory: pytest.TempPathFactory, served_home: Path
) -> Iterator[tuple[Asking, list[Json]]]:
    with alarmed_service(tmp_path_factory.mktemp("alarmed"), served_home) as found:
        yield found


def told(api: Asking, key: str = "admin", **query: Any) -> list[tuple[str, str]]:
    """Kind and customer of the alerts that are answered, page by page."""
    found: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = query | ({"cursor": cursor} if cursor else {})
        response = api.ask("GET", ALERTS, params=asked, key=key)
        assert response.status_code == 200, response.text
        answer = AlertsAnswer.model_validate_json(response.content)
        assert len(answer.alerts) <= query.get("limit", 100)
        found += [(alert.kind, alert.customer_id or "") for alert in answer.alerts]
        cursor = answer.next_cursor
    return found


def keys(alerts: list[Json], *customers: str) -> list[tuple[str, str]]:
    chosen = [each for each in alerts if not customers or each["customer_id"] in customers]
    return [(alert["kind"], alert["customer_id"]) for alert in chosen]


def test_alerts_are_those_of_the_run_in_the_language_asked(
    alarmed: tuple[Asking, list[Json]],
) -> None:
    api, said = alarmed
    assert len(said) > 10 and len({alert["severity"] for alert in said}) == 3
    english, french = (
        api.ask("GET", ALERTS, headers={"Accept-Language": language})
        for language in ("en", "fr, en;q=0.5")
    )
    assert french.headers["content-language"] == "fr"
    assert (english.json()["since"], english.json()["compared"]) == (days_ago(10), True)
    both = (english.json()["alerts"], french.json()["alerts"])
    for alert, en, fr in zip(said, *both, strict=True):
        assert (en["sentence"], fr["sentence"]) == tuple(alert["sentence"].values())
        assert en["sentence"] != fr.pop("sentence")
        about = {name: alert[name] or None for name in ("customer_id", "invoice_id")}
        assert {**fr, "sentence": alert["sentence"]} == {**alert, **about}


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_pages_of_alerts_follow_each_other_without_gap_or_repetition(
    alarmed: tuple[Asking, list[Json]], limit: int
) -> None:
    api, said = alarmed
    assert told(api, limit=limit) == keys(said)


def test_alerts_are_filtered_by_severity_and_kind(alarmed: tuple[Asking, list[Json]]) -> None:
    api, said = alarmed
    for severity in ("high", "medium", "low"):
        wanted = keys([alert for alert in said if alert["severity"] == severity])
        assert told(api, severity=severity, limit=2) == wanted != []
    wanted = keys([alert for alert in said if alert["kind"] == "limit_exceeded"])
    assert told(api, kind="limit_exceeded", severity="high") == wanted
    assert told(api, kind="limit_exceeded", severity="low") == []
    refused = api.ask("GET", ALERTS, params={"severity": "grave", "kind": "x"})
    assert [error["parameter"] for error in refused.json()["errors"]] == ["severity", "kind"]


def test_a_collector_sees_alerts_of_the_own_customers_only(
    alarmed: tuple[Asking, list[Json]],
) -> None:
    api, said = alarmed
    assert ("portfolio_overdue_rose", "") in keys(said)
    assert told(api, "Anna") == keys(said, "A", "C") != []
    assert told(api, "Ben", limit=3) == keys(said, "B", "D")
    assert told(api, collector="Anna") == keys(said, "A", "C")
    assert told(api, collector="") == keys(said, "E/1")
    assert api.ask("GET", ALERTS, params={"collector": "Ben"}, key="Anna").status_code == 403


def test_a_cursor_belongs_to_its_list_and_its_filters(alarmed: tuple[Asking, list[Json]]) -> None:
    api, _ = alarmed
    cursor = api.ask("GET", ALERTS, params={"limit": 1}).json()["next_cursor"]
    for query, word in (
        ({"severity": "high"}, "severity"),
        ({"kind": "limit_exceeded"}, "kind"),
        ({"collector": "Anna"}, "collector"),
    ):
        refused = api.ask("GET", ALERTS, params={**query, "cursor": cursor})
        assert (refused.status_code, kind(refused)) == (422, "invalid-request")
        assert refused.json()["errors"][0]["detail"].startswith(f"it belongs to another {word}")
    assert api.ask("GET", ALERTS, params={"cursor": cursor}, key="Anna").status_code == 422
    for path in (AGING, "/v1/worklist"):
        refused = api.ask("GET", path, params={"cursor": cursor})
        assert refused.json()["errors"][0]["parameter"] == "cursor"


def test_a_profile_has_the_alerts_of_its_customer_whatever_the_id(
    alarmed: tuple[Asking, list[Json]],
) -> None:
    api, said = alarmed
    for name in ("A", "E/1"):
        response = api.ask("GET", f"/v1/customers/{quote(name, safe='')}")
        assert response.status_code == 200, response.text
        answer = ProfileAnswer.model_validate_json(response.content)
        assert [(alert.kind, name) for alert in answer.alerts] == keys(said, name)
        assert [str(day.as_of) for day in answer.history] == [TODAY, days_ago(10)]
