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


def fingerprint() -> str:
    """Digest of the catalogue: a bundle refuses features of another."""
    rows = [[f.name, f.unit, f.family, f.direction, f.scope] for f in CATALOGUE]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
