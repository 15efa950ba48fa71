"""Connections: those on which no whole head of a request comes in time are ended."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.exchange import new_request_id
from serving.problems import MEDIA_TYPE, RefusedError, problem_of


def connection_with(head_seconds: float) -> type[H11Protocol]:
    """The server's kind of connection, but one that waits so long for the head of a request.

    The head is the request line and the headers. uvicorn waits for ever once a byte of it is
    there, and on a new connection even before. For the bodies, see `serving.gate`.
    """

    class Connection(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None
        _heard = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._arm()

        def data_received(self, data: bytes) -> None:
            self._heard = True
            self._arm()
            super().data_received(data)
            if self._is_answering():
                self._disarm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def _is_answering(self) -> bool:
            return bool(self.cycle) and not self.cycle.response_complete

        def _arm(self) -> None:
            if self._deadline is None and not self._is_answering():
                self._deadline = self.loop.call_later(head_seconds, self._give_up)

        def _disarm(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            self._deadline = None
            if self._is_answering() or self.transport.is_closing():
                return
            if self._heard:
                self.transport.write(_too_late(head_seconds))
            self.transport.close()

    return Connection


def _too_late(seconds: float) -> bytes:
    """The answer to a head that did not come in time."""
    detail = f"the head of the request was not there within {seconds:g} seconds; send it again"
    problem = problem_of(RefusedError("read-timeout", detail))
    request_id = new_request_id()
    body = bytes(problem.response(request_id).body)
    head = (
        "HTTP/1.1 408 Request Timeout",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {request_id}",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join([*head, "", ""]).encode("ascii") + body
