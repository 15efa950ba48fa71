"""Tuning: other sizes of the delay model's trees, judged on later invoices."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from features.priors import build_priors
from ledger.ledger import Ledger
from ledger.progress import silent
from training.delay_rows import DelayRows, delay_rows
from training.fit import DesignRows, TreeData, parameters_of
from training.labels import delay_outcomes
from training.recipe import Recipe, Trees
from training.train import known_ledger


def tuned(
    ledger: Ledger,
    as_of: int,
    recipe: Recipe,
    trials: int,
    progress: Callable[[str], None] = silent,
) -> Recipe:
    """The recipe with the best of so many other sizes of the delay model's trees, or as it was.

    Each is fitted on the earlier rows known at `as_of` and judged by the log loss of the hazards
    of later invoices. The trials are drawn with the recipe's seed: the same every time.

    Raises
    ------
    LedgerError
        As `train` does.
    """
    known = known_ledger(ledger, as_of)
    outcomes = delay_outcomes(known, recipe.definitions)
    rows = delay_rows(known, outcomes, build_priors(known, recipe.definitions), recipe)
    best, lowest = recipe, _log_loss(rows, recipe)
    draw = np.random.default_rng(recipe.seed)
    for trial in range(trials):
        progress(f"Trial {trial + 1} of {trials}")
        trees = _drawn(recipe.delay.trees, draw)
        candidate = replace(recipe, delay=replace(recipe.delay, trees=trees))
        loss = _log_loss(rows, candidate)
        if loss < lowest:
            best, lowest = candidate, loss
    return best


def _drawn(trees: Trees, draw: np.random.Generator) -> Trees:
    """Trees up to twice (or half) as large, and as strict up to four times (or a quarter)."""
    size, leaf, l2, rate = draw.uniform(-1, 1, 4)
    return replace(
        trees,
        items_per_leaf=round(trees.items_per_leaf * 2.0**size),
        rows_in_leaf_per_sqrt=round(trees.rows_in_leaf_per_sqrt * 2.0**leaf, 4),
        l2=round(trees.l2 * 4.0**l2, 3),
        learning_rate=round(trees.learning_rate * 1.5**rate, 4),
    )


def _log_loss(rows: DelayRows, recipe: Recipe) -> float:
    """Log loss of the later rows, infinite where they cannot judge."""
    if rows.paid < recipe.delay.min_paid:
        return float("inf")
    parameters = parameters_of(recipe.delay.trees, rows.invoices, len(rows.periods), recipe)
    periods = rows.periods
    data = TreeData(DesignRows(rows.frame, periods), periods.paid, periods.weight, parameters)
    judged = data.judge(rows.earlier, rows.later, parameters, recipe.delay.trees)
    return float("inf") if judged is None else judged.log_loss
