"""The files of a score run: written whole or not at all, and known by their SHA-256."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

KEPT_DIGESTS = 4_096


def are_intact(directory: Path, files: Mapping[str, str]) -> bool:
    """Whether each file of a directory has the SHA-256 recorded of it.

    A file is read once by a process, and again when the file system says that it was touched.
    """
    try:
        return all(
            digest_of(directory / name, _touched(directory / name)) == sha256
            for name, sha256 in files.items()
        )
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


@lru_cache(KEPT_DIGESTS)
def digest_of(path: Path, touched: tuple[int, ...]) -> str:
    """SHA-256 of a file as it was last touched, see `are_intact`; kept for the next time."""
    return sha256_of(path)


def write_files(
    directory: Path, tables: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """SHA-256 of each file, after writing their directory, which appears whole.

    `tables` are written as Parquet, `texts` as JSON, by the names of their files.
    """
    scratch = directory.with_name(f".making-{directory.name}-{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        for name, table in tables.items():
            pq.write_table(table, scratch / name)
        for name, values in texts.items():
            text = json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
            (scratch / name).write_text(f"{text}\n", encoding="utf-8")
        files = {path.name: sha256_of(path) for path in sorted(scratch.iterdir())}
        for path in (*scratch.iterdir(), scratch):
            _flush(path)
        _replace(scratch, directory)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return files


def _replace(scratch: Path, directory: Path) -> None:
    """Move a directory to where another may be; another process may be doing the same."""
    old = scratch.with_name(f"{scratch.name}-old")
    while scratch.exists():
        try:
            scratch.rename(directory)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            with suppress(FileNotFoundError):
                directory.rename(old)
    _flush(directory.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    """Have what was written to a file or directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _touched(path: Path) -> tuple[int, ...]:
    """What changes when a file is written or replaced; the last of it cannot be set by anybody."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
