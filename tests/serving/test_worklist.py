"""The worklist over HTTP: pages of a score run, as JSON and as CSV."""

import base64
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from serving.worklists import MEDIA_TYPES
from tests.serving.running import Service, bearer, new_key, wait_until

WORKLIST = "/v1/worklist"


def read(service: Service, **query: Any) -> dict[str, Any]:
    response = service.client.get(WORKLIST, params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def rows_of(run: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(run / "worklist.parquet").to_pylist()
    return rows


def test_the_worklist_is_that_of_the_run(service: Service, run: Path) -> None:
    rows = rows_of(run)
    answer = read(service, run=run.name, limit=1_000)
    assert answer["run"]["run_id"] == run.name
    assert answer["run"]["model"]["version"] == 1
    assert answer["next_cursor"] is None
    assert len(answer["entries"]) == len(rows) > 5
    for entry, row in zip(answer["entries"], rows, strict=True):
        for name in ("rank", "customer_id", "name", "collector", "action", "stage", "grade"):
            assert entry[name] == row[name]
        assert entry["priority"] == {
            "amount": str(row["priority"]),
            "currency": row["reporting_currency"],
        }
        assert entry["reasons"] == row["reasons"]
        assert entry["items"]


def test_without_a_run_named_it_is_the_last_one(service: Service, run: Path) -> None:
    assert read(service, limit=1)["run"]["run_id"] == run.name


def test_pages_follow_each_other_without_gap_or_repetition(service: Service, run: Path) -> None:
    seen, cursor = [], None
    while True:
        query = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = read(service, **query)
        assert len(page["entries"]) <= 4
        seen += [(entry["rank"], entry["customer_id"]) for entry in page["entries"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [(row["rank"], row["customer_id"]) for row in rows_of(run)]


def test_a_collector_sees_the_own_entries_ranked_from_one(service: Service, run: Path) -> None:
    rows = rows_of(run)
    collector = rows[0]["collector"]
    own = [row["customer_id"] for row in rows if row["collector"] == collector]
    page = read(service, collector=collector, limit=2)
    rest = read(service, collector=collector, cursor=page["next_cursor"])
    entries = page["entries"] + rest["entries"]
    assert [entry["customer_id"] for entry in entries] == own
    assert [entry["rank"] for entry in entries] == [*range(1, len(own) + 1)]
    assert read(service, collector="nobody at all")["entries"] == []


def test_a_collectors_key_sees_the_own_entries_and_no_others(service: Service, run: Path) -> None:
    rows = rows_of(run)
    collectors = list(dict.fromkeys(row["collector"] for row in rows))
    assert len(collectors) > 1
    anna, other = collectors[:2]
    own = [row["customer_id"] for row in rows if row["collector"] == anna]
    headers = bearer(new_key(service.home, "collector", anna))

    def ask(**query: Any) -> httpx.Response:
        return service.client.get(WORKLIST, params=query, headers=headers)

    wait_until(lambda: ask().status_code == 200)
    for query in ({}, {"collector": anna}, {"run": run.name}):
        entries = ask(limit=1_000, **query).json()["entries"]
        assert [entry["customer_id"] for entry in entries] == own
    text = ask(format="csv").content.decode("utf-8-sig")
    assert [line["customer_id"] for line in csv.DictReader(io.StringIO(text))] == own
    for query in ({"collector": other}, {"collector": ""}, {"collector": other, "format": "csv"}):
        refused = ask(**query)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:duecast:problem:forbidden"
    foreign = read(service, limit=1)["next_cursor"], read(service, collector=other, limit=1)
    for cursor in (foreign[0], foreign[1]["next_cursor"]):
        if cursor:
            assert ask(cursor=cursor).status_code == 422


def test_a_cursor_belongs_to_its_run_and_its_collector(service: Service, run: Path) -> None:
    cursor = read(service, limit=1)["next_cursor"]
    forged = [
        {"cursor": cursor, "collector": "somebody else"},
        {"cursor": cursor, "run": "2020-01-01-000000000000"},
        {"cursor": "!!!"},
        {"cursor": base64.urlsafe_b64encode(b'["x", {"collector": null}, -1]').decode()},
        {"cursor": base64.urlsafe_b64encode(b'["x", {}, 1]').decode()},
        {"cursor": base64.urlsafe_b64encode(b'["x", null, 1]').decode()},
        {"cursor": base64.urlsafe_b64encode(b"{}").decode()},
        {"cursor": base64.urlsafe_b64encode(b"[" * 700).decode()},
    ]
    for query in forged:
        response = service.client.get(WORKLIST, params=query)
        assert response.status_code == 422, query
        assert response.json()["errors"][0]["parameter"] == "cursor"
    beyond = [run.name, {"collector": None}, 10**30]
    cursor = base64.urlsafe_b64encode(json.dumps(beyond).encode()).decode()
    assert read(service, cursor=cursor)["entries"] == []


@pytest.mark.parametrize("name", ["no-such-run", "../../etc", "2020-01-01-000000000000"])
def test_a_run_that_does_not_exist_is_not_found(service: Service, run: Path, name: str) -> None:
    response = service.client.get(WORKLIST, params={"run": name})
    assert response.status_code == 404
    assert response.json()["type"] == "urn:duecast:problem:no-such-run"
    assert response.json()["errors"][0]["parameter"] == "run"


def test_a_query_that_cannot_be_used_is_refused(service: Service, run: Path) -> None:
    response = service.client.get(WORKLIST, params={"limit": 0, "format": "pdf"})
    assert response.status_code == 422
    places = [error["parameter"] for error in response.json()["errors"]]
    assert places == ["limit", "format"]


def test_csv_has_every_entry_and_nothing_that_a_spreadsheet_would_run(
    service: Service, run: Path
) -> None:
    response = service.client.get(WORKLIST, params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="worklist-{run.name}.csv"' in response.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    rows = rows_of(run)
    assert [line["customer_id"] for line in table] == [row["customer_id"] for row in rows]
    assert all(row["name"].startswith("=") for row in rows)
    assert [line["name"] for line in table] == [f"'{row['name']}" for row in rows]
    assert [line["priority"] for line in table] == [str(row["priority"]) for row in rows]
    few = service.client.get(WORKLIST, params={"format": "csv", "limit": 2}).text
    assert len(few.strip().splitlines()) == 3


def test_xlsx_has_the_rows_of_the_csv_and_no_formula(service: Service, run: Path) -> None:
    collector = rows_of(run)[0]["collector"]
    query = {"format": "xlsx", "collector": collector, "limit": 3}
    response = service.client.get(WORKLIST, params=query)
    assert response.headers["content-type"] == MEDIA_TYPES["xlsx"]
    assert f'filename="worklist-{run.name}.xlsx"' in response.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(response.content)).active
    heading, *cells = sheet.iter_rows(values_only=True)
    table = [dict(zip(heading, row, strict=True)) for row in cells]
    own = [row for row in rows_of(run) if row["collector"] == collector][:3]
    assert [line["customer_id"] for line in table] == [row["customer_id"] for row in own]
    assert [line["rank"] for line in table] == [1, 2, 3][: len(own)]
    assert [line["name"] for line in table] == [f"'{row['name']}" for row in own]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_who_takes_the_worklist_as_a_file_is_recorded_and_what_is_in_it_is_not(
    service: Service, run: Path, format: str
) -> None:
    query = {"format": format, "limit": 2}
    response = service.client.get(WORKLIST, params=query)
    path = f"/v1/audit/{response.headers['x-audit-id']}"
    record = service.client.get(path).json()
    assert (record["kind"], record["actor"]) == ("export", service.key[:15])
    assert (record["inputs"]["format"], record["inputs"]["limit"]) == (format, 2)
    assert record["result"] == {
        "run_id": run.name,
        "entries": 2,
        "bytes": len(response.content),
        "sha256": hashlib.sha256(response.content).hexdigest(),
    }
    assert "x-audit-id" not in service.client.get(WORKLIST, params={"limit": 2}).headers


def test_the_reasons_are_told_in_the_language_asked(service: Service, run: Path) -> None:
    english = read(service, run=run.name, limit=1_000)["entries"]
    response = service.client.get(
        WORKLIST, params={"run": run.name, "limit": 1_000}, headers={"Accept-Language": "fr"}
    )
    assert response.headers["content-language"] == "fr"
    told = 0
    for one, other in zip(english, response.json()["entries"], strict=True):
        here, there = one.pop("reasons"), other.pop("reasons")
        assert one == other
        assert len(here) == len(there)
        assert all(a != b for a, b in zip(here, there, strict=True))
        told += len(here)
    assert told
