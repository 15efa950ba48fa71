"""Computing a recorded answer again: every number the same, or named."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from decisions.audit_anchor import read_key
from decisions.audit_chain import AuditEntry, AuditError, AuditRecord, canonical_json
from decisions.audit_log import append
from decisions.audit_replay import MOST_DIFFERENCES, Replay, replay
from ledger.store.database import open_database
from tests.decisions.audit_trails import entry

CODE = entry().code_version


def recorded(tmp_path: Path, given: AuditEntry) -> tuple[AuditRecord, bytes]:
    engine = open_database(f"sqlite:///{tmp_path}/duecast.db")
    return append(engine, tmp_path / "home", given), read_key(tmp_path / "home")


def doubled(record: AuditRecord) -> Any:
    """Twice the number asked for: what the answers of these tests are."""
    asked = json.loads(record.inputs or b"")
    return {"twice": asked["number"] * 2, "of": (asked["number"],)}


def answer(number: float, result: Any = None, **facts: Any) -> AuditEntry:
    given = {"twice": number * 2, "of": [number]} if result is None else result
    return entry(
        kind="double",
        inputs=canonical_json({"number": number}),
        result=canonical_json(given),
        **facts,
    )


def test_the_same_code_gives_the_same_answer(tmp_path: Path) -> None:
    record, key = recorded(tmp_path, answer(0.1))
    assert replay(record, key, {"double": doubled}, CODE) == Replay(record.audit_id, (), ())


@pytest.mark.parametrize(
    ("result", "differences"),
    [
        (
            {"twice": 0.20000000000000004, "of": [0.1]},
            ["result.twice is 0.2; recorded was 0.20000000000000004"],
        ),
        (
            {"of": [0.1], "more": "x"},
            [
                'result.more is absent; recorded was "x"',
                "result.twice is 0.2; recorded was absent",
            ],
        ),
        (
            {"twice": 0.2, "of": [1, 2]},
            ["result.of has 1 entries; recorded were 2", "result.of[0] is 0.1; recorded was 1"],
        ),
        ({"twice": "0.2", "of": [0.1]}, ['result.twice is 0.2; recorded was "0.2"']),
        ({"twice": 0.2, "of": [None]}, ["result.of[0] is 0.1; recorded was null"]),
    ],
)
def test_every_difference_is_named_with_its_place(
    tmp_path: Path, result: Any, differences: list[str]
) -> None:
    record, key = recorded(tmp_path, answer(0.1, result))
    assert list(replay(record, key, {"double": doubled}, CODE).differences) == differences


def test_another_version_of_the_code_is_named(tmp_path: Path) -> None:
    record, key = recorded(tmp_path, answer(2, code_version="0.0.9+f00"))
    found = replay(record, key, {"double": doubled}, CODE)
    assert found.differences == ()
    assert found.notes == (f"recorded by code 0.0.9+f00, computed again by {CODE}",)


def test_many_differences_are_cut_short_and_said_to_be(tmp_path: Path) -> None:
    record, key = recorded(tmp_path, answer(1, {str(place): 1 for place in range(50)}))
    found = replay(record, key, {"double": lambda _: {str(place): 2 for place in range(50)}}, CODE)
    assert len(found.differences) == MOST_DIFFERENCES
    assert found.notes == (f"only the first {MOST_DIFFERENCES} differences are named",)


def test_what_cannot_be_computed_again_says_why(tmp_path: Path) -> None:
    record, key = recorded(tmp_path, answer(1, keep_inputs=False))
    with pytest.raises(AuditError, match="has a digest of its inputs only"):
        replay(record, key, {"double": doubled}, CODE)
    kept, key = recorded(tmp_path, answer(1))
    with pytest.raises(AuditError, match="is of kind double; expected one of halve"):
        replay(kept, key, {"halve": doubled}, CODE)
    with pytest.raises(AuditError, match=r"is altered, or moved.*not computed again"):
        replay(replace(kept, ledger_seq=8), key, {"double": doubled}, CODE)
