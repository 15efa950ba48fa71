"""Order checks over HTTP: worked out by hand, answered once, released by a person, recorded."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import duecast
from decisions.audit_anchor import read_key
from decisions.audit_log import last_seq, read
from decisions.audit_replay import replay
from decisions.audit_verify import verify
from ledger.store import open_store
from serving.order_answers import CreditCheckAnswer
from serving.replaying import replayers
from tests.decisions.portfolios import TODAY, Rows, days_ago, fact, invoice, ledger_of
from tests.serving.asking import NOW, Asking, asking, kind

CHECKS = "/v1/credit/checks"

# A owes 5,500.00, of which 1,500.00 for 20 days; its approved limit is 10,000.00. B owes nothing
# overdue. P is a natural person.
TABLES: dict[str, Rows] = {
    "customers": [
        {"customer_id": "A", "name": "Alpha", "collector": "Anna"},
        {"customer_id": "B", "name": "Beta"},
        {"customer_id": "P", "name": "Petit", "natural_person": "true"},
    ],
    "invoices": [
        invoice("A1", "A", "4000.00", due_days_ago=-10),
        invoice("A2", "A", "1500.00", due_days_ago=20),
        invoice("B1", "B", "100.00", due_days_ago=-5),
    ],
    "customer_facts": [
        fact(customer, name, value)
        for customer in "ABP"
        for name, value in (("credit_limit", "10000"), ("terms_days", "30"))
    ],
    "fx_rates": [{"currency": "USD", "on": days_ago(3), "rate": 0.9}],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, served_home: Path) -> Iterator[Asking]:
    home = tmp_path_factory.mktemp("checks") / "home"
    with asking(home, ledger_of(TODAY, TABLES), served_home) as found:
        yield found


def order(order_id: str, customer_id: str = "A", **more: Any) -> dict[str, Any]:
    given = {"order_amount": "3000.00", "currency": "EUR"}
    return {"order_id": order_id, "customer_id": customer_id, **given, **more}


def check(api: Asking, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = api.post(CHECKS, body, **more)
    assert response.status_code == 200, response.text
    CreditCheckAnswer.model_validate_json(response.content)
    answer: dict[str, Any] = response.json()
    return answer


def release(api: Asking, *words: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUECAST_HOME", str(api.settings.home))
        return CliRunner().invoke(duecast.app, ["release", *words], env=dict(os.environ))


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def test_an_answer_says_the_outcome_every_rule_exposure_limit_and_what_it_rests_on(
    api: Asking,
) -> None:
    answer = check(api, order("O1"))
    assert (answer["outcome"], answer["decided_by"]) == ("refer", "rules")
    rules = {rule.pop("rule"): rule for rule in answer["rules"]}
    assert len(rules) == 7
    assert rules["days_overdue"] == {
        "outcome": "refer",
        "found": 20.0,
        "threshold": 10.0,
        "unit": "days",
    }
    assert rules["order_value"] == {
        "outcome": "approve",
        "found": "3000.00",
        "threshold": "100000.00",
        "unit": "EUR",
    }
    assert answer["order_amount"] == euros("3000.00")
    assert answer["exposure"] == euros("5500.00")
    assert answer["exposure_with_order"] == euros("8500.00")
    assert answer["approved_limit"] == euros("10000.00")
    assert (answer["limit_of"], answer["limit_used"]) == ("A", pytest.approx(0.85))
    assert 0 < answer["pd"] < 1 and answer["grade"] in "ABCDE"
    provenance = answer["provenance"]
    assert (provenance["as_of"], provenance["model"]["version"]) == (TODAY, 1)
    assert answer["checked_at"] == "2024-07-01T09:30:00Z"


def test_what_is_owed_besides_and_other_currencies_count(api: Asking) -> None:
    more = {"open_orders_amount": "1000.00", "delivered_not_billed_amount": "500.00"}
    answer = check(api, order("O2", "B", currency="USD", bills_not_due_amount="10", **more))
    assert answer["order_amount"] == euros("2700.00")
    assert answer["exposure"] == euros("1459.00")
    assert answer["exposure_basis"] == "receivables+bills_not_due+delivered_not_billed+open_orders"
    assert answer["outcome"] == "approve"
    longer = check(api, order("O2", "B", terms_days=31))
    assert longer["outcome"] == "refer"


def test_a_prepaid_order_is_approved_once_the_cash_is_there(api: Asking) -> None:
    assert check(api, order("O3", prepaid=True))["decided_by"] == "rules"
    assert check(api, order("O3", prepaid=True, order_amount="0"))["decided_by"] == "prepaid"


def test_a_natural_person_is_referred_with_reasons_in_the_language_asked(api: Asking) -> None:
    answer = check(api, order("O4", "P", order_amount="1.00"))
    assert (answer["outcome"], answer["decided_by"]) == ("refer", "natural_person")
    assert answer["natural_person"]
    assert answer["reasons"]
    french = check(api, order("O4", "P", order_amount="1.00"), headers={"Accept-Language": "fr"})
    said = [[reason.pop("sentence") for reason in each["reasons"]] for each in (answer, french)]
    assert answer == french
    assert all(one != other for one, other in zip(*said, strict=True))


def test_the_same_order_gets_the_answer_it_got_and_a_changed_one_another(api: Asking) -> None:
    first = check(api, order("O5", "B"))
    payments = {"rows": [{"payment_id": "PB", "customer_id": "B", "paid_on": TODAY}]}
    payments["rows"][0]["amount"] = "60.00"
    assert api.ask("PUT", "/v1/ledger/payments", json=payments).status_code == 200
    assert check(api, order("O5", "B")) == first
    changed = check(api, order("O5", "B", order_amount="3000.01"))
    assert changed["provenance"]["ledger_seq"] > first["provenance"]["ledger_seq"]
    assert changed["order_amount"] == euros("3000.01")


def test_a_release_on_the_command_line_lets_the_order_go_ahead_until_it_is_taken_back(
    api: Asking,
) -> None:
    api.now = datetime.now(UTC)
    today, last_day = api.now.date(), api.now.date() + timedelta(days=14)
    referred = check(api, order("O6"))
    words = ("O6", "--customer", "A", "--amount", "3000", "--currency", "EUR")
    done = release(api, *words, "--why", "paid by cheque", "--by", "Ada")
    assert f"may go ahead for 3000 EUR until {last_day}" in done.output
    released = check(api, order("O6"))
    assert (released["outcome"], released["decided_by"]) == ("approve", "release")
    assert released["release"] == {
        "amount": euros("3000.00"),
        "given_on": str(today),
        "until": str(last_day),
        "released_by": "Ada",
        "why": "paid by cheque",
    }
    assert check(api, order("O6", as_of=TODAY))["decided_by"] == "rules"
    back = release(api, *words, "--why", "it bounced", "--until", TODAY, "--json")
    assert not json.loads(back.stdout)["holds"]
    assert check(api, order("O6")) == referred
    api.now = NOW


def test_a_release_that_cannot_be_is_refused_with_every_problem(api: Asking) -> None:
    done = release(
        api, "O7", "--customer", "", "--amount", "1.234", "--currency", "EUR", "--why", " "
    )
    said = str(done.exception).splitlines()
    assert [line.split()[0] for line in said] == ["--customer", "--why", "--amount"]
    words = ("O7", "--customer", "A", "--amount", "1", "--currency", "EUR", "--why", "x")
    late = release(api, *words, "--until", "2124-01-01")
    assert "at the latest" in str(late.exception)


def test_an_unknown_customer_is_named_where_it_stands(api: Asking) -> None:
    response = api.post(CHECKS, order("O8", "Z"))
    assert (response.status_code, kind(response)) == (422, "unknown-id")
    assert response.json()["errors"] == [
        {"detail": "no customer 'Z' is in the ledger", "pointer": "#/customer_id"}
    ]


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({"order_amount": "1.005", "open_orders_amount": "0.001"}, ["order", "open_orders"]),
        ({"order_amount": "100000000000000"}, ["order"]),
        ({"order_amount": "-1"}, ["order"]),
        ({"currency": "JPY", "order_amount": "1.5"}, ["order"]),
    ],
)
def test_amounts_that_the_currency_does_not_have_are_refused_each_at_its_place(
    api: Asking, more: dict[str, str], places: list[str]
) -> None:
    response = api.post(CHECKS, order("O9", **more))
    assert (response.status_code, kind(response)) == (422, "invalid-request")
    found = [error["pointer"] for error in response.json()["errors"]]
    assert found == [f"#/{place}_amount" for place in places]


def test_a_currency_without_a_rate_and_a_day_not_reached_are_refused(api: Asking) -> None:
    response = api.post(CHECKS, order("O10", currency="CHF"))
    assert (response.status_code, kind(response)) == (422, "unusable-ledger")
    assert "no rate from CHF to EUR" in response.text
    late = order("O10", as_of="2024-07-01")
    assert kind(api.post(CHECKS, late)) == "unusable-day"
    assert check(api, {**late, "allow_stale_days": 1})["provenance"]["as_of"] == "2024-07-01"


def test_every_answer_is_recorded_with_all_it_follows_from(api: Asking) -> None:
    responses = [api.post(CHECKS, order("O11"), key="o2c") for _ in range(2)]
    engine = open_store(api.settings)
    first, again = (read(engine, each.headers["x-audit-id"]) for each in responses)
    assert (first.kind, first.actor, first.model_version) == ("credit.checks", "dk_000000000003", 1)
    assert first.ledger_seq == responses[0].json()["provenance"]["ledger_seq"]
    asked = json.loads(first.inputs or b"")["asked"]
    assert asked["asked"]["order_id"] == "O11"
    assert (asked["asked_at"], asked["releases"]) == ("2024-07-01T09:30:00Z", [])
    assert json.loads(first.result or b"") == responses[0].json()
    assert (again.kind, again.inputs, again.result) == ("credit.checks", first.inputs, first.result)
    assert api.post(CHECKS, order("O11"), key="Anna").status_code == 403


def test_a_recorded_answer_is_the_same_when_it_is_computed_again(api: Asking) -> None:
    words = ("O12", "--customer", "A", "--amount", "3000", "--currency", "EUR")
    api.now = datetime.now(UTC)
    assert release(api, *words, "--why", "paid by cheque").exit_code == 0
    responses = [
        api.post(CHECKS, order("O12"), headers={"Accept-Language": "fr"}),
        api.post(CHECKS, order("O13", "P")),
    ]
    api.now = NOW
    settings = api.settings
    for response in responses:
        record = read(open_store(settings), response.headers["x-audit-id"])
        done = replay(record, read_key(settings.home), replayers(settings), record.code_version)
        assert done.differences == ()


def test_a_repeated_answer_is_recorded_with_what_it_rests_on_and_computed_again(
    api: Asking,
) -> None:
    stale = order("O14", "B", as_of="2024-07-01", allow_stale_days=1)
    first = api.post(CHECKS, stale)
    paid = {"payment_id": "P14", "customer_id": "B", "paid_on": TODAY, "amount": "1.00"}
    assert api.ask("PUT", "/v1/ledger/payments", json={"rows": [paid]}).status_code == 200
    french = {"Accept-Language": "fr"}
    again = api.post(CHECKS, {**stale, "allow_stale_days": 0}, headers=french)
    changed = api.post(CHECKS, {**stale, "order_amount": "2.00"})
    engine, home = open_store(api.settings), api.settings.home
    first_made, made, other = (
        read(engine, each.headers["x-audit-id"]) for each in (first, again, changed)
    )
    for name in ("model_version", "model_sha256", "policy_sha256", "ledger_seq"):
        assert getattr(made, name) == getattr(first_made, name) is not None
    assert made.ledger_seq == again.json()["provenance"]["ledger_seq"]
    assert other.ledger_seq == made.ledger_seq + 1
    done = replay(made, read_key(home), replayers(api.settings), made.code_version)
    assert (done.differences, done.notes) == ((), ())


def test_without_a_record_no_order_is_answered_and_the_next_asking_is_the_first(
    tmp_path: Path, served_home: Path, database_url: str
) -> None:
    home = tmp_path / "home"
    with asking(home, ledger_of(TODAY, TABLES), served_home, database_url) as api:
        check(api, order("O1"))
        key = (home / "audit" / "key").rename(home / "key")
        refused = api.post(CHECKS, order("O2"))
        assert (refused.status_code, kind(refused)) == (503, "not-recorded")
        key.rename(home / "audit" / "key")
        api.now = NOW + timedelta(minutes=1)
        answer = check(api, order("O2"))
        assert answer["checked_at"] == "2024-07-01T09:31:00Z"
        assert check(api, order("O2")) == answer
        engine = open_store(api.settings)
        assert verify(engine, home).findings == ()
        assert last_seq(engine) == 3
