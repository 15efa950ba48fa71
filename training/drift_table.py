"""A drift report as tables for the terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from training.drift import DriftReport
from training.usual_range import Watched


def performance_table(report: DriftReport) -> Table:
    """One row for each figure of the forecasts: what it is, and where it usually stays."""
    accuracy, n = report.accuracy, str(report.accuracy.n)
    table = _table("forecasts of paying late", "n", "now", "usual from", "to", "")
    table.add_row("share that was late", n, _figure(accuracy.share), "", "", "")
    _add_watched(table, ("bias of the forecasts", n), report.bias)
    _add_watched(table, ("Brier score less the promised", n), report.brier_excess)
    table.add_row("AUC", n, _figure(accuracy.auc), "", "", "")
    _add_watched(table, ("PSI of the forecasts", str(report.invoices)), report.scores)
    return table


def feature_table(report: DriftReport) -> Table:
    """One row for each feature that is judged, by falling stability index."""
    table = _table("feature", "PSI", "usual to", "missing before", "now", "usual to", "")
    for feature in report.features:
        if feature.is_judged:
            table.add_row(
                feature.name,
                _figure(feature.stability.value),
                _figure(feature.stability.high),
                _figure(feature.missing_before),
                _figure(feature.missing.value),
                _figure(feature.missing.high),
                _mark(feature.stability, feature.missing),
            )
    return table


def _add_watched(table: Table, first: tuple[str, str], figure: Watched) -> None:
    numbers = map(_figure, (figure.value, figure.low, figure.high))
    table.add_row(*first, *numbers, _mark(figure))


def _mark(*figures: Watched) -> str:
    return "unusual" if any(figure.is_unusual for figure in figures) else ""


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for position, heading in enumerate(headings):
        is_text = position == 0 or not heading
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=True)
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
