"""Every answer is in the audit trail before it is given, and can be computed again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

import duecast
from decisions.audit_log import read
from decisions.audit_verify import verify
from ledger.days import date_of
from ledger.ledger import Ledger
from ledger.settings import Settings
from ledger.store import open_store
from tests.serving.running import Service, running, wait_until

INVOICES, CUSTOMERS, LIMITS = "/v1/scores/invoices", "/v1/scores/customers", "/v1/credit/limits"


@pytest.fixture(scope="module")
def ledger(service: Service) -> Ledger:
    return service.ledger


def asked(service: Service, path: str, **body: Any) -> httpx.Response:
    response = service.client.post(path, json=body, headers={"Accept-Language": "fr"})
    assert response.status_code == 200, response.text
    return response


def replayed(service: Service, audit_id: str) -> tuple[int, str]:
    environment = {"DUECAST_HOME": str(service.home)}
    done = CliRunner().invoke(duecast.app, ["audit", "replay", audit_id], env=environment)
    return done.exit_code, done.output + str(done.exception or "")


def bodies(ledger: Ledger) -> list[tuple[str, dict[str, Any]]]:
    invoices = ledger.text("invoices", "invoice_id")[-6:].tolist()
    customers = ledger.text("invoices", "customer_id")[-6:].tolist()
    document = {
        "invoice_id": "Q1",
        "customer_id": customers[0],
        "issued_on": "2023-02-28",
        "due_on": "2023-03-31",
        "amount": "80.00",
    }
    return [
        (INVOICES, {"invoice_ids": invoices, "explain": 4}),
        (INVOICES, {"invoices": [document], "as_of": "2023-02-28"}),
        (CUSTOMERS, {"customer_ids": customers, "explain": 2}),
        (LIMITS, {"customer_ids": customers}),
    ]


@pytest.mark.parametrize("number", range(4))
def test_an_answer_is_recorded_with_what_it_rests_on_and_computed_again(
    service: Service, ledger: Ledger, number: int
) -> None:
    path, body = bodies(ledger)[number]
    response = asked(service, path, **body)
    record = read(open_store(Settings(home=service.home)), response.headers["x-audit-id"])
    provenance = response.json()["provenance"]
    assert record.kind == path.removeprefix("/v1/").replace("/", ".")
    assert record.result == response.content
    assert record.request_id == response.headers["x-request-id"]
    assert record.ledger_seq == provenance["ledger_seq"] == 1
    assert record.model_sha256 == provenance["model"]["sha256"]
    assert service.key.startswith(f"{record.actor}_")
    code, said = replayed(service, record.audit_id)
    assert code == 0, said
    assert "is the same as" in said


@pytest.fixture
def own_service(served_home: Path, tmp_path: Path) -> Iterator[Service]:
    """A server on a copy of the home, whose ledger may be written to."""
    home = tmp_path / "home"
    shutil.copytree(served_home, home)
    with running(home) as started:
        wait_until(lambda: started.client.get("/readyz").status_code == 200)
        yield started


def test_an_answer_is_computed_again_from_the_ledger_of_then(own_service: Service) -> None:
    ledger = own_service.ledger
    customer = str(ledger.text("invoices", "customer_id")[-1])
    before = asked(own_service, CUSTOMERS, customer_ids=[customer])
    more = {
        "invoice_id": "LATER",
        "customer_id": customer,
        "issued_on": str(date_of(ledger.extract.complete_through)),
        "due_on": "2030-01-31",
        "amount": "5000.00",
    }
    through = str(date_of(ledger.extract.complete_through + 1))
    body = {"rows": [more], "coverage": {"complete_through": through}}
    written = own_service.client.put("/v1/ledger/invoices", json=body)
    assert (written.status_code, written.json()["seq"]) == (200, 2), written.text
    after = asked(own_service, CUSTOMERS, customer_ids=[customer])
    assert after.json()["scores"][0]["exposure"] != before.json()["scores"][0]["exposure"]
    for response in (before, after):
        code, said = replayed(own_service, response.headers["x-audit-id"])
        assert code == 0, said
    settings = Settings(home=own_service.home)
    assert verify(open_store(settings), settings.home).findings == ()


def test_without_a_record_there_is_no_answer(own_service: Service) -> None:
    customer = str(own_service.ledger.text("invoices", "customer_id")[-1])
    asked(own_service, LIMITS, customer_ids=[customer])
    (own_service.home / "audit" / "key").unlink()
    response = own_service.client.post(LIMITS, json={"customer_ids": [customer]})
    assert response.status_code == 503
    assert response.json()["type"] == "urn:duecast:problem:not-recorded"
    assert "limits" not in response.json()


def test_a_ledger_in_the_request_is_kept_as_a_digest_only(service: Service) -> None:
    own = {
        "reporting_currency": "EUR",
        "complete_through": "2024-01-31",
        "invoices": [
            {
                "invoice_id": "1",
                "customer_id": "A",
                "issued_on": "2024-01-01",
                "due_on": "2024-02-01",
                "amount": "10.00",
            }
        ],
    }
    response = asked(service, INVOICES, ledger=own)
    code, said = replayed(service, response.headers["x-audit-id"])
    assert code != 0
    assert "digest of its inputs only" in said
