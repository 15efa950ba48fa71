"""Policies that were used can be read again, and only as they were."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from decisions.policy import content, digest, policy_of, read_policy
from decisions.policy_records import NoPolicyError, load_policy, store_policy
from ledger.store.database import open_database


def test_a_policy_is_stored_once_and_read_as_it_was(database_url: str) -> None:
    engine = open_database(database_url)
    first = read_policy()
    second = replace(first, version="7", limits=replace(first.limits, lgd_by_segment={"é": 0.6}))
    assert [store_policy(engine, each) for each in (first, second, first)] == [
        digest(first),
        digest(second),
        digest(first),
    ]
    assert load_policy(engine, digest(second)) == second
    assert load_policy(engine, digest(first)) == first
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM policies")).scalar() == 2
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM policies"))


def test_a_policy_nobody_stored_or_somebody_altered_is_refused(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db")
    with pytest.raises(NoPolicyError, match="is not stored here"):
        load_policy(engine, "0" * 64)
    sha256 = store_policy(engine, read_policy())
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER policies_no_update"))
        connection.execute(text("UPDATE policies SET content = replace(content, '1.25', '9')"))
    with pytest.raises(NoPolicyError, match="was altered: what is stored has digest"):
        load_policy(engine, sha256)


def test_a_policy_from_before_a_section_was_there_has_the_section_of_today() -> None:
    policy = read_policy()
    older = json.loads(content(policy))
    del older["retention"]
    assert policy_of(json.dumps(older)) == policy
