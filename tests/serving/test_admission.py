"""Who is let in, what the others are told, and what the log knows of them."""

import asyncio
import base64
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from ledger.settings import Settings
from serving.access import create_key, revoke_key
from serving.admission import Admission
from serving.callers import Caller, caller_of, collector_shown, require_own_customer
from serving.gate import Bounds, Gate
from serving.meters import new_meters
from serving.problems import RefusedError
from tests.serving.keys import NOW, SECRET, admission_to, headers_of, key_of

KEY = key_of("admin", 1)
EXPIRED = replace(key_of("admin", 2), expires_at=NOW)
REVOKED = replace(key_of("admin", 3), revoked_at=NOW)
WRONG = "0" * 48


def application(path: str = "/who") -> FastAPI:
    app = FastAPI(docs_url=None, openapi_url=None)

    @app.post(path)
    async def read_who(request: Request) -> dict[str, str]:
        return vars(caller_of(request))

    return app


def asked(
    admission: Admission, *requests: Mapping[str, str], body: bytes = b"", path: str = "/who"
) -> list[httpx.Response]:
    """Answers to requests with some headers, one after the other."""
    app = application(path)
    gate = Gate(app, app, Bounds(10, 5, 5, 2), new_meters(), admission)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(gate, client=("192.0.2.7", 4_711))
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return [
                await client.post(path, headers=dict(headers), content=body) for headers in requests
            ]

    return asyncio.run(ask())


def kind(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("urn:duecast:problem:")


def test_the_routes_know_who_asks() -> None:
    collector = key_of("collector", 7, "Anna")
    (answer,) = asked(admission_to("/who", keys=[collector]), headers_of(collector))
    assert answer.json() == {
        "key_id": "dk_000000000007",
        "name": "tests",
        "role": "collector",
        "collector": "Anna",
    }


@pytest.mark.parametrize(
    ("headers", "why", "key_id"),
    [
        ({}, "no key", "none"),
        ({"Authorization": ""}, "no such form", "none"),
        ({"Authorization": f"Basic {SECRET}"}, "no such form", "none"),
        ({"Authorization": f"Bearer {SECRET}"}, "no such form", "none"),
        ({"Authorization": f"Bearer {KEY.key_id}_{SECRET}0"}, "no such form", "none"),
        ({"Authorization": f"Bearer {KEY.key_id}_{SECRET.upper()}"}, "no such form", "none"),
        (headers_of(key_of("admin", 99)), "unknown", "dk_000000000063"),
        (headers_of(KEY, WRONG), "wrong secret", KEY.key_id),
        (headers_of(EXPIRED), "expired", EXPIRED.key_id),
        (headers_of(REVOKED), "revoked", REVOKED.key_id),
        (headers_of(REVOKED, WRONG), "wrong secret", REVOKED.key_id),
    ],
)
def test_without_a_key_that_counts_nobody_is_let_in_and_only_the_log_knows_why(
    headers: dict[str, str], why: str, key_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    admission = admission_to("/who", keys=[KEY, EXPIRED, REVOKED])
    with caplog.at_level(logging.WARNING, "serving.admission"):
        refused, nameless = asked(admission, headers, {})
    assert (refused.status_code, kind(refused)) == (401, "unauthorised")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["detail"] == nameless.json()["detail"]
    line = caplog.messages[0]
    assert line.startswith(f"unauthorised ({why}): key {key_id}, POST '/who', from 192.0.2.7,")
    assert line.endswith(refused.headers["x-request-id"])
    assert SECRET not in caplog.text and SECRET not in refused.text
    assert WRONG not in caplog.text


def test_a_key_is_taken_however_its_scheme_is_written() -> None:
    given = headers_of(KEY)["Authorization"]
    scheme = [{"Authorization": given.replace("Bearer ", name)} for name in ("bearer ", "BEARER  ")]
    answers = asked(admission_to("/who", keys=[KEY]), *scheme)
    assert [answer.status_code for answer in answers] == [200, 200]


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_a_browser_gives_the_key_as_a_password_with_any_name() -> None:
    key = headers_of(KEY)["Authorization"].removeprefix("Bearer ")
    given = [basic(f"{name}:{key}") for name in ("", "me", "Zoë")]
    answers = asked(admission_to("/docs", keys=[KEY]), *given, path="/docs")
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_a_password_that_a_browser_goes_on_sending_counts_where_people_browse_alone() -> None:
    key = headers_of(KEY)["Authorization"].removeprefix("Bearer ")
    (refused,) = asked(admission_to("/who", keys=[KEY]), basic(f"me:{key}"))
    assert (refused.status_code, kind(refused)) == (401, "unauthorised")


@pytest.mark.parametrize(
    "text", [f"me:{KEY.key_id}_{WRONG}", f"{KEY.key_id}_{SECRET}:", f"{KEY.key_id}_{SECRET}", ":"]
)
def test_what_is_no_password_that_counts_lets_nobody_in(text: str) -> None:
    for headers in (basic(text), {"Authorization": f"Basic {text}"}):
        (refused,) = asked(admission_to("/docs", keys=[KEY]), headers, path="/docs")
        assert (refused.status_code, kind(refused)) == (401, "unauthorised")


@pytest.mark.parametrize(
    ("path", "challenge"),
    [
        ("/docs", 'Basic realm="duecast"'),
        ("/docs/docs.js", 'Basic realm="duecast"'),
        ("/openapi.json", 'Basic realm="duecast"'),
        ("/who", "Bearer"),
        ("/docsy", "Bearer"),
        ("/v1/docs", "Bearer"),
    ],
)
def test_only_where_people_read_a_browser_is_told_to_ask_for_a_password(
    path: str, challenge: str
) -> None:
    for headers in ({}, headers_of(KEY, WRONG), basic(f"me:{KEY.key_id}_{WRONG}")):
        (refused,) = asked(admission_to(path, keys=[KEY]), headers, path=path)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, challenge)


def test_a_key_that_may_not_read_a_page_is_not_asked_for_another() -> None:
    (refused,) = asked(admission_to("/other", keys=[KEY]), headers_of(KEY), path="/docs")
    assert kind(refused) == "forbidden"
    assert "www-authenticate" not in refused.headers


def test_who_may_not_ask_is_refused_before_the_body_is_read() -> None:
    (refused,) = asked(admission_to("/who"), {}, body=b" " * 1_000)
    assert kind(refused) == "unauthorised"
    (read,) = asked(admission_to("/who", keys=[KEY]), headers_of(KEY), body=b" " * 1_000)
    assert kind(read) == "too-large"


def test_a_path_that_no_role_may_ask_is_forbidden_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (refused,) = asked(admission_to("/other", keys=[KEY]), headers_of(KEY))
    assert (refused.status_code, kind(refused)) == (403, "forbidden")
    assert caplog.messages[0].startswith(f"forbidden (role admin): key {KEY.key_id}, POST '/who'")


def test_a_key_that_asks_too_often_is_told_when_to_come_again() -> None:
    other = key_of("o2c", 8)
    admission = admission_to("/who", keys=[KEY, other], per_minute=2)
    answers = asked(admission, *[headers_of(KEY)] * 3, headers_of(other))
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert kind(answers[2]) == "too-many-requests"
    assert answers[2].headers["retry-after"] == "43"


def test_keys_of_the_database_count_while_they_are_valid(tmp_path: Path) -> None:
    settings, now = Settings(home=tmp_path), [NOW]
    _, short_text = create_key(settings, "o2c", NOW, lasts=timedelta(hours=1), by="tests")
    revoked, revoked_text = create_key(settings, "o2c", NOW, by="tests")
    revoke_key(settings, revoked.key_id, NOW, by="tests")
    admission = Admission.of(settings, lambda: now[0])
    app = FastAPI()

    @app.get("/v1/model")
    async def read_model() -> str:
        return "here"

    gate = Gate(app, app, Bounds(10, 5, 5, 2), new_meters(), admission)

    async def ask(text: str) -> int:
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            headers = {"Authorization": f"Bearer {text}"}
            return (await client.get("/v1/model", headers=headers)).status_code

    assert asyncio.run(ask(short_text)) == 200
    assert asyncio.run(ask(revoked_text)) == 401
    now[0] += timedelta(hours=1)
    assert asyncio.run(ask(short_text)) == 401
    assert (tmp_path / "rates.db").is_file()


def test_where_the_database_cannot_be_used_the_answer_is_503_and_says_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address = "postgresql://nobody:hidden@127.0.0.1:1/duecast"
    admission = Admission.of(Settings(home=tmp_path, database=address), lambda: NOW)
    (refused,) = asked(admission, headers_of(KEY))
    assert (refused.status_code, kind(refused)) == (503, "no-database")
    assert int(refused.headers["retry-after"]) > 0
    assert "127.0.0.1" not in refused.text
    assert "the database cannot be used" in caplog.text
    assert "Traceback" not in caplog.text and "hidden" not in caplog.text


def test_nobody_may_open_a_websocket() -> None:
    app = application()
    gate = Gate(app, app, Bounds(10, 5, 5, 2), new_meters(), admission_to("/who"))
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate({"type": "websocket", "path": "/who", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close"}]


ANNA = Caller("dk_1", "anna", "collector", "Anna")
ANALYST = Caller("dk_2", "lea", "analyst")


def test_a_collector_is_shown_the_own_customers_and_no_others() -> None:
    assert collector_shown(ANNA, None) == collector_shown(ANNA, "Anna") == "Anna"
    for other in ("Bruno", "", "anna"):
        with pytest.raises(RefusedError, match="customers of 'Anna'") as caught:
            collector_shown(ANNA, other)
        assert caught.value.kind.name == "forbidden"
    assert [collector_shown(ANALYST, asked) for asked in (None, "", "Bruno")] == [None, "", "Bruno"]


def test_a_customer_of_somebody_else_is_kept_from_a_collector() -> None:
    require_own_customer(ANNA, "Anna")
    require_own_customer(ANALYST, "Bruno")
    for other in ("Bruno", ""):
        with pytest.raises(RefusedError, match="not one of them"):
            require_own_customer(ANNA, other)
