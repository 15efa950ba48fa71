"""Profiles over HTTP: what score runs say of one customer, to whom it may be shown."""

from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq

from decisions.profile import profile
from decisions.runs import find_run, runs_before
from ledger.settings import Settings
from serving.profile_answers import ProfileAnswer
from tests.serving.asking import kind
from tests.serving.run_reports import customers, read
from tests.serving.running import Service, bearer, new_key, wait_until


def as_collector(service: Service, name: str, path: str, **query: Any) -> httpx.Response:
    headers = bearer(new_key(service.home, "collector", name))
    wait_until(lambda: service.client.get("/v1/model", headers=headers).status_code == 200)
    return service.client.get(path, params=query, headers=headers)


def test_a_profile_is_that_of_the_run(service: Service, run: Path) -> None:
    settings = Settings(home=service.home)
    found = find_run(settings, service.place, run_id=run.name)
    listed = pq.read_table(run / "worklist.parquet")["customer_id"].to_pylist()
    for name in (listed[0], listed[-1]):
        said = profile(found, runs_before(settings, found, 12), name)
        answer = read(service, f"/v1/customers/{name}", ProfileAnswer)
        assert answer["run"]["run_id"] == run.name
        assert answer["account"] == said["account"]
        assert answer["account"]["name"].startswith("=")
        currency = said["reporting_currency"]
        for part, column in (("exposure", "overdue"), ("scores", "expected_loss")):
            assert answer[part][column] == {"amount": said[part][column], "currency": currency}
        assert answer["scores"]["pd"] == said["scores"]["pd"]
        assert answer["limit"]["binding"] == said["limit"]["limit_binding"]
        assert answer["limit"]["limit"]["amount"] == said["limit"]["limit"]
        assert answer["reasons"] == said["reasons"]
        assert [item["invoice_id"] for item in answer["items"]] == [
            item["invoice_id"] for item in said["items"]
        ]
        assert answer["items"][0]["reasons"] == said["items"][0]["reasons"]
        assert answer["items"][0]["residual"] == {
            "amount": said["items"][0]["residual"],
            "currency": said["items"][0]["currency"],
        }
        assert answer["worklist"]["action"] == said["worklist"]["action"]
        assert answer["aging"]["buckets"] == said["aging"]["buckets"]
        assert [alert["kind"] for alert in answer["alerts"]] == [
            alert["kind"] for alert in said["alerts"]
        ]
        assert [day["as_of"] for day in answer["history"]] == [
            day["as_of"] for day in said["history"]
        ]


def test_the_reasons_of_a_profile_are_told_in_the_language_asked(
    service: Service, run: Path
) -> None:
    name = next(row["customer_id"] for row in customers(run) if row["reasons"])
    path = f"/v1/customers/{name}"
    english = service.client.get(path).json()
    response = service.client.get(path, headers={"Accept-Language": "fr"})
    assert response.headers["content-language"] == "fr"
    for one, other in zip(english["reasons"], response.json()["reasons"], strict=True):
        assert one.pop("sentence") != other.pop("sentence")
        assert one == other


def test_every_customer_of_a_run_has_a_profile(service: Service, run: Path) -> None:
    for row in customers(run):
        read(service, f"/v1/customers/{row['customer_id']}", ProfileAnswer)


def test_a_collector_sees_profiles_of_the_own_customers_only(service: Service, run: Path) -> None:
    own, *others = customers(run)
    other = next(row for row in others if row["collector"] != own["collector"])
    seen = as_collector(service, own["collector"], f"/v1/customers/{own['customer_id']}")
    assert seen.status_code == 200
    refused = as_collector(service, own["collector"], f"/v1/customers/{other['customer_id']}")
    assert (refused.status_code, kind(refused)) == (403, "forbidden")
    assert other["name"] not in refused.text


def test_an_unknown_customer_and_an_unknown_run_are_not_found(service: Service, run: Path) -> None:
    for name in ("nobody", "a%2Fb", "%2E%2E%2Fx", "x" * 200):
        response = service.client.get(f"/v1/customers/{name}")
        assert (response.status_code, kind(response)) == (404, "no-such-customer")
    assert kind(service.client.get("/v1/customers/")) == "invalid-request"
    path = f"/v1/customers/{customers(run)[0]['customer_id']}"
    response = service.client.get(path, params={"run": "2020-01-01-000000000000"})
    assert (response.status_code, kind(response)) == (404, "no-such-run")


def test_a_machine_is_told_nothing_that_was_noted_of_a_person(service: Service, run: Path) -> None:
    path = f"/v1/customers/{customers(run)[0]['customer_id']}"
    headers = bearer(new_key(service.home, "o2c"))
    wait_until(lambda: service.client.get("/v1/model", headers=headers).status_code == 200)
    told = service.client.get(path, headers=headers).json()
    assert told["contacts"] is None
    assert {**service.client.get(path).json(), "contacts": None} == told
