"""The intervals of days around the due date in which an invoice can be paid."""

import numpy as np

from ledger.arrays import Days

UPPER_ENDS: Days = np.array(
    [-60, -45, -30, -21, -14, -10, *range(-7, 15), 21, 30, 45, 60, 90, 120, 180, 365],
    dtype=np.int32,
)
"""Last day of each interval, in days after the due date; interval k is (end[k-1], end[k]]."""
UPPER_ENDS.setflags(write=False)

FIRST_WIDTH = 30
"""Days counted in the first interval, which is open to the left, where a share of it is asked."""

INTERVALS = len(UPPER_ENDS)
LAST_DAY = int(UPPER_ENDS[-1])
"""Days after the due date beyond which the distribution says only: not yet paid."""

LOWER_ENDS: Days = np.concatenate(
    [np.array([UPPER_ENDS[0] - FIRST_WIDTH], np.int32), UPPER_ENDS[:-1]]
)
"""Day before the first day of each interval."""
LOWER_ENDS.setflags(write=False)
