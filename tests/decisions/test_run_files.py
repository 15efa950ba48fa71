"""The files of a run are read once to see that they are what was recorded, and when touched."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from decisions.run_files import are_intact, digest_of, write_files


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "run"


def written(directory: Path) -> dict[str, str]:
    return write_files(directory, {"a.parquet": pa.table({"n": [1, 2]})}, {"b.json": {"x": 1}})


def test_a_file_that_nobody_touched_is_not_read_again(directory: Path) -> None:
    files = written(directory)
    assert are_intact(directory, files)
    before = digest_of.cache_info()
    assert are_intact(directory, files)
    after = digest_of.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + len(files))
    assert not are_intact(directory, {**files, "b.json": "0" * 64})


def test_a_file_that_is_altered_is_found_even_where_size_and_time_are_set_back(
    directory: Path,
) -> None:
    files = written(directory)
    assert are_intact(directory, files)
    path = directory / "b.json"
    before = path.stat()
    path.write_text(path.read_text().replace("1", "2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert not are_intact(directory, files)


def test_a_file_that_is_missing_replaced_or_a_directory_is_not_what_was_recorded(
    directory: Path,
) -> None:
    files = written(directory)
    path = directory / "b.json"
    path.rename(directory / "c.json")
    assert not are_intact(directory, files)
    path.mkdir()
    assert not are_intact(directory, files)
    path.rmdir()
    (directory / "c.json").rename(path)
    assert are_intact(directory, files)
    assert not are_intact(directory / "elsewhere", files)
