"""Retention: what is due goes, what is not stays, and the audit trail tells of it."""

import hashlib
import json
import zlib
from dataclasses import asdict, fields, replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from decisions.audit_chain import AuditError, canonical_json
from decisions.audit_log import AUDIT, append, pages
from decisions.audit_verify import verify
from decisions.order_records import (
    OrderCheckRecord,
    append_release,
    find_check,
    keep_check,
    release_in_force,
)
from decisions.orders import Release
from decisions.policy import RetentionPolicy, read_policy
from decisions.records import RUNS, RunRecord, run_directory, runs
from decisions.retention import Cutoffs, aged, cutoffs, drop, due
from ledger.settings import Settings
from ledger.store.database import open_database, writing
from serving.key_retention import aged_keys
from tests.decisions.audit_trails import appended, entry, unguarded
from tests.store.stores import put, rows, stored

KEEP = date(2000, 1, 1)
AT = datetime(2026, 6, 1, 4)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine(database_url: str, home: Path) -> Engine:
    """A database whose trail has a record on each of the first six days of March 2026."""
    engine = open_database(database_url)
    appended(engine, home, 6)
    return engine


def before(audit: date = KEEP, **days: date) -> Cutoffs:
    names = [field.name for field in fields(Cutoffs)]
    return Cutoffs(**{name: KEEP for name in names} | {"audit": audit} | days)


def dropped(engine: Engine, home: Path, days: Cutoffs) -> dict[str, int]:
    """How many records of each table were dropped, where any were."""
    kinds = (*aged(home, days), aged_keys(days.keys))
    found = due(engine, days.audit, kinds)
    done = drop(engine, home, days.audit, kinds, AT, "anna", "1")
    assert [replace(each, missing=()) for each in done] == list(found)
    return {each.table: each.records for each in found if each.records}


def seqs(engine: Engine) -> list[int]:
    return [record.seq for page in pages(engine, 1_000) for record in page]


def put_run(engine: Engine, run: RunRecord) -> None:
    with engine.begin() as connection:
        connection.execute(insert(RUNS).values(**asdict(run)))


def run_record(as_of: date, run_id: str) -> RunRecord:
    return RunRecord(
        run_id=run_id,
        source="ledger",
        as_of=as_of,
        ledger_through=as_of,
        since=as_of,
        run_before=None,
        ledger_sha256="c",
        ledger_seq=None,
        model_version=1,
        model_sha256="d",
        policy_version="1",
        policy_sha256="e",
        explain=4,
        made_at=AT,
        invoices=1,
        customers=1,
        files={},
    )


def test_months_count_back_from_the_day() -> None:
    days = cutoffs(RetentionPolicy(120, 36, 24, 12, 2, 1, 13), date(2026, 3, 31))
    assert days == Cutoffs(
        date(2016, 3, 31),
        date(2023, 3, 31),
        date(2024, 3, 31),
        date(2025, 3, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2025, 2, 28),
    )
    first = cutoffs(RetentionPolicy(*[1] * 7), date(2026, 1, 15)).audit
    assert first == date(2025, 12, 15)


def test_the_policy_says_how_long() -> None:
    assert read_policy().retention.audit >= 12


def test_the_oldest_records_go_and_the_rest_still_verifies(engine: Engine, home: Path) -> None:
    days = before(audit=date(2026, 3, 4))
    assert dropped(engine, home, days) == {"audit": 3}
    assert seqs(engine) == [4, 5, 6, 7]
    last = next(pages(engine, 7))[-1]
    told = json.loads(last.result or b"")
    assert (last.kind, last.actor) == ("retention", "anna")
    assert {"table": "audit", "through_seq": 3, "records": 3}.items() <= told.items()
    assert verify(engine, home).findings == ()
    assert dropped(engine, home, days) == {}
    assert seqs(engine) == [4, 5, 6, 7]


def test_all_that_is_due_may_go_and_again(engine: Engine, home: Path) -> None:
    assert dropped(engine, home, before(audit=date(2026, 4, 1))) == {"audit": 6}
    assert seqs(engine) == [7]
    append(engine, home, entry(8, at=AT))
    assert dropped(engine, home, before(audit=date(2026, 7, 1))) == {"audit": 2}
    assert seqs(engine) == [9]
    assert verify(engine, home).findings == ()


def test_a_record_that_is_not_due_keeps_all_after_it(engine: Engine, home: Path) -> None:
    append(engine, home, entry(7, at=datetime(2026, 1, 1)))  # a clock set back
    assert dropped(engine, home, before(audit=date(2026, 3, 3))) == {"audit": 2}
    assert seqs(engine) == [3, 4, 5, 6, 7, 8]


def test_more_removed_than_was_recorded_is_found(engine: Engine, home: Path) -> None:
    dropped(engine, home, before(audit=date(2026, 3, 3)))
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq == 3))
    (finding,) = verify(engine, home).findings
    assert finding == "records 1 to 3 are missing, and no record says that they were dropped"


def test_a_drop_that_was_made_up_is_found(engine: Engine, home: Path) -> None:
    mac = next(pages(engine, 6))[1].mac
    result = canonical_json({"table": "audit", "through_seq": 2, "through_mac": mac})
    made_up = {
        "kind": "retention",
        "result_zlib": zlib.compress(result),
        "result_sha256": hashlib.sha256(result).hexdigest(),
    }
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 6).values(made_up))
        connection.execute(delete(AUDIT).where(AUDIT.c.seq <= 2))
    found = verify(engine, home).findings
    assert "records 1 to 2 are missing, and no record says that they were dropped" in found


def test_the_database_guards_the_tables_again_afterwards(engine: Engine, home: Path) -> None:
    put_run(engine, run_record(date(2026, 1, 5), "r1"))
    put_run(engine, run_record(date(2026, 5, 5), "r2"))
    dropped(engine, home, before(date(2026, 3, 3), score_runs=date(2026, 2, 1)))
    for change in (
        "DELETE FROM audit",
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM runs",
        "UPDATE runs SET explain = 1",
    ):
        with pytest.raises(DBAPIError, match="is append-only"), engine.begin() as connection:
            connection.execute(text(change))


def test_old_score_runs_go_with_their_files(engine: Engine, home: Path) -> None:
    for day, run_id in ((5, "old"), (6, "new")):
        put_run(engine, run_record(date(2026, 1, day), run_id))
        run_directory(home, run_id).mkdir(parents=True)
        (run_directory(home, run_id) / "invoices.parquet").write_text("x")
    assert dropped(engine, home, before(score_runs=date(2026, 1, 6))) == {"runs": 1}
    assert [run.run_id for run in runs(engine)] == ["new"]
    assert not run_directory(home, "old").exists()
    assert run_directory(home, "new").exists()
    last = next(pages(engine, 100))[-1]
    assert (last.kind, json.loads(last.result or b"")["run_ids"]) == ("retention", ["old"])
    assert verify(engine, home).findings == ()


def test_a_run_whose_id_leads_elsewhere_removes_no_directory(engine: Engine, home: Path) -> None:
    put_run(engine, run_record(date(2026, 1, 5), "../audit"))
    (home / "runs").mkdir()
    assert dropped(engine, home, before(score_runs=date(2026, 1, 6))) == {"runs": 1}
    assert verify(engine, home).findings == ()


def test_files_of_runs_that_are_not_here_are_named(engine: Engine, home: Path) -> None:
    for run_id in ("here", "elsewhere"):
        put_run(engine, run_record(date(2026, 1, 5), run_id))
    run_directory(home, "here").mkdir(parents=True)
    days = before(score_runs=date(2026, 1, 6))
    done = drop(engine, home, days.audit, aged(home, days), AT, "anna", "1")
    assert [each.missing for each in done if each.records] == [("elsewhere",)]


def test_files_of_a_run_stay_where_it_cannot_be_recorded(engine: Engine, home: Path) -> None:
    put_run(engine, run_record(date(2026, 1, 5), "old"))
    run_directory(home, "old").mkdir(parents=True)
    (home / "audit" / "key").rename(home / "key")
    with pytest.raises(AuditError, match="key is missing"):
        dropped(engine, home, before(score_runs=date(2026, 1, 6)))
    assert run_directory(home, "old").exists()
    assert [run.run_id for run in runs(engine)] == ["old"]


def test_a_drop_that_fails_leaves_everything(engine: Engine, home: Path) -> None:
    (home / "audit" / "key").rename(home / "key")
    with pytest.raises(Exception, match="key is missing"):
        dropped(engine, home, before(audit=date(2026, 3, 4)))
    (home / "key").rename(home / "audit" / "key")
    assert seqs(engine) == [1, 2, 3, 4, 5, 6]
    with engine.connect() as connection:
        assert connection.execute(select(RUNS)).all() == []
    assert verify(engine, home).findings == ()


def test_old_notes_and_people_long_inactive_are_forgotten(engine: Engine, home: Path) -> None:
    people = [{"customer_id": who, "name": f"{who} Person"} for who in "ABC"]
    bill = {"issued_on": "2020-01-01", "due_on": "2020-01-31", "amount": "1.00"}
    bills = [{**bill, "invoice_id": f"I{who}", "customer_id": who} for who in "AB"]
    met = [
        {"contact_id": "1", "customer_id": "A", "contacted_on": "2020-02-01", "note": "old"},
        {"contact_id": "2", "customer_id": "A", "contacted_on": "2026-01-01", "note": "new"},
    ]
    put(
        engine,
        rows("customers", *people),
        rows("invoices", *bills),
        rows("contacts", *met),
        through="2026-01-31",
    )
    days = before(contact_notes=date(2025, 1, 1), inactive_customers=date(2025, 1, 1))
    assert dropped(engine, home, days) == {"contacts": 1, "customers": 1}
    ledger = stored(engine)
    assert sorted(ledger.text("customers", "name").tolist()) == ["", "A Person", "C Person"]
    assert sorted(ledger.text("contacts", "note").tolist()) == ["", "new"]
    assert dropped(engine, home, days) == {}
    assert verify(engine, home).findings == ()


def test_old_answers_to_orders_go_and_are_given_anew(engine: Engine, home: Path) -> None:
    with writing(engine, "audit") as connection:
        for name, checked_at in (("old", datetime(2026, 1, 5, 23, 59)), ("new", AT)):
            keep_check(connection, OrderCheckRecord(name, "A", "a" * 64, {}, {}, {}, checked_at))
    days = before(order_checks=date(2026, 1, 6))
    assert dropped(engine, home, days) == {"order_checks": 1}
    assert find_check(engine, "old", "a" * 64) is None
    assert find_check(engine, "new", "a" * 64) is not None
    assert dropped(engine, home, days) == {}
    assert verify(engine, home).findings == ()


def test_a_release_stays_while_it_may_hold_and_one_taken_back_never_holds_again(
    engine: Engine, home: Path, database_url: str
) -> None:
    settings = Settings(home=home, database=database_url)
    january, june = date(2026, 1, 5), date(2026, 6, 30)

    def given(order_id: str, until: date, day: date = january) -> None:
        release = Release(order_id, "A", 100, "EUR", january, until, "Ada", "paid by cheque")
        append_release(settings, release, datetime.combine(day, time(12)))

    given("ended", january)
    given("holds", june)
    given("taken back", june)
    given("taken back", january)
    given("taken back late", january)
    given("taken back late", january, june)
    days = before(releases=date(2026, 3, 1))
    assert dropped(engine, home, days) == {"releases": 1}
    assert release_in_force(engine, "holds", "A", june) is not None
    assert release_in_force(engine, "taken back", "A", june) is None
    assert dropped(engine, home, before(releases=date(2026, 7, 1))) == {"releases": 5}
    assert verify(engine, home).findings == ()
