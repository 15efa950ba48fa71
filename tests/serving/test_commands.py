"""`duecast serve` refuses what could not work, and says what to ask when it runs."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

import duecast
from ledger.errors import SettingsError
from ledger.settings import Settings
from ledger.store import open_store
from serving.access import create_key, keys, revoke_key
from serving.commands import ROOT
from tests.serving.running import PATIENCE_SECONDS, Service, free_port, new_key, running, wait_until


def serve(*arguments: str, **environment: str) -> str:
    """What `duecast serve` is refused with."""
    result = CliRunner().invoke(duecast.app, ["serve", *arguments], env=environment)
    assert isinstance(result.exception, SettingsError), result.output
    return str(result.exception)


def test_without_a_key_that_counts_nobody_outside_this_machine_may_ask(tmp_path: Path) -> None:
    home = {"DUECAST_HOME": str(tmp_path)}
    for refusal in (
        serve("--host", "0.0.0.0", **home),
        serve(DUECAST_HOST="192.0.2.1", **home),
        serve("--host", "localhost.example", **home),
    ):
        assert "there is no key yet" in refusal
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    create_key(Settings(home=tmp_path), "admin", long_ago, lasts=timedelta(days=1), by="tests")
    revoked, _ = create_key(Settings(home=tmp_path), "admin", long_ago, by="tests")
    revoke_key(Settings(home=tmp_path), revoked.key_id, long_ago, by="tests")
    assert "there is no key yet" in serve("--host", "127.0.0.2", **home)


def test_with_a_key_others_may_ask(tmp_path: Path, port_taken_there: int) -> None:
    home = {"DUECAST_HOME": str(tmp_path)}
    taken = ("--host", "127.0.0.2", "--port", str(port_taken_there))
    assert "no key" not in serve(*taken, "--with-key", **home)
    assert keys(open_store(Settings(home=tmp_path))) == ()
    new_key(tmp_path)
    assert "no key" not in serve(*taken, **home)


def test_an_address_that_is_not_this_machines_is_refused(tmp_path: Path) -> None:
    new_key(tmp_path)
    refusal = serve("--host", "192.0.2.1", "--port", "3000", DUECAST_HOME=str(tmp_path))
    assert "192.0.2.1:3000 is no place to listen" in refusal


def test_a_port_that_is_taken_is_refused(service: Service) -> None:
    refusal = serve("--port", str(service.port), DUECAST_HOME=str(service.home))
    assert refusal.startswith(f"port {service.port} is taken")


def test_files_are_no_database_and_it_says_how_to_load_them(tmp_path: Path) -> None:
    refusal = serve(str(tmp_path / "books"), DUECAST_HOME=str(tmp_path))
    assert f"{tmp_path / 'books'} is no database" in refusal
    assert "duecast ingest DIR --to URL" in refusal


def test_every_reason_is_told_at_once(tmp_path: Path) -> None:
    port = str(free_port())
    refusal = serve(str(tmp_path), "--host", "0.0.0.0", "--port", port, DUECAST_HOME=str(tmp_path))
    assert len(refusal.splitlines()) == 2


def test_the_command_it_prints_works(service: Service) -> None:
    wait_until(lambda: "Try:" in service.log.read_text())
    said = service.log.read_text()
    line = next(line for line in said.splitlines() if line.startswith("Try:"))
    curl, url, *options = shlex.split(line.removeprefix("Try:"))
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ") for option, value in given if option == "-H")
    bodies = [value for option, value in given if option == "-d"]
    with httpx.Client(timeout=60) as stranger:
        method = "POST" if bodies else "GET"
        answer = stranger.request(method, url, content="".join(bodies), headers=headers).json()
    assert curl == "curl"
    assert answer.get("scores") or answer.get("serving_since")


def test_it_says_where_to_ask(service: Service) -> None:
    wait_until(lambda: "Ready at" in service.log.read_text())
    assert f"Ready at http://127.0.0.1:{service.port}" in service.log.read_text()


def test_the_key_it_makes_counts_for_a_day(service: Service) -> None:
    (made,) = (key for key in keys(open_store(Settings(home=service.home))) if key.name == "serve")
    assert made.expires_at is not None
    assert made.role == "admin"
    assert made.expires_at - made.created_at == timedelta(days=1)
    assert f"Key for a day, role admin: {made.key_id}_" in service.log.read_text()


def test_without_a_key_it_says_no_more_than_that_it_is_ready(service: Service) -> None:
    url = f"http://127.0.0.1:{service.port}"
    said = subprocess.run(
        [sys.executable, "-m", "serving.announcement", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said.stdout == f"Ready at {url}.\n"


@pytest.fixture
def port_taken_there() -> Iterator[int]:
    """A port of another address of this machine on which something listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_ends_with_all_its_processes(
    service: Service, tmp_path: Path, told: signal.Signals
) -> None:
    """As in a terminal, where Ctrl-C reaches every process of the command."""
    with running(tmp_path, new_session=True) as other:
        group = other.process.pid
        os.killpg(group, told) if told is signal.SIGINT else other.process.send_signal(told)
        assert other.process.wait(PATIENCE_SECONDS) == 0
        wait_until(lambda: not is_there(group))
        assert "Traceback" not in other.log.read_text()


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_listens_on_this_machine_only(service: Service) -> None:
    with socket.socket() as other, pytest.raises(OSError):
        other.settimeout(2)
        other.connect(("127.0.0.2", service.port))
