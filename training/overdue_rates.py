"""The plain rival of the default model: how long the oldest open item has been past due."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Flags, Floats

BUCKETS = (1, 31, 61, 91)
"""First days past due of each bucket but that of customers with nothing overdue."""


def days_past_due(frame: FeatureFrame) -> Floats:
    """Days past due of each customer's oldest open item, 0 where nothing is overdue, (n,)."""
    return np.nan_to_num(frame["overdue_days_oldest"], nan=0.0)


@dataclass(frozen=True, eq=False)
class OverdueRates:
    """Share of customers that defaulted, by bucket of days past due, shape (len(BUCKETS) + 1,).

    >>> OverdueRates.of(np.array([0, 0, 12, 95]), np.array([False, True, False, True])).rates
    array([0.5, 0. , 0.5, 0.5, 1. ])
    """

    rates: Floats

    @classmethod
    def of(cls, days: Floats, defaulted: Flags) -> Self:
        """The shares among customers at month ends, (n,); where a bucket is empty, that of all."""
        bucket, buckets = np.digitize(days, BUCKETS), len(BUCKETS) + 1
        counts = np.bincount(bucket, minlength=buckets)
        defaults = np.bincount(bucket, weights=defaulted, minlength=buckets)
        return cls(np.where(counts > 0, defaults / np.maximum(counts, 1), defaulted.mean()))

    def pd(self, days: Floats) -> Floats:
        """Share of the bucket of each customer, shape (n,)."""
        found: Floats = self.rates[np.digitize(days, BUCKETS)]
        return found
