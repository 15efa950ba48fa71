"""The gate, before an application that is slow, fails, or answers oddly."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from serving.gate import Bounds, Gate
from serving.meters import new_meters
from tests.serving.keys import admission_to, headers_of, key_of

BOUNDS = Bounds(body_bytes=1_000, read_seconds=5, answer_seconds=5, requests=2)
Client = httpx.AsyncClient
KEY = key_of("admin")
ADMISSION = admission_to("/echo", "/stall", "/wait", "/work", "/fail", keys=[KEY])


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/healthz")
    async def answer_alive() -> str:
        return "alive"

    @app.post("/echo")
    async def echo(request: Request) -> dict[str, str]:
        return {"body": (await request.body()).decode(), "id": request.state.request_id}

    @app.get("/stall")
    async def stall() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            await asyncio.sleep(60)

        return StreamingResponse(parts())

    @app.get("/wait")
    async def wait(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @app.get("/work")
    def work(seconds: float) -> str:
        time.sleep(seconds)
        return "done"

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("the secret of the house")

    return app


def through_gate(ask: Callable[[Client, Gate], Awaitable[Any]], bounds: Bounds = BOUNDS) -> Any:
    """What comes of asking an application behind a gate."""
    app = application()
    gate = Gate(app, app, bounds, new_meters(), ADMISSION)

    async def answer() -> Any:
        transport = httpx.ASGITransport(gate, raise_app_exceptions=False)
        async with Client(
            transport=transport, base_url="http://gate", headers=headers_of(KEY)
        ) as client:
            return await ask(client, gate)

    return asyncio.run(answer())


def kind(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("urn:duecast:problem:")


def test_the_application_gets_the_body_and_the_id() -> None:
    async def ask(client: Client, gate: Gate) -> httpx.Response:
        headers = {"Content-Type": "application/json", "X-Request-ID": "r-1"}
        return await client.post("/echo", content='{"a": 1}', headers=headers)

    assert through_gate(ask).json() == {"body": '{"a": 1}', "id": "r-1"}


def test_more_than_it_takes_at_once_is_told_to_come_again() -> None:
    async def ask(client: Client, gate: Gate) -> list[httpx.Response]:
        waiting = [asyncio.create_task(client.get("/wait?seconds=0.5")) for _ in range(2)]
        await asyncio.sleep(0.1)
        refused, probe = await client.get("/wait?seconds=0"), await client.get("/healthz")
        return [
            refused,
            probe,
            *await asyncio.gather(*waiting),
            await client.get("/wait?seconds=0"),
        ]

    refused, probe, *others = through_gate(ask)
    assert (refused.status_code, kind(refused)) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert probe.status_code == 200
    assert [response.status_code for response in others] == [200, 200, 200]


def test_an_answer_that_takes_too_long_is_given_up_but_keeps_its_place_until_it_ends() -> None:
    bounds = Bounds(body_bytes=1_000, read_seconds=5, answer_seconds=0.2, requests=1)

    async def ask(client: Client, gate: Gate) -> list[httpx.Response]:
        late = await client.get("/work?seconds=0.8")
        refused = await client.get("/wait?seconds=0")
        await asyncio.sleep(1.0)
        return [late, refused, await client.get("/wait?seconds=0")]

    late, refused, after = through_gate(ask, bounds)
    assert (late.status_code, kind(late)) == (504, "answer-timeout")
    assert kind(refused) == "busy"
    assert after.status_code == 200


def test_an_answer_that_nobody_reads_loses_its_place() -> None:
    bounds = Bounds(body_bytes=1_000, read_seconds=5, answer_seconds=0.2, requests=1)

    async def ask(client: Client, gate: Gate) -> httpx.Response:
        # httpx has no other word for an answer that is broken off.
        with pytest.raises(AssertionError):
            await client.get("/stall")
        await asyncio.sleep(0.1)
        return await client.get("/wait?seconds=0")

    assert through_gate(ask, bounds).status_code == 200


def test_a_failure_is_logged_under_its_id_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    async def ask(client: Client, gate: Gate) -> httpx.Response:
        return await client.get("/fail", headers={"X-Request-ID": "r-2"})

    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("the secret of the house")

    app = application()
    gate = Gate(fails, app, BOUNDS, new_meters(), ADMISSION)

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(gate)
        async with Client(
            transport=transport, base_url="http://gate", headers=headers_of(KEY)
        ) as client:
            return await ask(client, gate)

    with caplog.at_level(logging.ERROR, "serving.gate"):
        response = asyncio.run(answer())
    assert (response.status_code, kind(response)) == (500, "internal")
    assert response.json()["request_id"] == "r-2"
    assert "secret" not in response.text
    assert "request r-2 failed" in caplog.text and "the secret of the house" in caplog.text


def test_a_body_that_grows_beyond_the_bound_is_refused_without_its_length() -> None:
    async def ask(client: Client, gate: Gate) -> httpx.Response:
        async def chunks() -> Any:
            for _ in range(4):
                yield b" " * 400

        return await client.post("/echo", content=chunks())

    assert kind(through_gate(ask)) == "too-large"


def test_what_clients_call_as_they_like_makes_no_labels() -> None:
    async def ask(client: Client, gate: Gate) -> list[tuple[str, str]]:
        await client.request("BREW", "/nowhere")
        await client.get("/wait?seconds=0")
        samples = [s for metric in gate.meters.requests.collect() for s in metric.samples]
        return sorted(
            (s.labels["method"], s.labels["route"]) for s in samples if s.name.endswith("_total")
        )

    assert through_gate(ask) == [("GET", "/wait"), ("other", "other")]
