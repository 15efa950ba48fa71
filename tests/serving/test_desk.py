"""Opening the desk: all that is missing is named; a ledger without a row serves too."""

import asyncio
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from ledger.files import write_ledger
from ledger.ledger import Extract, empty_ledger
from ledger.settings import Settings
from serving.app import create_app
from serving.customer_answers import scores_of_customers
from serving.desk import open_desk
from serving.gate import Bounds, Gate
from serving.invoice_scores import scores_of_documents, scores_of_ids
from serving.meters import new_meters
from serving.problems import RefusedError
from serving.requests import InvoiceDocument

NOW = datetime(2024, 7, 1)


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, ledger=tmp_path / "books", policy=tmp_path / "policy.toml")
    with pytest.raises(RefusedError) as caught:
        open_desk(settings, NOW, new_meters())
    said = [flaw.detail for flaw in caught.value.flaws]
    assert caught.value.kind.name == "not-ready"
    assert len(said) == 3
    for detail, word in zip(said, ("duecast train", "policy.toml", "books"), strict=True):
        assert word in detail


def test_a_ledger_without_a_row_is_served(served_home: Path, tmp_path: Path) -> None:
    write_ledger(empty_ledger(Extract("EUR", 19_900)), tmp_path / "ledger")
    desk = open_desk(Settings(home=served_home, ledger=tmp_path / "ledger"), NOW, new_meters())
    document = InvoiceDocument(
        invoice_id="Q1",
        customer_id="C1",
        issued_on="2024-06-26",  # type: ignore[arg-type]
        due_on="2024-07-26",  # type: ignore[arg-type]
        amount="99.90",
    )
    (score,) = scores_of_documents(desk, [document], 19_900, 2, "en").scores
    assert (score.confidence, score.residual.amount) == ("low", "99.90")
    for ask in (scores_of_ids, scores_of_customers):
        with pytest.raises(RefusedError, match="does not have"):
            ask(desk, ["x"], 19_900, 0, "en")


def asked(path: str, app: FastAPI) -> httpx.Response:
    """The answer of an application that was not started, behind the gate."""
    gate = Gate(app, app, Bounds.of(Settings()), new_meters())

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_until_the_desk_is_open_the_service_is_starting(tmp_path: Path) -> None:
    app = create_app(Settings, lambda: NOW, new_meters(), tmp_path)
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
