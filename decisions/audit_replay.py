"""Whether the code of today gives the answer that was recorded, number by number."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from decisions.audit_chain import AuditError, AuditRecord, canonical_json, flaw

MOST_DIFFERENCES = 20


class Replayer(Protocol):
    """Computes the answers of a kind again."""

    def __call__(self, record: AuditRecord) -> Any:
        """The result of a record, as JSON values, from its inputs, ledger, model and policy.

        Raises
        ------
        DuecastError
            Naming what is not at hand: the ledger as of `ledger_seq`, the model or the policy.
        """


@dataclass(frozen=True)
class Replay:
    """What came of computing an answer again.

    Parameters
    ----------
    audit_id
        Of which record.
    differences
        Where the answer differs, at most `MOST_DIFFERENCES`; none where it is the same.
    notes
        What else is not as it was then.
    """

    audit_id: str
    differences: tuple[str, ...]
    notes: tuple[str, ...]


def replay(
    record: AuditRecord, key: bytes, replayers: Mapping[str, Replayer], code_version: str
) -> Replay:
    """Compute the answer of a record again and compare every value.

    Numbers are equal or not; there is no tolerance.

    Parameters
    ----------
    record, key
        What was recorded, and the key of its seal.
    replayers
        By kind of record.
    code_version
        Of the code that runs; see `ledger.code_version`.

    Raises
    ------
    AuditError
        If the record was altered, or cannot be computed again.
    DuecastError
        If the ledger, model or policy is not at hand.
    """
    found = flaw(record, key)
    if found is not None:
        raise AuditError(f"record {record.audit_id} is {found}; it is not computed again")
    if record.inputs is None:
        raise AuditError(
            f"record {record.audit_id} has a digest of its inputs only: {record.inputs_sha256}; "
            "it cannot be computed again"
        )
    if record.kind not in replayers:
        raise AuditError(
            f"record {record.audit_id} is of kind {record.kind}; expected one of "
            f"{', '.join(sorted(replayers)) or 'none here'}: other kinds are not computed"
        )
    notes = []
    if record.code_version != code_version:
        notes.append(f"recorded by code {record.code_version}, computed again by {code_version}")
    again = json.loads(canonical_json(replayers[record.kind](record)))
    then = json.loads(record.result or b"null")
    differences: list[str] = []
    for difference in _differences(then, again, "result"):
        if len(differences) == MOST_DIFFERENCES:
            notes.append(f"only the first {MOST_DIFFERENCES} differences are named")
            break
        differences.append(difference)
    return Replay(record.audit_id, tuple(differences), tuple(notes))


def _differences(then: Any, now: Any, where: str) -> Iterator[str]:
    """Where two JSON values differ, in words."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            yield from _differences(
                then.get(name, _ABSENT), now.get(name, _ABSENT), f"{where}.{name}"
            )
    elif isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            yield f"{where} has {len(now)} entries; recorded were {len(then)}"
        for place, (first, second) in enumerate(zip(then, now, strict=False)):
            yield from _differences(first, second, f"{where}[{place}]")
    elif type(then) is not type(now) or then != now:
        yield f"{where} is {_shown(now)}; recorded was {_shown(then)}"


_ABSENT = object()


def _shown(value: Any) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
