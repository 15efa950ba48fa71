"""The command of serving: serve."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ledger.errors import SettingsError
from ledger.settings import PREFIX, Settings

app = typer.Typer(no_args_is_help=True)

SERVICE = "serving.service:Duecast"
ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"


@app.command()
def serve(
    ledger: Annotated[
        Path | None,
        typer.Argument(metavar="[LEDGER]", help="Directory of the ledger; see DUECAST_LEDGER."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on: 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on; see DUECAST_PORT.")
    ] = None,
) -> None:
    """Serve scores, reasons, limits and worklists of a ledger over HTTP, until stopped."""
    settings = Settings.from_environment(os.environ)
    settings = replace(
        settings,
        home=settings.home.absolute(),
        ledger=(ledger or settings.served_ledger).absolute(),
        policy=settings.policy and settings.policy.absolute(),
        host=host or settings.host,
        port=port or settings.port,
    )
    _require_servable(settings)
    environment = os.environ | _environment(settings)
    url = f"http://{settings.host}:{settings.port}"
    subprocess.Popen([sys.executable, "-m", "serving.announcement", url], cwd=ROOT)
    # -P: what lies in the working directory is no module of ours.
    command = [sys.executable, "-P", "-m", "bentoml", "serve", SERVICE]
    command += ["--working-dir", str(ROOT), "--host", settings.host, "--port", str(settings.port)]
    # The server takes the place of this process, so that signals reach it and nobody else.
    os.execve(sys.executable, command, environment)


def _environment(settings: Settings) -> dict[str, str]:
    """What the server and its processes are told: our settings, and how BentoML is to run."""
    told = {
        "HOME": settings.home,
        "LEDGER": settings.served_ledger,
        "HOST": settings.host,
        "PORT": settings.port,
        **({"POLICY": settings.policy} if settings.policy else {}),
    }
    bentoml = {
        "BENTOML_DO_NOT_TRACK": "true",
        "BENTOML_HOME": str(settings.home / "bentoml" / str(settings.port)),
        "BENTOML_CONFIG_OVERRIDES": json.dumps(
            {"services": {"duecast": {"workers": settings.workers}}}
        ),
    }
    return {f"{PREFIX}{name}": str(value) for name, value in told.items()} | bentoml


def _require_servable(settings: Settings) -> None:
    """Refuse what could not work.

    Raises
    ------
    SettingsError
        Naming every reason.
    """
    problems = []
    if settings.host != LOOPBACK:
        problems.append(
            f"host is {settings.host!r}; expected {LOOPBACK}, for whoever reaches the service may "
            "ask it anything; leave it out, or put a server that knows its users in front"
        )
    elif not _is_free(settings.host, settings.port):
        problems.append(
            f"port {settings.port} is taken; expected a free one; stop what listens there, or name "
            "another with --port"
        )
    if not (settings.served_ledger / "ledger.toml").is_file():
        problems.append(
            f"{settings.served_ledger} is no ledger; expected a directory with ledger.toml; name "
            "one, or make one with `duecast demo` or `duecast ingest`"
        )
    if problems:
        raise SettingsError(problems)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
