"""`duecast keys`: made, listed and revoked on the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import duecast
from ledger.errors import SettingsError
from ledger.settings import Settings
from ledger.store import open_store
from serving.access import create_session, keys


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DUECAST_HOME", str(tmp_path))
    return Settings(home=tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(duecast.app, ["keys", *arguments])


def found(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_key_is_printed_once_and_never_again(home: Settings) -> None:
    told = run("create", "--role", "o2c", "--name", "ERP", "--days", "90").stdout
    text, sentence = told.splitlines()
    (key,) = keys(open_store(home))
    assert text.startswith(f"{key.key_id}_") and key.has_secret(text.rsplit("_", 1)[1])
    assert "'ERP', role o2c, until " in sentence
    assert key.expires_at is not None and (key.expires_at - key.created_at).days == 90
    for listed in (run("list").stdout, run("list", "--json").stdout):
        assert key.key_id in listed and "ERP" in listed
        assert text not in listed and key.secret_sha256 not in listed


def test_machines_get_json(home: Settings) -> None:
    made = found("create", "--role", "collector", "--collector", "Anna")
    (listed,) = found("list")
    assert made.pop("key").startswith(made["key_id"] + "_")
    assert made == listed
    (key,) = keys(open_store(home))
    assert listed == {
        "key_id": key.key_id,
        "state": "valid",
        "role": "collector",
        "name": "collector",
        "collector": "Anna",
        "created_at": f"{key.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": None,
        "revoked_at": None,
    }


def test_a_key_that_is_revoked_is_listed_as_such() -> None:
    key_id = found("create", "--role", "admin")["key_id"]
    assert f"{key_id} of 'admin', role admin, is revoked." in run("revoke", key_id).stdout
    revoked = found("revoke", key_id)
    assert revoked["state"] == "revoked" and revoked["revoked_at"]
    assert found("list") == [revoked]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--role", "collector"), "role is 'collector'"),
        (("create", "--role", "admin", "--collector", "Anna"), "collector is 'Anna'"),
        (("revoke", "dk_0"), "there is no key 'dk_0'"),
    ],
)
def test_what_cannot_be_is_refused(home: Settings, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, SettingsError)
    assert said in str(result.exception)
    assert keys(open_store(home)) == ()


@pytest.mark.parametrize("wrong", [("--role", "boss"), ("--role", "admin", "--days", "0"), ()])
def test_a_slip_of_the_pen_ends_with_2(wrong: tuple[str, ...]) -> None:
    assert run("create", *wrong).exit_code == 2


def test_sessions_are_listed_where_they_are_asked_for_and_can_be_revoked(home: Settings) -> None:
    made = found("create", "--role", "admin", "--days", "1")
    (key,) = keys(open_store(home))
    session, _ = create_session(home, key, datetime.now(UTC))
    assert [row["key_id"] for row in found("list")] == [made["key_id"]]
    _, listed = found("list", "--sessions")
    assert (listed["key_id"], listed["session_of"]) == (session.key_id, key.key_id)
    assert listed["state"] == "valid"
    assert session.key_id in run("list", "--sessions").stdout
    assert found("revoke", session.key_id)["state"] == "revoked"
    assert found("list")[0]["state"] == "valid"
