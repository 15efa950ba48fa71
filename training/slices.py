"""Slices of a portfolio in which a model must hold, too."""

from dataclasses import dataclass

import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Array, Flags, Rows
from ledger.facts import fact_changes
from ledger.ledger import Ledger
from models.scoring import CLEARED_FEATURE, FEW_CLEARED

MOST_VALUES = 5
"""Segments and currencies that are told apart: those with most invoices; the others are one."""
OTHERS, UNKNOWN = "others", "none known"


@dataclass(frozen=True, eq=False)
class Slice:
    """The rows of one value of one property; `rows` is a mask of shape (n,)."""

    by: str
    value: str
    rows: Flags


def slices(ledger: Ledger, invoice: Rows, frame: FeatureFrame) -> tuple[Slice, ...]:
    """Slices of n invoices observed in a frame.

    - history: fewer than `FEW_CLEARED` payments of the customer known, or more
    - amount: thirds of the invoices by their amount in the reporting currency
    - segment, of the day of the observation, and currency; each only where there are two
    """
    seen = frame.observations
    thin = frame[CLEARED_FEATURE] < FEW_CLEARED
    history = np.where(thin, f"under {FEW_CLEARED} payments", f"{FEW_CLEARED} payments or more")
    amount = frame["amount"]
    has_amount = ~np.isnan(amount)
    bounds = np.quantile(amount[has_amount], [1 / 3, 2 / 3]) if has_amount.any() else np.zeros(2)
    thirds = np.array(["smallest third", "middle third", "largest third"])
    third = np.where(has_amount, thirds[np.searchsorted(bounds, amount).clip(max=2)], UNKNOWN)
    segment, is_known = fact_changes(ledger, "segment").at(seen.customer, seen.as_of)
    return (
        *_by("history", history, least=1),
        *_by("amount", third, least=1),
        *_by("segment", np.where(is_known, segment, UNKNOWN)),
        *_by("currency", ledger.text("invoices", "currency")[invoice]),
    )


def _by(name: str, value: Array, least: int = 2) -> list[Slice]:
    """Slices by a text of each row, the largest first; none where there are fewer than `least`."""
    text = value.astype(str)
    values, counts = np.unique(text, return_counts=True)
    if len(values) < least:
        return []
    order = np.argsort(-counts, kind="stable")
    largest = values[order[:MOST_VALUES]]
    found = [Slice(name, str(each), text == each) for each in largest]
    rest = ~np.isin(text, largest)
    return [*found, Slice(name, OTHERS, rest)] if rest.any() else found
