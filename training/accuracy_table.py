"""Accuracy as a table for the terminal."""

from collections.abc import Mapping

from rich.table import Table

from training.accuracy import LATER_THAN, Accuracy


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
                end_section=k == LATER_THAN[-1],
            )
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
