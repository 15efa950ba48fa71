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
from numba import njit

from ledger.arrays import Array, Codes, Floats, Rows

ZERO = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: a number that is not further than this from zero is zero."""

BLOCK = 64
"""Rows that go down a tree together."""

PARTING = np.dtype(
    [
        ("number", np.float64),
        ("reference", np.float64),
        ("gain", np.float64),
        ("loss", np.float64),
        ("partner_number", np.float64),
        ("partner_reference", np.float64),
        ("feature", np.int32),
        ("partner", np.int32),
        ("reference_child", np.int32),
        ("turned", np.bool_),
    ],
    align=True,
)
"""A split at which a row and its reference part.

Its feature with the row's number and the reference's, and the same of the feature's partner
(-1: none), which goes with it; the child for the reference and whether the walk has turned to
it; what the leaves on the row's side gave and took.
"""


@njit(cache=True)
def goes_left(node: Any, number: float) -> bool:
    """Whether LightGBM sends `number` to the left child of a split."""
    if abs(number) > ZERO:
        return bool(number <= node.threshold)
    return bool(node.nan_left if np.isnan(number) else node.zero_left)


@njit(cache=True, nogil=True)
def sum_margins(nodes: Array, roots: Codes, depths: Codes, rows: Floats, margins: Floats) -> None:
    """Write the margin of each row, its leaves summed in tree order, into `margins`.

    The rows of a block go down a tree together, one split at a time; one that has reached
    its leaf stays there until the last has arrived. So the processor works on many rows at
    once, and a tree is read once for all of them.
    """
    at = np.empty(BLOCK, np.int32)
    margins[:] = 0.0
    for first in range(0, len(rows), BLOCK):
        n_rows = min(BLOCK, len(rows) - first)
        for tree in range(len(roots)):
            at[:] = roots[tree]
            for _ in range(depths[tree]):
                for i in range(n_rows):
                    node = nodes[at[i]]
                    left = goes_left(node, rows[first + i, node.feature])
                    at[i] = node.left if left else node.right
            for i in range(n_rows):
                margins[first + i] += nodes[at[i]].value


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
    nodes: Array,
    partners: Rows,
    start: int,
    row: Floats,
    reference: Floats,
    partings: Array,
    n_partings: int,
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
            partner = partners[feature]
            parting.partner = partner
            if partner >= 0:
                parting.partner_number = row[partner]
                parting.partner_reference = reference[partner]
                reference[partner] = row[partner]
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
    if parting.partner >= 0:
        row[parting.partner] = parting.partner_reference
        reference[parting.partner] = parting.partner_reference
    return int(parting.reference_child)


@njit(cache=True)
def _add_tree(
    nodes: Array,
    partners: Rows,
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
        value, n_open = _descend(nodes, partners, start, row, reference, partings, n_partings)
        bound_to_row += n_open - n_partings
        bound_to_reference = n_open - bound_to_row
        n_partings = n_open
        gain = value * weights[bound_to_row, bound_to_reference]
        loss = value * weights[bound_to_reference, bound_to_row]

        while n_partings > 0 and partings[n_partings - 1].turned:
            n_partings -= 1
            parting = partings[n_partings]
            row[parting.feature] = parting.number
            if parting.partner >= 0:
                row[parting.partner] = parting.partner_number
            shapley[parting.feature] += parting.gain - loss
            gain += parting.gain
            loss += parting.loss
        if n_partings == 0:
            return
        start = _turn(partings[n_partings - 1], gain, loss, row, reference)
        bound_to_row -= 1


@njit(cache=True, nogil=True)
def sum_shapley_values(
    nodes: Array,
    roots: Codes,
    partners: Rows,
    weights: Floats,
    rows: Floats,
    references: Floats,
    shapley: Floats,
) -> None:
    """Write the Shapley values of each row, summed in tree order, into `shapley`.

    `weights` are those for the most features that can part on one path. A column and its
    partner (-1: none) go together; what they get is written where they part, to either.
    """
    shapley[:] = 0.0
    partings = np.empty(len(weights), PARTING)
    for i in range(len(rows)):
        row = rows[i].copy()
        reference = references[i].copy()
        for root in roots:
            _add_tree(nodes, partners, root, weights, row, reference, partings, shapley[i])
