"""The model card: what the models are, what they were made of, how good they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from training.accuracy import LATER_THAN
from training.recipe import Recipe

FIGURES_OF_DAYS = {"mae": "mean absolute error of the median", "crps": "CRPS"}


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
        Of "delay" and "default", as `train_and_judge` puts them together.
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
        "Purpose: to say of every open invoice when it will be paid, and of every customer how",
        "likely it defaults, for credit limits, order checks and collection worklists of the",
        "company whose ledger this is. For other companies, and for consumers' scores, it is not",
        "meant.",
        "",
        f"Trained on invoices issued from {window['from']}, as known on {window['as_of']}.",
        "",
        "## Delay: when an open invoice will be paid",
        "",
        "A discrete-time survival model of days late: LightGBM gives the hazard of being paid in",
        "each interval of days around the due date.",
        "",
        *_delay_lines(metrics["delay"], absent),
        "",
        f"## Default: whether a customer defaults within {horizon} days",
        "",
        "LightGBM on customers at month ends, monotone in the features that have a direction. A",
        "customer in default has a PD of 1 and is not trained on.",
        "",
        *_default_lines(metrics["default"], absent),
        "",
        "## Natural persons",
        "",
        "A decision about a natural person that rests on these scores alone is an automated",
        "decision (Regulation (EU) 2016/679, article 22): such orders and limits go to a human,",
        "with the reasons. The models know no name, age, sex or address; the country only where",
        "the recipe declares it constant.",
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
        lines += [
            *_later_lines(later),
            *_slice_lines(later["slices"]),
            *_calibration_lines(metrics["calibration"]),
        ]
    if metrics.get("ablation"):
        lines += _ablation_lines(metrics["ablation"])
    return lines


def _later_lines(later: Mapping[str, Any]) -> list[str]:
    """Accuracy on later invoices, with intervals where they were drawn."""
    columns = ("share", "auc", "brier", "calibration_error")
    events = []
    for k in LATER_THAN:
        event = later[f"later_than_{k}"]
        between = later["intervals"] if k == 0 else {}
        figures = (_within(event[name], between.get(name)) for name in columns)
        events.append((f"{k} days", event["n"], *figures))
    days = later["days_late"]
    told = ", ".join(
        f"{words} {_within(days[name], later['intervals'].get(name), 2)}"
        for name, words in FIGURES_OF_DAYS.items()
    )
    return [
        "",
        f"On invoices first known from {later['from']} (in brackets 95 % intervals, by customer):",
        "",
        *_table(("later than", "invoices", "share", "AUC", "Brier", "calibration error"), events),
        "",
        f"Days late of the {days['n']} paid: {told} days; {_figure(days['coverage'])} of all",
        "between the 10 % and 90 % quantiles (ties in part).",
    ]


def _slice_lines(found: Iterable[Mapping[str, Any]]) -> list[str]:
    rows = []
    for each in found:
        late, days = each["later_than_0"], each["days_late"]
        figures = (late["share"], late["auc"], late["brier"], late["bias"], days["mae"])
        rows.append((each["by"], each["value"], each["invoices"], *map(_figure, figures)))
    heads = ("slice", "", "invoices", "share late", "AUC", "Brier", "bias", "MAE, days")
    return ["", "P(late) and days late slice by slice:", "", *_table(heads, rows)]


def _calibration_lines(calibration: Mapping[str, Any]) -> list[str]:
    pairs = zip(calibration["intercepts"], calibration["slopes"], strict=True)
    blocks = ", ".join(f"{intercept:+.3f} {slope:+.3f} x logit" for intercept, slope in pairs)
    return [
        "",
        f"Calibrated on these invoices, block by block of intervals, the logit is {blocks}.",
    ]


def _ablation_lines(ablation: Mapping[str, Any]) -> list[str]:
    rows = [
        (each["family"], each["features"], *(f"{each[name]:+.4f}" for name in _LOSSES))
        for each in ablation["families"]
    ]
    heads = ("family left out", "features", "hazard log loss", "Brier of P(late)", "CRPS, days")
    return [
        "",
        "What forecasts of later invoices lose without a family of features, fitted and judged on",
        f"{ablation['rows']} intervals; above 0 the family helps. Chance moves these too:",
        "",
        *_table(heads, rows),
    ]


_LOSSES = ("hazard_log_loss", "brier", "crps")


def _default_lines(metrics: Mapping[str, Any], absent: Mapping[str, str]) -> list[str]:
    if "default" in absent:
        return [f"Not trained: {absent['default']}. Scores have no PD."]
    lines = [
        f"Fitted on {metrics['customer_months']} months of {metrics['customers']} customers with "
        f"{metrics['defaults']} defaults.",
    ]
    later = metrics.get("later_months")
    if later:
        between = later["intervals"]
        lines += [
            "",
            f"Calibrated on the later {later['n']} customer-months "
            f"({_figure(later['share'])} before a default): AUC "
            f"{_within(later['auc'], between.get('auc'))}, Brier "
            f"{_within(later['brier'], between.get('brier'))}, calibration error "
            f"{_figure(later['calibration_error'])}.",
        ]
    return lines


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


def _within(value: float | None, interval: Sequence[float] | None, digits: int = 3) -> str:
    """A figure, and its interval where there is one."""
    figure = _figure(value, digits)
    if value is None or interval is None:
        return figure
    low, high = (_figure(bound, digits) for bound in interval)
    return f"{figure} ({low} to {high})"


def _figure(value: float | None, digits: int = 3) -> str:
    return "n/a" if value is None else f"{value:.{digits}f}"
