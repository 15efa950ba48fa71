"""Walks through the trees of a forest, compiled: margins and Shapley values.

A row and its reference go through a tree together. Where both take the same branch nothing
happens. Where they part, the walk goes first with the row, then with the reference, and
binds the feature of the split to whichever it goes with. Say it reaches a leaf worth v with
a features bound to the row and b to the reference. A row mixed from both ends there if and
only if it takes all of the former from the row and all of the latter from the reference. In
this game of v the Shapley value is

    v (a-1)! b! / (a+b)!     of each feature bound to the row,
    -v a! (b-1)! / (a+b)!    of each feature bound to the reference,

and 0 of all others; the sum over all leaves reached is the Shapley value of the forest.

All walks stand in one file, because numba's cache looks for changes only in the file of the
function that is called: none may outlive the `goes_left` it was compiled with. They do not
call themselves: numba 0.68 crashes when it loads a recursive function from the cache
(https://github.com/numba/numba/issues/6061).
"""

from typing import Any

import numpy as np
from numba import njit, prange

from ledger.arrays import Array, Codes, Floats

ZERO = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: a number that is not further than this from zero is zero."""

BLOCK = 64
"""Rows that are computed together, on one thread."""

PARTING = np.dtype(
    [
        ("number", np.float64),
        ("reference", np.float64),
        ("gain", np.float64),
        ("loss", np.float64),
        ("feature", np.int32),
        ("reference_child", np.int32),
        ("turned", np.bool_),
    ],
    align=True,
)
"""A split at which a row and its reference part.

Its feature with the row's number and the reference's; the child for the reference and
whether the walk has turned to it; what the leaves on the row's side gave and took.
"""


@njit(cache=True)
def goes_left(node: Any, number: float) -> bool:
    """Whether LightGBM sends `number` to the left child of a split."""
    if abs(number) > ZERO:
        return bool(number <= node.threshold)
    return bool(node.nan_left if np.isnan(number) else node.zero_left)


@njit(cache=True, nogil=True)
def margins_of_block(nodes: Array, roots: Codes, depths: Codes, rows: Floats) -> Floats:
    """Margin of each row: its leaves, summed in tree order.

    The rows go down a tree together, one split at a time; one that has reached its leaf
    stays there until the last has arrived. The processor then works on many rows at once.
    """
    margins = np.zeros(len(rows))
    at = np.empty(len(rows), np.int32)
    for tree in range(len(roots)):
        at[:] = roots[tree]
        for _ in range(depths[tree]):
            for row in range(len(rows)):
                node = nodes[at[row]]
                left = goes_left(node, rows[row, node.feature])
                at[row] = node.left if left else node.right
        for row in range(len(rows)):
            margins[row] += nodes[at[row]].value
    return margins


@njit(cache=True, parallel=True)
def margins_of_rows(nodes: Array, roots: Codes, depths: Codes, rows: Floats) -> Floats:
    """`margins_of_block` of many rows, block by block on all threads.

    Like `shapley_of_rows` it keeps Python's lock, as not every threading layer of numba can
    be entered twice at a time.
    """
    margins = np.empty(len(rows))
    for block in prange((len(rows) + BLOCK - 1) // BLOCK):
        part = slice(block * BLOCK, (block + 1) * BLOCK)
        margins[part] = margins_of_block(nodes, roots, depths, rows[part])
    return margins


@njit(cache=True)
def shapley_weights(most_bound: int) -> Floats:
    """(a-1)! b! / (a+b)! in row a and column b, where a + b <= `most_bound`; row 0 is unused."""
    weights = np.zeros((most_bound + 1, most_bound + 1))
    for own in range(1, most_bound + 1):
        weights[own, 0] = 1 / own
        for other in range(1, most_bound + 1 - own):
            weights[own, other] = weights[own, other - 1] * other / (own + other)
    return weights


@njit(cache=True)
def _descend(
    nodes: Array, start: int, row: Floats, reference: Floats, partings: Array, n_partings: int
) -> tuple[float, int]:
    """Worth of the leaf that the walk reaches from `start`, and how many partings are open there.

    At a parting the walk goes on with the row. Its feature is bound by giving the reference
    the same number, so that the two cannot part at it again.
    """
    node = nodes[start]
    while node.left != node.right:
        feature = node.feature
        row_left = goes_left(node, row[feature])
        if row_left != goes_left(node, reference[feature]):
            parting = partings[n_partings]
            parting.feature = feature
            parting.number = row[feature]
            parting.reference = reference[feature]
            parting.reference_child = node.right if row_left else node.left
            parting.turned = False
            n_partings += 1
            reference[feature] = row[feature]
        node = nodes[node.left if row_left else node.right]
    return node.value, n_partings


@njit(cache=True)
def _turn(parting: Any, gain: float, loss: float, row: Floats, reference: Floats) -> int:
    """The child from which the walk goes on with the reference, now bound to the feature.

    `gain` and `loss` are what the row's side, now done, gave and took.
    """
    parting.gain = gain
    parting.loss = loss
    parting.turned = True
    row[parting.feature] = parting.reference
    reference[parting.feature] = parting.reference
    return int(parting.reference_child)


@njit(cache=True)
def _add_tree(
    nodes: Array,
    root: int,
    weights: Floats,
    row: Floats,
    reference: Floats,
    partings: Array,
    shapley: Floats,
) -> None:
    """Add the Shapley values of one tree to `shapley`, shape (n_features,).

    The walk is depth first. `gain` is what the leaves it has seen below a node give to each
    feature bound to the row above it, `loss` what they take from each one bound to the
    reference. A parting that is done therefore adds to its feature the gain of the row's
    side less the loss of the reference's. `row` and `reference` change on the way; at the
    end they are as they were.
    """
    start, n_partings, bound_to_row = root, 0, 0
    while True:
        value, n_open = _descend(nodes, start, row, reference, partings, n_partings)
        bound_to_row += n_open - n_partings
        bound_to_reference = n_open - bound_to_row
        n_partings = n_open
        gain = value * weights[bound_to_row, bound_to_reference]
        loss = value * weights[bound_to_reference, bound_to_row]

        while n_partings > 0 and partings[n_partings - 1].turned:
            n_partings -= 1
            parting = partings[n_partings]
            row[parting.feature] = parting.number
            shapley[parting.feature] += parting.gain - loss
            gain += parting.gain
            loss += parting.loss
        if n_partings == 0:
            return
        start = _turn(partings[n_partings - 1], gain, loss, row, reference)
        bound_to_row -= 1


@njit(cache=True, nogil=True)
def shapley_of_block(
    nodes: Array, roots: Codes, weights: Floats, rows: Floats, references: Floats
) -> Floats:
    """Shapley values of each row against its reference, summed in tree order.

    `weights` are those for the most features that can part on one path.
    """
    shapley = np.zeros(rows.shape)
    partings = np.empty(len(weights), PARTING)
    for i in range(len(rows)):
        row = rows[i].copy()
        reference = references[i].copy()
        for root in roots:
            _add_tree(nodes, root, weights, row, reference, partings, shapley[i])
    return shapley


@njit(cache=True, parallel=True)
def shapley_of_rows(
    nodes: Array, roots: Codes, weights: Floats, rows: Floats, references: Floats
) -> Floats:
    """`shapley_of_block` of many rows, block by block on all threads."""
    shapley = np.empty(rows.shape)
    for block in prange((len(rows) + BLOCK - 1) // BLOCK):
        part = slice(block * BLOCK, (block + 1) * BLOCK)
        shapley[part] = shapley_of_block(nodes, roots, weights, rows[part], references[part])
    return shapley
