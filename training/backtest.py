"""The backtest: what models trained before each cutoff would have said, day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.compute import compute_features
from features.frame import FeatureFrame, Observations, of_customers, of_invoices
from features.priors import Priors, build_priors
from ledger.arrays import Array, Codes, Days, Floats, Rows
from ledger.days import date_of, datetimes
from ledger.default import DefaultSpells, default_spells
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.progress import silent
from models.bundle import ModelBundle
from models.distribution import DelayDistribution
from models.scores import InvoiceScores
from training.accuracy import LATER_THAN, Accuracy, baseline_accuracy, model_accuracy
from training.baselines import Baseline, baselines, customer_median
from training.labels import DelayOutcomes, delay_outcomes
from training.recipe import Recipe
from training.train import train

MODEL = "model"
"""Name of the model among the methods compared."""


@dataclass(frozen=True, eq=False)
class Fold:
    """The invoices issued from a cutoff on, up to the next one, scored by a model from before it.

    Parameters
    ----------
    cutoff
        First day whose invoices are scored; the model knows the days before it.
    already_paid
        Invoices left out, because they were settled at the close of the day they were known.
    invoice, as_of
        Rows of the ledger's invoices that were scored, and the day at whose close each was: the
        one by which it was issued and recorded. Shape (n,).
    scores, pd
        What the model said of them, and of their customers (NaN: nothing). Shape (n,).
    baselines
        What the baselines said of them, by name.
    accuracy
        Of the model and of each baseline on these invoices, by name.
    notes
        What could not be trained, or only in part, and why.
    """

    cutoff: int
    already_paid: int
    invoice: Rows
    as_of: Days
    scores: InvoiceScores
    pd: Floats
    baselines: dict[str, Baseline]
    accuracy: dict[str, Accuracy]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Backtest:
    """The folds of a backtest, and the accuracy of each method over all of them together."""

    ledger_through: int
    folds: tuple[Fold, ...]
    accuracy: dict[str, Accuracy]

    def as_dict(self) -> dict[str, Any]:
        """Everything but the predictions, as JSON values."""
        return {
            "ledger_through": date_of(self.ledger_through).isoformat(),
            "accuracy": {name: found.as_dict() for name, found in self.accuracy.items()},
            "folds": [
                {
                    "cutoff": date_of(fold.cutoff).isoformat(),
                    "scored": len(fold.invoice),
                    "already_paid": fold.already_paid,
                    "notes": list(fold.notes),
                    "accuracy": {name: found.as_dict() for name, found in fold.accuracy.items()},
                }
                for fold in self.folds
            ],
        }


def backtest(
    ledger: Ledger,
    cutoffs: Sequence[int],
    recipe: Recipe,
    progress: Callable[[str], None] = silent,
) -> Backtest:
    """Train on what was known before each cutoff, then score what was issued from it on.

    Every invoice is scored at the close of the day it was issued (and recorded), with the history
    known by then. Metrics use outcomes up to the day the ledger is complete through. Families of
    features are not left out in turn, as they are for a bundle that is kept.

    Raises
    ------
    LedgerError
        If no cutoff is given, one leaves nothing to train on, or no invoice is left to score.
    """
    days = sorted(set(cutoffs))
    if not days:
        raise LedgerError(["no cutoff was given; expected at least one day; give --cutoff DATE"])
    whole = _Hindsight.of(ledger, recipe)
    if not (whole.outcomes.observable & (ledger.invoices["issued_on"] >= days[-1])).any():
        raise LedgerError(
            [
                f"no invoice was issued from {date_of(days[-1])} on, so there is nothing to score; "
                "give an earlier --cutoff"
            ]
        )
    plain = replace(recipe, delay=replace(recipe.delay, ablation_rows=0))
    folds = []
    for cutoff, end in zip(days, [*days[1:], whole.outcomes.through + 1], strict=True):
        progress(f"Training before {date_of(cutoff)}")
        bundle = train(ledger, cutoff - 1, plain)
        progress(f"Scoring from {date_of(cutoff)}")
        folds.append(_fold(whole, bundle, cutoff, end))
    return Backtest(whole.outcomes.through, tuple(folds), _pooled(folds, whole.outcomes))


def predictions(ledger: Ledger, found: Backtest) -> pd.DataFrame:
    """One row for each scored invoice, with the same columns whatever the recipe."""
    ids, customers = (ledger.text("invoices", name) for name in ("invoice_id", "customer_id"))
    frames = [
        pd.DataFrame(
            {
                "invoice_id": ids[fold.invoice],
                "customer_id": customers[fold.invoice],
                "as_of": _dates(fold.as_of),
                "cutoff": _dates(np.full(len(fold.as_of), fold.cutoff)),
            }
        ).join(fold.scores.to_frame().assign(pd=fold.pd))
        for fold in found.folds
    ]
    return pd.concat(frames, ignore_index=True)


def write_predictions(ledger: Ledger, found: Backtest, path: Path) -> None:
    """Write the predictions as CSV or, where the name ends in .parquet, as Parquet."""
    rows = predictions(ledger, found)
    if path.suffix == ".parquet":
        rows.to_parquet(path, index=False)
    else:
        rows.to_csv(path, index=False)


@dataclass(frozen=True, eq=False)
class _Hindsight:
    """The whole ledger, and what is derived of it once for all folds."""

    ledger: Ledger
    definitions: Definitions
    outcomes: DelayOutcomes
    priors: Priors
    spells: DefaultSpells

    @classmethod
    def of(cls, ledger: Ledger, recipe: Recipe) -> "_Hindsight":
        definitions = recipe.definitions
        return cls(
            ledger,
            definitions,
            delay_outcomes(ledger, definitions),
            build_priors(ledger, definitions),
            default_spells(ledger, definitions),
        )

    def features(self, observations: Observations) -> FeatureFrame:
        return compute_features(self.ledger, observations, self.priors, self.definitions)


def _fold(whole: _Hindsight, bundle: ModelBundle, first: int, end: int) -> Fold:
    """Score the invoices issued from the day `first` to the day before `end`."""
    outcomes, invoices = whole.outcomes, whole.ledger.invoices
    issued = (invoices["issued_on"] >= first) & (invoices["issued_on"] < end)
    every = np.flatnonzero(outcomes.observable & issued)
    invoice = every[outcomes.known_open(every, outcomes.observed_from[every])]
    as_of, customer = outcomes.observed_from[invoice], invoices["customer_id"][invoice]
    frame = whole.features(of_invoices(customer, invoice, as_of))
    scores = bundle.score_invoices(frame)
    simple = baselines(whole.ledger, outcomes, customer, as_of, LATER_THAN)
    simple["customer_median"] = customer_median(frame["days_late_median"], simple["portfolio"])
    return Fold(
        first,
        len(every) - len(invoice),
        invoice,
        as_of,
        scores,
        _pd(whole, bundle, customer, as_of),
        simple,
        _accuracy(scores.distribution, simple, outcomes, invoice),
        (*bundle.absent.values(), *bundle.notes),
    )


def _pd(whole: _Hindsight, bundle: ModelBundle, customer: Codes, as_of: Days) -> Floats:
    """PD of customers at the close of days, NaN where the bundle says nothing, shape (n,)."""
    pairs, position = np.unique(np.stack([customer, as_of], axis=1), axis=0, return_inverse=True)
    customers = of_customers(pairs[:, 0], pairs[:, 1])
    in_default = whole.spells.in_default(customers.customer, customers.as_of)
    return bundle.score_customers(whole.features(customers), in_default=in_default).pd[position]


def _accuracy(
    distribution: DelayDistribution,
    simple: dict[str, Baseline],
    outcomes: DelayOutcomes,
    invoice: Rows,
) -> dict[str, Accuracy]:
    """Accuracy of the model, unless it says nothing, and of the baselines."""
    found = {
        name: baseline_accuracy(forecast, outcomes, invoice) for name, forecast in simple.items()
    }
    if np.isnan(distribution.log_survival).any():
        return found
    return {MODEL: model_accuracy(distribution, outcomes, invoice), **found}


def _pooled(folds: list[Fold], outcomes: DelayOutcomes) -> dict[str, Accuracy]:
    """Accuracy over the invoices of all folds; of the model if it scored all of them."""
    simple = {
        name: Baseline(
            np.concatenate([fold.baselines[name].days_late for fold in folds]),
            {
                k: np.concatenate([fold.baselines[name].later_than[k] for fold in folds])
                for k in baseline.later_than
            },
        )
        for name, baseline in folds[0].baselines.items()
    }
    return _accuracy(
        DelayDistribution.concatenated([fold.scores.distribution for fold in folds]),
        simple,
        outcomes,
        np.concatenate([fold.invoice for fold in folds]),
    )


def _dates(days: Array) -> Array:
    return datetimes(days).astype("datetime64[s]")
