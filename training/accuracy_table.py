"""Accuracy as tables for the terminal."""

from collections.abc import Mapping

from rich.table import Table

from training.accuracy import LATER_THAN, Accuracy
from training.figure_table import figure_table, told


def event_table(accuracy: Mapping[str, Accuracy]) -> Table:
    """One row for each "later than k" and method: probabilities against what came."""
    table = figure_table(
        "later than", "", "n", "share", "AUC", "AP", "Brier", "loss", "ECE", "bias"
    )
    for k in LATER_THAN:
        said = {name: found.later_than for name, found in accuracy.items() if found.later_than}
        for position, (name, found) in enumerate(said.items()):
            event = found[k]
            figures = (
                event.share, event.auc, event.average_precision, event.brier, event.log_loss,
                event.calibration_error, event.bias,
            )  # fmt: skip
            first = f"{k} days" if position == 0 else ""
            table.add_row(first, _words(name), str(event.n), *map(told, figures))
        table.add_section()
    return table


def days_table(accuracy: Mapping[str, Accuracy]) -> Table:
    """One row for each method: days late against what came, in days."""
    table = figure_table("days late", "n", "MAE of median", "P10-P90, all items", "CRPS")
    for name, found in accuracy.items():
        days = found.days
        table.add_row(_words(name), str(days.n), *map(told, (days.mae, days.coverage, days.crps)))
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")
