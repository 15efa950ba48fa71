"""The session of a person: who signs in with a key gets a cookie instead, for some hours."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from serving.access import Key, create_session, revoke_key
from serving.admission import Admission, require_own_page
from serving.credentials import COOKIE
from serving.responses import json_response
from serving.roles import ENDPOINTS, Role
from serving.wire import Part, Strict

router = APIRouter(include_in_schema=False)


class SignInRequest(Strict):
    """The key that somebody signs in with."""

    key: Annotated[str, Field(max_length=200)]


class SessionAnswer(Part):
    """Who is signed in, until when, and what they may ask."""

    key_id: Annotated[str, Field(description="The key that was signed in with.")]
    name: str
    role: Role
    collector: str
    until: datetime
    may: Annotated[list[str], Field(description="Method and path of each thing.")]


@router.post("/session")
async def sign_in(asked: SignInRequest, request: Request) -> Response:
    """Make a session of a key, and give its cookie."""
    state, admission = request.app.state, _admission(request)
    key = await admission.sign_in(asked.key.strip(), request.scope)
    session, text = await run_in_threadpool(create_session, state.settings, key, state.now())
    admission.sessions_changed()
    lasts = int((_until(session) - state.now()).total_seconds())
    response = json_response(_answer(session))
    _set_cookie(response, request, text, lasts)
    return response


@router.get("/session")
async def read_session(request: Request) -> Response:
    """Say who is signed in; 204 where nobody is."""
    found = _session(request)
    return Response(status_code=204) if found is None else json_response(_answer(found[0]))


@router.delete("/session")
async def sign_out(request: Request) -> Response:
    """Revoke the session and take its cookie back."""
    state = request.app.state
    admission = _admission(request)
    found = _session(request)
    if found is not None:
        session, key = found
        require_own_page(key, request.scope)
        ended, by = session.key_id, key.key_id
        await run_in_threadpool(revoke_key, state.settings, ended, state.now(), by=by)
        admission.sessions_changed()
    response = Response(status_code=204)
    _set_cookie(response, request, "", 0)
    return response


def _admission(request: Request) -> Admission:
    """What the gate let this path through with."""
    admission: Admission = request.state.admission
    return admission


def _session(request: Request) -> tuple[Key, Key] | None:
    """The session and its key, as the gate found them out; None where nobody is signed in."""
    found: tuple[Key, Key] | None = request.state.session
    return found


def _answer(session: Key) -> SessionAnswer:
    may = [
        f"{method} {path}"
        for path, roles_by_method in ENDPOINTS.items()
        for method, roles in roles_by_method.items()
        if session.role in roles
    ]
    return SessionAnswer(
        key_id=str(session.session_of),
        name=session.name,
        role=session.role,
        collector=session.collector,
        until=_until(session),
        may=may,
    )


def _until(session: Key) -> datetime:
    """When a session ends: each has an end."""
    return session.expires_at or session.created_at


def _set_cookie(response: Response, request: Request, text: str, seconds: int) -> None:
    by_https = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    response.set_cookie(
        COOKIE, text, max_age=seconds, path="/", secure=by_https, httponly=True, samesite="strict"
    )
