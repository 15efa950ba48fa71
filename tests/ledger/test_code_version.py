"""The version of the code changes with any line of it, and with nothing else."""

from pathlib import Path

from ledger.code_version import PACKAGES, code_version, digest_of_code


def test_any_line_makes_another_version(tmp_path: Path) -> None:
    for package in ("ledger", "models"):
        (tmp_path / package / "deep").mkdir(parents=True)
        (tmp_path / package / "deep" / "one.py").write_text("A = 1\n")
    first = digest_of_code(tmp_path)
    (tmp_path / "ledger" / "notes.txt").write_text("x")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "one.py").write_text("x")
    assert digest_of_code(tmp_path) == first
    (tmp_path / "models" / "deep" / "one.py").write_text("A = 2\n")
    second = digest_of_code(tmp_path)
    (tmp_path / "models" / "deep" / "one.py").rename(tmp_path / "models" / "deep" / "two.py")
    assert len({first, second, digest_of_code(tmp_path)}) == 3


def test_it_names_the_release_and_the_code() -> None:
    code_version.cache_clear()
    release, _, code = code_version().partition("+")
    root = Path(__file__).resolve().parents[2]
    assert release and code == digest_of_code(root)[:12]
    assert all((root / package).is_dir() for package in PACKAGES)
