"""Servers to which bad things are done: on SQLite, on PostgreSQL; and load on them."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import NullPool, create_engine, func, select

from features.kept_priors import write_ledger_to
from ledger.files import read_ledger
from ledger.store import open_database
from ledger.store.tables import VERSIONS
from tests.postgresql import PostgresqlServer
from tests.serving.running import PROMOTED_AT, Service, bearer, running, wait_until

PAYMENTS = "/v1/ledger/payments"
BATCH_ROWS = 1_000
COVERAGE = {"reporting_currency": "EUR", "complete_through": "2024-01-01"}
DISK_BYTES = 48_000_000
BOUNDS = {
    "DUECAST_READ_SECONDS": "2",
    "DUECAST_POLL_SECONDS": "1",
    "DUECAST_REQUESTS_PER_MINUTE": "1000000",
}


@dataclass(frozen=True)
class Stored:
    """A server, the URL of its database, and the directory that its disk is mounted at, if any."""

    service: Service
    database: str
    disk: Path | None = None


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """A server without a champion, with an empty ledger on a small disk of its own."""
    home = tmp_path_factory.mktemp("on_sqlite")
    with small_disk(home / "disk") as disk:
        database = f"sqlite:///{disk or home}/duecast.db"
        with running(home, DUECAST_DATABASE=database, **BOUNDS) as service:
            put(service.client, {"rows": [], "coverage": COVERAGE})
            yield Stored(service, database, disk)


@pytest.fixture(scope="session")
def on_postgresql(
    served_home: Path,
    postgresql_server: PostgresqlServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stored]:
    """A server with a champion, and a ledger in PostgreSQL."""
    home = home_like(served_home, tmp_path_factory.mktemp("on_postgresql"))
    with postgresql_server.connect() as connection:
        connection.execute("CREATE DATABASE faults")
    database = postgresql_server.url("faults")
    ledger = read_ledger(served_home / "files")
    write_ledger_to(open_database(database), ledger, "tests", PROMOTED_AT)
    with running(home, DUECAST_DATABASE=database, **BOUNDS) as service:
        wait_until(lambda: service.client.get("/readyz").status_code == 200)
        yield Stored(service, database)


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def on_either(request: pytest.FixtureRequest) -> Stored:
    found: Stored = request.getfixturevalue(request.param)
    return found


@contextmanager
def small_disk(directory: Path) -> Iterator[Path | None]:
    """A disk of its own, mounted at a directory; None where this process may mount none."""
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "duecast", str(directory)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


def home_like(served_home: Path, home: Path) -> Path:
    """A home with the champion of another one, and nothing else."""
    shutil.copy(served_home / "mlflow.db", home)
    return home


def client_of(service: Service, timeout: float = 60) -> httpx.Client:
    """Another client, on a connection of its own."""
    url, headers = service.client.base_url, bearer(service.key)
    return httpx.Client(base_url=url, headers=headers, timeout=timeout)


def put(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    """What is answered to a write that is stored."""
    response = client.put(PAYMENTS, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def batch(name: str, rows: int = BATCH_ROWS) -> dict[str, Any]:
    """A write of payments whose ids begin with a name."""
    payment = {"paid_on": "2023-12-01", "amount": "10.00"}
    return {
        "rows": [
            {"payment_id": f"{name}-{i}", "customer_id": f"{name}-{i % 50}", **payment}
            for i in range(rows)
        ]
    }


def stored_payments(database: str, name: str) -> int:
    """How many versions of payments are stored whose ids begin with a name."""
    table = VERSIONS["payments"]
    wanted = select(func.count()).where(table.c.payment_id.like(f"{name}-%"))
    with create_engine(database, poolclass=NullPool).connect() as connection:
        return connection.execute(wanted).scalar_one()


def workers(service: Service) -> list[psutil.Process]:
    """The processes of a server that answer requests."""
    children = psutil.Process(service.process.pid).children(recursive=True)
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "_bentoml_impl.worker.service" in child.cmdline()]


@dataclass
class Load:
    """Requests that go on in threads, and what became of them."""

    answers: list[httpx.Response] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, more: int, holds: Callable[[httpx.Response], bool]) -> None:
        """Wait for so many more answers of which something holds."""
        start, deadline = len(self.answers), time.monotonic() + 60
        while sum(map(holds, self.answers[start:])) < more:
            assert time.monotonic() < deadline, "no such answers within 60 seconds"
            time.sleep(0.02)


@contextmanager
def load(
    service: Service, threads: int, ask: Callable[[httpx.Client, int], httpx.Response]
) -> Iterator[Load]:
    """Ask in threads, each one request after the other, for the time of the block."""
    found = Load()

    def go_on(number: int) -> None:
        with client_of(service) as client:
            turn = number
            while not found.stop.is_set():
                try:
                    found.answers.append(ask(client, turn))
                except httpx.TransportError as error:
                    found.broken.append(error)
                turn += threads

    asking = [threading.Thread(target=go_on, args=(number,)) for number in range(threads)]
    for thread in asking:
        thread.start()
    try:
        yield found
    finally:
        found.stop.set()
        for thread in asking:
            thread.join()


def ok(response: httpx.Response) -> bool:
    return response.status_code == 200
