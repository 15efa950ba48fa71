"""The gate: what every request passes before anything else looks at it."""

import asyncio
import logging
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from time import perf_counter

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.errors import DatabaseError
from ledger.settings import Settings
from serving.admission import Admission
from serving.draining import Draining
from serving.exchange import Exchange
from serving.log_lines import belong_to
from serving.meters import Meters
from serving.problems import RefusedError, problem_of, problem_of_status
from serving.roles import PROBES, is_public

READY = "/readyz"
JSON_TYPE = re.compile(r"application/([\w.-]+\+)?json\s*(;|$)", re.IGNORECASE)
MB = 1_000_000
STRANGERS_BYTES = 1_000
"""Largest body of whoever has not said who it is."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What a request may take: bytes of body, seconds to send it and to answer it, and company."""

    body_bytes: int
    read_seconds: float
    answer_seconds: float
    requests: int

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """The bounds that the settings say."""
        return cls(
            settings.max_body_mb * MB,
            settings.read_seconds,
            settings.answer_seconds,
            settings.max_requests,
        )


class Gate:
    """Outermost layer of the service: who may ask, bounds, errors and request ids.

    Every request gets an id (its own `X-Request-ID`, if it has a fit one) and, whatever happens,
    an answer: with problem details where it has no other. Who asks is found out before a body is
    read, and told to the routes as `request.state.caller`. Bodies are read whole before anyone
    else waits for them, within a size and a time; so many requests are answered at once, each
    within a time. Probes pass without a key and without bounds, straight to the API; what the
    console is made of passes without a key, and with next to no body. Nobody may open a websocket.
    A process that is told to stop ends what it has begun, and refuses the rest.

    Parameters
    ----------
    app
        What answers: the API itself, or the server that mounts it.
    api
        The API, which knows what paths there are.
    bounds
        What a request may take.
    meters
        Count the answers.
    admission
        Finds out who asks, and whether they may.
    """

    def __init__(
        self, app: ASGIApp, api: FastAPI, bounds: Bounds, meters: Meters, admission: Admission
    ) -> None:
        self.app = app
        self.api = api
        self.bounds = bounds
        self.meters = meters
        self.admission = admission
        self._draining = Draining()
        self._underway: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            with self._draining.hearing():
                await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        start = perf_counter()
        exchange = Exchange(scope, send)
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        belong_to(exchange.request_id)
        try:
            await self._let_in(exchange, scope, receive)
        except RefusedError as refusal:
            await exchange.refuse(problem_of(refusal), scope, receive)
        except Exception as error:
            await self._fail(exchange, error, scope, receive)
        finally:
            self._note(scope, exchange.status, perf_counter() - start)

    async def _let_in(self, exchange: Exchange, scope: Scope, receive: Receive) -> None:
        """Answer a request, if it may be asked, by whoever asks, now."""
        if scope["path"] in PROBES:
            if scope["path"] == READY:
                self._draining.require_open()
            await self._guarded(exchange, self.api, scope, receive)
            return
        with self._draining.request(), self.meters.request():
            if not self._has_path(scope):
                await exchange.refuse(problem_of_status(404), scope, receive)
                return
            if is_public(scope["path"]):
                scope["state"]["admission"] = self.admission
                if scope["path"] == "/session" and scope["method"] != "POST":
                    scope["state"]["session"] = await self.admission.session(scope)
            else:
                caller = await self.admission.admit(scope)
                scope["state"]["caller"] = caller
                belong_to(exchange.request_id, caller.key_id)
            await self._answer(exchange, scope, receive)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer, and write a line about it unless a probe asked."""
        route = str(getattr(scope.get("route"), "path", ""))
        self.meters.count(route, scope["method"], status, seconds)
        if scope["path"] in PROBES:
            return
        facts = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        _log.info("%s %s %d", scope["method"], route or "refused", status, extra=facts)

    def _has_path(self, scope: Scope) -> bool:
        """Whether the API answers a path at all."""
        if "\n" in scope["path"]:  # what mounts the API would answer by itself
            return False
        return any(route.matches(scope)[0] is not Match.NONE for route in self.api.routes)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive) -> None:
        """Read the body, then answer in bounded time and bounded company."""
        body = await self._body(scope, receive)
        if body is None:
            return
        if len(self._underway) >= self.bounds.requests:
            raise RefusedError(
                "busy", f"{self.bounds.requests} requests are under way; ask again shortly"
            )
        answer = self._guarded(exchange, self.app, scope, _replayed(body, receive))
        task = asyncio.ensure_future(answer)
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)
        try:
            done, _ = await asyncio.wait({task}, timeout=self.bounds.answer_seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done and exchange.status:
            # All that is left is to send it, to a client that does not read.
            exchange.closed = True
            task.cancel()
        elif not done:
            # What works in a thread cannot be stopped: it keeps its place until it has ended.
            seconds = self.bounds.answer_seconds
            refusal = RefusedError("answer-timeout", f"no answer within {seconds:g} seconds")
            await exchange.refuse(problem_of(refusal), scope, receive)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None where the client is gone."""
        headers = Headers(scope=scope)
        most = self.bounds.body_bytes
        if is_public(scope["path"]):
            most = min(most, STRANGERS_BYTES)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > most:
            raise _too_large(most)
        try:
            body = await asyncio.wait_for(_received(receive, most), self.bounds.read_seconds)
        except TimeoutError as error:
            seconds = self.bounds.read_seconds
            raise RefusedError(
                "read-timeout", f"the body was not there within {seconds:g} seconds; send it again"
            ) from error
        if body and not JSON_TYPE.match(headers.get("content-type", "")):
            said = headers.get("content-type") or "none"
            raise RefusedError("not-json", f"Content-Type is {said}; expected application/json")
        return body

    async def _guarded(
        self, exchange: Exchange, app: ASGIApp, scope: Scope, receive: Receive
    ) -> None:
        """Let the app answer; what it fails to answer is a problem, logged under its id."""
        try:
            await app(scope, receive, exchange.send)
        except Exception as error:
            await self._fail(exchange, error, scope, receive)

    async def _fail(
        self, exchange: Exchange, error: Exception, scope: Scope, receive: Receive
    ) -> None:
        if isinstance(error, DatabaseError):
            self.meters.database_errors.inc()
            _log.error("request %s: %s", exchange.request_id, error)
        else:
            _log.exception("request %s failed", exchange.request_id)
        await exchange.refuse(problem_of(error), scope, receive)


async def _received(receive: Receive, most_bytes: int) -> bytes | None:
    """A whole body of at most so many bytes; None where the client is gone."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most_bytes:
            raise _too_large(most_bytes)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(most_bytes: int) -> RefusedError:
    limit = f"{most_bytes / MB:g} MB"
    return RefusedError("too-large", f"the body has more than {limit}; send less at once")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What an app receives of a body that was read already; then what the client does."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    def next_message() -> Awaitable[Message]:
        return _at_once(messages.pop()) if messages else receive()

    return next_message


async def _at_once(message: Message) -> Message:
    return message
