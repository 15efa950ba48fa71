"""How far the invoices that a version learned last have shifted from those of the champion."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from features.catalogue import TRENDING
from features.frame import NAMES
from ledger.arrays import Array, Floats, Rows
from training.later_invoices import LaterInvoices
from training.population_stability import bin_edges, population_stability

IMPORTANT = 20
SHIFT = 0.2
"""Stability index that is a shift in large samples of many customers."""
DRAWS, CHANCE = 500, 0.01


@dataclass(frozen=True)
class Shift:
    """The feature that shifted most for its bound, its stability index, and how many were."""

    feature: str
    index: float
    bound: float
    features: int


def largest_shift(before: LaterInvoices, now: LaterInvoices, seed: int) -> Shift | None:
    """Largest shift, for its bound, of an important feature between two sets of invoices.

    Important to the trees of `now`; None without any that is. The bound is `SHIFT`, or where that
    is more, what the index exceeds by chance with probability `CHANCE`: found by swapping the two
    sets of each customer's invoices, or not, at random (a permutation test; Good: Permutation,
    Parametric and Bootstrap Tests of Hypotheses, 2005). So it follows the number of customers,
    not only that of invoices, and customers that change each in their own way are no shift.
    """
    names = important_features(now.model.text)
    shifts = [(name, *_shift(name, before, now, seed)) for name in names]
    found = max(shifts, key=lambda shift: shift[1] / shift[2], default=None)
    return None if found is None else Shift(*found, len(shifts))


def important_features(trees: str) -> tuple[str, ...]:
    """The `IMPORTANT` features with most gain in a model's splits, without those of `TRENDING`."""
    gain = lgb.Booster(model_str=trees).feature_importance("gain")[: len(NAMES)]
    asked = [column for column in np.argsort(-gain, kind="stable") if gain[column] > 0]
    names = [NAMES[column] for column in asked if NAMES[column] not in TRENDING]
    return tuple(names[:IMPORTANT])


def _shift(name: str, before: LaterInvoices, now: LaterInvoices, seed: int) -> tuple[float, float]:
    """Stability index of a feature, and its bound."""
    edges = bin_edges(before.frame[name])
    customers = np.unique(np.concatenate([before.customer, now.customer]))
    then, after = (
        _counts(some.frame[name], edges, np.searchsorted(customers, some.customer), len(customers))
        for some in (before, now)
    )
    generator = np.random.default_rng(seed)
    swapped = generator.integers(0, 2, (DRAWS, len(customers))) @ (after - then)
    by_chance = [
        population_stability(then.sum(axis=0) + change, after.sum(axis=0) - change)
        for change in swapped
    ]
    index = population_stability(then.sum(axis=0), after.sum(axis=0))
    return index, max(SHIFT, float(np.quantile(by_chance, 1 - CHANCE)))


def _counts(values: Floats, edges: Floats, customer: Rows, customers: int) -> Array:
    """Values of each customer in each bin, and last those missing, shape (customers, bins)."""
    bins = len(edges) + 2
    place = np.where(np.isnan(values), bins - 1, np.searchsorted(edges, values, side="left"))
    counts = np.bincount(customer * bins + place, minlength=customers * bins)
    return counts.reshape(customers, bins)
