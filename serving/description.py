"""The description of the API: OpenAPI, complete with what may go wrong."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ledger.schema import TABLES
from serving.answers import ProblemAnswer
from serving.field_meanings import add_meanings
from serving.problem_kinds import KINDS
from serving.problems import MEDIA_TYPE
from serving.roles import PROBES, ROLES, roles_by_method

DESCRIPTION = """\
When the money of open invoices will arrive, how likely it never does, why, and what to do today.

Money is decimal text with its currency, days are ISO 8601, unknown fields are refused. Every answer
says what it rests on: model, policy, day, and the last day the ledger is complete through. What
goes wrong is answered with problem details (RFC 9457), every problem at once; their types begin
with `urn:duecast:problem:`

Every request but the probes sends a key, `Authorization: Bearer KEY`, and may ask what the key's
role allows. For `/docs` a browser asks for the key as a password; the name beside it does not
matter. People sign in to the console at `/`: their session asks in the name of their key.

"""

BEARER = "bearer"

_ANY = ("internal",)
_KEYED = (*_ANY, "unauthorised", "forbidden", "too-many-requests", "no-database")
_BOUNDED = (*_KEYED, "busy", "stopping", "answer-timeout")
_READY = (*_BOUNDED, "starting", "not-ready")
_WRITTEN = (
    *_READY,
    "unreadable-body",
    "read-timeout",
    "too-large",
    "not-json",
    "invalid-request",
    "unusable-ledger",
)
_ASKED = (*_WRITTEN, "unknown-id", "unusable-day", "not-recorded")
_READ = (*_READY, "invalid-request", "no-such-run", "no-score-run")
PROBLEMS: dict[str, tuple[str, ...]] = {
    "/v1/scores/invoices": _ASKED,
    "/v1/scores/customers": _ASKED,
    "/v1/credit/limits": _ASKED,
    "/v1/credit/checks": _ASKED,
    "/v1/worklist": (*_READ, "not-recorded"),
    "/v1/alerts": _READ,
    "/v1/contacts": (*_WRITTEN, "unknown-id", "taken-id"),
    "/v1/customers/{customer_id}": (*_READ, "no-such-customer"),
    "/v1/portfolio/kpis": _READ,
    "/v1/portfolio/aging": _READ,
    "/v1/portfolio/cash-forecast": _READ,
    "/v1/audit/{audit_id}": (*_READY, "invalid-request", "no-such-record", "not-recorded"),
    "/v1/model": _READY,
    **{f"/v1/ledger/{table}": _WRITTEN for table in TABLES},
    "/readyz": (*_ANY, "starting", "stopping", "not-ready", "no-database"),
    "/metrics": _BOUNDED,
    "/healthz": _ANY,
}
"""Kinds of problems that each path may answer with."""


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description of an application, which is made once."""
    if app.openapi_schema is None:
        description = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=DESCRIPTION + _listed(),
            routes=app.routes,
        )
        schemas = description["components"]["schemas"]
        schemas.update(_schemas_of_problems())
        add_meanings(schemas)
        description["components"]["securitySchemes"] = {
            BEARER: {"type": "http", "scheme": "bearer", "description": "A key of duecast."}
        }
        for path, operations in description["paths"].items():
            for method, operation in operations.items():
                operation["security"] = [] if path in PROBES else [{BEARER: []}]
                if path not in PROBES:
                    operation["description"] += f"\n\n{_roles(path, method)}"
                operation["responses"] |= _responses(PROBLEMS[path])
                operation["responses"]["default"] = _response("Any other problem.")
        app.openapi_schema = description
    return app.openapi_schema


def _roles(path: str, method: str) -> str:
    """Sentence that says who may ask a path."""
    allowed = roles_by_method(path)[method.upper()]
    return f"Roles: {', '.join(role for role in ROLES if role in allowed)}."


def _schemas_of_problems() -> dict[str, Any]:
    schema = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "ProblemAnswer": schema}


def _responses(names: Iterable[str]) -> dict[str, Any]:
    """Responses of some kinds of problems by status."""
    by_status: dict[HTTPStatus, list[str]] = {}
    for name in names:
        by_status.setdefault(KINDS[name].status, []).append(name)
    return {
        str(int(status)): _response(" ".join(f"`{name}`: {KINDS[name].meaning}" for name in kinds))
        for status, kinds in sorted(by_status.items())
    }


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def _listed() -> str:
    return "\n".join(
        f"- `{kind.name}` ({int(kind.status)}): {kind.meaning}" for kind in KINDS.values()
    )
