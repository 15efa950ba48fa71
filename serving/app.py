"""The API: every route of the service, in one application."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ledger.errors import DatabaseError, DuecastError, LedgerError
from ledger.settings import Settings
from serving import (
    alert_routes,
    audit_routes,
    contact_routes,
    credit_routes,
    customer_routes,
    ledger_routes,
    model_routes,
    portfolio_routes,
    probe_routes,
    score_routes,
    session_routes,
    worklist_routes,
)
from serving.description import describe
from serving.meters import Meters
from serving.pages import add_pages
from serving.problems import RefusedError, problem_of, problem_of_status
from serving.readiness import Readiness
from serving.turns import Turns

_log = logging.getLogger(__name__)

ROUTES = (
    score_routes,
    credit_routes,
    ledger_routes,
    worklist_routes,
    contact_routes,
    alert_routes,
    customer_routes,
    portfolio_routes,
    model_routes,
    audit_routes,
    session_routes,
    probe_routes,
)


def create_app(
    settings: Callable[[], Settings], now: Callable[[], datetime], meters: Meters, swagger_ui: Path
) -> FastAPI:
    """The API; nothing is read or loaded before it starts.

    Parameters
    ----------
    settings, now
        Where things run, asked when it starts; the time.
    meters
        Count what is scored.
    swagger_ui
        Directory of the files of Swagger UI, which shows the API's description.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = settings()
        app.state.readiness = Readiness(app.state.settings, now, meters)
        app.state.readiness.start()
        yield
        app.state.readiness.stop()

    app = FastAPI(
        title="duecast",
        version="1",
        summary="Scores, reasons, credit limits and worklists of receivables.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses={"default": {"description": "A problem."}},
        lifespan=lifespan,
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.state.now = now
    app.state.meters = meters
    app.state.turns = Turns()
    for routes in ROUTES:
        app.include_router(routes.router)
    add_pages(app, swagger_ui)
    for error in (RequestValidationError, DuecastError, Exception):
        app.add_exception_handler(error, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_status)
    return app


async def _answer_problem(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if isinstance(error, DatabaseError):
        request.app.state.meters.database_errors.inc()
    if isinstance(error, DuecastError) and not isinstance(error, RefusedError | LedgerError):
        _log.error("%s: %s", problem.kind.name, error)
    return problem.response(request.state.request_id)


async def _answer_status(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    headers = getattr(error, "headers", None)
    return problem_of_status(status, headers).response(request.state.request_id)
