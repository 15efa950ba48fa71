"""`score` and `worklist` as a user runs them, with a champion in a real registry."""

import getpass
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from decisions.audit_chain import AuditRecord
from decisions.audit_log import last_seq, pages
from decisions.commands import app
from decisions.records import runs
from ledger.days import date_of
from ledger.errors import DuecastError
from ledger.files import write_ledger
from ledger.settings import Settings
from ledger.store import open_store
from tests.decisions.champions import with_champion
from tests.ledgers import LAST_DAY, random_ledger

LAST = date_of(LAST_DAY).isoformat()

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ledgers") / "ledger"
    write_ledger(random_ledger(Random(5), customers=6, invoices=30), directory)
    return directory


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A home with a champion and no score run."""
    return with_champion(tmp_path_factory.mktemp("home"), empty_store).home


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DUECAST_HOME", str(home))

    def run(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


def test_score_writes_both_files_and_records_the_run(
    command: Command, home: Path, ledger: Path, tmp_path: Path
) -> None:
    done = command("score", ledger, "--as-of", LAST, "--out", tmp_path / "new" / "scores", "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    invoices = pd.read_parquet(tmp_path / "new" / "scores" / "invoices.parquet")
    customers = pd.read_parquet(tmp_path / "new" / "scores" / "customers.parquet")
    assert (len(invoices), len(customers)) == (facts["invoices"], facts["customers"])
    assert {"exposure", "overdue", "pd", "grade", "expected_loss", "reasons"} <= set(customers)
    assert {"expected_payment_date", "confidence", "reasons", "due_on", "amount"} <= set(invoices)
    assert facts["policy"]["version"] == "2026.1"
    assert facts["ledger_through"] == facts["as_of"] == LAST
    assert facts["model"]["version"] == 1
    assert [run.run_id for run in runs(open_store(Settings(home=home)))] == [facts["run_id"]]


def test_the_day_is_the_ledger_s_last_if_not_given(
    command: Command, ledger: Path, tmp_path: Path
) -> None:
    told = command("score", ledger, "--out", tmp_path).stdout
    assert f"scored as of {LAST} by version 1, policy 2026.1." in told


def test_the_worklist_is_that_of_the_run(command: Command, ledger: Path, tmp_path: Path) -> None:
    whole = json.loads(command("worklist", ledger, "--json").stdout)
    entries = whole["entries"]
    assert [entry["rank"] for entry in entries] == list(range(1, len(entries) + 1))
    assert all(len(entry["reasons"]) <= 4 for entry in entries)
    assert all(isinstance(entry["priority"], str) for entry in entries)
    assert all(item["invoice_id"] for entry in entries for item in entry["items"])
    one = json.loads(command("worklist", ledger, "--json", "--top", 1).stdout)
    assert one["entries"] == entries[:1]
    ana = json.loads(command("worklist", ledger, "--json", "--collector", "ana").stdout)["entries"]
    assert [entry["customer_id"] for entry in ana] == [
        entry["customer_id"] for entry in entries if entry["collector"] == "ana"
    ]
    assert [entry["rank"] for entry in ana] == list(range(1, len(ana) + 1))
    file = tmp_path / "list.csv"
    told = command("worklist", ledger, "--out", file)
    assert told.stdout == f"{len(entries)} entries written to {file}.\n"
    assert pd.read_csv(file)["customer_id"].tolist() == [e["customer_id"] for e in entries]


def last_record(home: Path) -> AuditRecord:
    engine = open_store(Settings(home=home))
    (last,) = [record for page in pages(engine, last_seq(engine)) for record in page][-1:]
    return last


def test_who_takes_files_is_recorded_and_what_is_in_them_is_not(
    command: Command, home: Path, ledger: Path, tmp_path: Path
) -> None:
    file = tmp_path / "list.xlsx"
    assert command("worklist", ledger, "--top", 2, "--out", file).exit_code == 0
    record, sha256 = last_record(home), hashlib.sha256(file.read_bytes()).hexdigest()
    assert (record.kind, record.actor) == ("export", getpass.getuser())
    assert json.loads(record.inputs or b"") == {
        "command": "worklist",
        "collector": None,
        "top": 2,
        "format": "xlsx",
    }
    told = json.loads(record.result or b"")
    assert (told["entries"], told["run_id"][:10]) == (2, LAST)
    assert told["files"] == [{"name": "list.xlsx", "bytes": file.stat().st_size, "sha256": sha256}]
    assert command("score", ledger, "--out", tmp_path / "scores").exit_code == 0
    told = json.loads(last_record(home).result or b"")
    assert [(each["name"], each["sha256"]) for each in told["files"]] == [
        (name, hashlib.sha256((tmp_path / "scores" / name).read_bytes()).hexdigest())
        for name in ("invoices.parquet", "customers.parquet")
    ]


def test_without_a_record_no_file_is_there_and_an_old_one_stays(
    command: Command, home: Path, ledger: Path, tmp_path: Path
) -> None:
    new, old = tmp_path / "new.csv", tmp_path / "old.csv"
    assert command("worklist", ledger, "--out", old).exit_code == 0
    before = old.read_bytes()
    key = (home / "audit" / "key").rename(home / "key")
    for words in (("worklist", "--top", 1, "--out", new), ("worklist", "--top", 1, "--out", old)):
        assert "is missing, yet" in str(command(words[0], ledger, *words[1:]).exception)
    assert "is missing, yet" in str(command("score", ledger, "--out", tmp_path / "s").exception)
    key.rename(home / "audit" / "key")
    assert old.read_bytes() == before
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["old.csv", "s"]


def test_the_worklist_on_screen_says_whom_and_what(command: Command, ledger: Path) -> None:
    done = command("worklist", ledger, "--top", 2)
    assert done.exit_code == 0, done.output
    assert f"Worklist as of {LAST}, in EUR" in done.stdout
    assert "Action" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("worklist", "--collector", "anna"), "--collector is 'anna'; expected one of ana, bob"),
        (("worklist", "--out", "list.pdf"), "expected a name ending in .csv or .xlsx"),
        (("worklist", "--as-of", "2031-01-01"), "the ledger is complete through"),
        (("score", "--out", "x", "--as-of", "2031-01-01"), "--allow-stale"),
    ],
)
def test_bad_input_is_refused_with_the_remedy(
    command: Command, ledger: Path, words: tuple[str, ...], said: str
) -> None:
    refused = command(words[0], ledger, *words[1:]).exception
    assert isinstance(refused, DuecastError)
    assert said in str(refused)


def test_a_policy_of_our_own_decides(command: Command, ledger: Path, tmp_path: Path) -> None:
    policy = tmp_path / "ours.toml"
    policy.write_text('version = "8"\nunknown_is_natural_person = true\n')
    done = command("worklist", ledger, "--policy", policy, "--json")
    assert json.loads(done.stdout)["policy"]["version"] == "8"
    policy.write_text("versoin = 8\n")
    refused = command("worklist", ledger, "--policy", policy).exception
    assert "versoin is no key here" in str(refused)


def test_without_a_champion_the_remedy_is_named(
    ledger: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUECAST_HOME", str(settings.home))
    refused = CliRunner().invoke(app, ["worklist", str(ledger)]).exception
    assert isinstance(refused, DuecastError)
    assert "make one with `duecast promote`" in str(refused)
