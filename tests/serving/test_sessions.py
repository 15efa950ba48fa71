"""Sessions: made with a key, kept by a browser, counting as long as the key and no longer."""

import base64
import json
import logging
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import select
from starlette.testclient import TestClient

from decisions.audit_log import AUDIT
from ledger.settings import Settings
from ledger.store import open_store
from serving.access import EVER, Key, create_key, create_session, key_reader, keys, revoke_key
from serving.app import create_app
from serving.callers import caller_of
from serving.credentials import COOKIE
from serving.gate import Bounds, Gate
from serving.keyring import FRESH_SECONDS, Keyring
from serving.meters import new_meters
from serving.roles import ROLES
from tests.serving.asking import kind
from tests.serving.keys import admission_by, key_of

NOW = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)
OWN = {"Sec-Fetch-Site": "same-origin"}


@asynccontextmanager
async def without_models(app: FastAPI) -> AsyncIterator[None]:
    yield


class House:
    """A home with a collector's key, and the application behind the gate; its clocks."""

    def __init__(self, home: Path, per_minute: int = 1_000) -> None:
        self.settings, self.now, self.seconds = Settings(home=home), NOW, 0.0
        self.key, self.text = self.new_key()
        app = create_app(lambda: self.settings, lambda: self.now, new_meters(), home)
        app.router.lifespan_context = without_models
        app.state.settings = self.settings

        @app.api_route("/who", methods=["GET", "POST"])
        async def read_who(request: Request) -> dict[str, str]:
            return vars(caller_of(request))

        keyring = Keyring(key_reader(self.settings, lambda: self.now), lambda: self.seconds)
        endpoints = {"/who": dict.fromkeys(("GET", "POST"), frozenset(ROLES))}
        admission = admission_by(keyring, lambda: self.now, per_minute, endpoints)
        gate = Gate(app, app, Bounds(5_000, 5, 5, 2), new_meters(), admission)
        self.client = TestClient(gate, client=("192.0.2.7", 4_711))

    def new_key(self, lasts: timedelta | None = None) -> tuple[Key, str]:
        return create_key(
            self.settings, "collector", NOW, by="tests", name="A", collector="Anna", lasts=lasts
        )

    def sign_in(self, text: str | None = None, **headers: str) -> httpx.Response:
        """The answer; later requests bring the session."""
        body = {"key": self.text if text is None else text}
        return self.client.post("/session", json=body, headers=headers)

    def who(self, method: str = "GET", **headers: str) -> httpx.Response:
        return self.client.request(method, "/who", headers=headers)

    def sessions(self) -> list[Key]:
        return [key for key in keys(open_store(self.settings), EVER) if key.session_of]

    def changes(self) -> list[dict[str, Any]]:
        """What the audit trail has of keys, and by whom."""
        wanted = select(AUDIT.c.actor, AUDIT.c.result_zlib).where(AUDIT.c.kind == "key")
        with open_store(self.settings).connect() as connection:
            found = connection.execute(wanted.order_by(AUDIT.c.seq)).all()
        return [{"by": actor, **json.loads(zlib.decompress(said))} for actor, said in found]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    with found.client:
        yield found


def cookie_of(answer: httpx.Response) -> "Morsel[str]":
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(house: House) -> None:
    answer = house.sign_in()
    assert answer.status_code == 200
    said = answer.json()
    assert "GET /v1/worklist" in said.pop("may")
    assert said == {
        "key_id": house.key.key_id,
        "name": "A",
        "role": "collector",
        "collector": "Anna",
        "until": "2024-07-02T00:00:00Z",
    }
    cookie = cookie_of(answer)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert (cookie["max-age"], cookie["secure"], cookie["domain"]) == ("43200", "", "")
    assert answer.headers["cache-control"] == "no-store"
    assert cookie.value not in answer.text
    (session,) = house.sessions()
    session_id, secret = cookie.value.rsplit("_", 1)
    assert (session.key_id, session.session_of) == (session_id, house.key.key_id)
    assert session.has_secret(secret) and not house.key.has_secret(secret)
    written = b"".join(file.read_bytes() for file in house.settings.home.rglob("*.db*"))
    assert secret.encode() not in written


def test_where_the_browser_came_by_https_the_cookie_goes_no_other_way(house: House) -> None:
    assert cookie_of(house.sign_in(**{"X-Forwarded-Proto": "https"}))["secure"] is True


def test_a_session_asks_in_the_name_of_its_key(house: House) -> None:
    house.sign_in()
    expected = {
        "key_id": house.key.key_id,
        "name": "A",
        "role": "collector",
        "collector": "Anna",
    }
    assert house.who().json() == expected
    assert house.who("POST", **OWN).json() == expected
    assert house.client.get("/session").json()["name"] == "A"


def test_nobody_signed_in_is_no_mistake(house: House) -> None:
    assert house.client.get("/session").status_code == 204
    assert house.client.delete("/session").status_code == 204
    assert kind(house.who()) == "unauthorised"


def test_what_is_no_key_that_counts_makes_no_session(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    _, expired_text = house.new_key(timedelta(minutes=1))
    revoked, revoked_text = house.new_key()
    revoke_key(house.settings, revoked.key_id, NOW, by="tests")
    _, session_text = create_session(house.settings, house.key, NOW)
    house.now += timedelta(minutes=1)
    wrong = f"{house.key.key_id}_{'0' * 48}"
    stranger = f"{key_of('admin', 7).key_id}_{'0' * 48}"
    for text in (expired_text, revoked_text, session_text, wrong, stranger, "", "me"):
        refused = house.sign_in(text)
        assert (refused.status_code, kind(refused)) == (401, "unauthorised")
        assert "set-cookie" not in refused.headers
    assert len(house.sessions()) == 1
    for why in ("expired", "revoked", "no such form", "wrong secret", "unknown"):
        assert f"unauthorised ({why})" in caplog.text
    assert "POST '/session', from 192.0.2.7" in caplog.text
    assert not [text for text in (expired_text, wrong) if text.rsplit("_", 1)[1] in caplog.text]


def test_a_session_is_no_key(house: House) -> None:
    text = cookie_of(house.sign_in()).value
    house.client.cookies.clear()
    assert kind(house.who(Authorization=f"Bearer {text}")) == "unauthorised"


@pytest.mark.parametrize("text", ["", "ds_1", f"ds_{'0' * 12}_{'0' * 48}", "é", "a=b; c"])
def test_what_is_no_session_that_counts_lets_nobody_in(house: House, text: str) -> None:
    house.seconds += FRESH_SECONDS
    cookie = f"{COOKIE}={text}".encode()
    for path in ("/who", "/session"):
        answer = house.client.get(path, headers={b"Cookie": cookie})
        assert kind(answer) == "unauthorised"


def test_the_secret_of_a_session_has_to_be_right(house: House) -> None:
    text = cookie_of(house.sign_in()).value
    house.client.cookies.clear()
    forged = f"{COOKIE}={text[:-1]}{'0' if text[-1] != '0' else '1'}"
    assert kind(house.who(Cookie=forged)) == "unauthorised"
    assert house.who(Cookie=f"{COOKIE}={text}").status_code == 200


def test_a_key_that_is_sent_comes_before_the_cookie(house: House) -> None:
    house.sign_in()
    assert house.who("POST", Authorization=f"Bearer {house.text}").status_code == 200
    assert kind(house.who(Authorization="Bearer me")) == "unauthorised"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://testserver"}, 200),
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
    ],
)
def test_pages_of_other_sites_change_nothing(
    house: House, headers: dict[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    house.sign_in()
    answer = house.who("POST", **headers)
    assert answer.status_code == status
    assert house.who(**headers).status_code == 200
    signed_out = house.client.delete("/session", headers=headers)
    assert signed_out.status_code == (204 if status == 200 else 403)
    if status == 403:
        assert kind(answer) == kind(signed_out) == "forbidden"
        assert f"forbidden (another site): key {house.key.key_id}" in caplog.text
        assert house.sessions()[0].revoked_at is None


def test_a_password_that_the_browser_sends_by_itself_does_not_take_the_session_over(
    house: House,
) -> None:
    _, other = create_key(house.settings, "admin", NOW, by="tests", name="other")
    password = "Basic " + base64.b64encode(f"me:{other}".encode()).decode()
    house.sign_in()
    assert house.who(Authorization=password).json()["key_id"] == house.key.key_id
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Authorization": password}
    assert kind(house.who("POST", **elsewhere)) == "forbidden"
    assert house.client.delete("/session", headers={**OWN, "Authorization": password})
    assert [session.state(NOW) for session in house.sessions()] == ["revoked"]


def test_a_page_of_another_key_does_not_ask_in_the_name_of_this_one(house: House) -> None:
    other, _ = house.new_key()
    house.sign_in()
    assert house.who(**{"X-Signed-In-As": house.key.key_id}).status_code == 200
    assert kind(house.who(**{"X-Signed-In-As": other.key_id})) == "unauthorised"


def test_signing_out_ends_the_session_and_no_other(house: House) -> None:
    first = cookie_of(house.sign_in()).value
    second = cookie_of(house.sign_in()).value
    answer = house.client.delete("/session", headers=OWN)
    assert (answer.status_code, cookie_of(answer)["max-age"]) == (204, "0")
    assert kind(house.who(Cookie=f"{COOKIE}={second}")) == "unauthorised"
    assert house.who(Cookie=f"{COOKIE}={first}").status_code == 200
    assert house.who(Authorization=f"Bearer {house.text}").status_code == 200


def test_a_session_counts_while_its_key_does(house: House) -> None:
    house.sign_in()
    assert house.who().status_code == 200
    revoke_key(house.settings, house.key.key_id, NOW, by="tests")
    house.seconds += FRESH_SECONDS
    assert kind(house.who()) == "unauthorised"
    assert kind(house.client.get("/session")) == "unauthorised"


def test_a_session_lasts_twelve_hours(house: House) -> None:
    cookie = cookie_of(house.sign_in()).value
    house.now += timedelta(hours=12, seconds=-1)
    assert house.who(Cookie=f"{COOKIE}={cookie}").status_code == 200
    house.now += timedelta(seconds=1)
    assert kind(house.who(Cookie=f"{COOKIE}={cookie}")) == "unauthorised"


def test_a_session_ends_with_its_key_at_the_latest(house: House) -> None:
    _, text = house.new_key(timedelta(hours=1))
    house.seconds += FRESH_SECONDS
    assert cookie_of(house.sign_in(text))["max-age"] == "3600"


def test_an_address_that_tries_too_often_has_to_wait(house: House) -> None:
    assert [house.sign_in().status_code for _ in range(21)] == [200] * 21
    tries = [house.sign_in("me").status_code for _ in range(20)]
    refused = house.sign_in()
    assert set(tries) == {401}
    assert (refused.status_code, kind(refused)) == (429, "too-many-requests")
    assert refused.headers["retry-after"] == "43"
    assert house.who(Authorization=f"Bearer {house.text}").status_code == 200


def test_sessions_of_a_key_are_limited_together(tmp_path: Path) -> None:
    house = House(tmp_path, per_minute=2)
    with house.client:
        for expected in (200, 200, 429):
            house.sign_in()
            assert house.who().status_code == expected


def test_the_trail_has_who_signed_in_and_out(house: House) -> None:
    house.sign_in()
    house.client.delete("/session", headers=OWN)
    (session,) = house.sessions()
    common = {"key_id": session.key_id, "role": "collector"}
    by_key = {"by": house.key.key_id, **common, "session_of": house.key.key_id}
    assert house.changes()[1:] == [
        {**by_key, "change": "signed in"},
        {**by_key, "change": "signed out"},
    ]


def test_sessions_that_are_long_over_are_not_read(house: House) -> None:
    house.sign_in()
    read = key_reader(house.settings, lambda: house.now)
    assert len(read()) == 2
    house.now += timedelta(hours=36)
    assert read() == (house.key,)
    assert keys(open_store(house.settings)) == (house.key,)


def test_the_body_of_a_stranger_is_bounded(house: House) -> None:
    large = {"key": "x" * 1_000}
    assert kind(house.client.post("/session", json=large)) == "too-large"
    chunks = iter([b"{" + b" " * 600, b" " * 600 + b"}"])
    headers = {"Content-Type": "application/json"}
    assert kind(house.client.post("/session", content=chunks, headers=headers)) == "too-large"
    assert kind(house.client.post("/session", content=b"{}")) == "not-json"
    assert kind(house.sign_in("x" * 201)) == "invalid-request"


def test_signing_in_says_what_the_role_may_ask(tmp_path: Path) -> None:
    def may(role: str, **more: str) -> set[str]:
        _, text = create_key(house.settings, role, NOW, by="tests", **more)
        house.seconds += FRESH_SECONDS
        return set(house.sign_in(text).json()["may"])

    house = House(tmp_path)
    collector, o2c, admin = may("collector", collector="Anna"), may("o2c"), may("admin")
    assert {"GET /v1/worklist", "POST /v1/contacts", "GET /v1/customers/{id:path}"} <= collector
    assert "POST /v1/credit/checks" in o2c - collector
    assert "GET /v1/portfolio/kpis" in admin - o2c - collector


def test_sessions_of_the_house_are_recorded_by_logging(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "serving.gate"):
        secret = cookie_of(house.sign_in()).value.rsplit("_", 1)[1]
        house.who()
    assert secret not in caplog.text and house.text not in caplog.text
