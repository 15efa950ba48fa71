"""How forecasts of the same invoices sharpen while they stay open."""

from dataclasses import dataclass

import numpy as np

from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from training.labels import delay_outcomes

LATER_THAN = 30
DAYS_PAST_DUE = (-7, 0, 7, 15)
"""Days on which the cohort is scored again, counted from each invoice's due date."""


@dataclass(frozen=True)
class Rescoring:
    """One moment of a cohort: how many invoices, how many still open, and the Brier score.

    The score is that of "later than `LATER_THAN` days", of all invoices of the cohort. What is
    settled by then has the chance 0 or 1 that its payment day gives it.
    """

    moment: str
    invoices: int
    open: int
    brier: float


def rescored(bundle: ModelBundle, ledger: Ledger, cutoff: int) -> list[Rescoring]:
    """The invoices first known from a cutoff on, scored then and on `DAYS_PAST_DUE`.

    The cohort is the same each time: those whose fate at due + `LATER_THAN` is known in the end.
    A moment before an invoice was known is the day it was.

    Parameters
    ----------
    bundle
        With a delay model, trained on what was known before the cutoff.
    ledger
        Complete through some months after it.
    cutoff
        First day the bundle does not know.
    """
    definitions = bundle.definitions
    outcomes, priors = delay_outcomes(ledger, definitions), build_priors(ledger, definitions)
    later, is_known = outcomes.later_than(LATER_THAN)
    cohort = np.flatnonzero(is_known & (outcomes.observed_from >= cutoff))
    seen_on, due_on = outcomes.observed_from[cohort], outcomes.due_on[cohort]
    moments = {"at issue": seen_on} | {
        f"due {days:+d} days": np.maximum(seen_on, due_on + np.int32(days))
        for days in DAYS_PAST_DUE
    }
    found = []
    for moment, as_of in moments.items():
        is_open = outcomes.known_open(cohort, as_of)
        chance = outcomes.known_later_than(cohort, LATER_THAN, as_of)[0].astype(np.float64)
        row = cohort[is_open]
        observed = of_invoices(ledger.invoices["customer_id"][row], row, as_of[is_open])
        frame = compute_features(ledger, observed, priors, definitions)
        chance[is_open] = bundle.score_invoices(frame).distribution.later_than(LATER_THAN)
        brier = float(np.square(chance - later[cohort]).mean())
        found.append(Rescoring(moment, len(cohort), int(is_open.sum()), brier))
    return found
