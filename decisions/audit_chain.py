"""The chain of the audit trail: each record carries a seal over itself and the seal before it.

The seal is HMAC-SHA256 (RFC 2104) under a key that lies outside the database, so that who can write
to the database alone can neither alter a record nor add one. Inputs and result enter by their
SHA-256, the rest as it is.
"""

import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ledger.errors import DuecastError

BEGINNING = "0" * 64
"""What stands for the seal before that of the first record."""

FORM = "duecast audit 1"
"""Named in every seal: another way to make them has another name."""

# A level above 1 makes the records of a large answer a seventh smaller and takes twice the time.
COMPRESSION = 1


class AuditError(DuecastError):
    """The audit trail cannot be read, or written, as it should be."""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """What is to be recorded of an answer, a decision or a change.

    Parameters
    ----------
    at
        When, in UTC, without a time zone, by the clock of the machine. Records are in the order of
        their numbers: one that is earlier than the one before tells of a clock that was set back.
    kind
        What it was, such as `scores.invoices`, `credit.limits`, `promotion` or `key`.
    actor
        Who asked: name of a key, or a user of the command line.
    inputs, result
        What was asked and what was answered: JSON, UTF-8. See `canonical_json`.
    code_version
        See `ledger.code_version`.
    request_id
        Of the request, where there was one.
    model_version, model_sha256, policy_version, policy_sha256, ledger_seq
        By what it was answered, where it was by any.
    keep_inputs
        Keep the inputs; else their digest alone, and the answer cannot be computed again.
    """

    at: datetime
    kind: str
    actor: str
    inputs: bytes
    result: bytes
    code_version: str
    request_id: str | None = None
    model_version: int | None = None
    model_sha256: str | None = None
    policy_version: str | None = None
    policy_sha256: str | None = None
    ledger_seq: int | None = None
    keep_inputs: bool = True


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """A record of the trail: an entry, its place, and its seal.

    Parameters
    ----------
    seq
        1, 2, 3 … without gaps.
    audit_id
        By which it is asked for.
    inputs_zlib, result_zlib
        The entry's, compressed; no inputs where their digest alone is kept.
    inputs_sha256, result_sha256
        Of what was compressed.
    key_id, anchor_id
        Which key sealed it, and in which anchor it is counted.
    previous_mac, mac
        The seal of the record before it, and its own.
    """

    seq: int
    audit_id: str
    at: datetime
    kind: str
    actor: str
    request_id: str | None
    model_version: int | None
    model_sha256: str | None
    policy_version: str | None
    policy_sha256: str | None
    ledger_seq: int | None
    code_version: str
    inputs_zlib: bytes | None
    inputs_sha256: str
    result_zlib: bytes
    result_sha256: str
    key_id: str
    anchor_id: str
    previous_mac: str
    mac: str

    @property
    def inputs(self) -> bytes | None:
        """What was asked; None where the digest alone is kept, or where it cannot be read."""
        return None if self.inputs_zlib is None else _inflated(self.inputs_zlib)

    @property
    def result(self) -> bytes | None:
        """What was answered; None where it cannot be read."""
        return _inflated(self.result_zlib)


def canonical_json(value: Any) -> bytes:
    """The JSON of a value with its keys in order and no blanks, UTF-8: one form for one value.

    >>> canonical_json({"b": 0.1, "a": None})
    b'{"a":null,"b":0.1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def sealed(
    entry: AuditEntry,
    key: bytes,
    *,
    audit_id: str,
    anchor_id: str,
    previous: tuple[int, str],
) -> AuditRecord:
    """The record of an entry that follows the one with a `(seq, mac)`; `(0, BEGINNING)`: the first.

    Raises
    ------
    AuditError
        If the entry's time has a zone.
    """
    if entry.at.tzinfo is not None:
        raise AuditError(f"the time of the entry is {entry.at}; expected UTC without a time zone")
    fields = {name: value for name, value in vars(entry).items() if name not in _CONTENTS}
    facts = {
        **fields,
        "seq": previous[0] + 1,
        "audit_id": audit_id,
        "inputs_sha256": hashlib.sha256(entry.inputs).hexdigest(),
        "result_sha256": hashlib.sha256(entry.result).hexdigest(),
        "key_id": key_id(key),
        "anchor_id": anchor_id,
        "previous_mac": previous[1],
    }
    return AuditRecord(
        **facts,
        inputs_zlib=zlib.compress(entry.inputs, COMPRESSION) if entry.keep_inputs else None,
        result_zlib=zlib.compress(entry.result, COMPRESSION),
        mac=_mac(key, {**facts, "keep_inputs": entry.keep_inputs}),
    )


def flaw(record: AuditRecord, key: bytes) -> str | None:
    """Why a record is not what was recorded; None where it is."""
    if record.key_id != key_id(key):
        return f"sealed with another key, {record.key_id}; expected {key_id(key)}"
    facts = {name: value for name, value in asdict(record).items() if name not in _UNSEALED}
    mac = _mac(key, {**facts, "keep_inputs": record.inputs_zlib is not None})
    if not hmac.compare_digest(mac, record.mac):
        return "altered, or moved from another place"
    for name, content, sha256 in (
        ("inputs", record.inputs, record.inputs_sha256),
        ("result", record.result, record.result_sha256),
    ):
        kept = name == "result" or record.inputs_zlib is not None
        if kept and (content is None or hashlib.sha256(content).hexdigest() != sha256):
            return f"altered: not the {name} that was recorded"
    return None


def key_id(key: bytes) -> str:
    """What names a key and does not give it away, 16 hexadecimal digits."""
    return hmac.new(key, b"duecast audit key", hashlib.sha256).hexdigest()[:16]


_CONTENTS = ("inputs", "result", "keep_inputs")
_UNSEALED = ("inputs_zlib", "result_zlib", "mac")


def _mac(key: bytes, facts: Mapping[str, Any]) -> str:
    """The seal over facts; a time counts to the microsecond."""
    at = facts["at"].isoformat(timespec="microseconds")
    return hmac.new(key, canonical_json({**facts, "at": at, "form": FORM}), "sha256").hexdigest()


def _inflated(compressed: bytes) -> bytes | None:
    try:
        return zlib.decompress(compressed)
    except zlib.error:
        return None
