"""Opening the desk: all that is missing is named; a ledger without a row serves too."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from features.kept_priors import write_ledger_to
from ledger.ledger import Extract, empty_ledger
from ledger.settings import Settings
from ledger.store import open_database
from serving.app import create_app
from serving.customer_answers import scores_of_customers
from serving.gate import Bounds, Gate
from serving.invoice_scores import scores_of_documents, scores_of_ids
from serving.meters import new_meters
from serving.problems import RefusedError
from serving.questions import Asked
from serving.readiness import Readiness
from serving.requests import InvoiceDocument
from tests.serving.keys import admission_to, headers_of, key_of

NOW = datetime(2024, 7, 1, tzinfo=UTC)


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, policy=tmp_path / "policy.toml")
    readiness = Readiness(settings, lambda: NOW, new_meters())
    readiness.look()
    with pytest.raises(RefusedError) as caught:
        readiness.desk()
    said = [flaw.detail for flaw in caught.value.flaws]
    assert caught.value.kind.name == "not-ready"
    assert len(said) == 2
    for detail, word in zip(said, ("duecast train", "policy.toml"), strict=True):
        assert word in detail
    readiness.stop()


def test_what_is_missing_at_the_start_is_found_when_it_is_there(
    served_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    readiness = Readiness(Settings(home=home), lambda: NOW, new_meters())
    readiness.look()
    for name in ("mlflow.db", "bundles"):
        (home / name).symlink_to(served_home / name)
    readiness.look()
    assert readiness.desk().champion.version == 1
    readiness.stop()


def test_an_empty_ledger_is_not_ready_and_one_without_a_row_is(
    served_home: Path, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'empty.db'}"
    readiness = Readiness(Settings(home=served_home, database=database), lambda: NOW, new_meters())
    readiness.look()
    for ask in (readiness.require_ready, lambda: scores_of_ids(readiness.desk(), ["x"], Asked())):
        with pytest.raises(RefusedError, match="the stored ledger is empty"):
            ask()
    write_ledger_to(open_database(database), empty_ledger(Extract("EUR", 19_900)), "tests", NOW)
    readiness.require_ready()
    desk = readiness.desk()
    document = InvoiceDocument(
        invoice_id="Q1",
        customer_id="C1",
        issued_on="2024-06-26",  # type: ignore[arg-type]
        due_on="2024-07-26",  # type: ignore[arg-type]
        amount="99.90",
    )
    (score,) = scores_of_documents(desk, [document], Asked(explain=2)).scores
    assert (score.confidence, score.residual.amount) == ("low", "99.90")
    for refuse in (scores_of_ids, scores_of_customers):
        with pytest.raises(RefusedError, match="does not have"):
            refuse(desk, ["x"], Asked())
    readiness.stop()


def asked(path: str, app: FastAPI) -> httpx.Response:
    """The answer of an application that was not started, behind the gate."""
    key = key_of("admin")
    admission = admission_to("/v1/model", "/mistaken", keys=[key])
    gate = Gate(app, app, Bounds.of(Settings()), new_meters(), admission)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return await client.get(path, headers=headers_of(key))

    return asyncio.run(ask())


def test_until_the_desk_is_open_the_service_is_starting(tmp_path: Path) -> None:
    app = create_app(Settings, lambda: NOW, new_meters(), tmp_path)
    app.state.readiness = Readiness(Settings(home=tmp_path), lambda: NOW, new_meters())
    assert asked("/healthz", app).status_code == 200
    for path in ("/readyz", "/v1/model"):
        response = asked(path, app)
        assert response.status_code == 503
        assert response.json()["type"] == "urn:duecast:problem:starting"
        assert response.headers["retry-after"] == "2"


def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(tmp_path: Path) -> None:
    app = create_app(Settings, lambda: NOW, new_meters(), tmp_path)

    @app.get("/mistaken")
    def fail() -> None:
        raise ZeroDivisionError("the secret of the house")

    response = asked("/mistaken", app)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:duecast:problem:internal"
    assert "secret" not in response.text
