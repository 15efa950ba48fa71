"""The champion: the model that scores, fetched, checked and remembered."""

from dataclasses import dataclass

from ledger.settings import Settings
from models.bundle import ModelBundle
from models.bundle_cache import held, recall
from models.manifest import BundleError
from models.registry import CHAMPION, RegistryError, accept, find


@dataclass(frozen=True, eq=False)
class Champion:
    """The bundle that scores, its registered version and its content hash."""

    version: int
    sha256: str
    bundle: ModelBundle


def champion(settings: Settings) -> Champion:
    """The champion now, once it is loaded and passed its checks.

    Where MLflow cannot be reached: the one accepted last.

    Raises
    ------
    NoChampionError
        If no version is champion yet.
    RegistryError
        If MLflow is down and none was ever accepted, or the version is not one of ours.
    BundleError
        If the bundle is not what its manifest says, or scores differently here.
    """
    found = find(settings, CHAMPION)
    bundle = ModelBundle.load(found.path)
    accept(settings, CHAMPION, found)
    return Champion(found.version, found.sha256, bundle)


def champion_of(settings: Settings, version: int, sha256: str) -> Champion:
    """The version that answered once, from the cache, else from MLflow.

    Raises
    ------
    RegistryError
        If it is not in the cache, and cannot be fetched from MLflow.
    BundleError
        If the bundle is another one, or scores differently here.
    """
    path = held(settings.bundles, sha256)
    if path is None:
        try:
            found = find(settings, version)
        except RegistryError as error:
            raise RegistryError(
                f"the bundle of version {version}, content {sha256}, is not in {settings.bundles} "
                f"and cannot be fetched: {error}; bring one of them back"
            ) from error
        if found.sha256 != sha256:
            raise BundleError(
                [f"version {version} has content {found.sha256}; expected {sha256}; restore it"]
            )
        path = found.path
    return Champion(version, sha256, ModelBundle.load(path))


def last_accepted(settings: Settings) -> Champion | None:
    """The champion that was accepted last, whatever MLflow says now; None where there is none.

    Raises
    ------
    BundleError
        If it scores differently here now.
    """
    found = recall(settings.bundles, CHAMPION)
    if found is None:
        return None
    return Champion(found.version, found.sha256, ModelBundle.load(found.path))
