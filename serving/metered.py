"""The model and the stored ledger of a service, with meters on them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from features.catalogue import CATALOGUE
from features.frame import NAMES, FeatureFrame
from features.stored_ledger import Snapshot, StoredLedger
from ledger.arrays import Flags, Floats
from ledger.definitions import Definitions
from ledger.store import Engine
from models.bundle import ModelBundle
from models.scores import LATER_THAN, CustomerScores, InvoiceScores
from models.sentences import Language
from serving.meters import Meters, Stage

P_LATE_ENDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
PD_ENDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper ends of the bands in which probabilities are counted."""

UNKNOWN = "unknown"
"""Band of what the model says nothing of."""

_FAMILY = {feature.name: feature.family for feature in CATALOGUE}
_FAMILIES = {
    family: np.array([_FAMILY[name] == family for name in NAMES])
    for family in sorted({_FAMILY[name] for name in NAMES})
}


@dataclass(frozen=True, eq=False, kw_only=True)
class MeteredBundle(ModelBundle):
    """A bundle that counts what it scores, and how much of its features was missing."""

    meters: Meters

    def score_invoices(
        self, frame: FeatureFrame, explain: int = 0, language: Language = "en"
    ) -> InvoiceScores:
        """Scores of open invoices; see `ModelBundle`."""
        with self.meters.stage(_stage(explain)):
            scores = super().score_invoices(frame, explain, language)
        count_bands(self.meters, "p_late", scores.p_later_than[:, LATER_THAN.index(0)], P_LATE_ENDS)
        count_missing(self.meters, frame)
        return scores

    def score_customers(
        self,
        frame: FeatureFrame,
        explain: int = 0,
        language: Language = "en",
        in_default: Flags | None = None,
        references: Floats | None = None,
    ) -> CustomerScores:
        """Scores of customers; see `ModelBundle`."""
        with self.meters.stage(_stage(explain)):
            scores = super().score_customers(frame, explain, language, in_default, references)
        count_bands(self.meters, "pd", scores.pd, PD_ENDS)
        count_missing(self.meters, frame)
        return scores


class MeteredLedger(StoredLedger):
    """A stored ledger of which it is known how long its parts take to read."""

    def __init__(self, engine: Engine, definitions: Definitions, meters: Meters) -> None:
        super().__init__(engine, definitions)
        self._meters = meters

    def part(self, nodes: Sequence[str], at_seq: int | None = None) -> Snapshot | None:
        """The accounts of some customers and invoices; see `StoredLedger`."""
        with self._meters.stage("read"):
            return super().part(nodes, at_seq)


def metered(bundle: ModelBundle, meters: Meters) -> MeteredBundle:
    """The same bundle, metered."""
    values = {field.name: getattr(bundle, field.name) for field in fields(ModelBundle)}
    return MeteredBundle(**values, meters=meters)


def count_bands(meters: Meters, kind: str, probability: Floats, ends: Sequence[float]) -> None:
    """Count probabilities, shape (n,), in the band of the first end that is not below them."""
    known = probability[~np.isnan(probability)]
    if len(known) < len(probability):
        meters.scores.labels(kind, UNKNOWN).inc(len(probability) - len(known))
    counts = np.bincount(np.searchsorted(ends, np.minimum(known, ends[-1])), minlength=len(ends))
    for at in np.flatnonzero(counts).tolist():
        meters.scores.labels(kind, str(ends[at])).inc(int(counts[at]))


def count_missing(meters: Meters, frame: FeatureFrame) -> None:
    """Count the values of a frame, and those that are missing, by family of features."""
    missing = np.isnan(frame.values).sum(axis=0)
    for family, columns in _FAMILIES.items():
        meters.features.labels(family).inc(len(frame) * int(columns.sum()))
        meters.features_missing.labels(family).inc(int(missing[columns].sum()))


def _stage(explain: int) -> Stage:
    return "explain" if explain else "score"
