"""LightGBM's text models, read into one table of nodes."""

import re

import numpy as np

from ledger.arrays import Array, Codes
from ledger.errors import ProblemsError

NODE = np.dtype(
    [
        ("threshold", np.float64),
        ("value", np.float64),
        ("feature", np.int32),
        ("left", np.int32),
        ("right", np.int32),
        ("nan_left", np.bool_),
        ("zero_left", np.bool_),
    ],
    align=True,
)
"""A node: which feature it asks, whether the answer goes left, and what a leaf is worth.

A number up to `threshold` goes left; a missing one and a zero go where `nan_left` and
`zero_left` say. A leaf is its own left and right child.
"""

_CATEGORICAL, _DEFAULT_LEFT = 1, 2  # bits of decision_type; the two above them: what is missing
_MISSING_NONE, _MISSING_ZERO = 0, 1  # else NaN is missing


class ModelTextError(ProblemsError):
    """A LightGBM model that cannot be read, or not followed exactly as LightGBM does."""


def read_trees(text: str) -> tuple[Array, Codes, Codes, int]:
    """Nodes, roots and depths of the trees of a LightGBM text model, and its features.

    Parameters
    ----------
    text
        What `lightgbm.Booster.save_model` writes: one output, numerical splits,
        constant leaves, trees that add up.

    Returns
    -------
    nodes
        Table of `NODE`, tree after tree.
    roots, depths
        For each tree its first node, and the splits on its longest path (0: a lone leaf).
    n_features
        Columns that a row must have.

    Raises
    ------
    ModelTextError
        With every reason why the model cannot be followed.
    """
    body, end_of_trees, _ = text.partition("\nend of trees")
    head, *trees = re.split(r"^Tree=\d+$", body, flags=re.MULTILINE)
    if not (text.startswith("tree") and end_of_trees and trees):
        raise ModelTextError(
            [
                f"model text begins {text[:20]!r} and has {len(trees)} trees; expected 'tree', at "
                "least one 'Tree=' and 'end of trees'; save the model again"
            ]
        )
    n_features = int(_fields(head).get("max_feature_idx", -1)) + 1
    problems = _problems_of_head(head)
    tables: list[Array] = []
    first = 0
    for position, tree in enumerate(trees):
        try:
            tables.append(_tree_nodes(_fields(tree), first, n_features))
            first += len(tables[-1])
        except (KeyError, ValueError) as error:
            problems.append(f"Tree={position}: {error}")
    if problems:
        raise ModelTextError(problems)
    nodes = np.concatenate(tables)
    roots = np.cumsum([0, *map(len, tables[:-1])]).astype(np.int32)
    return nodes, roots, _depths(nodes, roots), n_features


def _fields(lines: str) -> dict[str, str]:
    """The values of `key=value` lines."""
    return dict(line.split("=", 1) for line in lines.splitlines() if "=" in line)


def _problems_of_head(head: str) -> list[str]:
    """What the head of a model says that a plain sum of trees cannot follow."""
    problems = []
    outputs = _fields(head).get("num_tree_per_iteration")
    if outputs != "1":
        problems.append(
            f"num_tree_per_iteration is {outputs}; expected 1; train one model for each class"
        )
    if "average_output" in head.split():
        problems.append("the trees are averaged; expected a sum; train with boosting=gbdt")
    return problems


def _tree_nodes(tree: dict[str, str], first: int, n_features: int) -> Array:
    """One tree as a table of `NODE`, its splits before its leaves, numbered from `first`.

    LightGBM writes child number c >= 0 for a split and -1 - c for a leaf. What a zero or
    a NaN does at a split follows from the split alone: if it is missing there, it takes the
    default direction; a NaN that is not missing counts as zero (`NumericalDecision` in
    LightGBM's tree.h).
    """
    n_leaves = int(tree["num_leaves"])
    n_splits = n_leaves - 1
    nodes = np.zeros(n_splits + n_leaves, NODE)
    splits, leaves = nodes[:n_splits], nodes[n_splits:]

    decisions = _column(tree, "decision_type", n_splits, np.int64)
    if (decisions & _CATEGORICAL).any():
        raise ValueError("a categorical split; expected numerical ones; encode the category")
    if tree.get("is_linear", "0") != "0":
        raise ValueError("linear leaves; expected constant ones; train with linear_tree=false")

    splits["feature"] = _column(tree, "split_feature", n_splits, np.int32)
    splits["threshold"] = _column(tree, "threshold", n_splits, np.float64)
    for side in ("left", "right"):
        child = _column(tree, f"{side}_child", n_splits, np.int32)
        splits[side] = first + np.where(child >= 0, child, n_splits - 1 - child)
        leaves[side] = first + n_splits + np.arange(n_leaves)
    leaves["value"] = _column(tree, "leaf_value", n_leaves, np.float64)

    missing = decisions >> 2 & 3
    default_left = (decisions & _DEFAULT_LEFT) > 0
    zero_is_below = splits["threshold"] >= 0
    splits["zero_left"] = np.where(missing == _MISSING_ZERO, default_left, zero_is_below)
    splits["nan_left"] = np.where(missing == _MISSING_NONE, zero_is_below, default_left)

    children = np.sort(np.concatenate([splits["left"], splits["right"]]))
    if not np.array_equal(children, np.arange(first + 1, first + len(nodes))):
        raise ValueError("not a tree: expected every node but the first to have one parent")
    if n_splits and not 0 <= splits["feature"].min() <= splits["feature"].max() < n_features:
        raise ValueError(f"a split asks a feature outside 0 to {n_features - 1}")
    return nodes


def _column(tree: dict[str, str], key: str, count: int, dtype: type[np.generic]) -> Array:
    """The numbers of one line of a tree."""
    numbers = np.array(tree[key].split(), dtype)
    if len(numbers) != count:
        raise ValueError(f"{key} has {len(numbers)} numbers; expected {count}")
    return numbers


def _depths(nodes: Array, roots: Codes) -> Codes:
    """Splits on the longest path of each tree, found by descending level by level."""
    depths = np.zeros(len(roots), np.int32)
    at, tree = roots, np.arange(len(roots))
    while at.size:
        splits = nodes["left"][at] != at
        at, tree = at[splits], tree[splits]
        depths[tree] += 1  # once for each tree that is left, however many of its nodes are
        at = np.concatenate([nodes["left"][at], nodes["right"][at]])
        tree = np.concatenate([tree, tree])
    return depths
