"""The order of rows by several keys, in time linear in their number."""

import numpy as np

from ledger.arrays import Array, Rows

_DIGIT_BITS = 16


def order_by(*keys: Array) -> Rows:
    """Row numbers sorted by integer keys, the first the most significant; ties keep their order.

    A radix sort over digits of 16 bits, for which numpy sorts in linear time. Keys have shape
    (n,) each and so has the result.

    >>> order_by(np.array([2, 1, 1]), np.array([5, 7, -7])).tolist()
    [2, 1, 0]
    """
    order = np.arange(len(keys[0]), dtype=np.int64)
    if len(order) < 2:
        return order
    for key in reversed(keys):
        lowest = int(key.min())
        rest = (key.astype(np.int64) - lowest).view(np.uint64)
        for shift in range(0, int(rest.max()).bit_length(), _DIGIT_BITS):
            digit = (rest >> np.uint64(shift)).astype(np.uint16)
            order = order[np.argsort(digit[order], kind="stable")]
    return order


def starts_of(groups: Array, count: int) -> Rows:
    """Where each of `count` groups starts in sorted group numbers, and the end: (count + 1,).

    >>> starts_of(np.array([0, 0, 2]), 3).tolist()
    [0, 2, 2, 3]
    """
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)
