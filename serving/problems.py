"""What the service says when it cannot answer: problem details as in RFC 9457."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError

from decisions.audit_chain import AuditError
from ledger.errors import DatabaseError, DuecastError, LedgerError
from serving.problem_kinds import HEADERS, KINDS, Kind
from serving.wire import LIKE

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:duecast:problem:"


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

    def __init__(
        self,
        name: str,
        detail: str,
        flaws: Sequence[Flaw] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[name]
        self.flaws = tuple(flaws)
        self.headers = {**HEADERS.get(name, {}), **(headers or {})}
        super().__init__(detail)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is answered with; nothing of an unforeseen one is told."""
    if isinstance(error, RefusedError):
        return Problem(error.kind, str(error), error.flaws, error.headers)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, LedgerError):
        flaws = tuple(Flaw(problem) for problem in error.problems)
        return Problem(KINDS["unusable-ledger"], _counted(len(flaws)), flaws)
    if isinstance(error, AuditError):
        return Problem(KINDS["not-recorded"], "the log says why", headers=HEADERS["not-recorded"])
    if isinstance(error, DatabaseError):
        detail = "the database cannot be used now; ask again shortly"
        return Problem(KINDS["no-database"], detail, headers=HEADERS["no-database"])
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
    if entry["type"] == "string_pattern_mismatch":
        likeness = LIKE.get(entry["ctx"]["pattern"], f"a text like {entry['ctx']['pattern']}")
        message = f"expected {likeness}, got {entry['input']!r:.40}"
    detail = message[:1].lower() + message[1:]
    if where == "body":
        return Flaw(detail, pointer=pointer(*place))
    return Flaw(detail, parameter=".".join(str(part) for part in place))


def _counted(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems} problems"
