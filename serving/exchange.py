"""One request and its answer, as the gate sees them."""

import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from serving.problems import Problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Exchange:
    """One request and its answer: gives the answer its headers, and ends it at most once.

    `request_id` is the request's own `X-Request-ID`, if it is a fit one, else a new one. `status`
    is that of the answer once it has begun, else 0.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = _request_id(scope)
        self.status = 0
        self.closed = False
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer, unless the exchange is over."""
        if self.closed:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def refuse(self, problem: Problem, scope: Scope, receive: Receive) -> None:
        """Answer with a problem; an answer that has begun can only be broken off."""
        if not self.status:
            await problem.response(self.request_id)(scope, receive, self.send)
        self.closed = True


def new_request_id() -> str:
    """An id for a request that came without a fit one."""
    return uuid.uuid4().hex


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else new_request_id()
