"""Tampering with the audit trail: whatever is done to the database alone is found and named."""

import re
import shutil
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

from decisions.audit_anchor import ANCHOR, audit_directory, set_anchor_aside
from decisions.audit_chain import AuditError
from decisions.audit_log import AUDIT, PAGE_RECORDS, append, last_seq, read
from decisions.audit_verify import Verification, accept_lost_anchors, verify
from ledger.store.database import open_database
from tests.decisions.audit_trails import appended, entry, other_machine, unguarded

RECORDS = 5


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def trail_of_five(url: str, home: Path) -> Engine:
    engine = open_database(url)
    appended(engine, home, RECORDS)
    return engine


@pytest.fixture
def engine(tmp_path: Path, home: Path) -> Engine:
    """A database with a trail of five records."""
    return trail_of_five(f"sqlite:///{tmp_path / 'duecast.db'}", home)


@pytest.fixture
def any_engine(database_url: str, home: Path) -> Engine:
    """Such a database of each kind."""
    return trail_of_five(database_url, home)


def changed(value: Any) -> Any:
    """A value of the same type that is another one."""
    if value is None:
        return "x"
    if isinstance(value, bytes):
        return zlib.compress(zlib.decompress(value) + b" ")
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    return value + ("x" if isinstance(value, str) else 1)


def anchor_of(home: Path) -> Path:
    return audit_directory(home) / ANCHOR


def seqs(first: int, last: int) -> Any:
    return AUDIT.c.seq.between(first, last)


def test_a_trail_that_nobody_touched_has_no_findings(any_engine: Engine, home: Path) -> None:
    found = verify(any_engine, home)
    assert found.findings == found.lost_anchors == ()
    assert (found.records, found.last_seq) == (RECORDS, RECORDS)


def test_a_clock_set_back_is_no_finding_and_the_record_has_its_word(
    any_engine: Engine, home: Path
) -> None:
    long_ago = datetime(2020, 1, 1)
    record = append(any_engine, home, entry(6, at=long_ago))
    append(any_engine, home, entry(7))
    assert read(any_engine, record.audit_id).at == long_ago
    assert (record.seq, verify(any_engine, home).findings) == (6, ())


def test_no_trail_at_all_is_no_finding(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db")
    assert verify(engine, tmp_path / "home") == Verification(0, 0, "0" * 64, (), ())


@pytest.mark.parametrize("seq", [1, 3, RECORDS])
def test_a_change_of_any_column_of_a_record_is_found(
    any_engine: Engine, home: Path, seq: int
) -> None:
    with any_engine.connect() as connection:
        before = connection.execute(select(AUDIT).where(AUDIT.c.seq == seq)).one()._asdict()
    for column in AUDIT.columns:
        value = 77 if column is AUDIT.c.seq else changed(before[column.name])
        with unguarded(any_engine) as connection:
            connection.execute(update(AUDIT).where(AUDIT.c.seq == seq).values({column: value}))
        found = "\n".join(verify(any_engine, home).findings)
        now = 77 if column is AUDIT.c.seq else seq
        assert f"record {now} is" in found, (column.name, found)
        with unguarded(any_engine) as connection:
            connection.execute(update(AUDIT).where(AUDIT.c.seq == now).values(before))
        assert verify(any_engine, home).findings == ()


def test_a_value_taken_out_is_found(any_engine: Engine, home: Path) -> None:
    for column in AUDIT.columns:
        if column.nullable and column is not AUDIT.c.request_id:
            with unguarded(any_engine) as connection:
                wanted = select(column).where(AUDIT.c.seq == 2)
                before = connection.execute(wanted).scalar()
                connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values({column: None}))
            found = verify(any_engine, home).findings
            assert found == ("record 2 is altered, or moved from another place",), column.name
            with unguarded(any_engine) as connection:
                connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values({column: before}))


@pytest.mark.parametrize("column", ["inputs_zlib", "result_zlib"])
def test_contents_that_cannot_be_read_are_found(
    any_engine: Engine, home: Path, column: str
) -> None:
    with unguarded(any_engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values({column: b"\x00no zlib"}))
    (finding,) = verify(any_engine, home).findings
    assert finding == f"record 2 is altered: not the {column[:-5]} that was recorded"


def test_records_removed_from_the_middle_are_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(seqs(2, 3)))
    assert verify(engine, home).findings == ("records 2 to 3 are missing",)


def test_a_gap_closed_by_other_numbers_is_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(seqs(2, 2)))
        for seq in (3, 4, 5):
            connection.execute(update(AUDIT).where(AUDIT.c.seq == seq).values(seq=seq - 1))
    found = verify(engine, home).findings
    assert found[0] == "records 2 to 4 are altered, or moved from another place"
    assert "record 5 is missing: removed from the end" in found[1]


def test_records_removed_from_the_beginning_are_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(seqs(1, 2)))
    (finding,) = verify(engine, home).findings
    assert finding == "records 1 to 2 are missing, and no record says that they were dropped"


@pytest.mark.parametrize("left", [RECORDS - 1, 2, 0])
def test_records_removed_from_the_end_are_found(any_engine: Engine, home: Path, left: int) -> None:
    with unguarded(any_engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > left))
    (finding,) = verify(any_engine, home).findings
    assert "missing: removed from the end" in finding
    assert re.match(rf"records? {left + 1}\b", finding)


def test_records_removed_from_the_end_are_found_once_others_follow(
    engine: Engine, home: Path
) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 3))
    for number in range(4, 10):
        append(engine, home, entry(number + 10))
        assert verify(engine, home).lost_anchors, number


def test_a_last_record_replaced_by_another_is_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq == RECORDS))
    append(engine, home, entry(99))
    (finding,) = verify(engine, home).findings
    assert f"record {RECORDS} is not the one that anchor" in finding


def test_a_sealed_record_of_a_trail_that_was_given_up_is_found(engine: Engine, home: Path) -> None:
    fourth = select(AUDIT).where(AUDIT.c.seq == 4)
    with unguarded(engine) as connection:
        old = connection.execute(fourth).one()._asdict()
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 3))
    facts = {"at": entry(9).at, "by": "Anna", "why": "restored a backup", "code_version": "1"}
    accept_lost_anchors(engine, home, **facts)
    append(engine, home, entry(11))
    assert verify(engine, home).findings == ()
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 4).values(old))
    assert any(
        "record 5 is no successor of the record before" in finding
        for finding in verify(engine, home).findings
    )


def test_two_records_that_changed_places_are_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        for old, new in ((2, 99), (4, 2), (99, 4)):
            connection.execute(update(AUDIT).where(AUDIT.c.seq == old).values(seq=new))
    found = verify(engine, home).findings
    assert "record 2 is altered, or moved from another place" in found
    assert "record 4 is altered, or moved from another place" in found


def test_a_record_made_up_without_the_key_is_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        last = connection.execute(select(AUDIT).where(AUDIT.c.seq == RECORDS)).one()._asdict()
        made_up = {"seq": 6, "audit_id": "6", "previous_mac": last["mac"], "mac": "f" * 64}
        connection.execute(insert(AUDIT).values({**last, **made_up}))
    assert verify(engine, home).findings == ("record 6 is altered, or moved from another place",)


def test_another_key_is_named(engine: Engine, home: Path) -> None:
    other = home.with_name("other")
    append(open_database(f"sqlite:///{other}/duecast.db"), other, entry())
    shutil.copy(other / "audit" / "key", home / "audit" / "key")
    found = verify(engine, home).findings
    assert any("records 1 to 5 are sealed with another key" in finding for finding in found)
    (home / "audit" / "key").write_text("no key")
    with pytest.raises(AuditError, match="is no key; bring it back from a backup"):
        verify(engine, home)
    (home / "audit" / "key").unlink()
    with pytest.raises(AuditError, match="missing, yet records were sealed with it"):
        verify(engine, home)


def deleted(home: Path, _old: bytes) -> None:
    anchor_of(home).unlink()


def put_back(home: Path, old: bytes) -> None:
    anchor_of(home).write_bytes(old)


def emptied(home: Path, _old: bytes) -> None:
    anchor_of(home).write_bytes(b"")


def edited(home: Path, _old: bytes) -> None:
    text = anchor_of(home).read_bytes()
    anchor_of(home).write_bytes(re.sub(rb'"count":\d', b'"count":1', text))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (deleted, "is missing; bring it back"),
        (put_back, "an old anchor was put in place of it"),
        (emptied, "is damaged or of another key"),
        (edited, "is damaged or of another key"),
    ],
)
def test_an_anchor_that_was_tampered_with_is_found(
    tmp_path: Path, home: Path, tamper: Callable[[Path, bytes], None], said: str
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db")
    appended(engine, home, 3)
    old = anchor_of(home).read_bytes()
    appended(engine, home, 3)
    assert verify(engine, home).findings == ()
    tamper(home, old)
    assert any(said in finding for finding in verify(engine, home).findings)


def test_an_anchor_that_was_deleted_is_missed_after_the_next_record(
    engine: Engine, home: Path
) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 3))
    anchor_of(home).unlink()
    append(engine, home, entry(4))
    (finding,) = verify(engine, home).findings
    assert "records 1 to 3 were counted in anchor" in finding
    assert "records after them may have been removed" in finding


def test_all_records_and_the_anchor_removed_is_found(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT))
    anchor_of(home).unlink()
    (finding,) = verify(engine, home).findings
    assert "is missing; bring it back from a backup" in finding


def test_an_anchor_known_to_be_lost_is_asked_for_no_more(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:  # a backup, restored
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 3))
    assert verify(engine, home).findings
    facts = {"at": entry(9).at, "by": "Anna", "why": "restored a backup", "code_version": "1"}
    record = accept_lost_anchors(engine, home, **facts)
    assert (record.kind, record.actor, record.inputs) == (
        "anchor",
        "Anna",
        b'{"why":"restored a backup"}',
    )
    assert verify(engine, home).findings == ()
    append(engine, home, entry(10))
    assert verify(engine, home).findings == ()
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 4))
    assert "missing: removed from the end" in verify(engine, home).findings[0]


def test_nothing_lost_is_nothing_to_accept(engine: Engine, home: Path) -> None:
    facts = {"at": entry(9).at, "by": "Anna", "why": "", "code_version": "1"}
    with pytest.raises(AuditError, match="there is nothing to accept"):
        accept_lost_anchors(engine, home, **facts)
    assert last_seq(engine) == RECORDS


def test_an_altered_record_cannot_be_accepted_away(engine: Engine, home: Path) -> None:
    with unguarded(engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values(actor="nobody"))
    set_anchor_aside(home)
    facts = {"at": entry(9).at, "by": "Anna", "why": "", "code_version": "1"}
    accept_lost_anchors(engine, home, **facts)
    assert verify(engine, home).findings == ("record 2 is altered, or moved from another place",)


def test_the_trail_is_read_page_by_page(tmp_path: Path, home: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db", pooled=True)
    appended(engine, home, PAGE_RECORDS + 1)
    told: list[str] = []
    assert verify(engine, home, progress=told.append).findings == ()
    assert told == [f"Records 1 to {PAGE_RECORDS}", f"Records {PAGE_RECORDS + 1} to 201"]
    with unguarded(engine) as connection:
        connection.execute(text(f"DELETE FROM audit WHERE seq = {PAGE_RECORDS}"))
    assert verify(engine, home).findings == (f"record {PAGE_RECORDS} is missing",)


def test_an_anchor_of_another_machine_finds_what_was_removed(engine: Engine, home: Path) -> None:
    other = other_machine(home, "other")
    append(engine, other, entry(6))
    append(engine, other, entry(7))
    with unguarded(engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 5))
    assert verify(engine, home).findings == ()
    (finding,) = verify(engine, home, [anchor_of(other)]).findings
    assert "records 6 to 7 are missing: removed from the end" in finding
