"""A collector sees the customers that are its own now, in whatever score run is asked for."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from decisions.records import runs
from ledger.store import open_store
from tests.serving.asking import Asking, kind
from tests.serving.run_reports import ALERTS, alarmed_service

WORKLIST = "/v1/worklist"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, served_home: Path) -> Iterator[Asking]:
    """After the last run A went from Anna to Ben, B from Ben to Anna; D went to nobody."""
    with alarmed_service(tmp_path_factory.mktemp("own"), served_home) as (found, _):
        given = {"A": "Ben", "B": "Anna", "D": None}
        rows = [{"customer_id": name, "collector": to} for name, to in given.items()]
        put = found.ask("PUT", "/v1/ledger/customers", json={"rows": rows})
        assert put.status_code == 200, put.text
        yield found


def listed(api: Asking, path: str, key: str, **query: str) -> list[str]:
    """Customers of the entries of a list, in order of their ids."""
    response = api.ask("GET", path, key=key, params=query)
    assert response.status_code == 200, response.text
    name = "entries" if path == WORKLIST else "alerts"
    return sorted({entry["customer_id"] or "" for entry in response.json()[name]})


@pytest.mark.parametrize("path", [WORKLIST, ALERTS])
def test_lists_of_every_run_have_the_customers_of_now(api: Asking, path: str) -> None:
    last, before = (run.run_id for run in runs(open_store(api.settings)))
    for query in ({}, {"run": last}, {"collector": "Anna"}):
        assert listed(api, path, "Anna", **query) == ["B", "C"]
        assert listed(api, path, "Ben", **{**query, "collector": "Ben"}) == ["A"]
    assert listed(api, path, "Anna", run=before) == ["B", "C"]
    assert listed(api, path, "admin", collector="Anna") == ["A", "C"]


def test_a_file_has_no_others_either(api: Asking) -> None:
    response = api.ask("GET", WORKLIST, key="Anna", params={"format": "csv"})
    table = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert sorted(row["customer_id"] for row in table) == ["B", "C"]
    record = api.ask("GET", f"/v1/audit/{response.headers['x-audit-id']}").json()
    assert record["inputs"]["filters"] == {"collector": "Anna"}


def test_profiles_are_shown_to_whom_the_customer_belongs_now(api: Asking) -> None:
    old = runs(open_store(api.settings))[1].run_id
    for query in ({}, {"run": old}):
        for key, customer, status in (
            ("Anna", "B", 200),
            ("Anna", "A", 403),
            ("Ben", "A", 200),
            ("Ben", "D", 403),
            ("Ben", "E/1", 403),
            ("admin", "A", 200),
        ):
            response = api.ask("GET", f"/v1/customers/{customer}", key=key, params=query)
            assert response.status_code == status, (query, key, customer)
            assert status == 200 or kind(response) == "forbidden"
