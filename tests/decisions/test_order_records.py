"""Order checks and releases on record: one question has one answer, the last release counts."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from decisions.audit_log import last_seq, pages
from decisions.order_records import (
    OrderCheckRecord,
    append_release,
    find_check,
    keep_check,
    release_in_force,
)
from decisions.orders import Release
from ledger.settings import Settings
from ledger.store import open_store, writing

AT = datetime(2026, 1, 2, 9, 0)
CHECK = OrderCheckRecord(
    order_id="O1",
    customer_id="A",
    asked_sha256="a" * 64,
    question={"order_amount": "10.00"},
    answer={"outcome": "hold", "limit": None, "pd": 0.1 + 0.2},
    rests_on={"model_version": 3, "ledger_seq": None},
    checked_at=AT,
)
GIVEN = date(2026, 1, 2)
RELEASE = Release("O1", "A", 300_000, "EUR", GIVEN, date(2026, 1, 16), "Ada", "paid by cheque")


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database=database_url)


@pytest.fixture
def engine(home: Settings) -> Engine:
    return open_store(home)


def kept(engine: Engine, check: OrderCheckRecord) -> OrderCheckRecord:
    """The check that counts, once it is committed."""
    with writing(engine, "audit") as connection:
        return keep_check(connection, check)


def test_the_same_question_gets_the_answer_it_got(engine: Engine) -> None:
    assert find_check(engine, "O1", "a" * 64) is None
    assert kept(engine, CHECK) == CHECK
    later = replace(CHECK, answer={"outcome": "approve"}, checked_at=datetime(2026, 1, 3))
    assert kept(engine, later) == CHECK
    assert find_check(engine, "O1", "a" * 64) == CHECK


def test_a_changed_order_and_another_order_are_checked_anew(engine: Engine) -> None:
    kept(engine, CHECK)
    for other in (replace(CHECK, asked_sha256="b" * 64), replace(CHECK, order_id="O2")):
        assert kept(engine, replace(other, answer={"outcome": "approve"})).answer == {
            "outcome": "approve"
        }
    assert find_check(engine, "O1", "a" * 64) == CHECK


def test_of_many_who_answer_at_once_all_give_the_answer_that_is_kept(engine: Engine) -> None:
    ready, found = Barrier(4), []

    def ask(number: int) -> None:
        ready.wait()
        found.append(kept(engine, replace(CHECK, answer={"number": number})))

    threads = [Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({check.answer["number"] for check in found}) == 1


def test_a_release_holds_from_its_first_to_its_last_day(home: Settings, engine: Engine) -> None:
    append_release(home, RELEASE, AT)
    assert release_in_force(engine, "O1", "A", GIVEN) == RELEASE
    assert release_in_force(engine, "O1", "A", date(2026, 1, 16)) == RELEASE
    for day in (date(2026, 1, 1), date(2026, 1, 17)):
        assert release_in_force(engine, "O1", "A", day) is None
    assert release_in_force(engine, "O2", "A", GIVEN) is None
    assert release_in_force(engine, "O1", "B", GIVEN) is None


def test_the_last_release_recorded_counts_and_can_take_back_the_one_before(
    home: Settings, engine: Engine
) -> None:
    append_release(home, RELEASE, AT)
    more = replace(RELEASE, amount_minor=400_000)
    append_release(home, more, AT)
    assert release_in_force(engine, "O1", "A", GIVEN) == more
    append_release(home, replace(RELEASE, until=date(2026, 1, 1), why="a mistake"), AT)
    assert release_in_force(engine, "O1", "A", GIVEN) is None


def test_the_audit_trail_has_every_release_and_who_gave_it(home: Settings, engine: Engine) -> None:
    append_release(home, RELEASE, AT)
    (record,) = next(pages(engine, last_seq(engine)))
    assert (record.kind, record.actor, record.at) == ("release", "Ada", AT)
    said = json.loads(record.result or b"")
    assert (said["order_id"], said["until"], said["why"]) == ("O1", "2026-01-16", "paid by cheque")


@pytest.mark.parametrize("table", ["order_checks", "releases"])
def test_what_is_recorded_cannot_be_changed(home: Settings, engine: Engine, table: str) -> None:
    kept(engine, CHECK)
    append_release(home, RELEASE, AT)
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET order_id = 'O9'"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(change))
