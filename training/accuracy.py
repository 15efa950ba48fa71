"""Accuracy of one method's forecasts of invoices, by what came of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ledger.arrays import Flags, Floats, Rows
from models.distribution import DelayDistribution
from models.grid import LAST_DAY
from training.baselines import Baseline
from training.labels import DelayOutcomes
from training.metrics import (
    DaysAccuracy,
    EventAccuracy,
    days_accuracy,
    event_accuracy,
    reliability,
)
from training.pit import Pit

LATER_THAN = (0, 4, 30)
"""Days after the due date of which "later" is judged: late, 5 or more days, more than 30."""


@dataclass(frozen=True)
class Accuracy:
    """Accuracy of forecasts of the same items: of "later than k" for each k, and of days late."""

    later_than: Mapping[int, EventAccuracy]
    days: DaysAccuracy

    def as_dict(self) -> dict[str, Any]:
        """Nested dictionaries of numbers and None, such as `later_than_0.auc`."""
        events = {f"later_than_{k}": asdict(event) for k, event in self.later_than.items()}
        return {**events, "days_late": asdict(self.days)}


def model_accuracy(
    distribution: DelayDistribution, outcomes: DelayOutcomes, invoice: Rows
) -> Accuracy:
    """Accuracy of the distributions of some invoices, n of them.

    "Later than k" is judged on the items whose due + k lies on or before the last day they were
    followed, days late on those paid by then, the quantiles on all. A median beyond the grid
    counts as its last day.
    """
    paid = outcomes.paid[invoice]
    days_late = outcomes.days_late()[invoice][paid]
    of_paid = distribution.take(paid)
    return Accuracy(
        {k: _event(distribution.later_than(k), outcomes, invoice, k) for k in LATER_THAN},
        days_accuracy(
            days_late,
            median_days(of_paid),
            of_paid.crps(days_late.astype(np.int32)),
            Pit.of(distribution, outcomes, invoice).coverage() if len(invoice) else None,
        ),
    )


def median_days(distribution: DelayDistribution) -> Floats:
    """Median of days late, one beyond the grid as its last day, shape (n,)."""
    median = distribution.quantile(0.5)
    days: Floats = np.where(median.known, median.values, LAST_DAY).astype(np.float64)
    return days


def baseline_accuracy(baseline: Baseline, outcomes: DelayOutcomes, invoice: Rows) -> Accuracy:
    """Accuracy of a baseline on the same items as `model_accuracy`."""
    paid = outcomes.paid[invoice]
    return Accuracy(
        {k: _event(said, outcomes, invoice, k) for k, said in baseline.later_than.items()},
        days_accuracy(outcomes.days_late()[invoice][paid], baseline.days_late[paid]),
    )


def reliability_of_later_than(
    distribution: DelayDistribution, outcomes: DelayOutcomes, invoice: Rows, k: int
) -> list[tuple[float, float, int]]:
    """Bins of P(later than k): mean forecast, share that was, number; see `metrics.reliability`."""
    return reliability(*_judged(distribution.later_than(k), outcomes, invoice, k))


def _event(probability: Floats, outcomes: DelayOutcomes, invoice: Rows, k: int) -> EventAccuracy:
    return event_accuracy(*_judged(probability, outcomes, invoice, k))


def _judged(
    probability: Floats, outcomes: DelayOutcomes, invoice: Rows, k: int
) -> tuple[Floats, Flags]:
    """Forecasts of "later than k", and what came, of the invoices of which that is known."""
    later, known = outcomes.later_than(k)
    judged = known[invoice]
    return probability[judged], later[invoice][judged]
