"""The demonstration: from nothing to a worklist on a simulated ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from decisions.champion import Champion, champion
from decisions.policy import read_policy
from decisions.runs import Run, make_run
from features.kept_priors import write_ledger_to
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.places import read_place
from ledger.progress import silent
from ledger.settings import Settings
from ledger.store import head, open_store
from models.registry import NoChampionError
from training.promotion import promote_version
from training.recipe import read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation
from training.tracked import train_tracked

REASONS = 4


@dataclass(frozen=True)
class Demonstration:
    """The place of a ledger and the score run of its last day."""

    ledger: str
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
    engine = open_store(settings)
    with engine.connect() as connection:
        is_empty = head(connection) is None
    if is_empty:
        progress("Simulating a ledger")
        with TemporaryDirectory() as directory:
            write_simulation(simulate(simulated), Path(directory))
            write_ledger_to(engine, read_ledger(directory), "duecast demo", now)
    progress("Reading the ledger")
    place = read_place(settings.database_url)
    ledger = place.ledger
    model = _champion(settings, ledger, now, progress)
    as_of = ledger.extract.complete_through
    policy = read_policy(settings.policy)
    run = make_run(
        settings,
        ledger,
        model,
        policy,
        as_of,
        REASONS,
        now,
        progress,
        source=place.name,
        made_by="duecast demo",
        seq=place.seq,
    )
    return Demonstration(place.name, run)


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
