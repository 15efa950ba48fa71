"""The reference that a prediction is explained against: the portfolio's median customer."""

import numpy as np

from features.catalogue import CATALOGUE
from features.frame import FeatureFrame
from ledger.arrays import Array, Flags, Floats

SAME_FAMILIES = frozenset({"terms", "calendar", "amount", "age"})
"""Families of an invoice's own facts, in which its reference is like it."""


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
    """The median customer with each row's own due date, age and amount, shape (n, m).

    Observations without an invoice are beside the median customer as it is.
    """
    of_invoice = same_features(frame.names)
    own = frame.observations.has_invoice[:, None] & of_invoice
    return np.where(own, frame.values, median)


def same_features(names: tuple[str, ...]) -> Flags:
    """Features in which the reference of an invoice is like it, shape (m,)."""
    families = {feature.name: feature.family for feature in CATALOGUE}
    return np.array([families[name] in SAME_FAMILIES for name in names], np.bool_)


def _latest(frame: FeatureFrame) -> Array:
    """Row of the latest observation of each customer."""
    seen = frame.observations
    order = np.lexsort((np.arange(len(frame)), seen.as_of, seen.customer))
    customer = seen.customer[order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = customer[1:] != customer[:-1]
    return order[last]
