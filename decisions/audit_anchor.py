"""The key and the anchor of the audit trail: two files of the home, outside the database.

`audit/key` seals the records. `audit/anchor` says how many there are and the seal of the last, so
that records removed from the end are missed. An anchor never runs ahead of the database and lags
at most one record behind the last one counted in it:

- before a record is committed, the anchor is brought to the record before it, which is committed;
- after the commit it is brought to the record itself.

A process killed anywhere in between leaves it one behind, and the next record brings it forward.
The disk is not waited for, which would take as long as the commit: a power cut may leave the anchor
further behind, until the next record. An anchor whose record is not the one in the database stays
where it is, as evidence.

The file has two lines of a fixed length, of which the one with the higher count counts. Only the
other one is written, so that a write cut short costs nothing.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from decisions.audit_chain import BEGINNING, AuditError, canonical_json

DIRECTORY, KEY, ANCHOR = "audit", "key", "anchor"
KEY_BYTES = 32
LINE_BYTES = 256


@dataclass(frozen=True)
class Anchor:
    """The number of records, and the seal of the last, as an anchor knows them."""

    anchor_id: str
    count: int
    mac: str


def audit_directory(home: Path) -> Path:
    """Directory of the key and the anchor."""
    return home / DIRECTORY


def make_key(home: Path) -> None:
    """A new key and an anchor at no record, where the home has none; both appear at once."""
    directory = audit_directory(home)
    if directory.exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=home, prefix=f".{DIRECTORY}-"))
    key = secrets.token_bytes(KEY_BYTES)
    _write_new(scratch / KEY, f"{key.hex()}\n".encode())
    _write_new(scratch / ANCHOR, _first_lines(0, BEGINNING, key))
    _flush_directory(scratch)
    try:
        scratch.rename(directory)
    except OSError:
        # Another process was first.
        for path in (scratch / KEY, scratch / ANCHOR):
            path.unlink()
        scratch.rmdir()
    _flush_directory(home)


def read_key(home: Path) -> bytes:
    """The key of a home.

    Raises
    ------
    AuditError
        If it has none, or none that can be used.
    """
    path = audit_directory(home) / KEY
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise AuditError(
            f"{path} is missing, yet records were sealed with it; bring it back from a backup, or "
            "from another machine that writes to this database"
        ) from error
    except ValueError as error:
        raise AuditError(f"{path} is no key; bring it back from a backup") from error
    if len(key) != KEY_BYTES:
        raise AuditError(f"{path} has {len(key)} bytes; expected {KEY_BYTES}; bring it back")
    return key


def open_anchor(home: Path, key: bytes, head: tuple[int, str]) -> Anchor:
    """The anchor of a home; a new one at `head`, a `(seq, mac)`, where it has none.

    Raises
    ------
    AuditError
        If it is damaged.
    """
    path = audit_directory(home) / ANCHOR
    if not path.exists():
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{ANCHOR}-")
        os.close(descriptor)
        os.unlink(scratch)
        _write_new(Path(scratch), _first_lines(*head, key))
        with suppress(FileExistsError):
            os.link(scratch, path)
        os.unlink(scratch)
        _flush_directory(path.parent)
    return read_anchor(path, key)


def read_anchor(path: Path, key: bytes) -> Anchor:
    """The anchor in a file.

    Raises
    ------
    AuditError
        If there is none, or it is damaged.
    """
    try:
        with _locked(path, os.O_RDONLY, fcntl.LOCK_SH) as descriptor:
            return _last(path, key, os.pread(descriptor, 2 * LINE_BYTES, 0))[0]
    except FileNotFoundError as error:
        raise AuditError(f"the anchor {path} is missing; bring it back from a backup") from error


def move_anchor(home: Path, key: bytes, before: tuple[int, str], to: tuple[int, str]) -> None:
    """Bring the anchor from one `(seq, mac)` to a later one; nothing where it stands elsewhere."""
    path = audit_directory(home) / ANCHOR
    with _locked(path, os.O_RDWR, fcntl.LOCK_EX) as descriptor:
        anchor, line = _last(path, key, os.pread(descriptor, 2 * LINE_BYTES, 0))
        if (anchor.count, anchor.mac) == before:
            text = _line(Anchor(anchor.anchor_id, *to), key)
            os.pwrite(descriptor, text, (1 - line) * LINE_BYTES)


def set_anchor_aside(home: Path) -> None:
    """Rename the anchor of a home, if any; the next record begins another one."""
    path = audit_directory(home) / ANCHOR
    with suppress(FileNotFoundError):
        path.rename(path.with_name(f"{ANCHOR}-{secrets.token_hex(4)}"))
        _flush_directory(path.parent)


def _first_lines(count: int, mac: str, key: bytes) -> bytes:
    return 2 * _line(Anchor(secrets.token_hex(8), count, mac), key)


def _line(anchor: Anchor, key: bytes) -> bytes:
    text = canonical_json({**asdict(anchor), "seal": _seal(anchor, key)})
    return text.ljust(LINE_BYTES - 1) + b"\n"


def _seal(anchor: Anchor, key: bytes) -> str:
    text = b"anchor " + canonical_json(asdict(anchor))
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _last(path: Path, key: bytes, content: bytes) -> tuple[Anchor, int]:
    """The anchor that counts, and in which line it stands."""
    found = []
    for line in range(2):
        with suppress(ValueError, KeyError, TypeError):
            facts = json.loads(content[line * LINE_BYTES : (line + 1) * LINE_BYTES])
            anchor = Anchor(facts["anchor_id"], facts["count"], facts["mac"])
            if hmac.compare_digest(_seal(anchor, key), facts["seal"]):
                found.append((anchor, line))
    if not found:
        raise AuditError(
            f"the anchor {path} is damaged or of another key; bring it back from a backup, or say "
            "that its loss is known with `duecast audit accept`"
        )
    return max(found, key=lambda each: each[0].count)


@contextmanager
def _locked(path: Path, access: int, lock: int) -> Iterator[int]:
    """Descriptor of a file that nobody else writes meanwhile."""
    descriptor = os.open(path, access)
    try:
        fcntl.flock(descriptor, lock)
        yield descriptor
    finally:
        os.close(descriptor)


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, and have it survive a power cut."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
