"""Every feature, defined once."""

import hashlib
import json

from features.families import (
    AGE,
    AMOUNT,
    BEHAVIOUR,
    CALENDAR,
    HABITS,
    INCIDENTS,
    INTERVAL,
    OPEN_ITEMS,
    PORTFOLIO,
    RELATION,
    SIBLINGS,
    TERMS,
    USUAL,
)
from features.feature import Feature

__all__ = ["CATALOGUE", "Feature", "fingerprint"]

CATALOGUE: tuple[Feature, ...] = (
    *TERMS,
    *CALENDAR,
    *AMOUNT,
    *USUAL,
    *AGE,
    *BEHAVIOUR,
    *HABITS,
    *OPEN_ITEMS,
    *SIBLINGS,
    *INCIDENTS,
    *RELATION,
    *PORTFOLIO,
    *INTERVAL,
)
"""The features in the order of the columns of a FeatureFrame, those of intervals last."""

TRENDING: frozenset[str] = frozenset(
    {
        "tenure_days",
        "invoices",
        "outcomes",
        "outcomes_180d",
        "outcomes_365d",
        "outcomes_same_weekday",
        "days_late_worst",
        "written_off_items",
        *(
            feature.name
            for feature in PORTFOLIO
            if feature.name.startswith(("portfolio_", "country_", "segment_", "parent_"))
        ),
    }
)
"""Features that move as time goes by though the customers and their habits stay the same.

What adds up over a customer's history, and what is one number a day for many customers. Their
distribution in one period says nothing of a shift from another.
"""


def fingerprint() -> str:
    """Digest of the catalogue: a bundle refuses features of another."""
    rows = [[f.name, f.unit, f.family, f.direction, f.scope, f.definition] for f in CATALOGUE]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
