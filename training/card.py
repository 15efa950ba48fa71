"""The model card: what the models are, what they were made of, how good they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.accuracy import LATER_THAN
from training.recipe import Recipe


def model_card(
    window: Mapping[str, str],
    metrics: Mapping[str, Any],
    notes: Sequence[str],
    absent: Mapping[str, str],
    recipe: Recipe,
) -> str:
    """The model card of a bundle, Markdown.

    Parameters
    ----------
    window
        First day of the data, and the last day known: ISO dates "from" and "as_of".
    metrics
        Of "delay" and "default", as their trainings give them.
    notes
        What was trained only in part, and why.
    absent
        For "delay" and "default", why there is no model; not in it where there is one.
    recipe
        How the models were made.
    """
    horizon = recipe.definitions.pd_horizon_days
    lines = [
        "# duecast model card",
        "",
        f"Trained on invoices issued from {window['from']}, as known on {window['as_of']}.",
        "",
        "## Delay: when an open invoice will be paid",
        "",
        "A discrete-time survival model of days late: LightGBM gives the hazard of being paid in",
        "each interval of days around the due date, calibrated on later invoices.",
        "",
        *_delay_lines(metrics["delay"], absent),
        "",
        f"## Default: whether a customer defaults within {horizon} days",
        "",
        "LightGBM on customers at month ends, monotone in the features that have a direction,",
        "calibrated on later months. A customer in default has a PD of 1 and is not trained on.",
        "",
        *_default_lines(metrics["default"], absent),
        "",
        "## Limits",
        "",
        *(f"- {note}" for note in notes),
        "- Figures of later invoices and months are those of trees fitted on the earlier ones.",
        "  Those rows also chose the number of trees (where tuned, their size too) and the",
        "  calibration; a backtest judges on others.",
        "- It forecasts what this portfolio has shown. A customer without history gets the",
        "  portfolio's behaviour; a change of business climate shows only once payments do.",
        "- It takes no decision: grades, limits and actions are the policy's.",
    ]
    return "\n".join(lines) + "\n"


def _delay_lines(metrics: Mapping[str, Any], absent: Mapping[str, str]) -> list[str]:
    if "delay" in absent:
        return [f"Not trained: {absent['delay']}."]
    lines = [
        f"Fitted on {metrics['invoices']} invoices ({metrics['paid']} paid), looked at "
        f"{metrics['looks']} times: {metrics['rows']} intervals.",
    ]
    later = metrics.get("later_invoices")
    if later:
        blocks = ", ".join(
            f"{intercept:+.3f} {slope:+.3f} x logit"
            for intercept, slope in zip(
                metrics["calibration"]["intercepts"],
                metrics["calibration"]["slopes"],
                strict=True,
            )
        )
        lines += ["", f"Calibrated logit, block by block of intervals: {blocks}."]
        lines += [
            "",
            f"On invoices first known from {later['from']}:",
            "",
            "| later than | invoices | share | AUC | Brier | calibration error |",
            "|---|---|---|---|---|---|",
        ]
        for k in LATER_THAN:
            event = later[f"later_than_{k}"]
            columns = ("share", "auc", "brier", "calibration_error")
            cells = " | ".join(_figure(event[name]) for name in columns)
            lines.append(f"| {k} days | {event['n']} | {cells} |")
        days = later["days_late"]
        lines += [
            "",
            f"Days late of the {days['n']} paid: mean absolute error of the median "
            f"{_figure(days['mae'], 1)} days, {_figure(days['coverage'])} within the 10 % and 90 % "
            "quantiles.",
        ]
    return lines


def _default_lines(metrics: Mapping[str, Any], absent: Mapping[str, str]) -> list[str]:
    if "default" in absent:
        return [f"Not trained: {absent['default']}. Scores have no PD."]
    lines = [
        f"Fitted on {metrics['customer_months']} months of {metrics['customers']} customers with "
        f"{metrics['defaults']} defaults.",
    ]
    later = metrics.get("later_months")
    if later:
        lines += [
            "",
            f"On the later {later['n']} customer-months ({_figure(later['share'])} before a "
            f"default): AUC {_figure(later['auc'])}, Brier {_figure(later['brier'])}, calibration "
            f"error {_figure(later['calibration_error'])}.",
        ]
    return lines


def _figure(value: float | None, digits: int = 3) -> str:
    return "n/a" if value is None else f"{value:.{digits}f}"
