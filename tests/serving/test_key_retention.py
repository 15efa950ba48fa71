"""Keys and sessions that ended long ago go, with their revocations; the others stay."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from decisions.audit_verify import verify
from decisions.retention import drop
from ledger.settings import Settings
from ledger.store import Engine, open_store
from serving.access import EVER, create_key, create_session, keys, revoke_key
from serving.key_retention import aged_keys

LONG_AGO = datetime(2025, 12, 31, 20, tzinfo=UTC)
NEW_YEAR = date(2026, 1, 1)
AT = datetime(2026, 6, 1, 4)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database=database_url)


def dropped(settings: Settings, engine: Engine, day: date) -> int:
    kinds = [aged_keys(day)]
    return drop(engine, settings.home, date(2000, 1, 1), kinds, AT, "anna", "1")[1].records


def test_what_ended_before_the_day_goes_and_no_key_of_a_session_that_did_not(
    settings: Settings,
) -> None:
    engine = open_store(settings)

    def key(name: str, **lasts: timedelta) -> str:
        made, _ = create_key(settings, "admin", LONG_AGO, by="me", name=name, **lasts)
        return made.key_id

    key("for ever")
    key("expired", lasts=timedelta(hours=1))
    key("expires later", lasts=timedelta(days=1))
    revoke_key(settings, key("revoked"), LONG_AGO, by="me")
    revoke_key(settings, key("revoked later"), LONG_AGO + timedelta(days=1), by="me")
    user, _ = create_key(settings, "admin", LONG_AGO - timedelta(days=1), by="me", name="user")
    over, _ = create_session(settings, user, LONG_AGO - timedelta(hours=12))
    lasting, _ = create_session(settings, user, LONG_AGO)
    revoke_key(settings, user.key_id, LONG_AGO, by="me")
    assert dropped(settings, engine, NEW_YEAR) == 3
    left = {each.key_id: each.name for each in keys(engine, EVER)}
    assert sorted(left.values()) == ["expires later", "for ever", "revoked later", "user", "user"]
    assert over.key_id not in left and lasting.key_id in left
    assert dropped(settings, engine, NEW_YEAR) == 0
    assert dropped(settings, engine, NEW_YEAR + timedelta(days=7)) == 4
    assert [each.name for each in keys(engine, EVER)] == ["for ever"]
    assert verify(engine, settings.home).findings == ()
