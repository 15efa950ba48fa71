"""Contacts over HTTP: stored whole or not at all, once, and by whom they may be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.days import date_of
from ledger.ledger import Ledger
from ledger.places import read_place
from ledger.store import open_store
from serving.contact_answers import ContactAnswer
from tests.decisions.portfolios import TODAY, invoice, ledger_of
from tests.serving.asking import Asking, asking, kind

CONTACTS = "/v1/contacts"
LEDGER = ledger_of(
    TODAY,
    {
        "customers": [
            {"customer_id": "A", "collector": "Anna"},
            {"customer_id": "B", "collector": "Ben"},
            {"customer_id": "N", "name": "nobody's"},
        ],
        "invoices": [
            invoice("A1", "A", "400.00", due_days_ago=10),
            invoice("B1", "B", "100.00", due_days_ago=5),
        ],
    },
)
CALL = {"customer_id": "A", "contacted_on": "2024-07-01", "channel": "call", "outcome": "reached"}
PROMISE = {"promised_on": "2024-07-05", "amount": "400.00", "invoice_id": "A1"}
DISPUTE = {"invoice_id": "A1", "amount": "120.00", "reason": "price"}


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Asking]:
    with asking(tmp_path / "home", LEDGER, database=database_url) as found:
        yield found


def log(api: Asking, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = api.post(CONTACTS, body, **more)
    assert response.status_code == 200, response.text
    ContactAnswer.model_validate_json(response.content)
    answer: dict[str, Any] = response.json()
    return answer


def stored(api: Asking) -> Ledger:
    return read_place(api.settings.database_url).ledger


def rows(ledger: Ledger, table: str) -> list[dict[str, Any]]:
    """Texts and days of the rows of a table, by column."""
    found = ledger.tables[table]
    days = [column.name for column in found.spec.columns if column.kind.value == "day"]
    texts = {
        column.name: ledger.text(table, column.name)
        for column in found.spec.columns
        if column.vocabulary
    }
    dates = {name: [date_of(day) for day in found[name]] for name in days}
    return [
        {name: str(values[row]) for name, values in {**texts, **dates}.items()}
        for row in range(len(found))
    ]


def refused(response: httpx.Response, status: int, problem: str, *places: str) -> None:
    assert (response.status_code, kind(response)) == (status, problem), response.text
    if places:
        assert [error.get("pointer") for error in response.json()["errors"]] == list(places)


def test_an_amount_that_is_none_is_told_in_words(api: Asking) -> None:
    refused = api.post(CONTACTS, {**CALL, "promise": {**PROMISE, "amount": "1.000,50"}})
    (flaw,) = refused.json()["errors"]
    assert flaw == {
        "detail": "expected an amount like 1190.00, not below zero, got '1.000,50'",
        "pointer": "#/promise/amount",
    }


def test_a_contact_is_stored_with_its_promise_and_its_dispute_in_one_write(api: Asking) -> None:
    answer = log(api, {**CALL, "note": "Mr A", "promise": PROMISE, "dispute": DISPUTE}, key="Anna")
    assert (answer["changed"], answer["collector"]) == (True, "Anna")
    warned = sorted(warning.split()[0] for warning in answer["warnings"])
    assert warned == ["contacts", "disputes", "promises"]
    assert all("unseen until then" in warning for warning in answer["warnings"])
    ledger = stored(api)
    (contact,), (promise,), (dispute,) = (
        rows(ledger, table) for table in ("contacts", "promises", "disputes")
    )
    assert contact["contact_id"] == answer["contact_id"]
    assert (contact["customer_id"], contact["collector"]) == ("A", "Anna")
    assert (contact["contacted_on"], contact["outcome"]) == ("2024-07-01", "reached")
    assert contact["note"] == "Mr A"
    assert promise["promise_id"] == answer["promise_id"]
    assert (promise["made_on"], promise["promised_on"]) == ("2024-07-01", "2024-07-05")
    assert ledger.promises["amount"][0] == 40_000
    assert dispute["dispute_id"] == answer["dispute_id"]
    assert (dispute["opened_on"], dispute["reason"]) == ("2024-07-01", "price")
    assert ledger.disputes["amount"][0] == 12_000
    assert answer["seq"] == 2


def test_without_a_champion_contacts_are_stored_and_scores_are_not_ready(api: Asking) -> None:
    assert log(api, CALL)["promise_id"] is None
    scores = api.post("/v1/scores/customers", {"customer_ids": ["A"]})
    refused(scores, 503, "not-ready")


def test_the_same_contact_may_be_sent_again_and_another_corrects_it(api: Asking) -> None:
    body = {**CALL, "contact_id": "crm-1", "promise": PROMISE}
    first, again = log(api, body), log(api, body)
    assert (first["contact_id"], first["promise_id"]) == ("crm-1", "crm-1-promise")
    assert again == {**first, "changed": False}
    corrected = log(api, {**body, "outcome": "promise"})
    assert (corrected["changed"], corrected["seq"]) == (True, first["seq"] + 1)
    assert [row["outcome"] for row in rows(stored(api), "contacts")] == ["promise"]
    assert log(api, CALL)["contact_id"] != log(api, CALL)["contact_id"]
    assert len(rows(stored(api), "contacts")) == 3


def test_of_a_request_with_a_mistake_nothing_is_stored(api: Asking) -> None:
    body = {**CALL, "promise": {**PROMISE, "amount": "400.001"}}
    refused(api.post(CONTACTS, body), 422, "unusable-ledger", "#/promise")
    body = {**CALL, "promise": {**PROMISE, "invoice_id": "B1"}}
    refused(api.post(CONTACTS, body), 422, "invalid-request", "#/promise/invoice_id")
    both = {**body, "dispute": {**DISPUTE, "invoice_id": "Z1"}}
    places = ("#/promise/invoice_id", "#/dispute/invoice_id")
    refused(api.post(CONTACTS, both), 422, "invalid-request", *places)
    refused(api.post(CONTACTS, {**CALL, "customer_id": "Z"}), 422, "unknown-id", "#/customer_id")
    assert not any(len(stored(api).tables[name]) for name in ("contacts", "promises", "disputes"))


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"contacted_on": "2024-07-03"}, "#/contacted_on"),
        ({"callback_on": "2024-06-30"}, "#"),
        ({"promise": {"promised_on": "2024-06-30"}}, "#"),
        ({"channel": "pigeon"}, "#/channel"),
        ({"level": 100}, "#/level"),
        ({"mood": "good"}, "#/mood"),
        ({"note": "\0"}, "#/note"),
        ({"contact_id": "\0"}, "#/contact_id"),
    ],
)
def test_what_cannot_have_happened_is_refused(
    api: Asking, more: dict[str, Any], place: str
) -> None:
    refused(api.post(CONTACTS, {**CALL, **more}), 422, "invalid-request", place)


def test_a_collector_logs_contacts_with_the_own_customers_under_the_own_name(
    api: Asking,
) -> None:
    for customer in ("B", "N"):
        response = api.post(CONTACTS, {**CALL, "customer_id": customer}, key="Anna")
        refused(response, 403, "forbidden")
    refused(api.post(CONTACTS, {**CALL, "collector": "Ben"}, key="Anna"), 403, "forbidden")
    assert log(api, {**CALL, "collector": "Anna"}, key="Anna")["collector"] == "Anna"
    assert log(api, {**CALL, "customer_id": "N", "collector": "Ben"})["collector"] == "Ben"
    refused(api.post(CONTACTS, CALL, key="o2c"), 403, "forbidden")


def test_nobody_takes_over_the_contact_of_another_customer(api: Asking) -> None:
    log(api, {**CALL, "customer_id": "B", "contact_id": "crm-1"}, key="Ben")
    taken = api.post(CONTACTS, {**CALL, "contact_id": "crm-1"}, key="Anna")
    refused(taken, 409, "taken-id", "#/contact_id")
    assert [row["customer_id"] for row in rows(stored(api), "contacts")] == ["B"]


def test_nobody_takes_over_or_withdraws_the_promise_or_dispute_of_another_customer(
    api: Asking,
) -> None:
    promise = {"promise_id": "crm-1-promise", "customer_id": "B", "made_on": TODAY}
    dispute = {"dispute_id": "crm-1-dispute", "invoice_id": "B1", "opened_on": TODAY}
    written = {"promises": {**promise, "promised_on": "2024-07-31"}, "disputes": dispute}
    for table, row in written.items():
        assert api.ask("PUT", f"/v1/ledger/{table}", json={"rows": [row]}).status_code == 200
    before = [rows(stored(api), table) for table in written]
    for more in ({}, {"promise": PROMISE}, {"dispute": DISPUTE}):
        taken = api.post(CONTACTS, {**CALL, "contact_id": "crm-1", **more})
        refused(taken, 409, "taken-id", "#/contact_id", "#/contact_id")
        details = [error["detail"] for error in taken.json()["errors"]]
        assert [detail.split(" is ")[0] for detail in details] == [
            "promise 'crm-1-promise'",
            "dispute 'crm-1-dispute'",
        ]
    assert [rows(stored(api), table) for table in written] == before
    assert not len(stored(api).contacts)


def test_a_correction_without_the_promise_or_the_dispute_withdraws_it(api: Asking) -> None:
    body = {**CALL, "contact_id": "crm-1"}
    log(api, {**body, "promise": PROMISE, "dispute": DISPUTE})
    log(api, {**body, "contact_id": "crm-2", "promise": PROMISE})
    corrected = log(api, {**body, "dispute": DISPUTE})
    assert (corrected["changed"], corrected["promise_id"]) == (True, None)
    ledger = stored(api)
    assert [row["promise_id"] for row in rows(ledger, "promises")] == ["crm-2-promise"]
    assert [row["dispute_id"] for row in rows(ledger, "disputes")] == ["crm-1-dispute"]
    assert log(api, {**body, "dispute": DISPUTE}) == {**corrected, "changed": False}
    withdrawn = log(api, body)
    assert (withdrawn["changed"], withdrawn["dispute_id"]) == (True, None)
    assert rows(stored(api), "disputes") == []
    again = log(api, {**body, "promise": {**PROMISE, "amount": "50.00"}})
    assert (again["changed"], again["promise_id"]) == (True, "crm-1-promise")
    assert len(stored(api).promises) == 2
    with open_store(api.settings).connect() as connection:
        wanted = "SELECT void FROM promises_versions WHERE row_id = 'crm-1-promise' ORDER BY seq"
        versions = connection.exec_driver_sql(wanted).scalars().all()
    assert [bool(void) for void in versions] == [False, True, False]


@pytest.mark.parametrize("path", ["/v1/audit/%00", "/v1/worklist?run=%00", "/v1/customers/%00"])
def test_what_no_database_can_keep_is_not_looked_for(api: Asking, path: str) -> None:
    assert api.ask("GET", path).status_code in (409, 422)


def test_while_nothing_was_written_to_the_ledger_there_is_nobody_to_contact(
    tmp_path: Path,
) -> None:
    with asking(tmp_path / "empty", None) as api:
        refused(api.post(CONTACTS, CALL), 503, "not-ready")
