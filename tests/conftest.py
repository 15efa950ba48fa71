"""What every test may count on: a home of its own, no telemetry, two threads, the real data."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.settings import Settings
from models.registry import connect
from tests.faults.servers import on_either, on_postgresql, on_sqlite
from tests.postgresql import database_url, postgresql_server, postgresql_url
from tests.serving.running import run, served_home, service

__all__ = [
    "database_url",
    "on_either",
    "on_postgresql",
    "on_sqlite",
    "postgresql_server",
    "postgresql_url",
    "run",
    "served_home",
    "service",
]

ROOT = Path(__file__).resolve().parents[1]

# Read when MLflow, BentoML and numba are imported, so set before any test module is.
os.environ.update(
    {
        "BENTOML_DO_NOT_TRACK": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MPLBACKEND": "agg",
        "NUMBA_NUM_THREADS": "2",
    }
)


@pytest.fixture(scope="session", autouse=True)
def duecast_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """DUECAST_HOME for the whole session: an empty directory that no other session sees."""
    home = tmp_path_factory.mktemp("duecast_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUECAST_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's SQLite store with nothing in it: copied in milliseconds, made in seconds."""
    settings = Settings(home=tmp_path_factory.mktemp("empty_store"))
    connect(settings)
    return settings.home / "mlflow.db"


@pytest.fixture
def settings(tmp_path: Path, empty_store: Path) -> Settings:
    """Settings whose home is new, with an empty MLflow store in it."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(empty_store, home / "mlflow.db")
    return Settings(home=home)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of public payment data; a test that asks for it skips where there is none."""
    directory = ROOT / Settings.from_environment(os.environ).real_data
    if not directory.is_dir():
        pytest.skip(f"no real data in {directory}; set DUECAST_REAL_DATA to its directory")
    return directory
