"""Erasing a person leaves no trace of the name, and everything else as it was."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

import duecast
from decisions.audit_verify import verify
from decisions.champion import Champion
from decisions.policy import read_policy
from decisions.records import run_directory, runs
from decisions.retention_commands import require_forgotten
from decisions.runs import CUSTOMERS, INVOICES, WORKLIST, NoRunError, Run, find_run, make_run
from ledger.errors import DatabaseError, LedgerError
from ledger.places import PlacedLedger, read_place
from ledger.settings import Settings
from ledger.store import Engine, erase, forget, open_store, reading, writing
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
    scored(settings, read_place(settings.database_url))
    return settings


def scored(settings: Settings, place: PlacedLedger, explain: int = 0) -> Run:
    """A score run of a ledger that was read, with so many reasons."""
    return make_run(
        settings,
        place.ledger,
        Champion(1, "ab" * 32, random_bundle()),
        read_policy(),
        place.ledger.extract.complete_through,
        explain,
        NOW,
        source=place.name,
        made_by="me",
        seq=place.seq,
    )


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
    assert again == {"rows": 0, "runs": [], "missing": [], "forgotten": True}


def test_a_run_of_a_ledger_that_was_read_before_the_erasure_has_no_name(
    settings: Settings,
) -> None:
    place = read_place(settings.database_url)
    run_command(settings, "erase", "A")
    run = scored(settings, place, explain=1)
    assert sorted(run.table(CUSTOMERS)["name"].to_pylist()) == ["", OTHER["name"]]
    assert files_that_hold(settings, "unforgettable") == []
    assert find_run(settings, place.name).record == run.record


def test_an_erasure_does_not_change_which_run_is_the_last(settings: Settings) -> None:
    place = read_place(settings.database_url)
    last = scored(settings, place, explain=1).record.run_id
    run_command(settings, "erase", "A")
    assert find_run(settings, place.name).record.run_id == last


def test_a_customer_whom_the_ledger_does_not_have_is_refused(settings: Settings) -> None:
    with pytest.raises(LedgerError, match="no customer 'Z'"):
        run_command(settings, "erase", "Z")


def test_files_of_runs_that_are_not_here_are_named_and_the_others_lose_the_name(
    settings: Settings,
) -> None:
    (run_id,) = (run.run_id for run in runs(open_store(settings)))
    directory = run_directory(settings.home, run_id)
    (directory / WORKLIST).unlink()
    (directory / "kpis.json").unlink()
    said = run_command(settings, "erase", "A")
    assert said.startswith("2 rows and the name in 1 score runs erased.\n")
    assert said.endswith(f"and so not erased there: {run_id}/{WORKLIST}\n")
    assert files_that_hold(settings, "unforgettable") == []
    with pytest.raises(NoRunError, match="are missing or altered"):
        find_run(settings, read_place(settings.database_url).name)
    shutil.rmtree(directory)
    told = json.loads(run_command(settings, "erase", "A", "--json"))
    assert (told["rows"], told["runs"], told["forgotten"]) == (0, [], True)
    tables = (CUSTOMERS, INVOICES, WORKLIST)
    assert told["missing"] == [f"{run_id}/{name}" for name in tables]


def test_while_somebody_reads_the_log_is_not_emptied_and_it_is_said(settings: Settings) -> None:
    engine, log = open_store(settings), settings.home / "duecast.db-wal"
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM customers_versions").all()
        erased_rows(engine)
        assert not forget(engine, patience_seconds=0.1)
        assert log.stat().st_size > 0
    assert forget(engine)
    assert not log.exists() or log.stat().st_size == 0
    with pytest.raises(DatabaseError, match="repeat the command at a quiet moment"):
        require_forgotten(False)


def test_the_log_is_emptied_once_readers_are_done(settings: Settings) -> None:
    engine = open_store(settings)
    with ThreadPoolExecutor(1) as pool:
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM customers_versions").all()
            erased_rows(engine)
            forgotten = pool.submit(forget, engine)
            with pytest.raises(TimeoutError):
                forgotten.result(timeout=0.3)
        assert forgotten.result(timeout=30)


def erased_rows(engine: Engine) -> None:
    """Erase the person in the database alone, so that something is to be forgotten."""
    with writing(engine, "ledger") as connection:
        assert erase(connection, "A", NOW) == 2
