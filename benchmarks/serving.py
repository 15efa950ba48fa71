"""How fast the service answers, beside the same model without the service, and a bare server.

Run it: python benchmarks/serving.py [--home DIR] [--soak SECONDS] [--json FILE]. It makes a home
with a simulated ledger of 100,000 invoices and a trained champion (about ten minutes; --home keeps
it, and takes one that is there), starts `duecast serve` with two workers, and asks it from this
process: server and load on the same machine. Nothing is written meanwhile, so that what the
workers keep of the accounts stays good; the first request for each reads it.

Beside it, in the same run: `mlflow models serve` with the same bundle, asked for one row of
features that are computed already (no ledger, no reasons, no audit), and a BentoML service that
returns a constant. The ratios can be compared between machines; the milliseconds cannot.
"""

# ruff: noqa: E402
import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

# Beside this file are modules named as ours are.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import psutil

from decisions.champion import champion
from decisions.position import position_of
from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.days import date_of
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.places import read_place
from ledger.settings import Settings
from models.feature_tables import table_of
from serving.access import create_key
from training.demo import demonstrate
from training.simulation.settings import SimulationSettings

CUSTOMERS, MONTHS = 860, 36
ONE_CLIENT, MANY_CLIENTS, MANY_SECONDS = 400, 8, 20
BATCH, WARM, ASKED = 1_000, 6, 5
WORKERS = 2
PATIENCE_SECONDS = 180
BIN = Path(sys.executable).parent
JSON = {"Content-Type": "application/json"}

BARE = """
    import bentoml

    @bentoml.service(workers=1)
    class Bare:
        @bentoml.api
        def constant(self) -> float:
            return 1.0
"""


@dataclass(frozen=True)
class Server:
    """A server that runs: its port, what it is asked by, and its process."""

    port: int
    headers: dict[str, str]
    process: subprocess.Popen[bytes]

    def ask(
        self, connection: http.client.HTTPConnection, path: str, body: str, method: str = "POST"
    ) -> float:
        """Seconds until the whole answer was there."""
        start = time.perf_counter()
        connection.request(method, path, body, self.headers)
        response = connection.getresponse()
        text = response.read()
        seconds = time.perf_counter() - start
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {text[:300]!r}")
        return seconds

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, metavar="DIR")
    parser.add_argument("--soak", type=int, default=0, metavar="SECONDS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(home=(arguments.home or Path(scratch) / "home").absolute())
        simulated = SimulationSettings(customers=CUSTOMERS, months=MONTHS)
        demonstrate(settings, simulated, datetime.now(UTC).replace(tzinfo=None), print)
        ledger = read_place(settings.database_url).ledger
        figures = measured(settings, ledger, Path(scratch), arguments.soak)
    for name, value in figures.items():
        print(f"{name:58} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measured(settings: Settings, ledger: Ledger, scratch: Path, soak: int) -> dict[str, Any]:
    """Every figure, by what it is."""
    bodies = [json.dumps({"invoice_ids": [name], "explain": 4}) for name in open_ids(ledger)]
    figures: dict[str, Any] = {"invoices of the ledger": len(ledger.invoices)}
    with served(settings) as server:
        mine = one_client(server, "/v1/scores/invoices", bodies)
        figures["one invoice with reasons, one client: p50, p95, p99 ms"] = times(mine)
        done, seconds = many_clients(server, "/v1/scores/invoices", bodies)
        figures[f"{MANY_CLIENTS} clients: requests a second"] = round(len(done) / seconds, 1)
        figures[f"{MANY_CLIENTS} clients: p50, p95, p99 ms"] = times(done)
        for reasons in (0, 4):
            name = f"{BATCH} invoices in one request, {reasons} reasons: seconds"
            figures[name] = in_one_request(server, ledger, reasons)
            figures[f"{name}, each after a write"] = in_one_request(server, ledger, reasons, True)
        figures["memory of the worker, MB"] = memory_mb(server)
        if soak:
            figures |= soaked(server, bodies, soak)
    with bare(scratch) as server:
        theirs = one_client(server, "/constant", ["{}"])
        figures["a constant by BentoML, one client: p50, p95, p99 ms"] = times(theirs)
        done, seconds = many_clients(server, "/constant", ["{}"])
        figures[f"a constant by BentoML, {MANY_CLIENTS} clients: requests a second"] = round(
            len(done) / seconds, 1
        )
    figures["ours over the constant, p50"] = ratio(mine, theirs)
    with mlflow_served(settings) as server:
        theirs = one_client(server, "/invocations", [features_of_one(settings, ledger)])
        figures["mlflow models serve, features given: p50, p95, p99 ms"] = times(theirs)
    figures["ours over mlflow models serve, p50"] = ratio(mine, theirs)
    return figures


def open_ids(ledger: Ledger) -> list[str]:
    """Open invoices in a random order, the same every time."""
    day = ledger.extract.complete_through
    items = position_of(ledger.known_at(day), day, Definitions()).items
    rows = items.invoice[~items.is_deduction]
    ids: list[str] = ledger.text("invoices", "invoice_id")[rows].tolist()
    return np.random.default_rng(7).permutation(ids).tolist()


def one_client(server: Server, path: str, bodies: list[str]) -> list[float]:
    """Seconds of each of some requests, one after the other, after a few to warm up."""
    connection, asked = server.connection(), cycle(bodies)
    for _ in range(30):
        server.ask(connection, path, next(asked))
    return [server.ask(connection, path, next(asked)) for _ in range(ONE_CLIENT)]


def many_clients(server: Server, path: str, bodies: list[str]) -> tuple[list[float], float]:
    """Seconds of each request of several clients at once, and seconds in all."""
    end = time.perf_counter() + MANY_SECONDS

    def client(number: int) -> list[float]:
        connection, found = server.connection(), []
        for body in cycle(bodies[number::MANY_CLIENTS] or bodies):
            if time.perf_counter() > end:
                break
            found.append(server.ask(connection, path, body))
        return found

    start = time.perf_counter()
    with ThreadPoolExecutor(MANY_CLIENTS) as pool:
        done = [each for found in pool.map(client, range(MANY_CLIENTS)) for each in found]
    return done, time.perf_counter() - start


def in_one_request(
    server: Server, ledger: Ledger, reasons: int, after_writes: bool = False
) -> list[float]:
    """Seconds of some requests for many invoices each, the first one of each worker left out.

    Before each, rows of ten customers may be written, who are then read again.
    """
    connection, ids = server.connection(), open_ids(ledger)[:BATCH]
    body = json.dumps({"invoice_ids": ids, "explain": reasons})
    found = []
    for number in range(WARM + ASKED):
        if after_writes:
            server.ask(connection, "/v1/ledger/contacts", contacts(ledger), "PUT")
        seconds = server.ask(connection, "/v1/scores/invoices", body)
        if number >= WARM:
            found.append(round(seconds, 2))
        connection = server.connection()  # the other worker may take it
    return found


def contacts(ledger: Ledger) -> str:
    """A request that stores contacts with ten customers, new ones every time."""
    day = str(date_of(ledger.extract.complete_through))
    names = ledger.text("customers", "customer_id")[:10].tolist()
    rows = [{"contact_id": uuid4().hex, "customer_id": name, "contacted_on": day} for name in names]
    return json.dumps({"rows": rows})


def soaked(server: Server, bodies: list[str], seconds: int) -> dict[str, Any]:
    """Memory of the worker through minutes of load."""
    path, end, found = "/v1/scores/invoices", time.monotonic() + seconds, [memory_mb(server)]
    while time.monotonic() < end:
        many_clients(server, path, bodies)
        found.append(memory_mb(server))
    return {f"memory through {seconds} seconds of load, MB": [found[0], *found[1::3], found[-1]]}


def times(seconds: list[float]) -> list[float]:
    """p50, p95 and p99 in milliseconds."""
    found: list[float] = np.round(np.percentile(seconds, [50, 95, 99]) * 1000, 1).tolist()
    return found


def ratio(one: list[float], other: list[float]) -> float:
    return round(float(np.median(one) / np.median(other)), 2)


def memory_mb(server: Server) -> int:
    """Resident memory of the largest process of a server."""
    processes = [psutil.Process(server.process.pid)]
    processes += processes[0].children(recursive=True)
    return max(int(each.memory_info().rss / 1e6) for each in processes)


def features_of_one(settings: Settings, ledger: Ledger) -> str:
    """A request of MLflow's for one open invoice, its features computed."""
    bundle, day = champion(settings).bundle, ledger.extract.complete_through
    known = ledger.known_at(day)
    items = position_of(known, day, bundle.definitions).items
    rows = np.flatnonzero(~items.is_deduction)[:1]
    observed = of_invoices(items.customer[rows], items.invoice[rows], np.array([day], np.int32))
    frame = compute_features(known, observed, build_priors(ledger), bundle.definitions)
    table = table_of(frame)
    return json.dumps(
        {"dataframe_split": json.loads(table.to_json(orient="split", date_format="iso"))}
    )


@contextmanager
def served(settings: Settings) -> Iterator[Server]:
    """The service on a home, with a key."""
    _, key = create_key(settings, "admin", datetime.now(UTC), by="benchmark")
    port = free_port()
    environment = {
        "DUECAST_HOME": str(settings.home),
        "DUECAST_REQUESTS_PER_MINUTE": "1000000",
        "DUECAST_WORKERS": str(WORKERS),
    }
    command = [str(BIN / "duecast"), "serve", "--port", str(port)]
    headers = {**JSON, "Authorization": f"Bearer {key}"}
    with running(command, port, "/readyz", headers, environment) as server:
        yield server


@contextmanager
def bare(scratch: Path) -> Iterator[Server]:
    """A BentoML service that returns a constant."""
    (scratch / "bare.py").write_text(textwrap.dedent(BARE))
    port = free_port()
    command = [str(BIN / "bentoml"), "serve", "bare:Bare", "--port", str(port)]
    environment = {"BENTOML_HOME": str(scratch / "bentoml"), "BENTOML_DO_NOT_TRACK": "true"}
    with running(command, port, "/readyz", JSON, environment, scratch) as server:
        yield server


@contextmanager
def mlflow_served(settings: Settings) -> Iterator[Server]:
    """The champion behind MLflow's own server."""
    port = free_port()
    command = [str(BIN / "mlflow"), "models", "serve", "-m", "models:/duecast@champion"]
    command += ["--env-manager", "local", "--port", str(port)]
    environment = {
        "MLFLOW_TRACKING_URI": settings.mlflow_uri,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    with running(command, port, "/ping", JSON, environment) as server:
        yield server


@contextmanager
def running(
    command: list[str],
    port: int,
    probe: str,
    headers: dict[str, str],
    environment: dict[str, str],
    directory: Path = ROOT,
) -> Iterator[Server]:
    """A server, from when its probe answers 200 until the block ends."""
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Server(port, headers, process)
    try:
        wait_until(lambda: answers(server, probe), process)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def answers(server: Server, probe: str) -> bool:
    connection = server.connection()
    try:
        connection.request("GET", probe, headers=server.headers)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args} did not begin to serve")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
