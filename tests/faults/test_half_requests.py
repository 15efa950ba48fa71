"""A hundred clients that send half a request: others are served, and the half ones are ended."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse

import pytest

from tests.faults.servers import BOUNDS, PAYMENTS, Stored, batch, put

CLIENTS = 100
READ_SECONDS = int(BOUNDS["DUECAST_READ_SECONDS"])
HEAD = "PUT /v1/ledger/payments HTTP/1.1\r\nHost: duecast\r\nAuthorization: Bearer KEY\r\n"
HALVES = {
    "nothing": "",
    "one byte": "P",
    "half a head": HEAD,
    "no body": HEAD + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n",
    "half a body": HEAD + 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"rows": [',
}


@pytest.fixture
def halves(on_sqlite: Stored) -> Iterator[dict[str, list[socket.socket]]]:
    """Connections on which half a request was sent, by kind."""
    with ExitStack() as stack:
        found: dict[str, list[socket.socket]] = {}
        for kind, text in HALVES.items():
            for _ in range(CLIENTS // len(HALVES)):
                address = ("127.0.0.1", on_sqlite.service.port)
                connection = stack.enter_context(socket.create_connection(address))
                connection.sendall(text.replace("KEY", on_sqlite.service.key).encode())
                found.setdefault(kind, []).append(connection)
        yield found


def test_others_are_served_meanwhile_and_the_half_ones_are_ended(
    on_sqlite: Stored, halves: dict[str, list[socket.socket]]
) -> None:
    start = time.monotonic()
    for turn in range(3):
        put(on_sqlite.service.client, batch(f"meanwhile-{turn}", rows=10))
        assert on_sqlite.service.client.get("/healthz").status_code == 200
    assert time.monotonic() - start < READ_SECONDS, "others had to wait for the half ones"
    for kind, connections in halves.items():
        for connection in connections:
            answer = received(connection, start + READ_SECONDS + 3)
            if kind == "nothing":
                assert answer == b""
            else:
                assert answer.startswith(b"HTTP/1.1 408 ")
                assert b"urn:duecast:problem:read-timeout" in answer


def test_a_head_that_comes_a_byte_at_a_time_is_ended_too(on_sqlite: Stored) -> None:
    with socket.create_connection(("127.0.0.1", on_sqlite.service.port)) as slow:
        end = time.monotonic() + READ_SECONDS + 3
        for byte in b"GET /healthz HTTP/1.1\r\n" * 100:
            if select.select([slow], [], [], 0.1)[0]:
                break
            assert time.monotonic() < end, "it goes on listening"
            slow.send(bytes([byte]))
        assert received(slow, end).startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_is_kept_is_no_half_request(on_sqlite: Stored) -> None:
    """What comes after an answer has the same time, and a whole request is answered in it."""
    head = f"GET {PAYMENTS} HTTP/1.1\r\nHost: duecast\r\n"
    with socket.create_connection(("127.0.0.1", on_sqlite.service.port)) as kept:
        for _ in range(2):
            kept.sendall(head.encode())
            time.sleep(READ_SECONDS * 0.6)
            kept.sendall(b"\r\n")
            with HTTPResponse(kept) as response:
                response.begin()
                assert (response.status, len(response.read()) > 0) == (401, True)


def received(connection: socket.socket, until: float) -> bytes:
    """All that is received until the other side closes, which it must do in time."""
    parts = []
    while True:
        connection.settimeout(max(until - time.monotonic(), 0.01))
        part = connection.recv(65_536)
        if not part:
            return b"".join(parts)
        parts.append(part)
