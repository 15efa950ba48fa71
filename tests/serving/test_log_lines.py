"""Log lines are JSON objects that name the request they belong to, and hold no secret."""

import io
import json
import logging
from collections.abc import Iterator
from contextvars import copy_context

import pytest

from serving.log_lines import OURS, THEIRS, belong_to, write_lines
from tests.serving.running import Service, wait_until

TOUCHED = ("", *OURS, *THEIRS)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A stream; the loggers are as before when the test is over."""
    loggers = [logging.getLogger(name) for name in TOUCHED]
    before = [(each.level, each.handlers[:], each.propagate) for each in loggers]
    yield io.StringIO()
    logging.captureWarnings(False)
    for logger, (level, handlers, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate


def test_a_line_is_one_json_object_whatever_it_says(stream: io.StringIO) -> None:
    write_lines(stream)
    log = logging.getLogger("serving.tests")

    def answer() -> None:
        belong_to("request-1", "dk_1")
        log.info("two\nlines of %s", "ünïcode", extra={"status": 200, "milliseconds": 1.5})

    copy_context().run(answer)
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError:
        log.exception("failed")
    logging.getLogger("somebody.else").info("of no interest")
    logging.getLogger("bentoml.serve").warning("theirs")
    said, failed, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert said["message"] == "two\nlines of ünïcode"
    assert (said["level"], said["logger"]) == ("info", "serving.tests")
    assert (said["request_id"], said["key_id"], said["status"]) == ("request-1", "dk_1", 200)
    assert said["time"].endswith("+00:00")
    assert "request_id" not in failed
    assert "ZeroDivisionError: by zero" in failed["exception"]
    assert theirs["logger"] == "bentoml.serve"


def test_text_is_for_people(stream: io.StringIO) -> None:
    write_lines(stream, "text")
    logging.getLogger("serving.tests").warning("mind the gap")
    assert stream.getvalue().endswith("WARNING serving.tests: mind the gap\n")


def test_every_answer_has_a_line_and_no_line_holds_a_secret_or_what_was_asked(
    service: Service,
) -> None:
    path = "/v1/worklist?collector=Somebody"
    service.client.get(path, headers={"X-Request-ID": "logged-1"})
    service.client.get("/v1/customers/Nobody", headers={"X-Request-ID": "logged-2"})
    wait_until(lambda: "logged-2" in service.log.read_text())
    text = service.log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    (line,) = (line for line in lines if line.get("request_id") == "logged-1")
    assert line["route"] == "/v1/worklist"
    assert (line["method"], line["key_id"]) == ("GET", service.key.rsplit("_", 1)[0])
    assert line["status"] in (200, 409)
    assert line["milliseconds"] > 0
    assert service.key.rsplit("_", 1)[1] not in text
    assert "Somebody" not in text
    assert not any(line.get("route") == "/healthz" for line in lines)
