"""The version of the code that runs, down to the last letter."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("ledger", "features", "models", "decisions", "training", "serving")


@cache
def code_version() -> str:
    """Version of the distribution and a digest of its code, such as `0.1.0+3fa9c1d20b7e`.

    Two processes with the same answer run the same lines; a note in a docstring makes another.
    Read once for each process, from the packages beside this one.
    """
    try:
        release = version("duecast")
    except PackageNotFoundError:
        release = "0"
    return f"{release}+{digest_of_code(Path(__file__).resolve().parents[1])[:12]}"


def digest_of_code(root: Path) -> str:
    """SHA-256 of the names and contents of our Python files under a directory."""
    total = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()
