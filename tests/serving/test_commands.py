"""`duecast serve` refuses what could not work, and says what to ask when it runs."""

import os
import shlex
import signal
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

import duecast
from ledger.errors import SettingsError
from tests.serving.running import PATIENCE_SECONDS, Service, running, wait_until


def serve(*arguments: str, **environment: str) -> str:
    """What `duecast serve` is refused with."""
    result = CliRunner().invoke(duecast.app, ["serve", *arguments], env=environment)
    assert isinstance(result.exception, SettingsError), result.output
    return str(result.exception)


def test_nobody_outside_this_machine_may_ask(service: Service) -> None:
    home = {"DUECAST_HOME": str(service.home)}
    for refusal in (
        serve("--host", "0.0.0.0", **home),
        serve(DUECAST_HOST="192.0.2.1", **home),
        serve("--host", "localhost.example", **home),
    ):
        assert "expected 127.0.0.1" in refusal


def test_a_port_that_is_taken_is_refused(service: Service) -> None:
    refusal = serve("--port", str(service.port), DUECAST_HOME=str(service.home))
    assert refusal.startswith(f"port {service.port} is taken")


def test_without_a_ledger_it_says_how_to_make_one(tmp_path: Path) -> None:
    refusal = serve(str(tmp_path / "books"), "--port", "1")
    assert f"{tmp_path / 'books'} is no ledger" in refusal
    assert "duecast demo" in serve("--port", "1", DUECAST_HOME=str(tmp_path))


def test_every_reason_is_told_at_once(tmp_path: Path) -> None:
    refusal = serve(str(tmp_path), "--host", "0.0.0.0")
    assert len(refusal.splitlines()) == 2


def test_the_command_it_prints_works(service: Service) -> None:
    wait_until(lambda: "Try:" in service.log.read_text())
    said = service.log.read_text()
    line = next(line for line in said.splitlines() if line.startswith("Try:"))
    curl, url, *options = shlex.split(line.removeprefix("Try:"))
    given = dict(zip(options[::2], options[1::2], strict=True))
    if "-d" in given:
        headers = dict([given["-H"].split(": ")])
        answer = service.client.post(url, content=given["-d"], headers=headers).json()
    else:
        answer = service.client.get(url).json()
    assert curl == "curl"
    assert answer.get("scores") or answer.get("serving_since")


def test_it_says_where_to_ask(service: Service) -> None:
    wait_until(lambda: "Ready at" in service.log.read_text())
    assert f"Ready at http://127.0.0.1:{service.port}" in service.log.read_text()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_ends_with_all_its_processes(
    service: Service, tmp_path: Path, told: signal.Signals
) -> None:
    """As in a terminal, where Ctrl-C reaches every process of the command."""
    with running(tmp_path, str(service.home / "ledger"), new_session=True) as other:
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
