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

from ledger.arrays import Array, Codes, Floats, Rows
from ledger.errors import DuecastError
from models.lightgbm_text import read_trees
from models.tree_walks import shapley_weights, sum_margins, sum_shapley_values

if TYPE_CHECKING:
    from lightgbm import Booster


ROWS_AT_ONCE = 256
"""Rows that one thread walks without a pause; so few are walked without other threads."""


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
        rows = _checked("rows", rows, self.n_features)
        margins = np.empty(len(rows))

        def walk(part: slice) -> None:
            sum_margins(self.nodes, self.roots, self.depths, rows[part], margins[part])

        _spread(walk, len(rows))
        return margins


def contributions(
    forest: Forest, rows: Array, references: Array, partners: Rows | None = None
) -> Floats:
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
    partners
        For each column the other one that is the same feature, -1 for none: such two join
        together, and the sum of theirs is the feature's contribution. Shape (n_features,).

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
    rows = _checked("rows", rows, forest.n_features)
    references = _checked("references", references, forest.n_features)
    if len(rows) != len(references):
        raise DuecastError(
            f"{len(rows)} rows have {len(references)} references; expected one for each row"
        )
    weights = shapley_weights(min(int(forest.depths.max()), forest.n_features))
    if partners is None:
        partners = np.full(forest.n_features, -1, np.int64)
    shapley = np.empty(rows.shape)

    def walk(part: slice) -> None:
        trees = forest.nodes, forest.roots, partners
        sum_shapley_values(*trees, weights, rows[part], references[part], shapley[part])

    _spread(walk, len(rows))
    return shapley


def _checked(name: str, table: Array, n_features: int) -> Floats:
    """The table as C-ordered, read-only float64: the one form the walks are compiled for."""
    checked = np.require(table, np.float64, ["C", "A"]).view()
    if checked.ndim != 2 or checked.shape[1] != n_features:
        raise DuecastError(
            f"{name} have shape {checked.shape}; expected (n, {n_features}), one column for each "
            "feature of the model"
        )
    checked.flags.writeable = False
    return checked


def _spread(walk: Callable[[slice], None], n_rows: int) -> None:
    """Walk all rows, many of them on as many threads as numba may use.

    Python's threads, since the walks release its lock: numba's own (`prange`) abort the
    process where two threads of it enter them at once, or after a fork, depending on the
    threading layer that numba finds.
    """
    parts = [slice(first, first + ROWS_AT_ONCE) for first in range(0, n_rows, ROWS_AT_ONCE)]
    if len(parts) <= 1:
        for part in parts:
            walk(part)
        return
    n_threads = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]  # set while it is imported
    with ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(walk, parts))
