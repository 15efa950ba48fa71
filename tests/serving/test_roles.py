"""The matrix of roles and endpoints, every cell of it, at the gate of the application itself."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ledger.settings import Settings
from serving.app import create_app
from serving.gate import Bounds, Gate
from serving.keyring import Keyring
from serving.meters import new_meters
from serving.pages import CONSOLE, console_files
from serving.roles import ENDPOINTS, PROBES, ROLES, Role, is_public
from tests.serving.keys import NOW, admission_by, headers_of, key_of

ALLOWED = {
    "POST /v1/scores/invoices": "o2c analyst admin",
    "POST /v1/scores/customers": "o2c analyst admin",
    "POST /v1/credit/limits": "o2c analyst admin",
    "POST /v1/credit/checks": "o2c analyst admin",
    "PUT /v1/ledger/{}": "o2c admin",
    "GET /v1/worklist": "analyst collector admin",
    "GET /v1/customers/{}": "o2c analyst collector admin",
    "POST /v1/contacts": "analyst collector admin",
    "GET /v1/alerts": "analyst collector admin",
    "GET /v1/portfolio/kpis": "analyst admin",
    "GET /v1/portfolio/aging": "analyst admin",
    "GET /v1/portfolio/cash-forecast": "analyst admin",
    "GET /v1/audit/{}": "analyst admin",
    "GET /v1/model": "o2c analyst collector admin",
    "GET /metrics": "analyst admin",
    "GET /openapi.json": "o2c analyst collector admin",
    "HEAD /openapi.json": "o2c analyst collector admin",
    "GET /docs": "o2c analyst collector admin",
    "GET /docs/docs.js": "o2c analyst collector admin",
    "GET /docs/swagger-ui.css": "o2c analyst collector admin",
    "GET /docs/swagger-ui-bundle.js": "o2c analyst collector admin",
}
OPEN = {
    *("GET /healthz", "GET /livez", "GET /readyz"),
    *("GET /", "GET /session", "POST /session", "DELETE /session"),
    *(f"GET /console/{name}" for name in console_files()),
}
"""What anybody may ask: whether it is there, and what the console is made of."""

KEYS = {role: key_of(role, number, "A") for number, role in enumerate(ROLES)}


def application(home: Path) -> FastAPI:
    """The application, which was not started: the gate asks it what paths there are."""
    return create_app(lambda: Settings(home=home), lambda: NOW, new_meters(), home)


async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200 to whoever comes through the gate."""
    await Response()(scope, receive, send)


def nameless(path: str) -> str:
    """A path whose parameters have no names."""
    parts = path.split("/")
    return "/".join("{}" if part.startswith("{") else part for part in parts)


def routes_of(app: FastAPI) -> set[str]:
    """Method and path of everything that the application answers."""
    return {
        f"{method} {nameless(str(route.path))}"
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }


def asked(app: FastAPI, route: str, role: Role | None) -> httpx.Response:
    """What the gate of an application says: 200 where it lets in."""
    admission = admission_by(Keyring(KEYS.values))
    gate = Gate(let_in, app, Bounds.of(Settings()), new_meters(), admission)
    method, path = route.replace("{}", "x").split()
    headers = headers_of(KEYS[role]) if role else {}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def row_of(route: str) -> str:
    """The row of a route; those of the ledger's tables have one in common."""
    tables = "PUT /v1/ledger/"
    return f"{tables}{{}}" if route.startswith(tables) else route


def test_the_table_says_of_every_endpoint_what_is_written_here() -> None:
    said = {
        f"{method} {nameless(path)}": roles
        for path, by_method in ENDPOINTS.items()
        for method, roles in by_method.items()
    }
    assert said == {route: frozenset(roles.split()) for route, roles in ALLOWED.items()}


def test_every_route_of_the_application_is_in_the_table(tmp_path: Path) -> None:
    routes = routes_of(application(tmp_path))
    assert {"GET /v1/model", "GET /docs/docs.js", "GET /metrics", "GET /livez"} <= routes
    assert {row_of(route) for route in routes} - set(ALLOWED) == OPEN


def test_only_probes_and_what_the_console_is_made_of_are_open() -> None:
    open_paths = {route.split()[1] for route in OPEN}
    assert {path for path in open_paths if not is_public(path)} == {*PROBES}
    assert not [row for row in ALLOWED if is_public(row.split()[1])]
    assert not {file.suffix for file in CONSOLE.iterdir()} - {".html", ".css", ".js", ".svg"}


@pytest.mark.parametrize("role", [*ROLES, None])
def test_each_role_may_ask_what_the_table_says_and_nothing_else(
    tmp_path: Path, role: Role | None
) -> None:
    app = application(tmp_path)
    routes = sorted(routes_of(app))
    assert len(routes) >= 15
    for route in routes:
        status = asked(app, route, role).status_code
        if route in OPEN:
            assert status not in (401, 403), route
        elif role is None:
            assert status == 401, route
        elif role in ALLOWED[row_of(route)].split():
            assert status == 200, route
        else:
            assert status == 403, route


def test_a_route_that_the_table_does_not_name_is_forbidden_to_all(tmp_path: Path) -> None:
    app = application(tmp_path)

    @app.get("/v1/forgotten")
    async def read_forgotten() -> str:
        return "secret"

    @app.delete("/v1/model")
    async def delete_model() -> str:
        return "gone"

    for role in ROLES:
        assert asked(app, "GET /v1/forgotten", role).status_code == 403
        refused = asked(app, "DELETE /v1/model", role)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
