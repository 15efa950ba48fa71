"""Records of the audit trail: one after the other, none lost, none without its whole content."""

import json
from datetime import UTC
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from decisions.audit_anchor import ANCHOR, audit_directory, read_anchor, read_key
from decisions.audit_chain import BEGINNING, AuditError
from decisions.audit_log import anchor_committed, append, append_within, last_seq, pages, read
from decisions.audit_verify import verify
from ledger.errors import DatabaseError
from ledger.store.database import open_database, writing
from tests.decisions.audit_trails import Appender, appended, entry, other_machine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_record_is_read_as_it_was_appended(database_url: str, home: Path) -> None:
    engine = open_database(database_url)
    asked = entry(
        inputs='{"names":["Zoë Ångström"],"tiny":1e-300}'.encode(),
        result=b"[" + b"0.1," * 100_000 + b"1]",
        request_id="r-1",
    )
    written = append(engine, home, asked)
    found = read(open_database(database_url), written.audit_id)
    assert found == written
    assert (found.inputs, found.result) == (asked.inputs, asked.result)
    assert (found.at, found.actor, found.request_id) == (asked.at, "erp", "r-1")
    assert len(found.result_zlib) < 10_000


def test_records_are_numbered_and_each_names_the_one_before(database_url: str, home: Path) -> None:
    records = appended(open_database(database_url), home, 3)
    assert [record.seq for record in records] == [1, 2, 3]
    macs = [record.mac for record in records]
    assert [record.previous_mac for record in records] == [BEGINNING, *macs[:-1]]
    assert len({record.audit_id for record in records}) == len(set(macs)) == 3


def test_a_ledger_in_the_request_leaves_its_digest_only(database_url: str, home: Path) -> None:
    engine = open_database(database_url)
    kept, digest_only = (
        append(engine, home, entry()),
        append(engine, home, entry(keep_inputs=False)),
    )
    found = read(engine, digest_only.audit_id)
    assert found.inputs is None and found.inputs_zlib is None
    assert found.inputs_sha256 == kept.inputs_sha256
    assert verify(engine, home).findings == ()


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_a_record(
    database_url: str, home: Path, change: str
) -> None:
    engine = open_database(database_url)
    append(engine, home, entry())
    with pytest.raises(DBAPIError, match="audit is append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_the_key_is_its_owner_s_alone_and_not_in_the_database(home: Path) -> None:
    engine = open_database(f"sqlite:///{home.parent / 'duecast.db'}")
    append(engine, home, entry())
    path = audit_directory(home) / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    database = (home.parent / "duecast.db").read_bytes()
    assert read_key(home) not in database and read_key(home).hex().encode() not in database
    path.chmod(0o644)
    assert "can be read by others: its mode is 644" in verify(engine, home).findings[0]


def test_an_id_nobody_gave_has_no_record(home: Path) -> None:
    with pytest.raises(AuditError, match="there is no audit record 77"):
        read(open_database(f"sqlite:///{home}/duecast.db"), "77")


def test_a_time_with_a_zone_is_refused(home: Path) -> None:
    engine = open_database(f"sqlite:///{home}/duecast.db")
    with pytest.raises(AuditError, match="expected UTC without a time zone"):
        append(engine, home, entry(at=entry().at.replace(tzinfo=UTC)))
    assert last_seq(engine) == 0


def test_without_a_database_there_is_no_record(home: Path) -> None:
    path = home.parent / "duecast.db"
    engine = open_database(f"sqlite:///{path}")
    append(engine, home, entry())
    path.write_bytes(b"no database, whatever it was")
    with pytest.raises((DatabaseError, DBAPIError)):
        append(engine, home, entry())


def test_without_an_anchor_that_can_be_written_there_is_no_record(home: Path) -> None:
    engine = open_database(f"sqlite:///{home.parent / 'duecast.db'}")
    append(engine, home, entry())
    anchor = audit_directory(home) / ANCHOR
    anchor.unlink()
    anchor.mkdir()
    with pytest.raises(AuditError, match="audit: Is a directory"):
        append(engine, home, entry())
    assert last_seq(engine) == 1


def test_a_promotion_and_its_record_happen_both_or_not_at_all(
    database_url: str, home: Path
) -> None:
    engine = open_database(database_url)
    appended(engine, home, 2)
    with pytest.raises(RuntimeError), writing(engine, "ledger") as connection:
        append_within(connection, home, entry(3))
        raise RuntimeError
    assert last_seq(engine) == 2
    assert verify(engine, home).findings == ()
    with writing(engine, "ledger") as connection:
        record = append_within(connection, home, entry(3))
    anchor_committed(home, record)
    assert read(engine, record.audit_id) == record
    anchor = read_anchor(audit_directory(home) / ANCHOR, read_key(home))
    assert (anchor.count, anchor.mac) == (3, record.mac)


def test_a_transaction_has_one_record_at_most(database_url: str, home: Path) -> None:
    engine = open_database(database_url)
    with (
        pytest.raises(AuditError, match="one audit record at most"),
        writing(engine, "ledger") as connection,
    ):
        append_within(connection, home, entry(1))
        append_within(connection, home, entry(2))
    assert last_seq(engine) == 0
    assert verify(engine, home).findings == ()


def test_the_anchor_is_one_behind_where_a_process_was_cut_off_and_then_catches_up(
    database_url: str, home: Path
) -> None:
    engine = open_database(database_url)

    def count() -> int:
        return read_anchor(audit_directory(home) / ANCHOR, read_key(home)).count

    for number in (1, 2, 3):
        with writing(engine, "audit") as connection:
            append_within(connection, home, entry(number))
        assert count() == number - 1
        assert verify(engine, home).findings == ()
    append(engine, home, entry(4))
    assert count() == 4
    assert verify(engine, home).findings == ()


def test_a_write_to_the_anchor_that_is_cut_short_costs_nothing(home: Path) -> None:
    engine = open_database(f"sqlite:///{home.parent / 'duecast.db'}")
    path = audit_directory(home) / ANCHOR
    for number in range(1, 5):
        before = path.read_bytes() if path.exists() else b""
        append(engine, home, entry(number))
        after = path.read_bytes()
        changed = [place for place, byte in enumerate(before) if byte != after[place]]
        if before:
            half = (changed[0] + changed[-1]) // 2
            path.write_bytes(after[:half] + before[half:])
            assert verify(engine, home).findings == ()
            path.write_bytes(after)


def test_processes_that_append_at_once_make_one_chain(database_url: str, home: Path) -> None:
    processes = [Appender(database_url, home, 50, of_ledger=place > 1) for place in range(4)]
    for process in processes:
        process.begin()
    said = [set(process.ids()) for process in processes]
    assert [process.end() for process in processes] == [0] * 4
    engine = open_database(database_url)
    found = verify(engine, home)
    assert (found.records, found.last_seq, found.findings) == (200, 200, ())
    assert {record.audit_id for page in pages(engine, 200) for record in page} == set.union(*said)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_process_loses_no_acknowledged_record(
    database_url: str, home: Path, seed: int
) -> None:
    random, acknowledged = Random(seed), list[str]()
    for _ in range(4):
        process = Appender(database_url, home, 100_000)
        process.begin()
        acknowledged += process.ids(random.randint(5, 60))
        process.kill()
        acknowledged += process.ids()
        process.end()
    engine = open_database(database_url)
    found = verify(engine, home)
    assert found.findings == ()
    assert len(acknowledged) <= found.records <= len(acknowledged) + 4
    kept = {record.audit_id for page in pages(engine, found.last_seq) for record in page}
    assert set(acknowledged) <= kept
    append(engine, home, entry())
    assert verify(engine, home).findings == ()


def test_machines_with_homes_of_their_own_share_the_key_and_the_chain(
    database_url: str, home: Path
) -> None:
    engine = open_database(database_url)
    appended(engine, home, 2)
    other = other_machine(home, "other")
    append(engine, other, entry(3))
    append(engine, home, entry(4))
    append(engine, other, entry(5))
    append(engine, other, entry(6))
    there = other / "audit" / "anchor"
    found = verify(engine, home, [there])
    assert (found.records, found.findings) == (6, ())
    assert verify(engine, other, [home / "audit" / "anchor"]).findings == ()
    (alone,) = verify(engine, home).findings
    assert "records 3 to 6 were counted in anchor" in alone and "give it with --anchor" in alone


def test_a_machine_without_the_key_or_with_one_of_its_own_appends_nothing(
    database_url: str, home: Path
) -> None:
    engine = open_database(database_url)
    append(engine, home, entry(1))
    with pytest.raises(AuditError, match="key is missing, yet records were sealed with it"):
        append(engine, home.with_name("second"), entry(2))
    third = home.with_name("third")
    append(open_database(f"sqlite:///{third}/duecast.db"), third, entry(1))
    with pytest.raises(AuditError, match="the last record was sealed with"):
        append(engine, third, entry(2))
    assert last_seq(engine) == 1


def test_the_result_is_json(home: Path) -> None:
    record = append(open_database(f"sqlite:///{home}/duecast.db"), home, entry(7))
    assert json.loads(record.result or b"") == {"scores": [{"p_unpaid": 0.7}]}
