"""Two versions on the same invoices, each asked as it was before it had seen them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Array, Flags, Floats
from ledger.days import parse_day
from models.bundle import ModelBundle
from models.grid import LAST_DAY
from training.later_invoices import LaterInvoices

MIN_INVOICES, MIN_CUSTOMERS = 200, 10
"""Fewer judge nothing."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """The bundle of a version (None: this duecast cannot load it) and its later invoices."""

    bundle: ModelBundle | None
    later: LaterInvoices | None

    @property
    def as_of(self) -> int:
        """Last day of what the bundle was fitted on; the first of all days where there is none."""
        if self.bundle is None:
            return 0
        return parse_day(self.bundle.window["as_of"])


@dataclass(frozen=True, eq=False)
class Forecasts:
    """P(late), and the median of days late, of n invoices; NaN where nothing may be said."""

    late: Floats
    median: Floats

    def take(self, rows: Array) -> "Forecasts":
        """The forecasts at `rows` (row numbers or a mask)."""
        return Forecasts(self.late[rows], self.median[rows])


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was said of the same invoices beforehand, and what came of them.

    Parameters
    ----------
    frame
        Features of n invoices on the day each was first seen.
    customer
        A number that stands for each one's customer. Shape (n,), as all below.
    late
        Whether it was paid after its due date, or not yet; all have been due long enough to tell.
    days_late, followed_days
        As of `LaterInvoices`.
    challenger, champion
        What each version said; None for the champion where there is none.
    """

    frame: FeatureFrame
    customer: Array
    late: Flags
    days_late: Floats
    followed_days: Floats
    challenger: Forecasts
    champion: Forecasts | None

    @classmethod
    def of(cls, challenger: Candidate, champion: Candidate | None) -> Self | None:
        """The comparison on the later invoices of whichever was trained later; None without any.

        Of them, those that are known to be late or not and that both can be asked about.
        """
        both = [challenger] if champion is None else [challenger, champion]
        kept = [candidate for candidate in both if candidate.later is not None]
        later = max(kept, key=lambda candidate: candidate.as_of).later if kept else None
        if later is None:
            return None
        said = [unseen_forecasts(candidate, later.frame) for candidate in both]
        usable = later.followed_days >= 0
        for forecasts in said:
            usable &= ~np.isnan(forecasts.late)
        days_late = later.days_late[usable]
        return cls(
            later.frame.take(usable),
            later.customer[usable],
            ~(days_late <= 0),
            days_late,
            later.followed_days[usable],
            said[0].take(usable),
            said[1].take(usable) if champion is not None else None,
        )

    def __len__(self) -> int:
        return len(self.late)

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(np.unique(self.customer))

    def log_loss(self, forecasts: Forecasts) -> Floats:
        """-ln of the probability given to what came, probabilities within 1e-6 and 1 - 1e-6."""
        late = np.clip(forecasts.late, 1e-6, 1 - 1e-6)
        loss: Floats = -np.log(np.where(self.late, late, 1 - late))
        return loss

    def absolute_error(self, forecasts: Forecasts) -> Floats:
        """|median - days late|, both at most the days followed.

        So an invoice still open counts as far as it is known, and the slow payers of the last
        weeks are not left out. The median of what is so capped is the capped median.
        """
        came = np.fmin(self.days_late, self.followed_days)
        error: Floats = np.abs(np.minimum(forecasts.median, self.followed_days) - came)
        return error


def unseen_forecasts(candidate: Candidate, frame: FeatureFrame) -> Forecasts:
    """What a version says of invoices that the model asked was not fitted on.

    Of those first seen after its window, what its bundle says; of those between its split and
    the end of its window, what the model of its earlier rows says; NaN of all others.
    """
    late, median = (np.full(len(frame), np.nan) for _ in range(2))
    models = []
    if candidate.later is not None:
        models.append((candidate.later.model, candidate.later.split))
    if candidate.bundle is not None and candidate.bundle.delay is not None:
        models.append((candidate.bundle.delay, candidate.as_of))
    for model, through in models:
        rows = np.flatnonzero(frame.observations.as_of > through)
        said = model.distribution(frame.take(rows))
        p50 = said.quantile(0.5)
        late[rows] = said.later_than(0)
        median[rows] = np.where(p50.known, p50.values, LAST_DAY)
    return Forecasts(late, median)
