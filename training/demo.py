"""The demonstration: from nothing to a worklist on a simulated ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from decisions.champion import Champion, champion
from decisions.policy import read_policy
from decisions.runs import Run, make_run
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.progress import silent
from ledger.settings import Settings
from models.registry import NoChampionError
from training.promotion import promote_version
from training.recipe import read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation
from training.tracked import train_tracked

REASONS = 4


@dataclass(frozen=True)
class Demonstration:
    """A ledger and the score run of its last day."""

    ledger: Path
    run: Run


def demonstrate(
    settings: Settings,
    simulated: SimulationSettings,
    now: datetime,
    progress: Callable[[str], None] = silent,
) -> Demonstration:
    """Simulate a ledger, train and promote a model, and score; only what is not there yet.

    The ledger is the one the service reads: one that is there stays as it is, and so does a
    champion.
    """
    path = settings.ledger or settings.home / "ledger"
    if not (path / "ledger.toml").exists():
        progress("Simulating a ledger")
        write_simulation(simulate(simulated), path)
    progress("Reading the ledger")
    ledger = read_ledger(path)
    model = _champion(settings, ledger, now, progress)
    as_of = ledger.extract.complete_through
    policy = read_policy(settings.policy)
    run = make_run(settings, ledger, model, policy, as_of, REASONS, now, progress, source=path)
    return Demonstration(path, run)


def _champion(
    settings: Settings, ledger: Ledger, now: datetime, progress: Callable[[str], None]
) -> Champion:
    """The champion; trained on the ledger and promoted where there is none yet."""
    try:
        return champion(settings)
    except NoChampionError:
        as_of = ledger.extract.complete_through
        trained = train_tracked(settings, ledger, as_of, read_recipe(), progress=progress)
        promote_version(settings, trained.version, "duecast demo", "first model", now)
        return champion(settings)
