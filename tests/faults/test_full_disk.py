"""A disk that is full: the write is refused, nothing of it is stored, and it goes on with room."""

from pathlib import Path

import pytest

from tests.faults.servers import PAYMENTS, Stored, batch, put, stored_payments


def test_on_a_full_disk_nothing_is_stored_until_there_is_room(on_sqlite: Stored) -> None:
    if on_sqlite.disk is None:
        pytest.skip("this process may not mount a small disk; run as root")
    client, ballast = on_sqlite.service.client, on_sqlite.disk / "ballast"
    put(client, batch("before"))
    fill(ballast)
    for _ in range(2):
        refused = client.put(PAYMENTS, json=batch("full", rows=5_000))
        assert refused.status_code == 503, refused.text
        assert refused.json()["type"] == "urn:duecast:problem:no-database"
        assert int(refused.headers["retry-after"]) > 0
    assert stored_payments(on_sqlite.database, "full") == 0
    assert stored_payments(on_sqlite.database, "before") == 1_000
    ballast.unlink()
    put(client, batch("full", rows=5_000))
    assert stored_payments(on_sqlite.database, "full") == 5_000


def fill(file: Path) -> None:
    """Write until nothing more fits, a piece of a page at a time in the end."""
    with file.open("wb", buffering=0) as ballast:
        for piece in (1_000_000, 4_096, 64):
            try:
                while ballast.write(b"x" * piece) == piece:
                    pass
            except OSError:
                continue
