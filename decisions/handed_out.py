"""Files that a command hands out: the audit trail has them before they are there."""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from decisions.audit_chain import AuditEntry, canonical_json
from decisions.audit_log import append
from decisions.run_files import sha256_of
from ledger.code_version import code_version
from ledger.errors import SettingsError
from ledger.settings import Settings
from ledger.store import open_store


def hand_out(
    settings: Settings,
    files: Mapping[Path, Callable[[Path], None]],
    *,
    asked: Mapping[str, Any],
    given: Mapping[str, Any],
    by: str,
    at: datetime,
) -> None:
    """Write files and record them as an export.

    No record, no file: what is written appears under its name once the record is committed. Where
    it then cannot appear, as on a disk taken away meanwhile, the record says more than was given;
    never less. A file that was there is replaced, its mode kept, or left as it was.

    Parameters
    ----------
    files
        What writes each file to a path it is given, which ends like the file's.
    asked, given
        What was asked for, and what the files are of: JSON values, nothing of them personal. The
        record has them with the name, length and SHA-256 of each file.
    by, at
        Who takes them, and when, in UTC.

    Raises
    ------
    SettingsError
        If a directory is not there.
    AuditError, DatabaseError
        If it cannot be recorded.
    """
    absent = sorted({str(target.parent) for target in files if not target.parent.is_dir()})
    if absent:
        raise SettingsError([f"there is no directory {name}; make it" for name in absent])
    real = {target: target.resolve() for target in files}
    written = {
        target: path.with_name(f".{os.getpid()}-{path.name}") for target, path in real.items()
    }
    try:
        for target, write in files.items():
            write(written[target])
        told = [_told(target.name, path) for target, path in written.items()]
        entry = AuditEntry(
            at=at,
            kind="export",
            actor=by,
            inputs=canonical_json(asked),
            result=canonical_json({**given, "files": told}),
            code_version=code_version(),
        )
        append(open_store(settings), settings.home, entry)
        for target, path in written.items():
            if real[target].exists():
                shutil.copymode(real[target], path)
            path.replace(real[target])
    finally:
        for path in written.values():
            path.unlink(missing_ok=True)


def _told(name: str, path: Path) -> dict[str, Any]:
    return {"name": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
