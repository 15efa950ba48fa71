"""A drift report as tables for the terminal."""

from rich.table import Table

from training.drift import DriftReport
from training.figure_table import figure_table, told
from training.usual_range import Watched


def performance_table(report: DriftReport) -> Table:
    """One row for each figure of the forecasts: what it is, and where it usually stays."""
    accuracy, n = report.accuracy, str(report.accuracy.n)
    table = figure_table("forecasts of paying late", "n", "now", "usual from", "to", "")
    table.add_row("share that was late", n, told(accuracy.share), "", "", "")
    _add_watched(table, ("bias of the forecasts", n), report.bias)
    _add_watched(table, ("Brier score less the promised", n), report.brier_excess)
    table.add_row("AUC", n, told(accuracy.auc), "", "", "")
    _add_watched(table, ("PSI of the forecasts", str(report.invoices)), report.scores)
    return table


def feature_table(report: DriftReport) -> Table:
    """One row for each feature that is judged, by falling stability index."""
    table = figure_table("feature", "PSI", "usual to", "missing before", "now", "usual to", "")
    for feature in report.features:
        if feature.is_judged:
            table.add_row(
                feature.name,
                told(feature.stability.value),
                told(feature.stability.high),
                told(feature.missing_before),
                told(feature.missing.value),
                told(feature.missing.high),
                _mark(feature.stability, feature.missing),
            )
    return table


def _add_watched(table: Table, first: tuple[str, str], figure: Watched) -> None:
    numbers = map(told, (figure.value, figure.low, figure.high))
    table.add_row(*first, *numbers, _mark(figure))


def _mark(*figures: Watched) -> str:
    return "unusual" if any(figure.is_unusual for figure in figures) else ""
