"""A home with a ledger and a champion, and the real server running on it, once per session."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

import duecast
from decisions.records import Promotion, append_promotion
from features.compute import compute_features
from features.frame import FeatureFrame, Observations
from features.kept_priors import write_ledger_to
from features.priors import Priors, build_priors
from ledger.applications import is_credit_note
from ledger.definitions import Definitions
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.places import read_place
from ledger.settings import Settings
from ledger.store import open_store
from models.bundle import ModelBundle
from models.reference import reference_row
from models.registry import promote
from serving.access import create_key
from tests.models.random_models import default_model, delay_model
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation
from training.tracking import register, tracked_run

PATIENCE_SECONDS = 120
BOUNDS = {"DUECAST_MAX_BODY_MB": "1", "DUECAST_READ_SECONDS": "3"}
SIMULATED = SimulationSettings(customers=40, months=14, seed=5)
PROMOTED_AT = datetime(2024, 1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Service:
    """A server that runs: on which port and home, what it said, an admin key, a client with it."""

    port: int
    home: Path
    log: Path
    key: str
    client: httpx.Client
    process: subprocess.Popen[bytes]

    @property
    def place(self) -> str:
        return Settings(home=self.home).database_url

    @property
    def ledger(self) -> Ledger:
        return read_place(self.place).ledger


@pytest.fixture(scope="session")
def served_home(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A home with a champion and a simulated ledger, whose names of customers are formulas."""
    settings = Settings(home=tmp_path_factory.mktemp("served_home"))
    shutil.copy(empty_store, settings.home / "mlflow.db")
    simulation = simulate(SIMULATED)
    customers = simulation.frames["customers"]
    customers["name"] = "=" + customers["name"]
    write_simulation(simulation, settings.home / "files")
    ledger = read_ledger(settings.home / "files")
    write_ledger_to(open_store(settings), ledger, "tests", PROMOTED_AT)
    small_bundle(ledger).save(settings.home / "bundle")
    with tracked_run(settings, "train") as run:
        register(settings, run, settings.home / "bundle")
    made = promote(settings)
    record = Promotion(made.version, None, made.sha256, PROMOTED_AT, "tests", "to be served")
    append_promotion(settings, record)
    return settings.home


@pytest.fixture(scope="session")
def service(served_home: Path) -> Iterator[Service]:
    """The server on that home, ready, with small bounds."""
    with running(served_home, "--with-key", **BOUNDS) as started:
        wait_until(lambda: started.client.get("/readyz").status_code == 200)
        yield started


@pytest.fixture(scope="session")
def run(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a score run of the service's ledger."""
    return scored(Settings(home=service.home), tmp_path_factory.mktemp("scores"))


def scored(settings: Settings, out: Path, *options: str) -> Path:
    """Directory of a new score run of the ledger in the database of a home."""
    arguments = ["score", settings.database_url, "--out", str(out), "--json", *options]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUECAST_HOME", str(settings.home))
        result = CliRunner().invoke(duecast.app, arguments, env=dict(os.environ))
    assert result.exit_code == 0, result.output
    return settings.home / "runs" / str(json.loads(result.stdout)["run_id"])


@contextmanager
def running(
    home: Path, *arguments: str, new_session: bool = False, **environment: str
) -> Iterator[Service]:
    """`duecast serve`, in a directory that is not the project's, until it is told to stop."""
    port = free_port()
    log = home / f"serve-{port}.log"
    key = new_key(home, database=environment.get("DUECAST_DATABASE"))
    command = [str(Path(sys.executable).with_name("duecast")), "serve", "--port", str(port)]
    environment = os.environ | {"DUECAST_HOME": str(home)} | environment
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [*command, *arguments],
            cwd=home,
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=new_session,
        ) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=bearer(key), timeout=60
        ) as client,
    ):
        found = Service(port, home, log, key, client, process)
        try:
            wait_until(lambda: is_alive(found))
            yield found
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def new_key(
    home: Path, role: str = "admin", collector: str = "", database: str | None = None
) -> str:
    """A key of a home."""
    settings, now = Settings(home=home, database=database), datetime.now(UTC)
    return create_key(settings, role, now, by="tests", name="tests", collector=collector)[1]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def is_alive(service: Service) -> bool:
    if service.process.poll() is not None:
        raise AssertionError(f"the server ended:\n{service.log.read_text()}")
    try:
        return service.client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} seconds"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_bundle(ledger: Ledger) -> ModelBundle:
    """Small models that were trained on nothing of the ledger, with its references.

    The priors are those of half a year ago, so that they are not the ledger's own.
    """
    as_of = ledger.extract.complete_through
    priors = build_priors(ledger.known_at(as_of - 180), Definitions())
    invoices = features_of(ledger, priors, of_invoices=True)
    customers = features_of(ledger, priors, of_invoices=False)
    return ModelBundle(
        delay=delay_model(),
        default=default_model(),
        absent={},
        invoice_reference=reference_row(invoices),
        customer_reference=reference_row(customers),
        priors=priors,
        recipe={"definitions": asdict(Definitions())},
        window={"from": "2022-01-01", "as_of": str(np.datetime64(as_of, "D"))},
        data_sha256="0" * 64,
        metrics={"delay": {"auc": 0.75}},
        card="# A model for tests\n",
        probe=invoices.take(np.arange(min(5, len(invoices)))),
    )


def features_of(ledger: Ledger, priors: Priors, of_invoices: bool) -> FeatureFrame:
    table = ledger.invoices
    rows = np.flatnonzero(~is_credit_note(ledger))
    rows = rows[table.known_on[rows] <= ledger.extract.complete_through]
    observations = Observations(
        table["customer_id"][rows],
        rows,
        np.full(len(rows), of_invoices),
        table.known_on[rows],
    )
    return compute_features(ledger, observations, priors)
