"""What leaving out the invoices still open does to forecasts of late payment, month by month.

Of the invoices issued lately only those paid early are paid by the day a model is trained. Who
trains on paid invoices alone, as is often done, learns from them that customers pay early. The
delay model counts open invoices as what they are, unfinished. Both are held against the true
chances, which a simulation knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.arrays import Floats
from ledger.days import date_of, month_index, month_start
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from models.delay import DelayModel
from training.delay_rows import delay_rows
from training.delay_training import train_delay
from training.labels import DelayOutcomes, delay_outcomes
from training.recipe import Recipe
from training.train import known_ledger


@dataclass(frozen=True)
class MonthlyShare:
    """Share of a month's invoices that are late: the true one, and what two models said before.

    Parameters
    ----------
    first
        First day of the month; the models know the days before it.
    invoices
        Invoices issued in the month, each scored at the close of the day it was known.
    open_share
        Of the invoices known before the month, the share not paid by then: what `paid_only`
        leaves out.
    true
        Mean true chance to be paid after the due date.
    said
        Mean forecast of the model trained on all invoices.
    said_of_paid_only
        Mean forecast of the same recipe trained on the paid ones.
    """

    first: int
    invoices: int
    open_share: float
    true: float
    said: float
    said_of_paid_only: float

    @property
    def error(self) -> float:
        """What the model said less the truth."""
        return self.said - self.true

    @property
    def error_of_paid_only(self) -> float:
        """What the model trained on paid invoices said less the truth."""
        return self.said_of_paid_only - self.true


def monthly_share(ledger: Ledger, p_late: Floats, first: int, recipe: Recipe) -> MonthlyShare:
    """Forecasts and truth of one month, by delay models trained anew on the days before it.

    Parameters
    ----------
    ledger
        A simulated ledger, complete through the month.
    p_late
        True chance at issue of each row of `ledger.invoices` to be paid after its due date, NaN
        for what is no bill. Shape (len(ledger.invoices),).
    first
        First day of the month.
    recipe
        Of the delay model; "late" is later than the due date, whatever its `grace_days`.

    Raises
    ------
    LedgerError
        If nothing was paid before the month, or no invoice was issued in it.
    """
    known = known_ledger(ledger, first - 1)
    then = delay_outcomes(known, recipe.definitions)
    frame = _first_seen(ledger, first, recipe.definitions)
    said, of_paid_only = (
        float(delay_model(known, some, recipe).distribution(frame).later_than(0).mean())
        for some in (then, paid_only(then))
    )
    return MonthlyShare(
        first,
        len(frame),
        1 - float(then.paid[then.observable].mean()),
        float(p_late[frame.observations.invoice].mean()),
        said,
        of_paid_only,
    )


def mean_absolute(errors: Sequence[float]) -> float:
    """Mean size of errors, whatever their signs.

    >>> mean_absolute([0.5, -1.5])
    1.0
    """
    return float(np.abs(errors).mean())


def paid_only(outcomes: DelayOutcomes) -> DelayOutcomes:
    """Outcomes among which only invoices paid by the last known day can be observed.

    Whoever looks at paid invoices alone does not wait until payments are recorded. A payment in an
    interval that ends after the last known day teaches nothing, as ever.
    """
    return replace(
        outcomes,
        observable=outcomes.observable & outcomes.paid,
        recorded_through=outcomes.through,
    )


def delay_model(ledger: Ledger, outcomes: DelayOutcomes, recipe: Recipe) -> DelayModel:
    """The delay model of those invoices of a ledger whose outcomes can be observed.

    Raises
    ------
    LedgerError
        If none of them was paid.
    """
    priors = build_priors(ledger, recipe.definitions)
    training = train_delay(delay_rows(ledger, outcomes, priors, recipe), recipe)
    if training.model is None:
        through = date_of(outcomes.through)
        raise LedgerError([f"through {through} {training.absent}; train as of a later day"])
    return training.model


def _first_seen(ledger: Ledger, first: int, definitions: Definitions) -> FeatureFrame:
    """The open invoices issued in a month, each at the close of the day it was known."""
    outcomes = delay_outcomes(ledger, definitions)
    end = int(month_start(month_index(np.array([first])) + 1)[0])
    issued_on = ledger.invoices["issued_on"]
    every = np.flatnonzero(outcomes.observable & (issued_on >= first) & (issued_on < end))
    invoice = every[outcomes.known_open(every, outcomes.observed_from[every])]
    if len(invoice) == 0:
        raise LedgerError(
            [f"no invoice was issued in the month from {date_of(first)}; leave it out"]
        )
    customer, as_of = ledger.invoices["customer_id"][invoice], outcomes.observed_from[invoice]
    observations = of_invoices(customer, invoice, as_of)
    return compute_features(ledger, observations, build_priors(ledger, definitions), definitions)
