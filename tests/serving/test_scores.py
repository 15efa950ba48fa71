"""Scores over HTTP: by id, of documents not in the ledger, of a ledger in the request."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from decisions.policy import read_policy
from decisions.scoring import score_portfolio
from features.kept_priors import write_ledger_to
from ledger.days import date_of
from ledger.files import read_ledger, write_ledger
from ledger.frames import frame_of
from ledger.ledger import Ledger
from ledger.schema import TABLES
from ledger.settings import Settings
from ledger.store import open_database
from models.bundle import ModelBundle
from serving.invoice_scores import scores_of_ids
from serving.meters import new_meters
from serving.questions import Asked
from serving.readiness import Readiness
from tests.serving.running import Service

NOW = datetime(2024, 7, 1, tzinfo=UTC)
INVOICES, CUSTOMERS, LIMITS = "/v1/scores/invoices", "/v1/scores/customers", "/v1/credit/limits"


@pytest.fixture(scope="module")
def ledger(service: Service) -> Ledger:
    return service.ledger


@pytest.fixture(scope="module")
def open_ids(service: Service, ledger: Ledger) -> list[str]:
    """Ids of a few open invoices, of several customers."""
    ids = ledger.text("invoices", "invoice_id")[-400:].tolist()
    scores = ask(service, INVOICES, invoice_ids=ids)["scores"]
    return [score["invoice_id"] for score in scores][::5]


def ask(service: Service, path: str, **body: Any) -> dict[str, Any]:
    response = service.client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def refused(service: Service, path: str, status: int = 422, **body: Any) -> dict[str, Any]:
    response = service.client.post(path, json=body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


def places(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem["errors"]]


def json_rows(ledger: Ledger, table: str) -> list[dict[str, Any]]:
    """Rows of a table as a client would send them."""
    frame = frame_of(ledger, table)
    rows = []
    for row in frame.to_dict("records"):
        known = {name: value for name, value in row.items() if not pd.isna(value)}
        rows.append({name: plain(value) for name, value in known.items()})
    return rows


def plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if isinstance(value, np.generic) else value


def body_of(ledger: Ledger) -> dict[str, Any]:
    rows = {table: json_rows(ledger, table) for table in TABLES}
    return {
        "reporting_currency": ledger.extract.reporting_currency,
        "complete_through": date_of(ledger.extract.complete_through).isoformat(),
        **{table: found for table, found in rows.items() if found},
    }


def test_an_answer_says_what_it_rests_on(service: Service, open_ids: list[str]) -> None:
    provenance = ask(service, INVOICES, invoice_ids=open_ids)["provenance"]
    through = tomllib.loads((service.home / "files" / "ledger.toml").read_text())
    day = through["complete_through"].isoformat()
    assert (provenance["as_of"], provenance["ledger_through"]) == (day, day)
    assert (provenance["basis"], provenance["priors_from"]) == ("known", "ledger")
    assert provenance["model"]["version"] == 1
    assert len(provenance["model"]["sha256"]) == 64
    assert provenance["policy"] == {
        "owner": "Credit management",
        "version": "2026.1",
        "effective_from": "2026-01-01",
    }


def test_scores_come_in_the_order_asked(service: Service, open_ids: list[str]) -> None:
    asked = open_ids[::-1]
    answer = ask(service, INVOICES, invoice_ids=[*asked, asked[0]])
    assert [score["invoice_id"] for score in answer["scores"]] == asked


def test_invoices_that_are_not_open_are_told_apart(service: Service, ledger: Ledger) -> None:
    text = ledger.text("invoices", "invoice_id")
    day = int(np.median(ledger.invoices["issued_on"]))
    answer = ask(service, INVOICES, invoice_ids=text[:990].tolist(), as_of=str(date_of(day)))
    found = {entry["state"]: entry for entry in answer["not_scored"]}
    assert {"paid", "not_yet_known", "credit_note"} <= set(found)
    assert found["paid"]["paid_on"] <= str(date_of(day))
    assert found["not_yet_known"]["paid_on"] is None
    assert len(answer["scores"]) + len(answer["not_scored"]) == 990


def test_an_unknown_invoice_is_named_and_nothing_is_scored(
    service: Service, open_ids: list[str]
) -> None:
    problem = refused(service, INVOICES, invoice_ids=[open_ids[0], "nope", "C00001"])
    assert problem["type"] == "urn:duecast:problem:unknown-id"
    assert places(problem) == ["#/invoice_ids/1", "#/invoice_ids/2"]
    assert "'nope'" in problem["errors"][0]["detail"]


@pytest.mark.parametrize("path", [CUSTOMERS, LIMITS])
def test_an_unknown_customer_is_named(service: Service, path: str) -> None:
    problem = refused(service, path, customer_ids=["C00001", "nobody"])
    assert problem["type"] == "urn:duecast:problem:unknown-id"
    assert places(problem) == ["#/customer_ids/1"]


@pytest.mark.parametrize("path", [INVOICES, CUSTOMERS, LIMITS])
def test_a_day_that_the_ledger_does_not_reach_is_refused_with_the_remedy(
    service: Service, ledger: Ledger, open_ids: list[str], path: str
) -> None:
    subject = {"invoice_ids": open_ids} if path == INVOICES else {"customer_ids": ["C00001"]}
    after = date_of(ledger.extract.complete_through) + timedelta(days=2)
    problem = refused(service, path, **subject, as_of=str(after))
    assert problem["type"] == "urn:duecast:problem:unusable-day"
    assert places(problem) == ["#/as_of"]
    assert "allow_stale_days = 2" in problem["detail"]
    answer = ask(service, path, **subject, as_of=str(after), allow_stale_days=2)
    assert answer["provenance"]["as_of"] == str(after)
    assert answer["provenance"]["ledger_through"] < str(after)


def test_every_problem_of_a_request_is_named_with_its_place(service: Service) -> None:
    problem = refused(
        service,
        INVOICES,
        as_of=1719532800,
        explain=5,
        surprise=True,
        invoices=[
            {"invoice_id": "Q1", "customer_id": "C1", "due_on": "2024-02-30", "amount": 10.0},
            {
                "invoice_id": "Q2",
                "customer_id": "",
                "issued_on": "2024-02-29",
                "due_on": "2024-03-29",
                "amount": "1e3",
                "payment_method": "barter",
            },
        ],
    )
    assert problem["type"] == "urn:duecast:problem:invalid-request"
    assert set(places(problem)) == {
        "#/as_of",
        "#/explain",
        "#/surprise",
        "#/invoices/0/issued_on",
        "#/invoices/0/due_on",
        "#/invoices/0/amount",
        "#/invoices/1/customer_id",
        "#/invoices/1/amount",
        "#/invoices/1/payment_method",
    }
    assert problem["detail"] == "9 problems"


@pytest.mark.parametrize("path", [INVOICES, CUSTOMERS])
def test_exactly_one_subject_may_be_asked_for(service: Service, path: str) -> None:
    both = {"invoice_ids": ["a"], "customer_ids": ["a"]}
    own = {"reporting_currency": "EUR", "complete_through": "2024-01-31"}
    name = "invoice_ids" if path == INVOICES else "customer_ids"
    assert "got none" in refused(service, path)["errors"][0]["detail"]
    problem = refused(service, path, **{name: both[name]}, ledger=own)
    assert f"got {name} and ledger" in problem["errors"][0]["detail"]


def test_at_most_a_thousand_may_be_asked_for(service: Service) -> None:
    problem = refused(service, INVOICES, invoice_ids=[str(n) for n in range(1_001)])
    assert places(problem) == ["#/invoice_ids"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reasons_are_in_the_language_accepted(
    service: Service, open_ids: list[str], language: str
) -> None:
    response = service.client.post(
        INVOICES,
        json={"invoice_ids": open_ids, "explain": 4},
        headers={"Accept-Language": f"de, {language};q=0.9, *;q=0.1"},
    )
    assert response.headers["content-language"] == language
    scores = response.json()["scores"]
    sentences = [reason["sentence"] for score in scores for reason in score["reasons"]]
    assert len(sentences) > 10
    assert any(" contre " in text for text in sentences) == (language == "fr")


@pytest.mark.parametrize("explain", [0, 1, 4])
def test_there_are_at_most_as_many_reasons_as_asked(
    service: Service, open_ids: list[str], explain: int
) -> None:
    scores = ask(service, INVOICES, invoice_ids=open_ids, explain=explain)["scores"]
    assert max(len(score["reasons"]) for score in scores) == explain


def test_a_document_is_scored_as_if_the_ledger_had_it(
    service: Service, ledger: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Score a document, then load it into a ledger of its own and score it there."""
    through = date_of(ledger.extract.complete_through)
    customers = ledger.text("invoices", "customer_id")[[-1, -90]].tolist()
    documents = [
        {
            "invoice_id": f"Q{number}",
            "customer_id": customer,
            "issued_on": str(through),
            "due_on": str(through + timedelta(days=20 + number)),
            "amount": "1234.50",
            "currency": currency,
            "payment_method": "transfer",
        }
        for number, (customer, currency) in enumerate(
            [(customers[0], "EUR"), (customers[1], "USD"), ("newcomer", "EUR")]
        )
    ]
    answer = ask(service, INVOICES, invoices=documents, explain=4)
    assert [score["invoice_id"] for score in answer["scores"]] == ["Q0", "Q1", "Q2"]
    assert answer["provenance"]["notes"] == [
        "The ledger has no customer 'newcomer'; scored as a new one."
    ]
    assert answer["scores"][2]["confidence"] == "low"
    with_them = tmp_path_factory.mktemp("with_documents")
    write_ledger(ledger, with_them / "files")
    rows = pd.read_csv(with_them / "files" / "invoices.csv", dtype=str)
    together = pd.concat([rows, pd.DataFrame(documents)])
    together.to_csv(with_them / "files" / "invoices.csv", index=False)
    database = f"sqlite:///{with_them / 'duecast.db'}"
    write_ledger_to(open_database(database), read_ledger(with_them / "files"), "tests", NOW)
    settings = Settings(home=service.home, database=database)
    readiness = Readiness(settings, lambda: NOW, new_meters())
    readiness.look()
    stored = scores_of_ids(readiness.desk(), ["Q0", "Q1", "Q2"], Asked(explain=4)).model_dump(
        mode="json"
    )
    readiness.stop()
    assert stored["scores"] == answer["scores"]


def test_a_document_that_cannot_be_scored_is_refused_with_its_place(
    service: Service, ledger: Ledger
) -> None:
    through = date_of(ledger.extract.complete_through)
    document = {
        "invoice_id": "Q1",
        "customer_id": "C00001",
        "issued_on": str(through),
        "due_on": str(through),
        "amount": "10.00",
    }
    taken = str(ledger.text("invoices", "invoice_id")[0])
    problem = refused(
        service,
        INVOICES,
        invoices=[document, {**document, "invoice_id": taken}, document],
    )
    assert places(problem) == ["#/invoices/1/invoice_id", "#/invoices/2/invoice_id"]
    problem = refused(
        service,
        INVOICES,
        invoices=[
            {**document, "amount": "0.00"},
            {**document, "invoice_id": "Q2", "amount": "10.005"},
            {**document, "invoice_id": "Q3", "amount": "999999999999999"},
            {**document, "invoice_id": "Q4", "issued_on": str(through + timedelta(days=1))},
        ],
    )
    assert places(problem) == [
        "#/invoices/0/amount",
        "#/invoices/1/amount",
        "#/invoices/2/amount",
        "#/invoices/3/issued_on",
    ]
    assert "with allow_stale_days" in problem["errors"][3]["detail"]


def test_a_ledger_in_the_request_is_scored_with_the_snapshot_of_the_bundle(
    service: Service, ledger: Ledger
) -> None:
    customer = str(ledger.text("invoices", "customer_id")[-1])
    code = ledger.code("customer", customer)
    part = ledger.of_customers(np.array([code], np.int32))
    bundle = ModelBundle.load(service.home / "bundle")
    day = ledger.extract.complete_through
    known = score_portfolio(part, bundle, read_policy(), day, 4, priors=bundle.priors)
    answer = ask(service, INVOICES, ledger=body_of(part), explain=4)
    assert answer["provenance"]["priors_from"] == "bundle"
    scores = answer["scores"]
    names = known.position.ledger.text("invoices", "invoice_id")[known.position.items.invoice]
    assert [score["invoice_id"] for score in scores] == names.tolist()
    expected = [None if np.isnan(n) else n for n in known.invoice_scores.expected_days_late]
    assert [score["expected_days_late"] for score in scores] == expected
    own = ask(service, CUSTOMERS, ledger=body_of(part), explain=4)
    assert own["provenance"]["priors_from"] == "bundle"
    assert [score["pd"] for score in own["scores"]] == known.customer_scores.pd.tolist()
    ids = [score["invoice_id"] for score in scores]
    stored = ask(service, INVOICES, invoice_ids=ids, explain=4)["scores"]
    assert [score["expected_days_late"] for score in stored] != expected


def test_every_error_of_a_ledger_in_the_request_is_named_with_its_place(service: Service) -> None:
    invoice = {
        "invoice_id": "1",
        "customer_id": "a",
        "issued_on": "2024-01-01",
        "due_on": "2024-01-31",
        "amount": "100.00",
    }
    own = {
        "reporting_currency": "EUR",
        "complete_through": "2024-03-31",
        "invoices": [invoice, {**invoice, "due_on": "2024-02-28"}, {**invoice, "invoice_id": "2"}],
        "payments": [{"payment_id": "p", "paid_on": "2024-02-01", "amount": "5"}],
    }
    problem = refused(service, INVOICES, ledger=own)
    assert problem["type"] == "urn:duecast:problem:unusable-ledger"
    assert {"#/ledger/payments"} < set(places(problem)) | {"#/ledger/invoices/1"}
    assert not any("--quarantine" in error["detail"] for error in problem["errors"])


def test_what_is_asked_leaves_nothing_behind(service: Service, ledger: Ledger) -> None:
    before = sorted(path.name for path in service.home.iterdir())
    own = {"reporting_currency": "EUR", "complete_through": "2024-01-31", "invoices": []}
    assert ask(service, INVOICES, ledger=own)["scores"] == []
    assert sorted(path.name for path in service.home.iterdir()) == before
