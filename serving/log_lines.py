"""Log lines: one JSON object each, with the request it belongs to, or text for a terminal."""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

FORMS = ("json", "text")

OURS = ("decisions", "features", "ledger", "models", "serving")
"""Loggers that also say what is no trouble."""

THEIRS = ("bentoml", "circus", "uvicorn", "uvicorn.error")
"""Loggers of the server, which bring handlers of their own."""

FACTS = ("method", "route", "status", "milliseconds")
"""What a record may have besides its message."""

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_request: ContextVar[Mapping[str, str]] = ContextVar("request", default={})  # noqa: B039


def belong_to(request_id: str, key_id: str = "") -> None:
    """Have every line from here on name the request that is being answered, and its key."""
    _request.set({"request_id": request_id} | ({"key_id": key_id} if key_id else {}))


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object on one line: ASCII, time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_request.get(),
        }
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def write_lines(stream: TextIO, form: str | None = None) -> None:
    """Write every record of this process, the server's too, to a stream, and nowhere else.

    Parameters
    ----------
    form
        One of `FORMS`; if not given: text where the stream is a terminal, else JSON.
    """
    form = form or ("text" if stream.isatty() else "json")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(TEXT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in THEIRS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)
