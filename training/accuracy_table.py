"""Accuracy as tables for the terminal."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table

from training.accuracy import LATER_THAN, Accuracy


def event_table(accuracy: Mapping[str, Accuracy]) -> Table:
    """One row for each "later than k" and method: probabilities against what came."""
    table = _table("later than", "", "n", "share", "AUC", "AP", "Brier", "loss", "ECE", "bias")
    for k in LATER_THAN:
        said = {name: found.later_than for name, found in accuracy.items() if found.later_than}
        for position, (name, found) in enumerate(said.items()):
            event = found[k]
            figures = (
                event.share, event.auc, event.average_precision, event.brier, event.log_loss,
                event.calibration_error, event.bias,
            )  # fmt: skip
            first = f"{k} days" if position == 0 else ""
            table.add_row(first, _words(name), str(event.n), *map(_figure, figures))
        table.add_section()
    return table


def days_table(accuracy: Mapping[str, Accuracy]) -> Table:
    """One row for each method: days late against what came, in days."""
    table = _table("days late", "n", "MAE of median", "P10-P90, all items", "CRPS")
    for name, found in accuracy.items():
        days = found.days
        table.add_row(
            _words(name), str(days.n), *map(_figure, (days.mae, days.coverage, days.crps))
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for position, heading in enumerate(headings):
        is_text = position == 0 or not heading
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=True)
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
