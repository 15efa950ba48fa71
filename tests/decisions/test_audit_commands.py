"""`duecast audit` and `duecast retain` as a user runs them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
import typer
from click.testing import Result
from sqlalchemy import Engine, delete, update
from typer.testing import CliRunner

from decisions.audit_commands import audit_app
from decisions.audit_log import AUDIT, append, last_seq
from decisions.audit_replay import Replayer
from decisions.retention_commands import retention_app
from ledger.code_version import code_version
from ledger.settings import Settings
from ledger.store.database import open_store
from serving.key_retention import aged_keys
from tests.decisions.audit_trails import appended, entry, unguarded

Command = Callable[..., Result]


def replayers(_settings: Settings) -> Mapping[str, Replayer]:
    return {
        "scores.invoices": lambda record: json.loads(record.result or b""),
        "scores.customers": lambda record: {"scores": []},
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine(home: Path) -> Engine:
    return open_store(Settings(home=home))


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DUECAST_HOME", str(home))
    app = typer.Typer()
    app.add_typer(audit_app(replayers))
    app.add_typer(retention_app(aged_keys))

    def run(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


def test_verify_says_that_nothing_was_changed(command: Command, engine: Engine, home: Path) -> None:
    records = appended(engine, home, 2)
    done = command("audit", "verify")
    assert done.exit_code == 0
    assert done.stdout == (
        f"2 audit records verified: nothing was changed.\nLast record 2, seal {records[-1].mac}.\n"
    )


def test_verify_names_what_was_changed_and_exits_with_2(
    command: Command, engine: Engine, home: Path
) -> None:
    appended(engine, home, 3)
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values(actor="x"))
        connection.execute(delete(AUDIT).where(AUDIT.c.seq == 3))
    done = command("audit", "verify")
    assert done.exit_code == 2
    assert "record 2 is altered" in done.stdout
    assert "2 audit records verified: 2 findings." in done.stdout
    told = json.loads(command("audit", "verify", "--json").stdout)
    assert (told["intact"], told["records"], len(told["findings"])) == (False, 2, 2)


def test_show_prints_the_record_and_its_answer(
    command: Command, engine: Engine, home: Path
) -> None:
    record = append(engine, home, entry(4))
    told = json.loads(command("audit", "show", record.audit_id, "--json").stdout)
    assert told["inputs"] == {"invoice_ids": ["I4"]}
    assert told["result"] == {"scores": [{"p_unpaid": 0.4}]}
    assert (told["at"], told["seq"], told["flaw"]) == ("2026-03-04T08:30:00.000004Z", 1, None)
    text = command("audit", "show", record.audit_id).stdout
    assert "actor           erp\n" in text and '"p_unpaid": 0.4' in text
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).values(actor="someone"))
    done = command("audit", "show", record.audit_id)
    assert done.exit_code == 2 and "The record is altered" in done.stdout


def test_replay_says_whether_the_answer_is_the_same(
    command: Command, engine: Engine, home: Path
) -> None:
    same = append(engine, home, entry(1, code_version=code_version()))
    other = append(engine, home, entry(2, kind="scores.customers"))
    done = command("audit", "replay", same.audit_id)
    assert done.exit_code == 0
    assert done.stdout == (
        f"The answer of today is the same as the one recorded as {same.audit_id}.\n"
    )
    done = command("audit", "replay", other.audit_id)
    assert done.exit_code == 2
    assert "result.scores has 0 entries; recorded were 1\n" in done.stdout
    assert "Note: recorded by code 0.1.0+abc, computed again by" in done.stdout
    told = json.loads(command("audit", "replay", other.audit_id, "--json").stdout)
    assert (told["same"], told["audit_id"]) == (False, other.audit_id)


def test_accept_records_that_the_anchor_is_lost(
    command: Command, engine: Engine, home: Path
) -> None:
    appended(engine, home, 2)
    (home / "audit" / "anchor").unlink()
    assert command("audit", "verify").exit_code == 2
    done = command("audit", "accept", "--by", "Anna", "--why", "the disk failed", "--json")
    told = json.loads(done.stdout)
    assert len(told["given_up"]) == 1
    assert command("audit", "verify").exit_code == 0
    shown = json.loads(command("audit", "show", told["audit_id"], "--json").stdout)
    assert (shown["actor"], shown["inputs"]) == ("Anna", {"why": "the disk failed"})


def test_the_last_records_are_listed_and_those_of_a_kind(
    command: Command, engine: Engine, home: Path
) -> None:
    appended(engine, home, 3)
    append(engine, home, entry(kind="score_run"))
    listed = json.loads(command("audit", "list", "--last", "2", "--json").stdout)
    assert [each["kind"] for each in listed] == ["score_run", entry().kind]
    (run,) = json.loads(command("audit", "list", "--kind", "score_run", "--json").stdout)
    assert run == listed[0]
    assert json.loads(command("audit", "show", run["audit_id"], "--json").stdout)["kind"] == (
        "score_run"
    )
    assert "score_run" in command("audit", "list").stdout


def test_retain_drops_what_is_due_and_records_it(
    command: Command, engine: Engine, home: Path
) -> None:
    for year in (2010, 2011, 2020):
        append(engine, home, entry(at=datetime(year, 6, 1)))
    said = command("retain", "--as-of", "2026-01-01", "--dry-run").stdout
    assert "audit: 2 older than 2016-01-01 would be dropped.\n" in said
    assert last_seq(engine) == 3
    told = json.loads(command("retain", "--as-of", "2026-01-01", "--json").stdout)
    audit = {"table": "audit", "before": "2016-01-01", "records": 2, "missing": []}
    assert told["tables"][0] == audit
    done = command("audit", "verify")
    assert done.exit_code == 0 and done.stdout.startswith("2 audit records verified")


def test_retain_drops_nothing_from_a_trail_that_was_altered(
    command: Command, engine: Engine, home: Path
) -> None:
    append(engine, home, entry(at=datetime(2010, 6, 1)))
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).values(actor="someone"))
    done = command("retain", "--as-of", "2026-01-01")
    assert "nothing was dropped" in str(done.exception)
    assert last_seq(engine) == 1
