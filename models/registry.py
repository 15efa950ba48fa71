"""The registry of models in MLflow: which bundle has which alias, and fetching it.

The door to MLflow for models, as `training/tracking.py` is for runs. MLflow is imported when it
is first asked something, so that a command without a model does not wait for it.
"""

import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import DuecastError
from ledger.settings import Settings
from models.bundle_cache import RegisteredBundle, held, hold, recall, remember

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from models.bundle import ModelBundle

MODEL = "duecast"
CHAMPION = "champion"
CHALLENGER = "challenger"
SHA256_TAG = "sha256"

_SQLITE = "sqlite:///"
_CREDENTIALS = re.compile(r"//[^@/\s]*@")
_OPTIONS = {
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_UV_AUTO_DETECT": "false",
}

_log = logging.getLogger(__name__)


class RegistryError(DuecastError):
    """The registry has no such model."""


class NoChampionError(RegistryError):
    """No version is champion, or none was ever registered."""


class UnreachableError(RegistryError):
    """MLflow, or where it keeps its artifacts, cannot be reached."""


class NoStoreError(UnreachableError, NoChampionError):
    """There is no MLflow store here: nothing was registered, or it was deleted."""


@dataclass(frozen=True)
class RegisteredVersion:
    """A registered version: its number, its run, its content hash, and its aliases just now."""

    version: int
    run_id: str
    sha256: str
    aliases: tuple[str, ...]


def connect(settings: Settings) -> "MlflowClient":
    """Client of the MLflow store, which is made where there is none.

    MLflow reads its options from the environment: no telemetry, no progress bars, short waits.
    What the user has set there stays.
    """
    for name, value in _OPTIONS.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    return MlflowClient(settings.mlflow_uri, settings.mlflow_uri)


def find(settings: Settings, which: str | int) -> RegisteredBundle:
    """Bundle that has an alias now, or a number, verified in the cache, fetched if need be.

    Where MLflow cannot be reached: the bundle last accepted under that alias.

    Raises
    ------
    NoChampionError
        If the champion is asked for and there is none.
    RegistryError
        If there is no such version, or MLflow is down and nothing was accepted before.
    BundleError
        If the bundle is not what its manifest says.
    """
    try:
        with _store(settings) as client:
            found = _version(client, which)
            path = held(settings.bundles, found.sha256) or _fetch(client, settings, found)
        return RegisteredBundle(found.version, found.run_id, found.sha256, path)
    except UnreachableError as error:
        remembered = recall(settings.bundles, which) if isinstance(which, str) else None
        if remembered is None:
            raise
        _log.warning("%s; going on with version %d", error, remembered.version)
        return remembered


def look_up(settings: Settings, which: str | int) -> RegisteredVersion:
    """Version that has an alias now, or a number; its bundle is not fetched.

    Raises
    ------
    RegistryError
        If there is no such version, or MLflow cannot be reached.
    """
    with _store(settings) as client:
        return _version(client, which)


def accept(settings: Settings, alias: str, bundle: RegisteredBundle) -> None:
    """Remember a bundle that passed its checks, to start from while MLflow is down."""
    remember(settings.bundles, alias, bundle)


@contextmanager
def run_artifacts(settings: Settings, run_id: str, name: str) -> Iterator[Path]:
    """Directory `name` among the artifacts of a run, for the time of the block.

    It is a path where nothing is if the run kept no such artifacts.

    Raises
    ------
    UnreachableError
        If MLflow cannot be reached.
    """
    with tempfile.TemporaryDirectory() as directory:
        with _store(settings) as client:
            if any(found.path == name for found in client.list_artifacts(run_id)):
                client.download_artifacts(run_id, name, directory)
        yield Path(directory) / name


def promote(settings: Settings, version: int | None = None) -> RegisteredVersion:
    """Version that is champion from now on: the one given, else the challenger.

    Raises
    ------
    RegistryError
        If there is no such version, or MLflow cannot be reached.
    """
    with _store(settings) as client:
        chosen = _version(client, CHALLENGER if version is None else version)
        client.set_registered_model_alias(MODEL, CHAMPION, str(chosen.version))
        return _version(client, chosen.version)


def versions(settings: Settings) -> tuple[RegisteredVersion, ...]:
    """Every registered version, newest first.

    Raises
    ------
    RegistryError
        If MLflow cannot be reached, or no store was ever made.
    """
    with _store(settings) as client:
        aliases = _aliases(client)
        found = client.search_model_versions(f"name = '{MODEL}'")
    return tuple(
        sorted((_read(entry, aliases) for entry in found), key=lambda entry: -entry.version)
    )


def _load_pyfunc(path: str) -> "ModelBundle":
    """Model behind `mlflow.pyfunc.load_model("models:/duecast@champion")`."""
    from models.bundle import ModelBundle

    return ModelBundle.load(Path(path))


@contextmanager
def _store(settings: Settings) -> Iterator["MlflowClient"]:
    """Client of a store that exists; whatever MLflow raises comes out as one of our errors."""
    file = Path(settings.mlflow_uri.removeprefix(_SQLITE))
    if settings.mlflow_uri.startswith(_SQLITE) and not file.is_file():
        raise NoStoreError(f"there is no MLflow store {file}; make one with `duecast train`")
    try:
        yield connect(settings)
    except DuecastError:
        raise
    except Exception as error:  # SQLAlchemy, requests, files: MLflow lets any of them through
        message = (
            f"MLflow at {settings.mlflow_uri} fails ({type(error).__name__}: {error}); "
            "see that it runs, or correct DUECAST_TRACKING_URI"
        )
        raise UnreachableError(_CREDENTIALS.sub("//", message)) from error


def _aliases(client: "MlflowClient") -> dict[str, int]:
    """Version of each alias; empty where nothing was registered."""
    from mlflow.exceptions import MlflowException

    try:
        registered = client.get_registered_model(MODEL)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}
    return {alias: int(version) for alias, version in registered.aliases.items()}


def _version(client: "MlflowClient", which: str | int) -> RegisteredVersion:
    """Version with an alias (text) or a number."""
    from mlflow.exceptions import MlflowException

    aliases = _aliases(client)
    if isinstance(which, str) and which not in aliases:
        absent = NoChampionError if which == CHAMPION else RegistryError
        raise absent(
            f"no version of {MODEL} is {which}; got {sorted(aliases) or 'no alias at all'}; "
            + ("make one with `duecast promote`" if which == CHAMPION else "run `duecast train`")
        )
    number = aliases[which] if isinstance(which, str) else which
    try:
        return _read(client.get_model_version(MODEL, str(number)), aliases)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise RegistryError(
            f"there is no version {number} of {MODEL}; choose one that `duecast train` named"
        ) from error


def _read(version: "ModelVersion", aliases: dict[str, int]) -> RegisteredVersion:
    number = int(version.version)
    if SHA256_TAG not in version.tags:
        raise RegistryError(
            f"version {number} of {MODEL} has no tag {SHA256_TAG}; "
            "expected one registered by `duecast train`; delete it"
        )
    return RegisteredVersion(
        version=number,
        run_id=str(version.run_id),
        sha256=version.tags[SHA256_TAG],
        aliases=tuple(sorted(alias for alias, of in aliases.items() if of == number)),
    )


def _fetch(client: "MlflowClient", settings: Settings, version: RegisteredVersion) -> Path:
    """Directory in the cache of a version's bundle, downloaded and verified."""
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    settings.bundles.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.bundles, prefix=".fetch-") as directory:
        model = Path(
            download_artifacts(
                artifact_uri=client.get_model_version_download_uri(MODEL, str(version.version)),
                dst_path=directory,
                tracking_uri=settings.mlflow_uri,
                registry_uri=settings.mlflow_uri,
            )
        )
        bundle = Model.load(str(model)).flavors["python_function"]["data"]
        return hold(settings.bundles, model / bundle, version.sha256)
