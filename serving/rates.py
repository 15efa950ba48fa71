"""Rates: how many requests each key may make in a minute, on all processes of one machine."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import time

FILE = "rates.db"
WINDOW_SECONDS = 60
BUSY_SECONDS = 0.01

_log = logging.getLogger(__name__)

_TABLE = """
CREATE TABLE IF NOT EXISTS rates (key_id TEXT PRIMARY KEY, minute INTEGER, requests INTEGER)
WITHOUT ROWID
"""
_COUNT = """
INSERT INTO rates VALUES (?, ?, ?)
ON CONFLICT (key_id) DO UPDATE SET
    requests = excluded.requests + CASE WHEN minute = excluded.minute THEN requests ELSE 0 END,
    minute = excluded.minute
RETURNING requests
"""

_FORGET = "DELETE FROM rates WHERE minute < ?"


class Rates:
    """Counts of the requests of each key in this minute, which processes share in a file.

    The file may be lost at any time. Where it cannot be used nobody is refused, and the log says
    so, once; where another process keeps it busy for longer than ten milliseconds, a request is
    not counted.

    Parameters
    ----------
    file
        A SQLite file, made where it is not.
    per_minute
        Requests that each key may make in a minute of the clock.
    clock
        Seconds since the epoch.
    """

    def __init__(self, file: Path, per_minute: int, clock: Callable[[], float] = time) -> None:
        self._file = file
        self._per_minute = per_minute
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._minute = 0
        self._said = False

    def wait_seconds(self, key_id: str, *, counts: bool = True) -> int:
        """Seconds until the key may ask again, 0: it may now; the request counts unless told."""
        minute, second = divmod(int(self._clock()), WINDOW_SECONDS)
        if self._counted(key_id, minute, int(counts)) < self._per_minute + counts:
            return 0
        return WINDOW_SECONDS - second

    def _counted(self, key_id: str, minute: int, more: int) -> int:
        """Requests of a key in a minute, with so many more; 0 where they cannot be counted."""
        try:
            if self._connection is None:
                self._connection = _connected(self._file)
            if minute != self._minute:
                self._connection.execute(_FORGET, (minute,))
                self._minute = minute
            ((requests,),) = self._connection.execute(_COUNT, (key_id, minute, more)).fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                self._say(error)
            return 0
        return int(requests)

    def _say(self, error: sqlite3.Error) -> None:
        if not self._said:
            _log.error(
                "%s cannot be used (%s): the requests of keys are not limited; remove it and "
                "start again",
                self._file,
                error,
            )
            self._said = True


def _connected(file: Path) -> sqlite3.Connection:
    """The file, opened so that nothing waits for the disk."""
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
