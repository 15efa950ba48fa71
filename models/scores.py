"""Scores of invoices and of customers, as columns."""

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from pandas.arrays import IntegerArray

from ledger.arrays import Array, Days, Flags, Floats
from ledger.table import Column
from models.distribution import DelayDistribution
from models.reasons import Reasons

LATER_THAN = (*range(15), 21, 30, 45, 60, 90)
"""Days after the due date of which P(later) is a score."""


@dataclass(frozen=True, eq=False)
class InvoiceScores:
    """What to expect of n open invoices, all of it from one distribution each.

    Parameters
    ----------
    distribution
        Of days_late, given that the invoice is open at the close of `as_of`.
    expected_days_late
        E[min(days_late, 365)]; NaN, like every probability, where there is no delay model.
    days_late_p10, days_late_p50, days_late_p90
        Quantiles in days, unknown beyond the grid.
    p_later_than
        P(days_late > k) for each k of `LATER_THAN`, shape (n, len(LATER_THAN)).
    p_unpaid_365
        P(days_late > 365).
    expected_payment_on
        Due date plus `days_late_p50`.
    confidence
        "low" where the customer has cleared fewer than three items, else "normal".
    reasons
        Of each invoice, strongest first; empty where none were asked for.
    """

    distribution: DelayDistribution
    expected_days_late: Floats
    days_late_p10: Column
    days_late_p50: Column
    days_late_p90: Column
    p_later_than: Floats
    p_unpaid_365: Floats
    expected_payment_on: Column
    confidence: Array
    reasons: Reasons

    def __len__(self) -> int:
        return len(self.distribution)

    def to_frame(self) -> DataFrame:
        """The columns that every prediction file has, whatever the recipe; see `COLUMNS`."""
        columns = {
            "expected_days_late": self.expected_days_late,
            "days_late_p10": _integers(self.days_late_p10),
            "days_late_p50": _integers(self.days_late_p50),
            "days_late_p90": _integers(self.days_late_p90),
            **{f"p_later_than_{k}": self.p_later_than[:, i] for i, k in enumerate(LATER_THAN)},
            "p_unpaid_365": self.p_unpaid_365,
        }
        return DataFrame(columns)


@dataclass(frozen=True, eq=False)
class CustomerScores:
    """How likely n customers default.

    Parameters
    ----------
    pd
        P(default within the horizon); 1 for a customer in default; NaN where `has_pd` is not
        set.
    has_pd
        Whether there is a PD: the bundle has a default model, or the customer is in default.
    in_default
        Whether the customer is in default at `as_of`.
    reasons
        Of each customer, strongest first; empty where none were asked for or it is in default.
    """

    pd: Floats
    has_pd: Flags
    in_default: Flags
    reasons: Reasons

    def __len__(self) -> int:
        return len(self.pd)

    def to_frame(self) -> DataFrame:
        """Columns `pd` (NaN where there is none) and `in_default`."""
        return DataFrame({"pd": self.pd, "in_default": self.in_default})


def invoice_scores(
    distribution: DelayDistribution, due_on: Days, confidence: Array, reasons: Reasons
) -> InvoiceScores:
    """The scores that distributions of days_late say, of invoices due on given days."""
    p10, p50, p90 = (distribution.quantile(q) for q in (0.1, 0.5, 0.9))
    return InvoiceScores(
        distribution=distribution,
        expected_days_late=distribution.expected_days_late(),
        days_late_p10=p10,
        days_late_p50=p50,
        days_late_p90=p90,
        p_later_than=np.column_stack([distribution.later_than(k) for k in LATER_THAN]),
        p_unpaid_365=distribution.p_unpaid_365,
        expected_payment_on=Column(
            np.where(p50.known, due_on + p50.values, 0).astype(np.int32), p50.known
        ),
        confidence=confidence,
        reasons=reasons,
    )


def _integers(column: Column) -> IntegerArray:
    return IntegerArray(column.values.astype(np.int64), ~column.known)
