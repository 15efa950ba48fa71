"""Tuning: other sizes of the delay model's trees, judged on later invoices."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from features.priors import build_priors
from ledger.digest import digest
from ledger.ledger import Ledger
from ledger.progress import silent
from training.delay_rows import DelayRows, delay_rows
from training.fit import DesignRows, TreeData, parameters_of
from training.labels import delay_outcomes
from training.recipe import Recipe, Trees
from training.train import known_ledger

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

PRUNED_AFTER_TRIALS = 4
PRUNED_FROM_STEP = 2
STEP = 0.5
"""Boosting done between two looks of the pruner: rounds times learning rate.

So trees that learn slowly are compared with fast ones that have learned as much.
"""


@dataclass(frozen=True)
class Tried:
    """Trees that were tried; number 0 is the recipe's own.

    `log_loss` is of the hazards of later invoices; that of trees given up early is the last seen.
    """

    number: int
    trees: Trees
    log_loss: float
    given_up: bool


def tuned(
    ledger: Ledger,
    as_of: int,
    recipe: Recipe,
    trials: int,
    storage: str,
    tried: Callable[[Tried], None],
    progress: Callable[[str], None] = silent,
) -> Recipe:
    """The recipe with the best of so many other sizes of the delay model's trees, or as it was.

    All are fitted on the rows known by a day of the past and judged by the log loss of the
    hazards of later invoices; Optuna proposes them and gives up early what falls behind the
    median. A study that was interrupted goes on where it stopped, if ledger, day and recipe are
    the same.

    Parameters
    ----------
    ledger, as_of, recipe
        As `train` takes them.
    trials
        How many sizes besides the recipe's own, those of an earlier call included.
    storage
        Address of the database that keeps the studies.
    tried, progress
        Told each trial's outcome, and its name before it begins.

    Raises
    ------
    LedgerError
        As `train` does.
    """
    known = known_ledger(ledger, as_of)
    outcomes = delay_outcomes(known, recipe.definitions)
    rows = delay_rows(known, outcomes, build_priors(known, recipe.definitions), recipe)
    if rows.paid < recipe.delay.min_paid:
        return recipe
    study = _study(storage, f"{digest(known)} {as_of}", recipe)
    data = _data(rows, recipe)

    def log_loss(trial: "Trial") -> float:
        progress(f"Trial {trial.number} of {trials}")
        candidate = _with(recipe, _suggested(trial, recipe.delay.trees))
        return _log_loss(data, rows, candidate, _pruner(trial, candidate.delay.trees))

    def tell(study: "Study", trial: "FrozenTrial") -> None:
        value = trial.value if trial.value is not None else float("nan")
        trees = replace(recipe.delay.trees, **trial.params)
        tried(Tried(trial.number, trees, value, trial.state.name == "PRUNED"))

    done = sum(trial.state.is_finished() for trial in study.trials)
    study.optimize(log_loss, max(trials + 1 - done, 0), callbacks=[tell])
    return _with(recipe, replace(recipe.delay.trees, **study.best_params))


def _study(storage: str, about: str, recipe: Recipe) -> "Study":
    """The study of a ledger, a day and a recipe; new ones try the recipe's own trees first."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    name = hashlib.sha256(f"{about} {json.dumps(recipe.as_dict())}".encode()).hexdigest()
    study = optuna.create_study(
        storage=storage, study_name=name, direction="minimize", load_if_exists=True
    )
    seed = recipe.seed + len(study.trials)
    study.sampler = optuna.samplers.TPESampler(seed=seed)
    study.pruner = optuna.pruners.MedianPruner(PRUNED_AFTER_TRIALS, PRUNED_FROM_STEP)
    if not study.trials:
        own = recipe.delay.trees
        study.enqueue_trial({name: getattr(own, name) for name in _RANGES})
    return study


_RANGES: dict[str, float] = {
    "learning_rate": 2.0,
    "items_per_leaf": 4.0,
    "rows_in_leaf_per_sqrt": 4.0,
    "l2": 10.0,
}
"""What is tried: from so many times less than the recipe's own value to so many times more."""


def _suggested(trial: "Trial", own: Trees) -> Trees:
    """Trees that Optuna proposes, within `_RANGES` around the recipe's own."""
    proposed: dict[str, Any] = {}
    for name, times in _RANGES.items():
        value = getattr(own, name)
        if isinstance(value, int):
            low, high = max(round(value / times), 1), round(value * times)
            proposed[name] = trial.suggest_int(name, low, high, log=True)
        else:
            proposed[name] = trial.suggest_float(name, value / times, value * times, log=True)
    return replace(own, **proposed)


def _with(recipe: Recipe, trees: Trees) -> Recipe:
    return replace(recipe, delay=replace(recipe.delay, trees=trees))


def _data(rows: DelayRows, recipe: Recipe) -> TreeData:
    periods = rows.periods
    parameters = parameters_of(recipe.delay.trees, rows.invoices, len(periods), recipe)
    return TreeData(DesignRows(rows.frame, periods), periods.paid, periods.weight, parameters)


def _log_loss(
    data: TreeData, rows: DelayRows, recipe: Recipe, watch: Callable[[int, float], None]
) -> float:
    """Log loss of the later rows, infinite where they cannot judge."""
    trees = recipe.delay.trees
    parameters = parameters_of(trees, rows.invoices, len(rows.periods), recipe)
    judged = data.judge(rows.earlier, rows.later, parameters, trees, watch)
    return float("inf") if judged is None else judged.log_loss


def _pruner(trial: "Trial", trees: Trees) -> Callable[[int, float], None]:
    """What to do after each round: raise where the trial has fallen behind."""
    from optuna import TrialPruned

    def watch(rounds: int, log_loss: float) -> None:
        step, before = (int(n * trees.learning_rate / STEP) for n in (rounds, rounds - 1))
        if step > before:
            trial.report(log_loss, step)
            if trial.should_prune():
                raise TrialPruned

    return watch
