"""Every feature, defined once."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Scope = Literal["observation", "interval"]


@dataclass(frozen=True)
class Feature:
    """One feature: what it is called, measured in, and how a collector reads it.

    Parameters
    ----------
    name, unit, family
        The field's term, its unit, and the family whose members speak in one sentence.
    direction
        +1 where more of it means later or riskier, -1 safer, 0 either.
    sentence_en, sentence_fr
        What a collector reads; `{value}` and `{reference}` stand for formatted values.
    scope
        `observation`: one value per row of a frame; `interval`: derived for each interval of
        days by `models.intervals`.
    """

    name: str
    unit: str
    family: str
    direction: Literal[-1, 0, 1]
    sentence_en: str
    sentence_fr: str
    scope: Scope = "observation"


CATALOGUE: tuple[Feature, ...] = ()
"""The features in the order of the columns of a FeatureFrame, those of intervals last."""


def fingerprint() -> str:
    """Digest of the catalogue: a bundle refuses features of another."""
    rows = [[f.name, f.unit, f.family, f.direction, f.scope] for f in CATALOGUE]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
