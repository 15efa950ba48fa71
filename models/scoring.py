"""From features to scores: what a bundle says of invoices and of customers."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from features.frame import NAMES, FeatureFrame
from ledger.arrays import Array, Flags, Floats
from ledger.errors import DuecastError
from models.distribution import DelayDistribution
from models.explanation import Explanation, explain_delay, explain_points
from models.feature_tables import frame_from
from models.grid import INTERVALS
from models.intervals import elapsed_days
from models.reasons import Reasons, reasons
from models.reference import references_of
from models.scores import CustomerScores, InvoiceScores, invoice_scores
from models.sentences import Language

if TYPE_CHECKING:
    from models.bundle import ModelBundle

CLEARED_FEATURE = "outcomes"
FEW_CLEARED = 3
"""Cleared items of a customer below which confidence is low."""


def score_invoices(
    bundle: "ModelBundle", frame: FeatureFrame, explain: int, language: Language
) -> InvoiceScores:
    """Scores of open invoices; see `ModelBundle.score_invoices`."""
    _refuse_other_features(frame)
    has_invoice = frame.observations.has_invoice
    if not has_invoice.all():
        raise DuecastError(
            f"{int((~has_invoice).sum())} of {len(frame)} observations have no invoice; expected "
            "invoices; score customers with score_customers"
        )
    if bundle.delay is None:
        unknown = np.full((len(frame), INTERVALS), np.nan)
        distribution = DelayDistribution.of_logits(unknown, elapsed_days(frame))
    else:
        distribution = bundle.delay.distribution(frame)
    return invoice_scores(
        distribution, frame.due_on, _confidence(frame), _reasons(bundle, frame, explain, language)
    )


def score_customers(
    bundle: "ModelBundle",
    frame: FeatureFrame,
    explain: int,
    language: Language,
    in_default: Flags | None,
    references: Floats | None,
) -> CustomerScores:
    """Probabilities of default of customers; see `ModelBundle.score_customers`."""
    _refuse_other_features(frame)
    defaulted = np.zeros(len(frame), np.bool_) if in_default is None else in_default
    estimated = np.full(len(frame), np.nan) if bundle.default is None else bundle.default.pd(frame)
    found = _reasons(bundle, frame, explain, language, references)
    return CustomerScores(
        np.where(defaulted, 1.0, estimated),
        defaulted | (bundle.default is not None),
        defaulted,
        tuple(() if skip else own for skip, own in zip(defaulted, found, strict=True)),
    )


def explanation(
    bundle: "ModelBundle", frame: FeatureFrame, references: Floats | None
) -> Explanation | None:
    """Contributions of all features; see `ModelBundle.explanation`."""
    _refuse_other_features(frame)
    has_invoice = frame.observations.has_invoice
    if has_invoice.any() and not has_invoice.all():
        raise DuecastError(
            f"{int(has_invoice.sum())} of {len(frame)} observations have an invoice; expected all "
            "or none; explain invoices and customers apart"
        )
    of_invoices = bool(has_invoice.any())
    if references is None:
        median = bundle.invoice_reference if of_invoices else bundle.customer_reference
        references = references_of(frame, median)
    if of_invoices:
        return None if bundle.delay is None else explain_delay(bundle.delay, frame, references)
    return None if bundle.default is None else explain_points(bundle.default, frame, references)


def predict(bundle: "ModelBundle", table: pd.DataFrame) -> pd.DataFrame:
    """Scores of a table of features; see `ModelBundle.predict`."""
    frame = frame_from(table, NAMES)
    has_invoice = frame.observations.has_invoice
    invoices, customers = np.flatnonzero(has_invoice), np.flatnonzero(~has_invoice)
    scores = score_invoices(bundle, frame.take(invoices), 0, "en").to_frame()
    scores = scores.set_axis(invoices).reindex(np.arange(len(frame))).set_axis(table.index)
    pd_ = np.full(len(frame), np.nan)
    pd_[customers] = score_customers(bundle, frame.take(customers), 0, "en", None, None).pd
    return scores.assign(pd=pd_)


def _reasons(
    bundle: "ModelBundle",
    frame: FeatureFrame,
    explain: int,
    language: Language,
    references: Floats | None = None,
) -> Reasons:
    found = explanation(bundle, frame, references) if explain else None
    if found is None:
        return ((),) * len(frame)
    return tuple(reasons(found, language, explain))


def _confidence(frame: FeatureFrame) -> Array:
    cleared = frame[CLEARED_FEATURE]
    return np.where(cleared >= FEW_CLEARED, "normal", "low").astype(object)


def _refuse_other_features(frame: FeatureFrame) -> None:
    if frame.names != NAMES:
        strange = sorted(set(frame.names) ^ set(NAMES)) or ["their order"]
        raise DuecastError(
            f"the features of the frame differ from the catalogue's in {', '.join(strange)}; "
            f"expected the {len(NAMES)} of the catalogue; make the frame with compute_features"
        )
