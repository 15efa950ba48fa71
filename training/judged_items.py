"""Forecasts of single invoices beside what came, to resample, pair and slice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from ledger.arrays import Array, Flags, Floats, Rows
from models.distribution import DelayDistribution
from training.accuracy import median_days
from training.baselines import Baseline
from training.cluster_bootstrap import DRAWS, cluster_intervals
from training.labels import DelayOutcomes

FIGURES = ("auc", "brier", "mae", "crps")
"""Of P(late): AUC and Brier score; of days late: absolute error of the median, CRPS, in days."""


@dataclass(frozen=True, eq=False)
class JudgedItems:
    """What one method said of n invoices, and what came; shapes (n,).

    Parameters
    ----------
    p_late
        Forecast of late; NaN where not known whether it was, or where the method says nothing.
    late
        Whether it was.
    absolute_error, crps
        Of days late, in days; NaN where not paid.
    """

    p_late: Floats
    late: Flags
    absolute_error: Floats
    crps: Floats

    @classmethod
    def of_model(
        cls, distribution: DelayDistribution, outcomes: DelayOutcomes, invoice: Rows
    ) -> "JudgedItems":
        """Of the distributions of some invoices."""
        days_late = outcomes.days_late()[invoice].astype(np.int32)
        crps = distribution.crps(days_late)
        return cls._of(
            distribution.later_than(0), median_days(distribution), crps, outcomes, invoice
        )

    @classmethod
    def of_baseline(
        cls, baseline: Baseline, outcomes: DelayOutcomes, invoice: Rows
    ) -> "JudgedItems":
        """Of a baseline's forecasts of some invoices; its CRPS is its absolute error."""
        p_late = baseline.later_than.get(0, np.full(len(invoice), np.nan))
        return cls._of(p_late, baseline.days_late, None, outcomes, invoice)

    @classmethod
    def _of(
        cls,
        p_late: Floats,
        days: Floats,
        crps: Floats | None,
        outcomes: DelayOutcomes,
        invoice: Rows,
    ) -> "JudgedItems":
        late, is_known = outcomes.later_than(0)
        paid = outcomes.paid[invoice]
        error = np.where(paid, np.abs(days - outcomes.days_late()[invoice]), np.nan)
        return cls(
            np.where(is_known[invoice], p_late, np.nan),
            late[invoice],
            error,
            error if crps is None else np.where(paid, crps, np.nan),
        )

    @classmethod
    def concatenated(cls, parts: Sequence["JudgedItems"]) -> "JudgedItems":
        """All items of some parts, one part after the other."""
        names = cls.__dataclass_fields__
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def __len__(self) -> int:
        return len(self.late)

    def take(self, rows: Array) -> "JudgedItems":
        """The items at `rows` (row numbers or a mask)."""
        return JudgedItems(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def squared_error(self) -> Floats:
        """Of P(late), its mean is the Brier score; NaN where `p_late` is. Shape (n,)."""
        return np.square(self.p_late - self.late)

    def figures(self) -> Floats:
        """`FIGURES` of all items, NaN for one that they do not tell."""
        told = ~np.isnan(self.p_late)
        late = self.late[told]
        both = late.any() and not late.all()
        return np.array(
            [
                roc_auc_score(late, self.p_late[told]) if both else np.nan,
                _mean(self.squared_error),
                _mean(self.absolute_error),
                _mean(self.crps),
            ]
        )

    def intervals(
        self, customer: Array, seed: int, draws: int = DRAWS
    ) -> dict[str, tuple[float, float]]:
        """95 % interval of each of `FIGURES`, by a bootstrap of whole customers, given shape (n,).

        Without a figure, none.
        """
        told = np.flatnonzero(~np.isnan(self.figures()))
        low, high = cluster_intervals(
            lambda rows: self.take(rows).figures()[told], customer, seed, draws
        )
        names = [FIGURES[at] for at in told]
        return dict(zip(names, zip(low.tolist(), high.tolist(), strict=True), strict=True))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
