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

A row may stand for several intervals, which have covariates of their own beside its features.
Wanted is then the sum over the intervals of weight x Shapley value. They go through a tree
together, and a leaf is worth v x the weights of those that reach it. A split on a covariate
divides them. Where the covariate counts from a feature, it has one value for the row and
another for the reference: both go left in some intervals, both right in others, and in the rest
they part one way or the other, which binds the feature.

All walks stand in one file, because numba's cache looks for changes only in the file of the
function that is called: none may outlive the `goes_left` it was compiled with. They do not
call themselves: numba 0.68 crashes when it loads a recursive function from the cache
(https://github.com/numba/numba/issues/6061).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ledger.arrays import Array, Codes, Floats, Rows

ZERO = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: a number that is not further than this from zero is zero."""

BLOCK = 64
"""Rows that go down a tree together."""

STEP = np.dtype(
    [
        ("node", np.int32),
        ("first", np.int32),
        ("end", np.int32),
        ("n_bound", np.int32),
        ("n_to_row", np.int32),
        ("feature", np.int32),
        ("to_row", np.bool_),
    ],
    align=True,
)
"""A part of the walk that is still to be done.

Its node; the places of its first interval and after its last; how many features are bound, how
many of them to the row; which was bound on the way to the node (-1: none), and whether to the row.
"""

BOUND = np.dtype([("feature", np.int32), ("to_row", np.bool_)], align=True)
"""A feature that is bound to the row, or else to the reference."""


class Pairs(NamedTuple):
    """n rows of m features and k intervals of c covariates, with the reference of each.

    Parameters
    ----------
    rows, references
        Features, shape (n, m); the first columns that the trees ask for.
    covariates, reference_covariates
        The other columns, shape (n, k, c).
    weights
        Of the intervals, shape (n, k).
    counted_from
        For each covariate the feature that it counts from, -1 where it is the same for row and
        reference, shape (c,).
    """

    rows: Floats
    references: Floats
    covariates: Floats
    reference_covariates: Floats
    weights: Floats
    counted_from: Rows


class Walk(NamedTuple):
    """Where the walk of one row through one tree is.

    Parameters
    ----------
    steps
        Stack of `STEP`: what is still to be done.
    bound
        Features bound on the way to the current node, table of `BOUND`.
    places
        For each feature its place among these, if it stands there; else anything.
    intervals
        Numbers of the intervals; those of a step stand side by side.
    """

    steps: Array
    bound: Array
    places: Rows
    intervals: Rows


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
def _push(
    steps: Array,
    n: int,
    node: int,
    first: int,
    end: int,
    n_bound: int,
    n_to_row: int,
    feature: int,
    to_row: bool,
) -> int:
    """Lay a step on the `n` that there are, unless no interval takes it; how many then."""
    if first == end:
        return n
    step = steps[n]
    step.node = node
    step.first = first
    step.end = end
    step.n_bound = n_bound
    step.n_to_row = n_to_row
    step.feature = feature
    step.to_row = to_row
    return n + 1


@njit(cache=True)
def _bind(bound: Array, places: Rows, place: int, feature: int, to_row: bool) -> None:
    """Bind a feature to the row or the reference."""
    bound[place].feature = feature
    bound[place].to_row = to_row
    places[feature] = place


@njit(cache=True)
def _sides(bound: Array, places: Rows, n_bound: int, feature: int) -> tuple[bool, bool]:
    """Whether the walk goes with the row's value of a feature, and whether with the reference's."""
    place = places[feature]
    if place >= n_bound or bound[place].feature != feature:
        return True, True
    to_row = bound[place].to_row
    return to_row, not to_row


@njit(cache=True)
def _divide(
    node: Any, i: int, column: int, covariates: Array, intervals: Rows, first: int, end: int
) -> int:
    """Place of the first interval that goes right, once those that go left stand before it."""
    for place in range(first, end):
        interval = intervals[place]
        if goes_left(node, covariates[i, interval, column]):
            intervals[place] = intervals[first]
            intervals[first] = interval
            first += 1
    return first


@njit(cache=True)
def _push_parted(
    steps: Array,
    n: int,
    node: Any,
    n_bound: int,
    n_to_row: int,
    feature: int,
    left: int,
    middle: int,
    right: int,
) -> int:
    """Lay on the stack what follows where row and reference part at a split on a covariate.

    From `left` to before `middle` stand the intervals in which the row goes left and the
    reference right; from there to before `right` those in which it is the other way round.
    """
    n = _push(steps, n, node.right, left, middle, n_bound, n_to_row, feature, False)
    n = _push(steps, n, node.left, left, middle, n_bound, n_to_row + 1, feature, True)
    n = _push(steps, n, node.left, middle, right, n_bound, n_to_row, feature, False)
    return _push(steps, n, node.right, middle, right, n_bound, n_to_row + 1, feature, True)


@njit(cache=True)
def _add_leaf(
    worth: float, shares: Floats, bound: Array, n_bound: int, to_row: int, i: int, shapley: Floats
) -> None:
    """Add to row `i` what a leaf gives to the features that are bound on the way to it."""
    gain = worth * shares[to_row, n_bound - to_row]
    loss = worth * shares[n_bound - to_row, to_row]
    for place in range(n_bound):
        if bound[place].to_row:
            shapley[i, bound[place].feature] += gain
        else:
            shapley[i, bound[place].feature] -= loss


@njit(cache=True)
def _add_tree(
    nodes: Array, root: int, shares: Floats, pairs: Pairs, i: int, walk: Walk, shapley: Floats
) -> None:
    """Add to row `i` of `shapley` what one tree gives, depth first."""
    rows, references, covariates, reference_covariates, weights, counted_from = pairs
    steps, bound, places, intervals = walk
    n_features = rows.shape[1]
    n_intervals = 0
    for interval in range(weights.shape[1]):
        if weights[i, interval] != 0.0:
            intervals[n_intervals] = interval
            n_intervals += 1
    n_steps = _push(steps, 0, root, 0, n_intervals, 0, 0, -1, False)
    while n_steps > 0:
        n_steps -= 1
        at = steps[n_steps].node
        first = steps[n_steps].first
        end = steps[n_steps].end
        n_bound = steps[n_steps].n_bound
        n_to_row = steps[n_steps].n_to_row
        feature = steps[n_steps].feature
        if feature >= 0:
            _bind(bound, places, n_bound - 1, feature, steps[n_steps].to_row)
        node = nodes[at]
        while node.left != node.right and first < end:
            column = node.feature
            if column < n_features:
                as_row, as_reference = _sides(bound, places, n_bound, column)
                left = goes_left(node, rows[i, column] if as_row else references[i, column])
                if as_row and as_reference and left != goes_left(node, references[i, column]):
                    n_bound += 1
                    other = node.right if left else node.left
                    n_steps = _push(
                        steps, n_steps, other, first, end, n_bound, n_to_row, column, False
                    )
                    _bind(bound, places, n_bound - 1, column, True)
                    n_to_row += 1
                node = nodes[node.left if left else node.right]
            else:
                column -= n_features
                feature = counted_from[column]
                as_row, as_reference = True, False
                if feature >= 0:
                    as_row, as_reference = _sides(bound, places, n_bound, feature)
                if as_row:
                    middle = _divide(node, i, column, covariates, intervals, first, end)
                else:
                    middle = _divide(node, i, column, reference_covariates, intervals, first, end)
                before, after = middle, middle
                if as_row and as_reference:
                    before = _divide(
                        node, i, column, reference_covariates, intervals, first, middle
                    )
                    after = _divide(node, i, column, reference_covariates, intervals, middle, end)
                    n_steps = _push_parted(
                        steps, n_steps, node, n_bound + 1, n_to_row, feature, before, middle, after
                    )
                if first < before:
                    n_steps = _push(
                        steps, n_steps, node.right, after, end, n_bound, n_to_row, -1, False
                    )
                    end = before
                    node = nodes[node.left]
                else:
                    first = after
                    node = nodes[node.right]
        weight = 0.0
        for place in range(first, end):
            weight += weights[i, intervals[place]]
        _add_leaf(node.value * weight, shares, bound, n_bound, n_to_row, i, shapley)


@njit(cache=True, nogil=True)
def sum_shapley_values(
    nodes: Array, roots: Codes, depths: Codes, shares: Floats, pairs: Pairs, shapley: Floats
) -> None:
    """Write into `shapley`, shape (n, m), what the trees give to each row, summed in their order.

    `shares` are the `shapley_weights` of the most features that can be bound on one path.
    A block of rows goes through one tree after the other, so that each is read once for it.
    """
    shapley[:] = 0.0
    walk = Walk(
        np.empty(5 * depths.max() + 1, STEP),
        np.empty(len(shares) - 1, BOUND),
        np.zeros(pairs.rows.shape[1], np.int64),
        np.empty(pairs.weights.shape[1], np.int64),
    )
    for first in range(0, len(pairs.rows), BLOCK):
        for root in roots:
            for i in range(first, min(first + BLOCK, len(pairs.rows))):
                _add_tree(nodes, root, shares, pairs, i, walk, shapley)
