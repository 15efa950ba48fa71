"""Fitting of LightGBM boosters whose size follows the data, the same bytes every time."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import lightgbm as lgb
import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Array, Flags, Floats, Rows
from models.intervals import design
from training.person_periods import PersonPeriods
from training.recipe import Recipe, Trees

BIN_SAMPLE_ROWS = 50_000
"""Rows from which LightGBM chooses the bounds of its bins."""
ROWS_PER_SMALLEST_LEAF = 50
"""A leaf never needs more than this part of the rows."""
CHUNK_ROWS = 16_384
"""Rows of a design matrix that are in memory at a time."""


class DesignRows(lgb.Sequence):
    """The design matrix of the delay model, made chunk by chunk as LightGBM reads it."""

    batch_size = CHUNK_ROWS

    def __init__(self, frame: FeatureFrame, periods: PersonPeriods) -> None:
        self._frame, self._periods = frame, periods
        self._chunk, self._first = np.empty((0, 0)), -1

    def __len__(self) -> int:
        return len(self._periods)

    def __getitem__(self, index: Any) -> Floats:
        """One row of the matrix, shape (columns,), or several, shape (k, columns)."""
        if isinstance(index, slice):
            return self._rows(np.arange(*index.indices(len(self))))
        if isinstance(index, np.ndarray):
            return self._rows(index)
        first = int(index) // CHUNK_ROWS * CHUNK_ROWS
        if first != self._first:
            self._chunk, self._first = self[first : first + CHUNK_ROWS], first
        row: Floats = self._chunk[int(index) - first]
        return row

    def _rows(self, rows: Array) -> Floats:
        periods = self._periods
        return design(self._frame, periods.look[rows], periods.interval[rows].astype(np.int64))


@dataclass(frozen=True, eq=False)
class JudgedTrees:
    """A booster fitted on earlier rows, and the log-odds it gives the later ones, shape (k,)."""

    text: str
    margins: Floats
    log_loss: float


@dataclass(frozen=True, eq=False)
class FittedTrees:
    """A booster fitted on all rows, as text, and the one that chose its rounds, if there was one."""

    text: str
    rounds: int
    judged: JudgedTrees | None


def fit_trees(
    rows: DesignRows | Floats,
    happened: Flags,
    weight: Floats,
    earlier: Flags,
    later: Flags,
    parameters: Mapping[str, Any],
    trees: Trees,
) -> FittedTrees:
    """Binary booster with as many rounds as are best on the later rows, fitted on all rows.

    Parameters
    ----------
    rows
        Design matrix, an array or streamed.
    happened, weight
        Label and weight of each row, shape (n,).
    earlier, later
        Rows that were known by some day, and rows that are judged by trees fitted on those.
        Where one of them does not hold both labels, `max_rounds` are fitted on all rows.
    parameters
        From `parameters_of`.
    trees
        For the rounds.
    """
    settings = dict(parameters)
    everything = lgb.Dataset(rows, happened.astype(np.float32), weight=weight, params=settings)
    everything.construct()
    if not (_both(happened[earlier]) and _both(happened[later])):
        booster = lgb.train(settings, everything, trees.max_rounds)
        return FittedTrees(booster.model_to_string(), trees.max_rounds, None)
    judged = lgb.train(
        settings,
        everything.subset(np.flatnonzero(earlier).tolist()),
        trees.max_rounds,
        valid_sets=[everything.subset(np.flatnonzero(later).tolist())],
        callbacks=[lgb.early_stopping(trees.patience_rounds, verbose=False)],
    )
    rounds = judged.best_iteration
    booster = lgb.train(settings, everything, rounds)
    return FittedTrees(
        booster.model_to_string(),
        rounds,
        JudgedTrees(
            judged.model_to_string(num_iteration=rounds),
            _margins(judged, rows, np.flatnonzero(later), rounds),
            float(judged.best_score["valid_0"]["binary_logloss"]),
        ),
    )


def parameters_of(trees: Trees, items: int, rows: int, recipe: Recipe) -> dict[str, Any]:
    """Parameters of LightGBM for `items` invoices or customer-months that make `rows` rows.

    Columns are not sampled: the interval must be known to every tree.
    """
    leaves = round(trees.leaves_per_sqrt * sqrt(items))
    smallest_leaf = min(trees.min_rows_in_leaf, max(rows // ROWS_PER_SMALLEST_LEAF, 1))
    return {
        "objective": "binary",
        "learning_rate": trees.learning_rate,
        "num_leaves": min(max(leaves, trees.min_leaves), trees.max_leaves),
        "min_data_in_leaf": smallest_leaf,
        "lambda_l2": trees.l2,
        "bagging_fraction": trees.bagging_share,
        "bagging_freq": 1,
        "max_bin": trees.max_bins,
        "bin_construct_sample_cnt": BIN_SAMPLE_ROWS,
        "feature_pre_filter": False,
        "seed": recipe.seed,
        "num_threads": recipe.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def _both(happened: Flags) -> bool:
    return bool(happened.any() and not happened.all())


def _margins(booster: lgb.Booster, rows: DesignRows | Floats, wanted: Rows, rounds: int) -> Floats:
    """Log-odds of some rows, read in chunks."""
    margins = np.empty(len(wanted))
    for first in range(0, len(wanted), CHUNK_ROWS):
        chunk = rows[wanted[first : first + CHUNK_ROWS]]
        margins[first : first + CHUNK_ROWS] = booster.predict(
            chunk, num_iteration=rounds, raw_score=True
        )
    return margins
