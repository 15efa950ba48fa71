"""Trainings and backtests as runs in MLflow, and the versions they register."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.days import date_of
from ledger.digest import digest
from ledger.ledger import Ledger
from ledger.progress import silent
from ledger.settings import Settings
from models.bundle import ModelBundle
from training.backtest import Backtest, backtest
from training.card_page import card_page
from training.labels import delay_outcomes
from training.later_invoices import LATER_INVOICES
from training.plots import beeswarm_plot, importance_plot, reliability_plot
from training.recipe import Recipe
from training.tracking import TrackedRun, register, tracked_run
from training.train import STEPS as TRAINING_STEPS
from training.train import train_and_judge
from training.tune import Tried, tuned

STEPS = (*TRAINING_STEPS, "Registering the bundle")
EXPLAINED_INVOICES = 500


@dataclass(frozen=True, eq=False)
class RegisteredTraining:
    """A trained bundle, the version it is registered as, its content hash and its run."""

    bundle: ModelBundle
    version: int
    sha256: str
    run_id: str

    def as_dict(self) -> dict[str, Any]:
        """What came of the training, as JSON values."""
        return {
            "version": self.version,
            "sha256": self.sha256,
            "run_id": self.run_id,
            "window": dict(self.bundle.window),
            "data_sha256": self.bundle.data_sha256,
            "absent": dict(self.bundle.absent),
            "metrics": dict(self.bundle.metrics),
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be trained, or only in part, and why."""
        absent = (f"no {name} model: {why}" for name, why in self.bundle.absent.items())
        return (*absent, *self.bundle.notes)


def train_tracked(
    settings: Settings,
    ledger: Ledger,
    as_of: int,
    recipe: Recipe,
    trials: int = 0,
    progress: Callable[[str], None] = silent,
) -> RegisteredTraining:
    """Train, after so many trials of other sizes of trees, and register the challenger.

    `progress` is told of each trial, then each of `STEPS`. Trials are child runs, and are kept
    in `tuning.db` of the home, from which an interrupted tuning goes on.
    """
    with tracked_run(settings, f"train {date_of(as_of)}") as run:
        made = recipe
        if trials:
            storage = f"sqlite:///{settings.home / 'tuning.db'}"
            log = partial(_log_trial, settings, run)
            made = tuned(ledger, as_of, recipe, trials, storage, log, progress)
        training = train_and_judge(ledger, as_of, made, progress)
        bundle = training.bundle
        progress(STEPS[-1])
        with tempfile.TemporaryDirectory() as scratch:
            directory = Path(scratch) / "bundle"
            sha256 = bundle.save(directory)
            _log_training(run, bundle, ledger, as_of)
            if training.later is not None:
                artifacts = Path(scratch) / "artifacts"
                training.later.save(artifacts / LATER_INVOICES)
                run.log_artifacts(artifacts)
            version = register(settings, run, directory)
    return RegisteredTraining(bundle, version, sha256, run.run_id)


def backtest_tracked(
    settings: Settings,
    ledger: Ledger,
    cutoffs: Sequence[int],
    recipe: Recipe,
    progress: Callable[[str], None] = silent,
) -> tuple[Backtest, str]:
    """A backtest, and the id of the run that keeps it."""
    found = backtest(ledger, cutoffs, recipe, progress)
    with tracked_run(settings, f"backtest {date_of(found.folds[0].cutoff)}") as run:
        _log_backtest(run, found, recipe, digest(ledger))
    return found, run.run_id


def _log_trial(settings: Settings, run: TrackedRun, tried: Tried) -> None:
    """Add a trial of a tuning to its run, as a child."""
    with tracked_run(settings, f"trial {tried.number}", run) as child:
        child.log_params({**asdict(tried.trees), "given_up": tried.given_up})
        child.log_metrics({"hazard_log_loss": tried.log_loss})


def _log_training(run: TrackedRun, bundle: ModelBundle, ledger: Ledger, as_of: int) -> None:
    """Add to a run what a training used and made: parameters, metrics, figures, recipe, card.

    The figures explain some of the invoices open at the close of `as_of`, in days.
    """
    run.log_params({**_numbers(bundle.recipe), **bundle.window, "data_sha256": bundle.data_sha256})
    run.log_metrics(_numbers(bundle.metrics))
    run.log_text(json.dumps(bundle.recipe, indent=2) + "\n", "recipe.json")
    run.log_text(bundle.card, "MODEL_CARD.md")
    run.log_text(card_page(bundle.card), "model_card.html")
    later = bundle.metrics["delay"].get("later_invoices")
    if later:
        run.log_figure(reliability_plot(later["reliability"]), "reliability.png")
    frame = _open_invoices(ledger.known_at(as_of), bundle, as_of)
    explanation = bundle.explanation(frame) if len(frame) else None
    if explanation is not None:
        run.log_figure(importance_plot(explanation), "importance.png")
        run.log_figure(beeswarm_plot(explanation), "beeswarm.png")


def _log_backtest(run: TrackedRun, found: Backtest, recipe: Recipe, data_sha256: str) -> None:
    """Add to a run what a backtest used and found."""
    cutoffs = ", ".join(date_of(fold.cutoff).isoformat() for fold in found.folds)
    run.log_params({**_numbers(recipe.as_dict()), "cutoffs": cutoffs, "data_sha256": data_sha256})
    run.log_metrics({name: accuracy.as_dict() for name, accuracy in found.accuracy.items()})
    run.log_text(json.dumps(found.as_dict(), indent=2) + "\n", "backtest.json")
    run.log_text(json.dumps(recipe.as_dict(), indent=2) + "\n", "recipe.json")


def _open_invoices(known: Ledger, bundle: ModelBundle, as_of: int) -> FeatureFrame:
    """Features of invoices open at the close of a day, spread over all of them."""
    outcomes = delay_outcomes(known, bundle.definitions)
    every = np.arange(len(outcomes))
    invoices = np.flatnonzero(outcomes.known_open(every, np.full(len(every), as_of, np.int32)))
    some = invoices[:: max(1, len(invoices) // EXPLAINED_INVOICES)]
    return compute_features(
        known,
        of_invoices(known.invoices["customer_id"][some], some, np.full(len(some), as_of, np.int32)),
        build_priors(known, bundle.definitions),
        bundle.definitions,
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of nested dictionaries, and nothing else."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            kept[name] = _numbers(value)
        elif isinstance(value, int | float):
            kept[name] = value
    return kept
