"""Accepted bundles on this machine's disk, so that serving starts with MLflow down.

`<cache>/<content sha256>/` is a bundle; `<cache>/<alias>.json` says which one was accepted last
under an alias. Both appear whole or not at all.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.manifest import BundleError, verify


@dataclass(frozen=True)
class RegisteredBundle:
    """An intact bundle on disk, and the registered version it is."""

    version: int
    run_id: str
    sha256: str
    path: Path


def held(cache: Path, sha256: str) -> Path | None:
    """Directory of an intact bundle in the cache; none where it is absent or damaged."""
    directory = cache / sha256
    try:
        manifest = verify(directory)
    except BundleError:
        return None
    return directory if manifest["content_sha256"] == sha256 else None


def hold(cache: Path, fetched: Path, sha256: str) -> Path:
    """Directory in the cache of a bundle that was fetched, which is moved there once verified.

    `fetched` lies on the same disk as `cache`. What stood there damaged is replaced.

    Raises
    ------
    BundleError
        If the bundle is not what its manifest says, or not the one that was asked for.
    """
    content = verify(fetched)["content_sha256"]
    if content != sha256:
        raise BundleError(
            [f"the bundle fetched has content {content}; expected {sha256}; register it again"]
        )
    directory = cache / sha256
    if directory.exists() and held(cache, sha256) is None:
        os.replace(directory, fetched.parent / "damaged")
    try:
        os.replace(fetched, directory)
    except OSError:
        # Another process has put the same bundle there meanwhile.
        if held(cache, sha256) is None:
            raise
    return directory


def remember(cache: Path, alias: str, bundle: RegisteredBundle) -> None:
    """Make a bundle the one to start from under an alias while MLflow is down."""
    cache.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"run_id": bundle.run_id, "sha256": bundle.sha256, "version": bundle.version})
    descriptor, temporary = tempfile.mkstemp(dir=cache, prefix=f".{alias}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, cache / f"{alias}.json")


def recall(cache: Path, alias: str) -> RegisteredBundle | None:
    """Bundle remembered under an alias; none where nothing is, or where it is damaged."""
    try:
        pointer = json.loads((cache / f"{alias}.json").read_text(encoding="utf-8"))
        version, run_id, sha256 = int(pointer["version"]), pointer["run_id"], pointer["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    directory = held(cache, sha256)
    return RegisteredBundle(version, run_id, sha256, directory) if directory else None
