"""The BentoML service `duecast`: the API at `/`, behind our gate.

BentoML gives processes, metrics and packaging. It answers nothing itself: its routes lie behind
the gate, which lets only the paths of the API through, and its traffic limits are taken out.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bentoml
from starlette.applications import Starlette
from starlette.types import ASGIApp
from uvicorn.config import HTTP_PROTOCOLS

from ledger.settings import Settings
from serving.admission import Admission
from serving.app import create_app
from serving.connections import connection_with
from serving.gate import Bounds, Gate
from serving.log_lines import write_lines
from serving.meters import forget_the_dead, new_meters

TRAFFIC_LIMITS = ("TimeoutMiddleware", "MaxConcurrencyMiddleware")
"""Layers of BentoML that would answer by themselves, and not with problem details."""

SAID_TWICE = ("AccessLogMiddleware", "RunnerTrafficMetricsMiddleware")
"""Layers of BentoML that would say what the gate says, but with ids, by the path of a request."""

SWAGGER_UI = Path(bentoml.__file__).parent / "_internal" / "server" / "static_content"


def read_settings() -> Settings:
    """Settings of this process."""
    return Settings.from_environment(os.environ)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


meters = new_meters()
api = create_app(read_settings, now, meters, SWAGGER_UI)


class GatedService(bentoml.Service[Any]):  # type: ignore[misc]  # BentoML ships no types of it
    """A BentoML service every request of which passes our gate first."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The service as BentoML makes it, without some of its layers, behind the gate."""
        app = super().to_asgi(is_main)
        if isinstance(app, Starlette):
            app.user_middleware = [
                layer
                for layer in app.user_middleware
                if getattr(layer.cls, "__name__", "") not in TRAFFIC_LIMITS + SAID_TWICE
            ]
        settings = read_settings()
        # BentoML has no setting for uvicorn's kind of connection.
        HTTP_PROTOCOLS["auto"] = connection_with(settings.read_seconds)  # type: ignore[assignment]
        admission = Admission.of(settings, now)
        return Gate(app, api, Bounds.of(settings), meters, admission)


@bentoml.service(name="duecast", service_class=GatedService)
@bentoml.asgi_app(api, path="/")
class Duecast:
    """Scores, reasons, credit limits and worklists of receivables."""

    def __init__(self) -> None:
        """Begin to work in a process that answers requests."""
        write_lines(sys.stderr, read_settings().log)
        directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if directory:
            forget_the_dead(Path(directory))

    @bentoml.on_deployment  # type: ignore[untyped-decorator]
    @staticmethod
    def oversee() -> None:
        """Begin to work in the process that starts the others and watches over them."""
        write_lines(sys.stderr, read_settings().log)
