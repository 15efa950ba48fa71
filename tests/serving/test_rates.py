"""Rates: each key so many requests a minute, whichever process they come to."""

import logging
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from serving.rates import Rates
from tests.serving.keys import MEMORY

MINUTE = 28_000_000 * 60.0
ELSEWHERE = """
import sys
from pathlib import Path
from serving.rates import Rates
rates = Rates(Path(sys.argv[1]), 4, lambda: float(sys.argv[2]))
print([rates.wait_seconds("a") for _ in range(2)])
"""
ROOT = Path(__file__).parents[2]


def test_a_key_that_asks_too_often_waits_for_the_next_minute() -> None:
    seconds = [MINUTE + 12.5]
    rates = Rates(MEMORY, 3, lambda: seconds[0])
    assert [rates.wait_seconds("a") for _ in range(5)] == [0, 0, 0, 48, 48]
    assert rates.wait_seconds("b") == 0
    seconds[0] = MINUTE + 59.9
    assert rates.wait_seconds("a") == 1
    seconds[0] = MINUTE + 60
    assert [rates.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 60]


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    seconds = [MINUTE + 3_600]
    rates = Rates(MEMORY, 2, lambda: seconds[0])
    assert [rates.wait_seconds("a") for _ in range(3)] == [0, 0, 60]
    seconds[0] = MINUTE
    assert [rates.wait_seconds("a") for _ in range(3)] == [0, 0, 60]


def test_processes_count_together(tmp_path: Path) -> None:
    file = tmp_path / "rates.db"
    rates = Rates(file, 4, lambda: MINUTE)
    assert rates.wait_seconds("a") == 0
    other = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(file), str(MINUTE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert other.stdout.strip() == "[0, 0]"
    assert [rates.wait_seconds("a") for _ in range(2)] == [0, 60]


def test_where_the_file_cannot_be_used_nobody_is_refused_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "rates.db"
    file.write_text("no database" * 100)
    rates = Rates(file, 1, lambda: MINUTE)
    assert [rates.wait_seconds("a") for _ in range(5)] == [0] * 5
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "rates.db cannot be used" in caplog.text


def test_a_file_that_others_keep_busy_holds_nobody_up(tmp_path: Path) -> None:
    file = tmp_path / "rates.db"
    rates = Rates(file, 1, lambda: MINUTE)
    rates.wait_seconds("a")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    assert rates.wait_seconds("a") == 0
    assert time.monotonic() - begun < 1
    other.execute("ROLLBACK")
    other.close()
    assert rates.wait_seconds("a") == 60


def test_a_look_does_not_count_and_what_is_past_is_forgotten(tmp_path: Path) -> None:
    seconds = [600.0]
    rates = Rates(tmp_path / "rates.db", 2, lambda: seconds[0])
    looks = [rates.wait_seconds("a", counts=False) for _ in range(5)]
    assert looks == [0] * 5
    assert [rates.wait_seconds("a") for _ in range(3)] == [0, 0, 60]
    assert rates.wait_seconds("a", counts=False) == 60
    seconds[0] += 60
    assert rates.wait_seconds("b") == 0
    with closing(sqlite3.connect(tmp_path / "rates.db")) as connection:
        assert connection.execute("SELECT key_id FROM rates").fetchall() == [("b",)]
