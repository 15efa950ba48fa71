"""The commands of serving: serve, and the keys it asks for."""

import errno
import getpass
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.errors import SettingsError
from ledger.settings import PREFIX, Settings
from ledger.store import database_name, is_url
from serving.announcement import KEY_VARIABLE
from serving.key_commands import app as keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from decisions.audit_replay import Replayer

app = typer.Typer(no_args_is_help=True)
app.add_typer(keys, name="keys")

SERVICE = "serving.service:Duecast"
ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"


@app.command()
def serve(
    database: Annotated[
        str | None,
        typer.Argument(metavar="[DATABASE]", help="URL of the database; see DUECAST_DATABASE."),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; all but 127.0.0.1 only with keys.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on; see DUECAST_PORT.")
    ] = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Make an admin key for a day, and show its use.")
    ] = False,
) -> None:
    """Serve scores, reasons, limits and worklists of a stored ledger over HTTP, until stopped."""
    settings = Settings.from_environment(os.environ)
    settings = replace(
        settings,
        home=settings.home.absolute(),
        database=database or settings.database,
        policy=settings.policy and settings.policy.absolute(),
        host=host or settings.host,
        port=port or settings.port,
    )
    _require_servable(settings, with_key)
    environment = os.environ | _environment(settings)
    url = f"http://{settings.host}:{settings.port}"
    key = _day_key(settings) if with_key else ""
    subprocess.Popen(
        [sys.executable, "-m", "serving.announcement", url],
        cwd=ROOT,
        env=os.environ | ({KEY_VARIABLE: key} if key else {}),
    )
    # -P: what lies in the working directory is no module of ours.
    command = [sys.executable, "-P", "-m", "bentoml", "serve", SERVICE]
    command += ["--working-dir", str(ROOT), "--host", settings.host, "--port", str(settings.port)]
    # The server takes the place of this process, so that signals reach it and nobody else.
    os.execve(sys.executable, command, environment)


def replayers_of(settings: Settings) -> "Mapping[str, Replayer]":
    """What computes recorded answers again, by kind of record."""
    from serving.replaying import replayers

    return replayers(settings)


def _environment(settings: Settings) -> dict[str, str]:
    """What the server and its processes are told: our settings, and how BentoML is to run."""
    told = {
        "HOME": settings.home,
        "DATABASE": _absolute(settings.database_url),
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
    # Large answers come and go: their memory is given back at once.
    memory = {
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
    memory = {name: os.environ.get(name, value) for name, value in memory.items()}
    return {f"{PREFIX}{name}": str(value) for name, value in told.items()} | bentoml | memory


def _absolute(address: str) -> str:
    """The address of a database, a file by its absolute path: the server runs elsewhere."""
    return database_name(address) if address.startswith("sqlite:") else address


def _day_key(settings: Settings) -> str:
    """A new admin key that counts for a day, which is printed."""
    from serving.access import create_key

    lasts = timedelta(days=1)
    _, key = create_key(
        settings, "admin", datetime.now(UTC), by=getpass.getuser(), name="serve", lasts=lasts
    )
    typer.echo(f"Key for a day, role admin: {key}")
    return key


def _require_servable(settings: Settings, with_key: bool) -> None:
    """Refuse what could not work, or would let nobody in.

    Raises
    ------
    SettingsError
        Naming every reason.
    """
    problems = []
    if settings.host != LOOPBACK and not with_key and not _has_key(settings):
        problems.append(
            f"host is {settings.host!r}, and there is no key yet; expected {LOOPBACK}, or a key "
            "that counts; make one with `duecast keys create`"
        )
    problem = _listening_problem(settings.host, settings.port)
    if problem:
        problems.append(problem)
    if not is_url(settings.database_url):
        problems.append(
            f"{settings.database_url} is no database; expected sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME; load files with `duecast ingest DIR --to URL`"
        )
    if problems:
        raise SettingsError(problems)


def _has_key(settings: Settings) -> bool:
    from ledger.store import open_store
    from serving.access import keys

    if not is_url(settings.database_url):
        return False
    now = datetime.now(UTC)
    return any(key.state(now) == "valid" for key in keys(open_store(settings)))


def _listening_problem(host: str, port: int) -> str:
    """Why nothing can listen there; empty: it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"port {port} is taken; expected a free one; stop what listens there, or name "
                    "another with --port"
                )
            return f"{host}:{port} is no place to listen ({error.strerror}); correct it"
    return ""
