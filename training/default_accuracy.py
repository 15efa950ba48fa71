"""How good the PD of customers at month ends is, against the days they truly defaulted on.

Beside it stands what a credit manager has without a model: the days that the oldest open item is
past due, and the share of customers that used to default with as many.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss, roc_auc_score

from features.compute import compute_features
from features.frame import FeatureFrame, of_customers
from features.priors import build_priors
from ledger.arrays import Codes, Days, Flags, Floats, Rows
from ledger.days import date_of
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.table import Column
from models.default import DefaultModel
from training.cluster_bootstrap import DRAWS, cluster_intervals
from training.default_training import train_default
from training.labels import DefaultLabels, default_labels, delay_outcomes
from training.metrics import calibration_error
from training.overdue_rates import OverdueRates, days_past_due
from training.recipe import Recipe
from training.train import known_ledger

FIGURES = ("auc", "brier", "calibration_error", "bias")
"""What is told of each method: the last is the mean forecast less the share that defaulted."""


@dataclass(frozen=True, eq=False)
class CustomerMonths:
    """Customers at month ends after a cutoff: what was said of them, and whether they defaulted.

    Parameters
    ----------
    model
        The default model that knows nothing from the cutoff on.
    customer, as_of
        Codes of customers that were active and not in default at the close of a month end, with
        the whole horizon on the ledger. Shape (n,), as all below.
    defaulted
        Whether the true default came within the horizon.
    shown
        Whether the ledger shows one in it, as in the labels of a training.
    pd
        What the model said.
    days_past_due
        Of the oldest open item, 0 where nothing is overdue.
    overdue_pd
        What the baseline said: `OverdueRates` of the month ends whose horizon had ended by the
        cutoff.
    left_out
        Customers at month ends left out, because their first true default was on or before
        it: they were cured since, or the ledger does not show it yet. Of a second one the truth
        tells nothing.
    """

    model: DefaultModel
    customer: Codes
    as_of: Days
    defaulted: Flags
    shown: Flags
    pd: Floats
    days_past_due: Floats
    overdue_pd: Floats
    left_out: int

    def __len__(self) -> int:
        return len(self.customer)

    def figures(self, rows: Rows) -> Floats:
        """`FIGURES` of the model, of the baseline, and the first less the second, (3, 4).

        The AUC of the baseline is that of the days themselves. All NaN where not both kinds of
        customers are among the rows.
        """
        happened = self.defaulted[rows]
        if not happened.any() or happened.all():
            return np.full((3, len(FIGURES)), np.nan)
        model, baseline = (
            np.array(
                [
                    roc_auc_score(happened, rank[rows]),
                    brier_score_loss(happened, pd[rows]),
                    calibration_error(pd[rows], happened),
                    pd[rows].mean() - happened.mean(),
                ]
            )
            for rank, pd in ((self.pd, self.pd), (self.days_past_due, self.overdue_pd))
        )
        return np.stack([model, baseline, model - baseline])

    def figures_with_intervals(
        self, seed: int, draws: int = DRAWS
    ) -> tuple[Floats, Floats, Floats]:
        """`figures` of all rows, and the ends of their 95 % bootstrap intervals by customer.

        A resampled calibration error holds what chance adds to it a second time, so that its
        interval lies high.
        """
        low, high = cluster_intervals(self.figures, self.customer, seed, draws)
        return self.figures(np.arange(len(self))), low, high


def customer_months(
    ledger: Ledger, default_on: Column, cutoff: int, recipe: Recipe
) -> CustomerMonths:
    """Train on what was known before a cutoff, then score customers at the month ends after it.

    Parameters
    ----------
    ledger
        A simulated ledger.
    default_on
        Day each customer first truly fell into default, by the recipe's definitions, where it
        did; of each code of the "customer" vocabulary.
    cutoff
        First day that the model does not know.
    recipe
        Of the default model; horizon and threshold are its definitions'.

    Raises
    ------
    LedgerError
        If there is no default model, or no default to judge it by.
    """
    definitions = recipe.definitions
    known = known_ledger(ledger, cutoff - 1)
    then = delay_outcomes(known, definitions)
    training = train_default(known, then, build_priors(known, definitions), recipe)
    if training.model is None:
        raise LedgerError([f"before {date_of(cutoff)} {training.absent}"])
    learned = _labels(known, recipe)
    rates = OverdueRates.of(days_past_due(_frame(known, learned, definitions)), learned.defaulted)
    labels = _labels(ledger, recipe)
    labels = labels.take(labels.as_of >= cutoff)
    true_on, has_default = default_on.values[labels.customer], default_on.known[labels.customer]
    past = has_default & (true_on <= labels.as_of)
    defaulted = has_default & (true_on <= labels.as_of + definitions.pd_horizon_days) & ~past
    if not defaulted.any():
        raise LedgerError(
            [
                f"{defaulted.sum()} defaults came within {definitions.pd_horizon_days} days of "
                f"{len(labels)} customers at month ends from {date_of(cutoff)} on; expected some "
                "to judge by; give an earlier --cutoff or simulate more customers"
            ]
        )
    frame = _frame(ledger, labels.take(~past), definitions)
    overdue = days_past_due(frame)
    return CustomerMonths(
        training.model,
        frame.observations.customer,
        frame.observations.as_of,
        defaulted[~past],
        labels.defaulted[~past],
        training.model.pd(frame),
        overdue,
        rates.pd(overdue),
        int(past.sum()),
    )


def _labels(ledger: Ledger, recipe: Recipe) -> DefaultLabels:
    """Labels as for a training: customers at month ends whose whole horizon is on the ledger."""
    return default_labels(
        ledger,
        delay_outcomes(ledger, recipe.definitions),
        default_spells(ledger, recipe.definitions),
        recipe.definitions.pd_horizon_days,
        recipe.default.active_days,
    )


def _frame(ledger: Ledger, labels: DefaultLabels, definitions: Definitions) -> FeatureFrame:
    observations = of_customers(labels.customer, labels.as_of)
    return compute_features(ledger, observations, build_priors(ledger, definitions), definitions)
