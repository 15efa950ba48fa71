"""Keys in the database: told once, kept by their hash, revoked for good."""

import hmac
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.errors import SettingsError
from ledger.settings import Settings
from ledger.store import open_store
from serving.access import create_key, key_reader, keys, revoke_key

NOW = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def secret_of(key: str) -> str:
    return key.rsplit("_", 1)[1]


def test_a_key_is_kept_by_the_hash_of_its_secret(home: Settings) -> None:
    key, told = create_key(home, "o2c", NOW, name="ERP", by="tests")
    assert told == f"{key.key_id}_{secret_of(told)}"
    assert key.secret_sha256 == sha256(secret_of(told).encode()).hexdigest()
    assert keys(open_store(home)) == (key,)
    written = b"".join(file.read_bytes() for file in home.home.rglob("*") if file.is_file())
    assert key.key_id.encode() in written
    assert secret_of(told).encode() not in written
    assert key.secret_sha256 not in repr(key)


def test_no_two_keys_are_alike(home: Settings) -> None:
    made = [create_key(home, "admin", NOW, by="tests")[1] for _ in range(20)]
    assert len({secret_of(key) for key in made}) == len({key[:15] for key in made}) == 20
    assert {len(secret_of(key)) for key in made} == {48}


def test_a_key_counts_until_it_expires(home: Settings) -> None:
    key, _ = create_key(home, "analyst", NOW, lasts=timedelta(hours=1), by="tests")
    (stored,) = keys(open_store(home))
    assert stored == key
    assert key.state(LATER - timedelta(seconds=1)) == "valid"
    assert key.state(LATER) == "expired"
    forever, _ = create_key(home, "analyst", NOW, by="tests")
    assert forever.state(datetime(2999, 1, 1, tzinfo=UTC)) == "valid"


def test_a_moment_of_another_time_zone_is_the_same_moment(home: Settings) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    create_key(home, "admin", there, lasts=timedelta(hours=1), by="tests")
    (stored,) = keys(open_store(home))
    assert (stored.created_at, stored.expires_at) == (NOW, LATER)


def test_a_key_that_is_revoked_stays_so(home: Settings) -> None:
    engine = open_store(home)
    (one, _), (other, _) = (
        create_key(home, "admin", NOW, by="tests"),
        create_key(home, "admin", LATER, by="tests"),
    )
    assert revoke_key(home, one.key_id, LATER, by="tests").revoked_at == LATER
    again = revoke_key(home, one.key_id, LATER + timedelta(days=1), by="tests")
    assert (again.revoked_at, again.state(NOW)) == (LATER, "revoked")
    assert [key.state(LATER) for key in keys(engine)] == ["revoked", "valid"]
    assert keys(engine)[1] == other


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE keys SET role = 'admin'",
        "DELETE FROM keys",
        "DELETE FROM key_revocations",
    ],
)
def test_what_was_done_to_keys_cannot_be_undone(home: Settings, change: str) -> None:
    engine = open_store(home)
    key, _ = create_key(home, "o2c", NOW, by="tests")
    revoke_key(home, key.key_id, NOW, by="tests")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_a_key_that_there_is_not_cannot_be_revoked(home: Settings) -> None:
    with pytest.raises(SettingsError, match="there is no key 'dk_0'"):
        revoke_key(home, "dk_0", NOW, by="tests")


def test_all_that_no_key_can_be_made_of_is_told_at_once(home: Settings) -> None:
    engine = open_store(home)
    with pytest.raises(SettingsError) as caught:
        create_key(home, "boss", NOW, collector="Anna", lasts=timedelta(0), by="tests")
    role, collector, lasts = caught.value.problems
    assert role.startswith("role is 'boss'; expected one of o2c, analyst, collector, admin")
    assert collector.startswith("collector is 'Anna' and role is 'boss'")
    assert lasts.startswith("the key would last 0:00:00")
    for nobody in ("", "  "):
        with pytest.raises(SettingsError, match="and role is 'collector'"):
            create_key(home, "collector", NOW, collector=nobody, by="tests")
    assert keys(engine) == ()


def test_secrets_are_compared_in_constant_time(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the comparison of the standard library finds out whether a secret is the right one."""
    key, told = create_key(home, "admin", NOW, by="tests")
    compared = []

    def compare(one: str, other: str) -> bool:
        compared.append({one, other})
        return True

    assert key.has_secret(secret_of(told))
    assert not key.has_secret("0" * 48)
    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert key.has_secret("0" * 48)
    assert compared == [{key.secret_sha256, sha256(b"0" * 48).hexdigest()}]


def test_a_reader_opens_nothing_before_it_is_asked(home: Settings) -> None:
    read = key_reader(home, lambda: NOW)
    assert not home.home.exists()
    assert read() == ()
    key, _ = create_key(home, "collector", NOW, collector="Anna", by="tests")
    assert read() == (key,)


def test_keys_in_postgresql_are_the_same(postgresql_url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database=postgresql_url)
    engine = open_store(settings)
    key, _ = create_key(settings, "admin", NOW, lasts=timedelta(hours=1), by="tests")
    assert keys(engine) == (key,)
    assert revoke_key(settings, key.key_id, LATER, by="tests").revoked_at == LATER
