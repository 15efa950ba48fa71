"""Runs in MLflow: what was trained or tested, with what, how good it was; and registering it.

The door to MLflow for runs, as `models/registry.py` is for models.
"""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.settings import Settings
from models.manifest import verify
from models.registry import CHALLENGER, MODEL, SHA256_TAG, connect, versions

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mlflow import MlflowClient

EXPERIMENT = "duecast"

# What scoring needs besides duecast itself, which is on no package index.
_REQUIREMENTS = ("lightgbm", "numba", "numpy", "pandas", "pyarrow")
_PARAMS_AT_ONCE = 100
_METRICS_AT_ONCE = 1000


@dataclass(frozen=True)
class TrackedRun:
    """A run in the experiment `duecast`, to which facts are added while it lasts."""

    run_id: str
    client: "MlflowClient"

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Add parameters; a nested mapping becomes names with dots."""
        from mlflow.entities import Param

        entries = [Param(name, str(value)) for name, value in _flat(params)]
        for start in range(0, len(entries), _PARAMS_AT_ONCE):
            self.client.log_batch(self.run_id, params=entries[start : start + _PARAMS_AT_ONCE])

    def log_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Add numbers; a nested mapping becomes names with dots, None and NaN are left out."""
        from mlflow.entities import Metric

        now_ms = time.time_ns() // 1_000_000
        entries = [
            Metric(name, float(value), timestamp=now_ms, step=0)
            for name, value in _flat(metrics)
            if value is not None and not math.isnan(value)
        ]
        for start in range(0, len(entries), _METRICS_AT_ONCE):
            self.client.log_batch(self.run_id, metrics=entries[start : start + _METRICS_AT_ONCE])

    def log_figure(self, figure: "Figure", name: str) -> None:
        """Add a figure as an artifact such as `reliability.png`."""
        self.client.log_figure(self.run_id, figure, name)

    def log_text(self, text: str, name: str) -> None:
        """Add a text as an artifact such as `recipe.toml`."""
        self.client.log_text(self.run_id, text, name)

    def log_artifacts(self, path: Path) -> None:
        """Add a file, or every file of a directory, as artifacts."""
        if path.is_dir():
            self.client.log_artifacts(self.run_id, str(path))
        else:
            self.client.log_artifact(self.run_id, str(path))


@contextmanager
def tracked_run(
    settings: Settings, name: str, parent: TrackedRun | None = None
) -> Iterator[TrackedRun]:
    """Run that lasts as long as the block: finished at its end, failed if it raises.

    With a parent it is a child run, as MLflow shows them.
    """
    client = connect(settings)
    tags = {} if parent is None else {"mlflow.parentRunId": parent.run_id}
    run = client.create_run(_experiment_id(client, settings), run_name=name, tags=tags)
    run_id = run.info.run_id
    try:
        yield TrackedRun(run_id, client)
    except BaseException as error:
        failed = isinstance(error, Exception)
        client.set_terminated(run_id, "FAILED" if failed else "KILLED")
        raise
    client.set_terminated(run_id, "FINISHED")


def register(settings: Settings, run: TrackedRun, bundle: Path) -> int:
    """Version under which a bundle's directory is registered as `duecast`, now the challenger.

    The version carries the bundle's content hash as its tag `sha256`.

    Raises
    ------
    BundleError
        If the bundle is not what its manifest says.
    """
    import mlflow

    sha256 = str(verify(bundle)["content_sha256"])
    _ensure_model(run.client)
    with _default_store(settings), mlflow.start_run(run_id=run.run_id, nested=True):
        logged = mlflow.pyfunc.log_model(
            name="bundle",
            loader_module="models.registry",
            data_path=str(bundle),
            pip_requirements=[f"{name}=={version(name)}" for name in _REQUIREMENTS],
        )
        registered = run.client.create_model_version(
            MODEL, logged.model_uri, run_id=run.run_id, tags={SHA256_TAG: sha256}
        )
    run.client.set_registered_model_alias(MODEL, CHALLENGER, registered.version)
    return int(registered.version)


def add_to_version(settings: Settings, number: int, text: str, name: str) -> None:
    """Add a text as an artifact to the run of a registered version; it replaces one so named.

    Raises
    ------
    RegistryError
        If MLflow cannot be reached.
    """
    run_ids = {found.version: found.run_id for found in versions(settings)}
    TrackedRun(run_ids[number], connect(settings)).log_text(text, name)


@contextmanager
def _default_store(settings: Settings) -> Iterator[None]:
    """MLflow's global store is ours within the block; logging a model knows no other."""
    import mlflow

    was_set = mlflow.is_tracking_uri_set()  # type: ignore[no-untyped-call]
    before = mlflow.get_tracking_uri() if was_set else None
    mlflow.set_tracking_uri(settings.mlflow_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)  # type: ignore[arg-type]


def _ensure_model(client: "MlflowClient") -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(MODEL)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _experiment_id(client: "MlflowClient", settings: Settings) -> str:
    """The experiment `duecast`, made where there is none; its artifacts lie in our home."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is not None:
        return str(experiment.experiment_id)
    location = settings.artifacts.as_uri() if settings.tracking_uri is None else None
    return str(client.create_experiment(EXPERIMENT, artifact_location=location))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
