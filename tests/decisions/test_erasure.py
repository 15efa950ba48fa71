"""Erasing a person leaves no trace of the name, and everything else as it was."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import duecast
from decisions.audit_verify import verify
from decisions.champion import Champion
from decisions.policy import read_policy
from decisions.runs import CUSTOMERS, WORKLIST, find_run, make_run
from ledger.errors import LedgerError
from ledger.places import read_place
from ledger.settings import Settings
from ledger.store import open_store
from tests.decisions.random_bundles import random_bundle
from tests.store.stores import NOW, put, rows

PERSON = {"customer_id": "A", "name": "Ann Unforgettable", "email": "ann@unforgettable.example"}
OTHER = {"customer_id": "B", "name": "Bert Staying"}
NOTE = {
    "contact_id": "1",
    "customer_id": "A",
    "contacted_on": "2024-02-10",
    "note": "says unforgettable things",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a ledger of two customers, and a score run that names both."""
    settings = Settings(home=tmp_path / "home")
    bill = {"issued_on": "2024-01-01", "due_on": "2024-01-31", "amount": "100.00"}
    bills = [{**bill, "invoice_id": f"I{who}", "customer_id": who} for who in "AB"]
    put(
        open_store(settings),
        rows("customers", PERSON, OTHER),
        rows("invoices", *bills),
        rows("contacts", NOTE),
        through="2024-03-31",
    )
    place = read_place(settings.database_url)
    day = place.ledger.extract.complete_through
    champion, policy = Champion(1, "ab" * 32, random_bundle()), read_policy()
    make_run(
        settings,
        place.ledger,
        champion,
        policy,
        day,
        0,
        NOW,
        source=place.name,
        made_by="me",
        seq=place.seq,
    )
    return settings


def run_command(settings: Settings, *words: str) -> str:
    environment = {"DUECAST_HOME": str(settings.home)}
    done = CliRunner().invoke(duecast.app, list(words), env=environment)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def files_that_hold(settings: Settings, text: str) -> list[str]:
    return [
        path.relative_to(settings.home).as_posix()
        for path in sorted(settings.home.rglob("*"))
        if path.is_file() and text.lower().encode() in path.read_bytes().lower()
    ]


def test_no_file_of_the_home_holds_the_person_any_more(settings: Settings) -> None:
    assert files_that_hold(settings, "unforgettable")
    done = json.loads(run_command(settings, "erase", "A", "--json"))
    assert (done["rows"], len(done["runs"])) == (2, 1)
    assert files_that_hold(settings, "unforgettable") == []
    assert files_that_hold(settings, "Bert Staying")


def test_the_run_is_there_without_the_name_and_the_trail_still_verifies(settings: Settings) -> None:
    name = read_place(settings.database_url).name
    before = find_run(settings, name)
    run_command(settings, "erase", "A")
    after = find_run(settings, name)
    assert after.record.run_id == before.record.run_id
    for table in (CUSTOMERS, WORKLIST):
        found = after.table(table).to_pylist()
        names = {row["customer_id"]: row["name"] for row in found}
        assert names["A"] == ""
        assert names["B"] == "Bert Staying"
    assert verify(open_store(settings), settings.home).findings == ()
    again = json.loads(run_command(settings, "erase", "A", "--json"))
    assert again == {"rows": 0, "runs": []}


def test_a_customer_whom_the_ledger_does_not_have_is_refused(settings: Settings) -> None:
    with pytest.raises(LedgerError, match="no customer 'Z'"):
        run_command(settings, "erase", "Z")
