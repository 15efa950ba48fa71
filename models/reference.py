"""The reference that a prediction is explained against: the portfolio's median customer."""

import numpy as np

from features.catalogue import CATALOGUE
from features.frame import FeatureFrame
from ledger.arrays import Array, Floats

OF_PORTFOLIO = frozenset(
    feature.name for feature in CATALOGUE if feature.name.startswith("portfolio_")
)
"""Facts of the whole portfolio, in which every reference is like what is explained: they are no
reason about one customer.
"""

SAME = OF_PORTFOLIO | frozenset(
    feature.name
    for feature in CATALOGUE
    if feature.family in ("calendar", "amount")
    or feature.name in ("terms_days", "days_since_issue", "days_past_due")
)
"""Those, and facts of an invoice's dates and amount, in which an invoice's reference is like it."""


def reference_row(frame: FeatureFrame) -> Floats:
    """Features of the median customer of a frame, shape (m,).

    Each customer counts once, with its latest observation (the last row of those). A feature
    is its lower median among the customers that have it, and NaN where most have none.
    """
    latest = _latest(frame)
    values = frame.values[latest]
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    ranked = np.sort(values, axis=0)  # NaN last
    middle = np.maximum(counts - 1, 0) // 2
    medians = ranked[middle, np.arange(values.shape[1])] if len(values) else np.nan
    return np.where(2 * counts >= max(len(values), 1), medians, np.nan)


def references_of(frame: FeatureFrame, median: Floats) -> Floats:
    """The median customer on the same day, for invoices with the same due date, age and amount.

    Shape (n, m).
    """
    of_portfolio, same = (
        np.array([name in facts for name in frame.names]) for facts in (OF_PORTFOLIO, SAME)
    )
    own = np.where(frame.observations.has_invoice[:, None], same, of_portfolio)
    return np.where(own, frame.values, median)


def _latest(frame: FeatureFrame) -> Array:
    """Row of the latest observation of each customer."""
    seen = frame.observations
    order = np.lexsort((np.arange(len(frame)), seen.as_of, seen.customer))
    customer = seen.customer[order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = customer[1:] != customer[:-1]
    return order[last]
