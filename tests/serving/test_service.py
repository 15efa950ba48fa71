"""The running server: probes, pages, metrics, errors; and what it is like without a champion."""

import shutil
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving.running import Service, running, wait_until

SCORES = "/v1/scores/invoices"


def problem_of(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"urn:duecast:problem:{kind}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    return problem


def test_probes_say_that_it_is_alive_and_ready(service: Service) -> None:
    assert service.client.get("/healthz").json() == {"status": "alive"}
    assert service.client.get("/livez").json() == {"status": "alive"}
    assert service.client.get("/readyz").json() == {"status": "ready", "refused": None}


def test_the_model_is_described(service: Service) -> None:
    model = service.client.get("/v1/model").json()
    assert (model["name"], model["version"]) == ("duecast", 1)
    assert model["champion_since"] == "2024-01-02T03:04:05Z"
    assert model["card"].startswith("# A model for tests")
    assert model["window"]["from"] == "2022-01-01"
    assert model["definitions"]["pd_horizon_days"] == 180
    assert model["metrics"] == {"delay": {"auc": 0.75}}


def test_without_a_key_nothing_but_the_probes_is_answered(service: Service) -> None:
    with httpx.Client(base_url=service.client.base_url) as stranger:
        for path in ("/v1/model", "/v1/worklist", "/metrics", "/docs", "/openapi.json"):
            response = stranger.get(path, headers={"X-Request-ID": f"stranger-{path[1:3]}"})
            problem_of(response, 401, "unauthorised")
        problem_of(stranger.post(SCORES, json={"invoice_ids": ["x"]}), 401, "unauthorised")
        assert stranger.get("/readyz").status_code == 200
    line = "unauthorised (no key): key none, GET '/v1/model', from 127.0.0.1, request stranger-v1"
    wait_until(lambda: line in service.log.read_text())


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/console",
        "/v1",
        "/v1/worklist/",
        "/v1/scores",
        "/schema.json",
        "/docs.json",
        "/docs/x",
    ],
)
def test_a_path_that_is_none_of_ours_is_not_found(service: Service, path: str) -> None:
    problem_of(service.client.get(path), 404, "not-found")


def test_no_path_leads_out_of_the_pages(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as raw:
        raw.sendall(
            b"GET /docs/../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        answer = received(raw)
    assert answer.startswith(b"HTTP/1.1 404")
    for path in ("/docs/..%2f..%2fapp.py", "/docs/%2e%2e/app.py", "/static_content/index.css"):
        problem_of(service.client.get(path), 404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("GET", SCORES), ("DELETE", "/v1/model")])
def test_a_method_that_a_path_does_not_take_is_refused(
    service: Service, method: str, path: str
) -> None:
    response = service.client.request(method, path)
    problem_of(response, 405, "method-not-allowed")
    assert response.headers["allow"] == ("POST" if path == SCORES else "GET")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"explain": ' + b"1" * 5_000 + b"}", b"nul"]
)
def test_a_body_that_is_no_json_is_refused(service: Service, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    problem_of(service.client.post(SCORES, content=body, headers=headers), 400, "unreadable-body")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"17", b"NaN", b'{"\\ud800": 1}'])
def test_json_that_is_no_request_is_refused(service: Service, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = service.client.post(SCORES, content=body, headers=headers)
    problem_of(response, 422, "invalid-request")


def test_numbers_that_json_does_not_have_are_refused(service: Service) -> None:
    body = b'{"ledger": {"reporting_currency": "EUR", "complete_through": "2024-01-31", "fx_rates":'
    body += b' [{"currency": "USD", "on": "2024-01-01", "rate": Infinity}]}}'
    headers = {"Content-Type": "application/json"}
    response = service.client.post(SCORES, content=body, headers=headers)
    problem = problem_of(response, 422, "invalid-request")
    assert problem["errors"][0]["pointer"] == "#/ledger/fx_rates/0/rate"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_does_not_say_it_is_json_is_refused(service: Service, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    problem_of(service.client.post(SCORES, content=b"{}", headers=headers), 415, "not-json")


def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    headers = {"Content-Type": "application/json"}
    large = b" " * 1_000_001
    said = service.client.post(SCORES, content=large, headers=headers)
    problem_of(said, 413, "too-large")
    chunked = service.client.post(SCORES, content=iter([large[:600_000]] * 2), headers=headers)
    problem_of(chunked, 413, "too-large")


def test_half_a_request_is_given_up_and_others_are_served_meanwhile(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        slow.sendall(
            b"POST /v1/scores/invoices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %s\r\n"
            b'Content-Length: 100\r\n\r\n{"invoice_ids": ' % service.key.encode()
        )
        assert service.client.get("/v1/model").status_code == 200
        answer = received(slow)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()
    assert b"urn:duecast:problem:read-timeout" in answer


def test_a_request_keeps_the_id_it_came_with(service: Service) -> None:
    response = service.client.get("/v1/model", headers={"X-Request-ID": "order-17"})
    assert response.headers["x-request-id"] == "order-17"
    forged = service.client.get("/v1/model", headers={"X-Request-ID": "a b\t" + "x" * 100})
    assert len(forged.headers["x-request-id"]) == 32


def test_answers_are_not_kept_by_caches_and_not_taken_for_anything_else(service: Service) -> None:
    for path in ("/v1/model", "/nope", "/docs"):
        headers = service.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_the_page_of_the_api_loads_nothing_from_elsewhere(service: Service) -> None:
    page = service.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "://" not in page.text
    for part in ("swagger-ui.css", "swagger-ui-bundle.js", "docs.js"):
        assert f'"/docs/{part}"' in page.text
        assert service.client.get(f"/docs/{part}").status_code == 200


def test_metrics_count_answers_by_route_and_make_no_label_of_a_path(service: Service) -> None:
    for _ in range(3):
        service.client.get("/v1/model")
        service.client.get(f"/never-heard-of-{time.monotonic_ns()}")
    text = service.client.get("/metrics").text
    counted = [line for line in text.splitlines() if line.startswith("duecast_requests_total")]
    model = 'duecast_requests_total{method="GET",route="/v1/model",status="200"}'
    assert any(line.startswith(model) for line in counted)
    assert any('route="other",status="404"' in line for line in counted)
    assert "duecast_model_version 1.0" in text
    assert "never-heard-of" not in text


def received(connection: socket.socket) -> bytes:
    """All that is received until the other side closes."""
    connection.settimeout(60)
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def test_without_a_champion_it_runs_and_says_what_is_missing_until_there_is_one(
    served_home: Path, tmp_path: Path
) -> None:
    with running(tmp_path, DUECAST_POLL_SECONDS="1") as lonely:
        wait_until(lambda: "starting" not in lonely.client.get("/readyz").text)
        for response in (
            lonely.client.get("/readyz"),
            lonely.client.get("/v1/model"),
            lonely.client.post(SCORES, json={"invoice_ids": ["x"]}),
        ):
            problem = problem_of(response, 503, "not-ready")
            assert "make one with `duecast train`" in problem["errors"][0]["detail"]
            assert int(response.headers["retry-after"]) > 0
        assert lonely.client.get("/healthz").status_code == 200
        response = lonely.client.get("/v1/worklist")
        problem = problem_of(response, 409, "no-score-run")
        assert "duecast worklist LEDGER" in problem["detail"]
        wait_until(lambda: "not ready:" in lonely.log.read_text())
        shutil.copy(served_home / "mlflow.db", tmp_path)
        wait_until(lambda: lonely.client.get("/v1/model").status_code == 200)
        problem = problem_of(lonely.client.get("/readyz"), 503, "not-ready")
        assert "the stored ledger is empty" in problem["errors"][0]["detail"]
    assert lonely.process.returncode == 0
