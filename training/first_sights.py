"""Invoices as a model saw them first, on the day each was known, and what was known soon after."""

from dataclasses import dataclass

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.arrays import Days, Flags, Floats, Rows
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from training.labels import delay_outcomes, recording_days
from training.usual_range import WINDOW_DAYS

SOON_RECORDED_SHARE = 0.95
"""Share of payments that are on the books after the wait for them."""


@dataclass(frozen=True, eq=False)
class FirstSights:
    """Invoices at the close of the day each was first seen, n of them.

    Parameters
    ----------
    frame
        Their features on that day.
    p_late
        Forecast on that day of being paid later than due + grace days. Shape (n,), as all below.
    seen_on
        That day.
    judged_on
        Day whose close judges whether the invoice was late: due + grace days + the days within
        which `SOON_RECORDED_SHARE` of the payments became known. All invoices are judged so soon,
        those of old as those of late; what is recorded later adds as much to both.
    is_late, is_told
        Whether it was late by what was known then; whether that can be told, for it was not
        cancelled.
    """

    frame: FeatureFrame
    p_late: Floats
    seen_on: Days
    judged_on: Days
    is_late: Flags
    is_told: Flags

    def __len__(self) -> int:
        return len(self.seen_on)

    def seen(self, end: int) -> Rows:
        """Invoices first seen in the four weeks to the close of a day."""
        return np.flatnonzero((self.seen_on > end - WINDOW_DAYS) & (self.seen_on <= end))

    def judged(self, end: int) -> Rows:
        """Invoices judged in the four weeks to the close of a day."""
        judged = (self.judged_on > end - WINDOW_DAYS) & (self.judged_on <= end)
        return np.flatnonzero(judged & self.is_told)


def first_sights(bundle: ModelBundle, ledger: Ledger, since: int, trained_on: int) -> FirstSights:
    """The invoices judged after the day `since`, as a bundle with a delay model saw them first.

    What was settled by the close of the day it was first seen is left out: nobody scores it. Of a
    later day than an invoice is judged on, nothing matters for it: the ledger as known at the
    close of a day gives the same rows as the whole one.

    Parameters
    ----------
    trained_on
        Last day the bundle knows: the wait for payments is by what was known then.
    """
    definitions = bundle.definitions
    outcomes = delay_outcomes(ledger, definitions)
    wait_days = recording_days(outcomes.settlements, trained_on, SOON_RECORDED_SHARE)
    late_on = outcomes.due_on + definitions.grace_days
    judged_on = np.maximum(late_on + wait_days, outcomes.observed_from).astype(np.int32)
    every = np.flatnonzero(outcomes.observable & (judged_on > since))
    invoice = every[outcomes.known_open(every, outcomes.observed_from[every])]
    seen_on = outcomes.observed_from[invoice]
    observations = of_invoices(ledger.invoices["customer_id"][invoice], invoice, seen_on)
    priors = build_priors(ledger, definitions)
    frame = compute_features(ledger, observations, priors, definitions)
    is_late, is_told = outcomes.known_later_than(
        invoice, definitions.grace_days, judged_on[invoice]
    )
    return FirstSights(
        frame,
        bundle.score_invoices(frame).distribution.later_than(definitions.grace_days),
        seen_on,
        judged_on[invoice],
        is_late,
        is_told,
    )
