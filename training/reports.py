"""What a training or a backtest leaves in MLflow, and what it shows on screen."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.table import Table

from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.days import date_of
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from training.accuracy import LATER_THAN, Accuracy
from training.backtest import MODEL, Backtest
from training.labels import delay_outcomes
from training.plots import beeswarm_plot, importance_plot, reliability_plot
from training.recipe import Recipe
from training.tracking import TrackedRun

EXPLAINED_INVOICES = 500


def log_training(run: TrackedRun, bundle: ModelBundle, ledger: Ledger, as_of: int) -> None:
    """Add to a run what a training used and made: parameters, metrics, figures, recipe, card.

    The figures explain some of the invoices open at the close of `as_of`, in days.
    """
    run.log_params({**_numbers(bundle.recipe), **bundle.window, "data_sha256": bundle.data_sha256})
    run.log_metrics(_numbers(bundle.metrics))
    run.log_text(json.dumps(bundle.recipe, indent=2) + "\n", "recipe.json")
    run.log_text(bundle.card, "MODEL_CARD.md")
    later = bundle.metrics["delay"].get("later_invoices")
    if later:
        run.log_figure(reliability_plot(later["reliability"]), "reliability.png")
    frame = _open_invoices(ledger.known_at(as_of), bundle, as_of)
    explanation = bundle.explanation(frame) if len(frame) else None
    if explanation is not None:
        run.log_figure(importance_plot(explanation), "importance.png")
        run.log_figure(beeswarm_plot(explanation), "beeswarm.png")


def log_backtest(run: TrackedRun, found: Backtest, recipe: Recipe, data_sha256: str) -> None:
    """Add to a run what a backtest used and found."""
    cutoffs = ", ".join(date_of(fold.cutoff).isoformat() for fold in found.folds)
    run.log_params({**_numbers(recipe.as_dict()), "cutoffs": cutoffs, "data_sha256": data_sha256})
    run.log_metrics({name: accuracy.as_dict() for name, accuracy in found.accuracy.items()})
    run.log_text(json.dumps(found.as_dict(), indent=2) + "\n", "backtest.json")
    run.log_text(json.dumps(recipe.as_dict(), indent=2) + "\n", "recipe.json")


def accuracy_table(accuracy: Mapping[str, Accuracy], title: str) -> Table:
    """One row for each method and each "later than k", with the accuracy of its days beside."""
    table = Table(title=title, title_justify="left")
    for heading in ("method", "later than", "n", "share", "AUC", "AP", "Brier", "log loss"):
        table.add_column(heading, justify="left" if heading == "method" else "right")
    for heading in ("calibration", "bias", "MAE", "P10-P90", "CRPS"):
        table.add_column(heading, justify="right")
    for name, found in accuracy.items():
        days = (found.days.mae, found.days.coverage, found.days.crps)
        for k in LATER_THAN:
            event = found.later_than[k]
            figures = (
                event.share, event.auc, event.average_precision, event.brier, event.log_loss,
                event.calibration_error, event.bias,
            )  # fmt: skip
            first = k == LATER_THAN[0]
            table.add_row(
                name if first else "",
                f"{k} days",
                str(event.n),
                *(_figure(figure) for figure in figures),
                *(_figure(figure) if first else "" for figure in days),
                end_section=k == LATER_THAN[-1] and name == MODEL,
            )
    return table


def _open_invoices(known: Ledger, bundle: ModelBundle, as_of: int) -> FeatureFrame:
    """Features of invoices open at the close of a day, spread over all of them."""
    outcomes = delay_outcomes(known, bundle.definitions)
    every = np.arange(len(outcomes))
    invoices = np.flatnonzero(outcomes.known_open(every, np.full(len(every), as_of, np.int32)))
    some = invoices[:: max(1, len(invoices) // EXPLAINED_INVOICES)]
    return compute_features(
        known,
        of_invoices(known.invoices["customer_id"][some], some, np.full(len(some), as_of, np.int32)),
        build_priors(known, bundle.definitions),
        bundle.definitions,
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of nested dictionaries, and nothing else."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            kept[name] = _numbers(value)
        elif isinstance(value, int | float):
            kept[name] = value
    return kept


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
