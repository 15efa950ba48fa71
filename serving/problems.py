"""What the service says when it cannot answer: problem details as in RFC 9457."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError

from ledger.errors import DuecastError, LedgerError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:duecast:problem:"

HEADERS = {
    "busy": {"Retry-After": "1"},
    "not-ready": {"Retry-After": "30"},
    "read-timeout": {"Connection": "close"},
    "starting": {"Retry-After": "2"},
    "too-large": {"Connection": "close"},
}
"""Headers of some kinds of problem: when to ask again; not to go on with a body left unread."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its name in `type`, the status and the title it is answered with."""

    name: str
    status: HTTPStatus
    title: str
    meaning: str


_KINDS = (
    Kind(
        "invalid-request",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request is not valid",
        "`errors` names every value that cannot be used and its place.",
    ),
    Kind(
        "unreadable-body",
        HTTPStatus.BAD_REQUEST,
        "The body cannot be read",
        "The body is no JSON, or nested too deeply.",
    ),
    Kind(
        "unknown-id",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger does not have what is asked for",
        "`errors` names every id that the ledger does not have; nothing was scored.",
    ),
    Kind(
        "unusable-day",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger does not reach the day asked for",
        "`as_of` lies after the last day that the ledger is complete through.",
    ),
    Kind(
        "unusable-ledger",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The ledger cannot be used as it is",
        "`errors` names every problem of the ledger in the request, or of the stored one.",
    ),
    Kind(
        "not-found",
        HTTPStatus.NOT_FOUND,
        "There is no such address",
        "The path is none of this service.",
    ),
    Kind(
        "no-such-run",
        HTTPStatus.NOT_FOUND,
        "There is no such score run",
        "`run` names a score run that this service does not have.",
    ),
    Kind(
        "method-not-allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The address does not take this method",
        "The header `Allow` names the methods it takes.",
    ),
    Kind(
        "read-timeout",
        HTTPStatus.REQUEST_TIMEOUT,
        "The request did not arrive in time",
        "The body was not complete when the time to send it was over.",
    ),
    Kind(
        "no-score-run",
        HTTPStatus.CONFLICT,
        "There is no score run yet",
        "A worklist reads a score run; `duecast score` makes one.",
    ),
    Kind(
        "too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "Send fewer invoices, or a shorter history, in one request.",
    ),
    Kind(
        "not-json",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not JSON",
        "Send JSON with `Content-Type: application/json`.",
    ),
    Kind(
        "internal",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service failed",
        "The service's log says why, under the same `request_id`.",
    ),
    Kind(
        "starting",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is starting",
        "It is loading the champion and the ledger; `Retry-After` says when to ask again.",
    ),
    Kind(
        "not-ready",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is not ready",
        "`errors` says what is missing: a champion, a ledger.",
    ),
    Kind(
        "busy",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service is busy",
        "As many requests as it answers at once are under way; ask again after `Retry-After`.",
    ),
    Kind(
        "answer-timeout",
        HTTPStatus.GATEWAY_TIMEOUT,
        "The answer took too long",
        "Nothing was stored; ask for less in one request.",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind of problem, by name."""


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a request, and where.

    `pointer` is a JSON pointer into the body, as a URI fragment (`#/invoices/0/due_on`);
    `parameter` names a parameter of the query. Both empty: the request as a whole.
    """

    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_dict(self) -> dict[str, str]:
        """What the answer holds of it."""
        place = {"pointer": self.pointer, "parameter": self.parameter}
        return {"detail": self.detail, **{name: at for name, at in place.items() if at}}


@dataclass(frozen=True)
class Problem:
    """A problem as it is answered."""

    kind: Kind
    detail: str
    flaws: tuple[Flaw, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self, request_id: str) -> dict[str, Any]:
        """Members of the problem details."""
        members: dict[str, Any] = {
            "type": f"{TYPE_PREFIX}{self.kind.name}",
            "title": self.kind.title,
            "status": int(self.kind.status),
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.flaws:
            members["errors"] = [flaw.as_dict() for flaw in self.flaws]
        return members

    def response(self, request_id: str) -> Response:
        """The problem as an HTTP response; what is no Unicode in it is escaped."""
        text = json.dumps(self.as_dict(request_id), ensure_ascii=True)
        return Response(text, self.kind.status, dict(self.headers), MEDIA_TYPE)


class RefusedError(DuecastError):
    """A request that the service refuses, with the kind of problem it is answered with."""

    def __init__(self, name: str, detail: str, flaws: Sequence[Flaw] = ()) -> None:
        self.kind = KINDS[name]
        self.flaws = tuple(flaws)
        super().__init__(detail)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is answered with; nothing of an unforeseen one is told."""
    if isinstance(error, RefusedError):
        return Problem(error.kind, str(error), error.flaws, HEADERS.get(error.kind.name, {}))
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, LedgerError):
        flaws = tuple(Flaw(problem) for problem in error.problems)
        return Problem(KINDS["unusable-ledger"], _counted(len(flaws)), flaws)
    return Problem(KINDS["internal"], "something unforeseen happened; the log says what")


def problem_of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    """The problem that a status is answered with where the framework itself refuses."""
    details = {
        HTTPStatus.BAD_REQUEST: ("unreadable-body", "it is no JSON, or nested too deeply"),
        HTTPStatus.NOT_FOUND: ("not-found", "no route has this path; /docs lists those there are"),
        HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "Allow names the methods it takes"),
    }
    name, detail = details.get(HTTPStatus(status), ("internal", "the request failed"))
    return Problem(KINDS[name], detail, headers=headers or {})


def pointer(*place: object) -> str:
    """JSON pointer (RFC 6901) as a URI fragment.

    >>> pointer("invoices", 0, "due_on"), pointer("a/b")
    ('#/invoices/0/due_on', '#/a~1b')
    """
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def _invalid(error: RequestValidationError) -> Problem:
    found = [dict(entry) for entry in error.errors()]
    for entry in found:
        if entry["type"] == "json_invalid":
            said = entry.get("ctx", {}).get("error", "it is no JSON")
            detail = f"at character {entry['loc'][-1]}: {said}; expected JSON; correct it"
            return Problem(KINDS["unreadable-body"], detail)
    flaws = tuple(_flaw(entry) for entry in found)
    return Problem(KINDS["invalid-request"], _counted(len(flaws)), flaws)


def _flaw(entry: Mapping[str, Any]) -> Flaw:
    """One finding of pydantic, with its place."""
    where, *place = entry["loc"]
    message = str(entry["msg"]).removeprefix("Value error, ")
    detail = message[:1].lower() + message[1:]
    if where == "body":
        return Flaw(detail, pointer=pointer(*place))
    return Flaw(detail, parameter=".".join(str(part) for part in place))


def _counted(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems} problems"
