"""The order of rows by several keys, in time linear in their number."""

import numba
import numpy as np

from ledger.arrays import Array, Rows

_DIGIT_BITS = 11
"""Bits sorted by at a time: so few that the counts of all digits stay in the nearest cache."""


def order_by(*keys: Array) -> Rows:
    """Row numbers sorted by integer keys, the first the most significant; ties keep their order.

    The same as `np.lexsort` of the keys in reverse, by a radix sort; what the rows are sorted by
    already costs nothing. Keys have shape (n,) each and so has the result.

    >>> order_by(np.array([2, 1, 1]), np.array([5, 7, -7])).tolist()
    [2, 1, 0]
    """
    order = np.arange(len(keys[0]), dtype=np.int32)
    spare = np.empty_like(order)
    moved = False
    for key in reversed(keys):
        if not moved and (key[1:] >= key[:-1]).all():
            continue
        moved = True
        lowest = int(key.min())
        bits = (int(key.max()) - lowest).bit_length()
        for shift in range(0, bits, _DIGIT_BITS):
            _sort_by_digit(key, lowest, shift, order, spare)
            order, spare = spare, order
    return order.astype(np.int64)


def starts_of(groups: Array, count: int) -> Rows:
    """Where each of `count` groups starts in sorted group numbers, and the end: (count + 1,).

    >>> starts_of(np.array([0, 0, 2]), 3).tolist()
    [0, 2, 2, 3]
    """
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)


@numba.njit(cache=True)
def _sort_by_digit(key: Array, lowest: int, shift: int, order: Array, result: Array) -> None:
    """Sort rows by one digit of their keys into `result`, keeping the order of equal digits."""
    mask = (1 << _DIGIT_BITS) - 1
    place = np.zeros(mask + 2, np.int64)
    for row in range(len(key)):
        place[(((key[row] - lowest) >> shift) & mask) + 1] += 1
    place = np.cumsum(place)
    for row in order:
        digit = ((key[row] - lowest) >> shift) & mask
        result[place[digit]] = row
        place[digit] += 1
