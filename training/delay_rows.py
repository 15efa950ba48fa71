"""What the delay model is fitted on: looks at invoices, their features, their person-periods."""

from dataclasses import dataclass

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import Priors
from ledger.arrays import Days, Flags, Rows
from ledger.ledger import Ledger
from training.labels import DelayOutcomes
from training.person_periods import Looks, PersonPeriods, looks_at, person_periods, within_rows
from training.recipe import Recipe


@dataclass(frozen=True, eq=False)
class DelayRows:
    """Person-periods with the looks they belong to, and the split that judges trees.

    Parameters
    ----------
    looks, frame
        Looks at invoices and their features, one row each.
    periods
        The rows of all looks.
    first_seen
        Day on which the invoice of each look was first seen.
    recording_days
        Days by which payments become known later than they are made.
    split
        Day whose close separates earlier from later invoices: the latest ones, which make
        `delay.holdout_share` of the rows, were first seen after it.
    whole_invoices
        Invoices there would be without the cap on rows.
    """

    looks: Looks
    frame: FeatureFrame
    periods: PersonPeriods
    first_seen: Days
    recording_days: int
    split: int
    whole_invoices: int

    @property
    def invoices(self) -> int:
        """Invoices looked at."""
        return len(np.unique(self.looks.invoice))

    @property
    def paid(self) -> int:
        """Invoices whose payment is in some row."""
        return len(np.unique(self.looks.invoice[self.looks.paid]))

    @property
    def earlier(self) -> Flags:
        """Rows known at the close of `split`: what trees judged on `later` may be fitted on."""
        return self.periods.ends_on <= self.split - self.recording_days

    @property
    def later(self) -> Flags:
        """Rows of the invoices first seen after `split`."""
        return self.first_seen[self.periods.look] > self.split

    @property
    def first_looks_later(self) -> Rows:
        """Looks at the later invoices on the day each was first seen: rows of `looks`."""
        first = (self.first_seen > self.split) & (self.looks.as_of == self.first_seen)
        return np.flatnonzero(first)


def delay_rows(
    ledger: Ledger, outcomes: DelayOutcomes, priors: Priors, recipe: Recipe
) -> DelayRows:
    """Rows of all that is known in a ledger, within the recipe's cap."""
    every = looks_at(ledger, outcomes, recipe.delay.moments)
    looks = within_rows(every, ledger, recipe.delay.max_rows)
    periods = person_periods(looks, outcomes)
    frame = compute_features(
        ledger,
        of_invoices(ledger.invoices["customer_id"][looks.invoice], looks.invoice, looks.as_of),
        priors,
        recipe.definitions,
    )
    first_seen = outcomes.observed_from[looks.invoice]
    share = 1 - recipe.delay.holdout_share
    of_rows = first_seen[periods.look]
    split = int(np.quantile(of_rows, share, method="lower")) if len(periods) else outcomes.through
    waited = outcomes.through - outcomes.recorded_through
    return DelayRows(
        looks, frame, periods, first_seen, waited, split, len(np.unique(every.invoice))
    )
