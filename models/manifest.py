"""The manifest of a bundle: what it says of itself, and the sha256 of every file in it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.errors import ProblemsError

MANIFEST = "manifest.json"


class BundleError(ProblemsError):
    """A bundle that is not what its manifest says."""


def seal(directory: Path, facts: Mapping[str, Any]) -> str:
    """Content hash of a bundle, after writing its manifest.

    The manifest holds `facts` (JSON values, no NaN), `files` (path to sha256, for every other
    file below `directory`) and `content_sha256`, the sha256 of all that as canonical JSON. The
    same files and facts give the same bytes.
    """
    (directory / MANIFEST).unlink(missing_ok=True)
    # Through JSON, as a reader will see them: keys are text, tuples are lists.
    manifest = json.loads(json.dumps({**facts, "files": _digests(directory)}, allow_nan=False))
    manifest["content_sha256"] = _content_sha256(manifest)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return str(manifest["content_sha256"])


def verify(directory: Path) -> dict[str, Any]:
    """Manifest of a bundle, once every file is found to be as it says.

    Raises
    ------
    BundleError
        If the manifest is missing, unreadable or altered, or a file is missing, altered or not
        in it; names all of them.
    """
    path = directory / MANIFEST
    remedy = "fetch or train the bundle again"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        promised = dict(manifest["files"])
        content_sha256 = manifest["content_sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(
            [f"{path} cannot be read ({error!r}); expected a bundle's manifest; {remedy}"]
        ) from error
    problems = []
    if content_sha256 != _content_sha256(manifest):
        problems.append(f"{path} was altered; expected content {content_sha256}; {remedy}")
    found = _digests(directory)
    for name in sorted(promised.keys() | found.keys()):
        if name not in found:
            problems.append(f"{directory / name} is missing; {remedy}")
        elif name not in promised:
            problems.append(f"{directory / name} is not in the manifest; remove it")
        elif found[name] != promised[name]:
            problems.append(
                f"{directory / name} was altered: sha256 {found[name]}; "
                f"expected {promised[name]}; {remedy}"
            )
    if problems:
        raise BundleError(problems)
    return dict(manifest)


def _digests(directory: Path) -> dict[str, str]:
    """Sha256 of every file below the directory but the manifest, by its path from there."""
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path != directory / MANIFEST
    }


def _content_sha256(manifest: Mapping[str, Any]) -> str:
    content = {name: value for name, value in manifest.items() if name != "content_sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
