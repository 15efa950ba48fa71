"""Fitting of LightGBM boosters whose size follows the data, the same bytes every time."""

from collections.abc import Callable, Mapping
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

BIN_SAMPLE_ROWS = 100_000
"""Rows from which LightGBM chooses the bounds of its bins."""
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
    """A booster fitted on earlier rows, with as many rounds as are best on later ones.

    `margins` are the log-odds it gives the later rows, shape (k,); `log_loss` is theirs.
    """

    text: str
    rounds: int
    margins: Floats
    log_loss: float


class TreeData:
    """Rows in LightGBM's binned form, to fit boosters on all or some of them.

    Parameters
    ----------
    rows
        Design matrix, an array or streamed.
    happened, weight
        Label and weight of each row, shape (n,).
    parameters
        From `parameters_of`; they decide the bins.
    """

    def __init__(
        self,
        rows: DesignRows | Floats,
        happened: Flags,
        weight: Floats,
        parameters: Mapping[str, Any],
    ) -> None:
        self._rows, self._happened = rows, happened
        self._data = lgb.Dataset(
            rows, happened.astype(np.float32), weight=weight, params=dict(parameters)
        ).construct()

    def judge(
        self,
        earlier: Flags,
        later: Flags,
        parameters: Mapping[str, Any],
        trees: Trees,
        watch: Callable[[int, float], None] | None = None,
    ) -> JudgedTrees | None:
        """Trees of the earlier rows, judged by the later ones.

        None where one of them does not hold both labels. After each round `watch` is told how
        many there were and the log loss of the later rows; what it raises ends the fitting.
        """
        if not (_both(self._happened[earlier]) and _both(self._happened[later])):
            return None
        judged = np.flatnonzero(later)
        callbacks: list[Callable[..., Any]] = [
            lgb.early_stopping(trees.patience_rounds, verbose=False)
        ]
        if watch is not None:
            callbacks.append(_watched_by(watch))
        booster = lgb.train(
            dict(parameters),
            self._data.subset(np.flatnonzero(earlier).tolist()),
            trees.max_rounds,
            valid_sets=[self._data.subset(judged.tolist())],
            callbacks=callbacks,
        )
        rounds = booster.best_iteration
        return JudgedTrees(
            booster.model_to_string(num_iteration=rounds),
            rounds,
            _margins(booster, self._rows, judged, rounds),
            float(booster.best_score["valid_0"]["binary_logloss"]),
        )

    def fit(self, rounds: int, parameters: Mapping[str, Any]) -> str:
        """Text model of so many rounds on all rows."""
        return lgb.train(dict(parameters), self._data, rounds).model_to_string()


def parameters_of(trees: Trees, items: int, rows: int, recipe: Recipe) -> dict[str, Any]:
    """Parameters of LightGBM for `items` invoices or customer-months that make `rows` rows.

    Columns are drawn for each split, not for each tree: the interval must be known to every tree.
    """
    leaves = items // trees.items_per_leaf
    return {
        "objective": "binary",
        "learning_rate": trees.learning_rate,
        "num_leaves": min(max(leaves, trees.min_leaves), trees.max_leaves),
        "min_data_in_leaf": max(round(trees.rows_in_leaf_per_sqrt * sqrt(rows)), 1),
        "lambda_l2": trees.l2,
        "bagging_fraction": trees.bagging_share,
        "bagging_freq": 1,
        "max_bin": trees.max_bins,
        "extra_trees": items < trees.random_splits_below,
        "feature_fraction_bynode": trees.columns_by_split,
        "bin_construct_sample_cnt": BIN_SAMPLE_ROWS,
        "feature_pre_filter": False,
        "seed": recipe.seed,
        "num_threads": recipe.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def _watched_by(watch: Callable[[int, float], None]) -> Callable[[Any], None]:
    def after_round(env: Any) -> None:
        watch(env.iteration + 1, float(env.evaluation_result_list[0][2]))

    return after_round


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
