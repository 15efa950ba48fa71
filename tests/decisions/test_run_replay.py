"""A recorded score run made again from the ledger, the model and the policy of then, or refused."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from click.testing import Result
from typer.testing import CliRunner

import duecast
from decisions.audit_log import last_seq, pages
from decisions.erasure import erase_customer
from ledger.days import date_of
from ledger.files import write_ledger
from ledger.settings import Settings
from ledger.store import open_store
from tests.decisions.champions import with_champion
from tests.ledgers import LAST_DAY, random_ledger
from tests.store.stores import put, put_ledger, rows

LEDGER = random_ledger(Random(5), customers=6, invoices=30)
LAST, BEFORE = (date_of(day).isoformat() for day in (LAST_DAY, LAST_DAY - 7))
LATE = {"invoice_id": "LATE", "customer_id": "late", "issued_on": BEFORE, "due_on": LAST}

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A home with a champion."""
    return with_champion(tmp_path_factory.mktemp("template"), empty_store).home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    """A home with that champion and a stored ledger."""
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(template, settings.home)
    put_ledger(open_store(settings), LEDGER)
    return settings


@pytest.fixture
def command(settings: Settings) -> Command:
    environment = {"DUECAST_HOME": str(settings.home)}

    def run(*words: object) -> Result:
        return CliRunner().invoke(duecast.app, [str(word) for word in words], env=environment)

    return run


def score(command: Command, settings: Settings, place: object, as_of: str = LAST) -> str:
    """Id of the audit record of a new score run."""
    done = command("worklist", place, "--as-of", as_of, "--json")
    assert done.exit_code == 0, done.output + str(done.exception)
    engine = open_store(settings)
    records = [record for page in pages(engine, last_seq(engine)) for record in page]
    assert records[-1].kind == "score_run"
    return records[-1].audit_id


def test_runs_are_made_again_from_the_ledger_of_then(command: Command, settings: Settings) -> None:
    place = settings.database_url
    made = [score(command, settings, place, day) for day in (BEFORE, LAST)]
    put(open_store(settings), rows("invoices", {**LATE, "amount": "900.00"}))
    made.append(score(command, settings, place))
    there = sorted(settings.home.rglob("*"))
    for audit_id in made:
        done = command("audit", "replay", audit_id)
        assert done.exit_code == 0, done.output + str(done.exception)
        assert "is the same as" in done.stdout
    assert sorted(settings.home.rglob("*")) == there


def test_a_run_that_is_another_today_is_named_file_by_file(
    command: Command, settings: Settings
) -> None:
    audit_id = score(command, settings, settings.database_url)
    with open_store(settings).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER invoices_versions_no_update")
        connection.exec_driver_sql("UPDATE invoices_versions SET amount = amount + 10000")
    done = command("audit", "replay", audit_id)
    assert done.exit_code == 2
    for name in ("files.invoices.parquet", "files.customers.parquet", "ledger_sha256"):
        assert f"result.{name} is " in done.stdout


def test_a_run_of_files_is_made_again_while_these_are_the_same(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    place = tmp_path / "files"
    write_ledger(LEDGER, place)
    audit_id = score(command, settings, place)
    assert command("audit", "replay", audit_id).exit_code == 0
    (place / "contacts.csv").unlink()
    done = command("audit", "replay", audit_id)
    assert f"is of the ledger {place} with digest" in str(done.exception)


def test_without_the_bundle_that_scored_it_is_said_and_nothing_is_compared(
    command: Command, settings: Settings
) -> None:
    audit_id = score(command, settings, settings.database_url)
    shutil.rmtree(settings.bundles)
    (settings.home / "mlflow.db").unlink()
    done = command("audit", "replay", audit_id)
    assert "the bundle of version 1, content " in str(done.exception)
    assert "cannot be fetched" in str(done.exception)


def test_after_an_erasure_names_alone_differ_and_it_is_said(
    command: Command, settings: Settings
) -> None:
    engine = open_store(settings)
    person = {"customer_id": "late", "name": "Ann Unforgettable"}
    put(engine, rows("customers", person), rows("invoices", {**LATE, "amount": "900.00"}))
    audit_id = score(command, settings, settings.database_url)
    now = datetime.now(UTC).replace(tzinfo=None)
    assert len(erase_customer(settings, "late", now, "me").runs) == 1
    kept_anew = next(pages(engine, last_seq(engine)))[-1].audit_id
    for recorded, differing in (
        (audit_id, ["result.files.customers.parquet", "result.ledger_sha256"]),
        (kept_anew, ["result.ledger_sha256"]),
    ):
        told = json.loads(command("audit", "replay", recorded, "--json").stdout)
        assert [difference.split()[0] for difference in told["differences"]] == differing
        assert "took away, such as names, differs" in told["notes"][-1]
