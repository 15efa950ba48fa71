"""What a profile tells of contacts: those of the customer alone, as the ledger has them now."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from ledger.store import open_store
from serving.contact_history import LATEST, contact_history
from serving.profile_answers import ProfileContacts
from tests.decisions.portfolios import TODAY, invoice, ledger_of
from tests.serving.asking import Asking, asking

CONTACTS = "/v1/contacts"
LEDGER = ledger_of(
    TODAY,
    {
        "customers": [
            {"customer_id": "A", "collector": "Anna", "currency": "JPY"},
            {"customer_id": "B", "parent_id": "A"},
        ],
        "invoices": [
            invoice("A1", "A", "400.00", due_days_ago=10, currency="EUR"),
            invoice("B1", "B", "100.00", due_days_ago=5, currency="EUR"),
        ],
    },
)
CALL = {"customer_id": "A", "contacted_on": "2024-06-28", "channel": "call", "outcome": "promise"}


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Asking]:
    with asking(tmp_path / "home", LEDGER, database=database_url) as found:
        yield found


def log(api: Asking, **more: object) -> None:
    response = api.post(CONTACTS, {**CALL, **more}, key="admin")
    assert response.status_code == 200, response.text


def history(api: Asking, customer_id: str = "A") -> ProfileContacts:
    return contact_history(open_store(api.settings), customer_id)


def test_what_was_logged_is_told_with_what_came_of_it(api: Asking) -> None:
    promise = {"promised_on": "2024-07-05", "amount": "25000"}
    dispute = {"invoice_id": "A1", "amount": "120.50", "reason": "price"}
    log(api, contact_id="one", note="Mr A", promise=promise, dispute=dispute)
    found = history(api)
    (contact,), (promised,), (disputed,) = found.contacts, found.promises, found.disputes
    assert (contact.contact_id, contact.contacted_on) == ("one", date(2024, 6, 28))
    assert (contact.channel, contact.outcome, contact.note) == ("call", "promise", "Mr A")
    assert (contact.level, contact.collector, contact.callback_on) == (None, None, None)
    assert promised.amount is not None and disputed.amount is not None
    assert (promised.amount.amount, promised.amount.currency) == ("25000", "JPY")
    assert (promised.made_on, promised.promised_on) == (date(2024, 6, 28), date(2024, 7, 5))
    assert promised.invoice_id is None
    assert (disputed.amount.amount, disputed.amount.currency) == ("120.50", "EUR")
    assert (disputed.invoice_id, disputed.reason, disputed.closed_on) == ("A1", "price", None)


def test_those_of_another_customer_of_the_same_account_are_not_told(api: Asking) -> None:
    log(api, customer_id="B", dispute={"invoice_id": "B1"}, promise={"promised_on": "2024-07-05"})
    assert history(api) == history(api, "nobody")
    assert history(api) == ProfileContacts(contacts=[], promises=[], disputes=[])
    assert [promise.amount for promise in history(api, "B").promises] == [None]


def test_the_last_come_first_and_the_oldest_are_left_out(api: Asking) -> None:
    for number in range(LATEST + 1):
        day = date(2024, 1, 1) + timedelta(days=number)
        log(api, contact_id=f"c{number:02}", contacted_on=day.isoformat())
    told = [contact.contact_id for contact in history(api).contacts]
    assert told == [f"c{number:02}" for number in range(LATEST, 0, -1)]


def test_while_nothing_was_written_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with asking(tmp_path / "empty", None) as api:
        assert history(api) == ProfileContacts(contacts=[], promises=[], disputes=[])
