"""Reasons: what a collector reads of why a prediction is what it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from features.catalogue import CATALOGUE, Feature
from features.frame import FeatureFrame
from ledger.arrays import Floats, Rows
from models.explanation import Explanation
from models.sentences import Language, sentence

if TYPE_CHECKING:
    from models.bundle import ModelBundle

AT_MOST = 4
"""Reasons that a collector takes in."""

AUDIBLE = 0.05
"""Contribution, in the unit of the explanation, below which a family says nothing."""


@dataclass(frozen=True)
class Reason:
    """Why a prediction differs from the reference: the part of one family of features.

    Parameters
    ----------
    feature, family
        The family, and the feature that speaks for it.
    value, reference
        What the feature is, and what it is in the reference; None where there is no evidence.
    contribution, unit
        Sum over the family, in days later than the reference (negative: earlier) or in
        percentage points of PD above it.
    sentence
        What a collector reads.
    """

    feature: str
    family: str
    value: float | None
    reference: float | None
    contribution: float
    unit: str
    sentence: str


Reasons = tuple[tuple[Reason, ...], ...]
"""The reasons of each of n rows, strongest first."""


def explain(
    bundle: "ModelBundle",
    frame: FeatureFrame,
    language: Language = "en",
    at_most: int = AT_MOST,
    references: Floats | None = None,
) -> list[tuple[Reason, ...]]:
    """Reasons of each row, strongest first; of the delay of invoices, of the PD of customers.

    Parameters
    ----------
    bundle
        The models; without the one that is asked, every row has no reasons.
    frame
        Features of n observations, all of them of invoices or none.
    language
        Of the sentences.
    at_most
        Reasons of a row.
    references
        What to compare with, shape (n, m), such as the features of the same customers a year
        ago; the bundle's median customer if not given.
    """
    explanation = bundle.explanation(frame, references)
    if explanation is None:
        return [()] * len(frame)
    return reasons(explanation, language, at_most)


def reasons(
    explanation: Explanation, language: Language = "en", at_most: int = AT_MOST
) -> list[tuple[Reason, ...]]:
    """Reasons of each row of an explanation, strongest first.

    The features of a family, which are often different sides of one thing, speak in one
    sentence: that of the feature that contributes most in the direction of their sum, among those
    that do not contradict it. A feature does where its sentence reads the other way: as a reason
    for later payment, "paid 11 days early, against 2 days early". Trees may find such a thing,
    where features work together; no reader will. A family in which all contradict is not among
    the reasons; its contributions stay in the explanation.
    """
    by_name = {feature.name: feature for feature in CATALOGUE}
    features = [by_name[name] for name in explanation.names]
    families = list(dict.fromkeys(feature.family for feature in features))
    members = [
        np.flatnonzero([feature.family == family for feature in features]) for family in families
    ]
    totals = np.column_stack([_sum(explanation.contributions[:, m]) for m in members])
    reads = readings(explanation)
    speakers = np.column_stack(
        [
            _speaker(explanation.contributions, reads, m, np.sign(total))
            for m, total in zip(members, totals.T, strict=True)
        ]
    )
    told = (speakers >= 0) & (np.abs(totals) >= AUDIBLE)
    order = np.argsort(np.where(told, -np.abs(totals), 0.0), axis=1, kind="stable")[:, :at_most]
    return [
        tuple(
            _reason(
                explanation, row, features, speakers[row, family], totals[row, family], language
            )
            for family in order[row]
            if told[row, family]
        )
        for row in range(len(totals))
    ]


def readings(explanation: Explanation) -> Floats:
    """How each value reads beside its reference: +1 later or riskier, -1 safer, 0 neither, (n, m).

    0 where either is missing.
    """
    by_name = {feature.name: feature.reads for feature in CATALOGUE}
    more = np.nan_to_num(np.sign(explanation.values - explanation.references))
    return more * np.array([by_name[name] for name in explanation.names], np.float64)


def _speaker(contributions: Floats, reads: Floats, members: Rows, sign: Floats) -> Rows:
    """Column of the feature of a family that speaks in each row, -1 where none does, (n,)."""
    toward = contributions[:, members] * sign[:, None]
    toward[reads[:, members] * sign[:, None] < 0] = 0.0
    strongest = np.argmax(toward, axis=1)
    speaks = toward[np.arange(len(toward)), strongest] > 0
    return np.where(speaks, members[strongest], -1)


def _sum(columns: Floats) -> Floats:
    """Sum of the columns, one after the other."""
    total = np.zeros(len(columns))
    for column in columns.T:
        total = total + column
    return total


def _reason(
    explanation: Explanation,
    row: int,
    features: list[Feature],
    speaker: int,
    total: float,
    language: Language,
) -> Reason:
    """The reason of one family in one row."""
    value = _known(explanation.values[row, speaker])
    reference = _known(explanation.references[row, speaker])
    feature = features[speaker]
    return Reason(
        feature.name,
        feature.family,
        value,
        reference,
        float(total),
        explanation.unit,
        sentence(feature, value, reference, language),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
