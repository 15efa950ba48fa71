"""Exact Shapley values of a LightGBM forest against one reference observation per row.

The game: for a set S of features, f(S) is the margin of the row that takes the features in S
from the observation x and all others from its reference r. The contribution of a feature is
its Shapley value in this game: how much its joining changes f, averaged over all orders in
which the features may join. So contributions sum to f(x) - f(r), and a feature that is equal
on both sides contributes exactly 0. This is the interventional tree SHAP of Lundberg et al.,
"From local explanations to global understanding with explainable AI for trees" (Nature
Machine Intelligence 2, 2020), with a single background row.

How it is computed: `models/tree_walks.py`. How a model is read: `models/lightgbm_text.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numba import config

from ledger.arrays import Array, Codes, Floats
from ledger.errors import DuecastError
from models.lightgbm_text import read_trees
from models.tree_walks import BLOCK, Pairs, shapley_weights, sum_margins, sum_shapley_values

if TYPE_CHECKING:
    from lightgbm import Booster


ROWS_AT_ONCE = 256
"""Rows whose margins one thread sums without a pause; so few are summed without other threads."""


@dataclass(frozen=True, eq=False)
class Forest:
    """The trees of a LightGBM model as arrays.

    Parameters
    ----------
    nodes
        Table of `models.lightgbm_text.NODE`, tree after tree.
    roots, depths
        For each tree its first node, and the splits on its longest path.
    n_features
        Columns that a row must have.
    """

    nodes: Array
    roots: Codes
    depths: Codes
    n_features: int

    @classmethod
    def from_model_text(cls, text: str) -> Self:
        """The forest of a LightGBM text model.

        Raises
        ------
        ModelTextError
            If the text is no such model, or one with several outputs, averaged trees,
            categorical splits or linear leaves.
        """
        return cls(*read_trees(text))

    @classmethod
    def from_booster(cls, booster: Booster) -> Self:
        """The forest of a trained model, up to its best iteration if it has one."""
        return cls.from_model_text(booster.model_to_string())

    def predict(self, rows: Array) -> Floats:
        """Margin of each row (log-odds, in a binary model), bit for bit LightGBM's raw score.

        A row's margin is the sum of its leaves in tree order, whatever rows come with it.
        NaN, zero and infinity go where LightGBM sends them. `rows` has shape
        (n, n_features), the result (n,).

        Raises
        ------
        DuecastError
            If `rows` has another shape.
        """
        rows = _checked("rows", rows, "n", self.n_features)
        margins = np.empty(len(rows))

        def walk(part: slice) -> None:
            sum_margins(self.nodes, self.roots, self.depths, rows[part], margins[part])

        _spread(walk, len(rows), ROWS_AT_ONCE)
        return margins


def contributions(forest: Forest, rows: Array, references: Array) -> Floats:
    """Shapley value of each feature of each row against its reference, in units of the margin.

    Sums over the features of a row to predict(rows) - predict(references), up to rounding
    (below 1e-9). Exactly 0 for a feature that is equal on both sides or that no tree asks
    for. A row's contributions are the same bits whatever rows come with it.

    Parameters
    ----------
    forest
        The model.
    rows, references
        The observations, and beside each one its reference; shape (n, n_features) each.

    Returns
    -------
    Shape (n, n_features).

    Raises
    ------
    DuecastError
        If `rows` or `references` has another shape.

    Examples
    --------
    The mean of two features is shared by halves where both differ:

    >>> import lightgbm
    >>> table = np.tile([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], (25, 1))
    >>> params = {"objective": "regression", "learning_rate": 1.0, "verbose": -1}
    >>> booster = lightgbm.train(params, lightgbm.Dataset(table, table.mean(axis=1)), 2)
    >>> forest = Forest.from_booster(booster)
    >>> contributions(forest, np.array([[1.0, 1.0]]), np.array([[0.0, 0.0]])).round(6)
    array([[0.5, 0.5]])
    """
    nothing = np.empty((len(rows), 1, 0))
    one = np.ones((len(rows), 1))
    counted_from = np.empty(0, np.int64)
    return interval_contributions(
        forest, Pairs(rows, references, nothing, nothing, one, counted_from)
    )


def interval_contributions(forest: Forest, pairs: Pairs) -> Floats:
    """Sum over the intervals of weight x Shapley value, of each feature of each row.

    The Shapley values are those of the margin in the interval. A covariate that is the same on
    both sides has none, and one that counts from a feature joins with that feature. A row has the
    same bits whatever rows come with it.

    Parameters
    ----------
    forest
        The model, over the features and then the covariates.
    pairs
        n rows of m features, with their intervals and their references.

    Returns
    -------
    Shape (n, m).

    Raises
    ------
    DuecastError
        If the pairs do not fit each other or the forest.
    """
    pairs = _checked_pairs(forest, pairs)
    n, m = pairs.rows.shape
    shares = shapley_weights(min(int(forest.depths.max()), m))
    shapley = np.empty((n, m))

    def walk(part: slice) -> None:
        own = Pairs(
            pairs.rows[part],
            pairs.references[part],
            pairs.covariates[part],
            pairs.reference_covariates[part],
            pairs.weights[part],
            pairs.counted_from,
        )
        trees = forest.nodes, forest.roots, forest.depths
        sum_shapley_values(*trees, shares, own, shapley[part])

    _spread(walk, n, BLOCK)
    return shapley


def _checked_pairs(forest: Forest, pairs: Pairs) -> Pairs:
    """The pairs in the one form that the walks are compiled for."""
    n, k, c = len(pairs.rows), pairs.weights.shape[-1], pairs.covariates.shape[-1]
    m = forest.n_features - c
    return Pairs(
        _checked("rows", pairs.rows, "n", m),
        _checked("references", pairs.references, n, m),
        _checked("covariates", pairs.covariates, n, k, c),
        _checked("reference covariates", pairs.reference_covariates, n, k, c),
        _checked("weights", pairs.weights, n, k),
        np.require(pairs.counted_from, np.int64, ["C"]),
    )


def _checked(name: str, table: Array, *shape: int | str) -> Floats:
    """The table as C-ordered, read-only float64: the one form the walks are compiled for."""
    checked = np.require(table, np.float64, ["C", "A"]).view()
    fits = (want in ("n", got) for want, got in zip(shape, checked.shape, strict=False))
    if checked.ndim != len(shape) or not all(fits):
        raise DuecastError(
            f"{name} have shape {checked.shape}; expected ({', '.join(map(str, shape))}), a row "
            "for each observation and a column for each feature of the model"
        )
    checked.flags.writeable = False
    return checked


def _spread(walk: Callable[[slice], None], n_rows: int, rows_at_once: int) -> None:
    """Walk all rows, many of them on as many threads as numba may use.

    Python's threads, since the walks release its lock: numba's own (`prange`) abort the
    process where two threads of it enter them at once, or after a fork, depending on the
    threading layer that numba finds.
    """
    parts = [slice(first, first + rows_at_once) for first in range(0, n_rows, rows_at_once)]
    if len(parts) <= 1:
        for part in parts:
            walk(part)
        return
    n_threads = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]  # set while it is imported
    with ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(walk, parts))
