"""Rows of the page of figures, from what the studies measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

SIMPLE = ("due_date", "portfolio", "customer", "customer_median")
LEDGERS = {"ibm": "IBM", "highradius": "HighRadius", "simulated": "simulated"}
WORDS = {
    "auc": "AUC of P(late)",
    "brier": "Brier score of P(late)",
    "mae": "absolute error of the median, days",
    "crps": "CRPS, days",
}
HIGHER_IS_BETTER = ("auc",)
AIMS: Mapping[tuple[str, str], float] = {
    ("highradius", "auc"): 0.85,
    ("highradius", "brier"): 0.147,
    ("highradius", "mae"): 2.25,
    ("ibm", "auc"): 0.86,
    ("ibm", "brier"): 0.132,
}
ELSEWHERE = {
    ("ibm", "auc"): "0.865",
    ("ibm", "brier"): "0.131",
    ("ibm", "mae"): "5.7",
    ("highradius", "mae"): "3.16",
}
MOST_CALIBRATION_ERROR = {"ibm": 0.05, "highradius": 0.02, "simulated": 0.02}


@dataclass(frozen=True)
class Row:
    """One figure with what stands beside it; `met` is None where there is no aim."""

    what: str
    ledger: str
    ours: str
    simple: str = ""
    boosters: str = ""
    elsewhere: str = ""
    aim: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The cells of the row."""
        met = "" if self.met is None else ("yes" if self.met else "**no**")
        return (
            self.what, self.ledger, self.ours, self.simple, self.boosters, self.elsewhere,
            self.aim, met,
        )  # fmt: skip


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Rows of all studies, by the name that `accuracy.py` gives each."""
    return [
        *(row for name in LEDGERS for row in _forecasts(figures[f"forecasts_{name}"])),
        *_censoring(figures["censoring_still"], figures["censoring"]),
        *_rescoring(figures["rescoring"]),
        *_default(figures["default"]),
        *_reasons(figures),
        *_drift(figures["drift"]),
    ]


def _forecasts(found: Mapping[str, Any]) -> Iterator[Row]:
    for ledger, study in found.items():
        for figure in WORDS:
            yield _headline(ledger, figure, study["methods"])
        for figure, other in study["less_than_best_other"].items():
            yield Row(
                f"{WORDS[figure]}, less that of the best other method ({_plain(other['other'])})",
                LEDGERS[ledger],
                _between(other["difference"], signed=True),
                aim="not above 0",
                met=other["difference"][0] <= 0,
            )
        yield from _calibration(ledger, study)
        yield from _thin(ledger, study["thin_history"])


def _headline(ledger: str, figure: str, methods: Mapping[str, Any]) -> Row:
    ours = methods["model"][figure]
    best = max if figure in HIGHER_IS_BETTER else min
    told = {name: methods[name] for name in SIMPLE if figure in methods[name]}
    name = best(told, key=lambda each: told[each][figure][0])
    aim = AIMS.get((ledger, figure))
    sign = ">=" if figure in HIGHER_IS_BETTER else "<="
    met = None
    if aim is not None:
        met = ours[0] >= aim if figure in HIGHER_IS_BETTER else ours[0] <= aim
    return Row(
        WORDS[figure],
        LEDGERS[ledger],
        _between(ours),
        f"{_between(told[name][figure])} {_plain(name)}",
        _between(methods["boosters"][figure]) if figure in methods["boosters"] else "",
        ELSEWHERE.get((ledger, figure), ""),
        "" if aim is None else f"{sign} {aim:g}",
        met,
    )


def _calibration(ledger: str, study: Mapping[str, Any]) -> Iterator[Row]:
    most = MOST_CALIBRATION_ERROR[ledger]
    sets = {"": study["calibration_error"]}
    if "calibration_error_against_truth" in study:
        sets[", against true chances"] = study["calibration_error_against_truth"]
    for words, errors in sets.items():
        for days, error in errors.items():
            event = "P(late)" if days == "0" else f"P(> {days} days)"
            yield Row(
                f"calibration error of {event}{words}",
                LEDGERS[ledger],
                "none came" if error is None else f"{error:.3f}",
                aim=f"<= {most:g}",
                met=None if error is None else error <= most,
            )
    coverage = study["coverage"]
    yield Row(
        "between the 10 % and 90 % quantiles, ties in part",
        LEDGERS[ledger],
        _between(coverage),
        elsewhere="0.793" if ledger == "highradius" else "",
        aim="0.78 to 0.84",
        met=0.78 <= coverage[0] <= 0.84,
    )
    distance, by_chance = study["pit_distance"], study["pit_by_chance"]
    yield Row(
        "largest distance of the PIT from uniform; chance explains",
        LEDGERS[ledger],
        f"{distance:.3f}; {by_chance:.3f}",
        aim="within chance" if ledger == "simulated" else "",
        met=distance <= by_chance if ledger == "simulated" else None,
    )


def _thin(ledger: str, thin: Mapping[str, Any]) -> Iterator[Row]:
    if "model" not in thin:
        return
    for figure in ("auc", "brier"):
        ours, prior = thin["model"][figure], thin["prior"][figure]
        better = ours[0] > prior[0] if figure == "auc" else ours[0] < prior[0]
        yield Row(
            f"{WORDS[figure]}, customers with under 3 payments ({thin['invoices']:,} invoices)",
            LEDGERS[ledger],
            _between(ours),
            f"{_between(prior)} share of the segment",
            aim="better than the share",
            met=better,
        )


def _censoring(still: Mapping[str, Any], moving: Mapping[str, Any]) -> Iterator[Row]:
    for words, found, aim in (
        ("business climate still", still, 0.01),
        ("climate news of 0.05 log-odds a month", moving, 0.01),
    ):
        means, months = found["mean_absolute"], found["months"]
        least = min(month["invoices"] for month in months)
        yield Row(
            f"error of the share late over {len(months)} monthly retrainings, points, {words}",
            f"simulated, {least:,} invoices a month or more",
            f"{100 * means['error']:.2f}",
            f"{100 * means['error_of_paid_only']:.2f} same model on paid invoices only",
            aim=f"<= {100 * aim:.1f}",
            met=means["error"] <= aim,
        )


def _rescoring(found: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    scores = [moment["brier"] for moment in found]
    falls = all(after < before for before, after in pairwise(scores))
    moments = ", ".join(moment["moment"] for moment in found)
    yield Row(
        f"Brier score of P(> 30 days) {moments}",
        "simulated",
        ", ".join(f"{score:.4f}" for score in scores),
        aim="falls",
        met=falls,
    )


def _default(found: Mapping[str, Any]) -> Iterator[Row]:
    figures = found["figures"]
    model, rival = figures["model"], figures["days past due"]
    names = {"auc": "AUC", "brier": "Brier score", "calibration_error": "calibration error"}
    for figure, words in names.items():
        more = model[figure][0] > rival[figure][0]
        yield Row(
            f"PD within {found['horizon_days']} days, {words} ({found['defaulters']} defaulters "
            f"of {found['customers']:,} customers)",
            "simulated, true defaults",
            _between(model[figure], 4),
            f"{_between(rival[figure], 4)} oldest item past due",
            aim="" if figure == "calibration_error" else "better than the days",
            met=None if figure == "calibration_error" else more == (figure == "auc"),
        )
    yield Row(
        f"largest step of the PD the wrong way, log-odds, {found['pairs']:,} random pairs",
        "simulated",
        f"{found['wrong_step']:.2g}",
        aim="0",
        met=found["wrong_step"] <= 1e-9,
    )


def _reasons(figures: Mapping[str, Any]) -> Iterator[Row]:
    for ledger, words in LEDGERS.items():
        for kind, flaws in figures[f"every_reason_{ledger}"].items():
            counts = ("wrong_signs", "contradictions", "crowded", "broken_sentences")
            found = sum(flaws[name] for name in counts)
            yield Row(
                f"flaws in {flaws['reasons']:,} reasons of {flaws['rows']:,} {kind}; "
                "largest gap of a sum",
                words,
                f"{found}; {flaws['largest_gap']:.0e}",
                aim="0; <= 1e-6",
                met=found == 0 and flaws["largest_gap"] <= 1e-6,
            )
    delay = figures["reasons"]["delay"]
    yield Row(
        f"reasons of {delay['invoices']:,} invoices, seconds ({delay['trees']} trees of "
        f"{delay['leaves']:.0f} leaves)",
        "simulated",
        f"{delay['seconds']:.2f}",
        elsewhere=f"{delay['shap_seconds']:.0f} shap, interventional",
        aim="<= 1.5",
        met=delay["seconds"] <= 1.5,
    )


def _drift(found: Mapping[str, Any]) -> Iterator[Row]:
    alarms = len(found["false_alarms"])
    yield Row(
        f"false alarms in {found['runs']} stable weekly drift runs",
        "simulated",
        str(alarms),
        aim="<= 5",
        met=alarms <= 5,
    )
    weeks = [shift.get("runs_with_payments") for shift in found["shifts"]]
    yield Row(
        "weekly runs until a shift is flagged, from when over half of what is judged is after it",
        "simulated",
        ", ".join("never" if week is None else str(week) for week in weeks),
        aim="<= 2",
        met=all(week is not None and week <= 2 for week in weeks),
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _between(figure: Sequence[float], digits: int = 3, signed: bool = False) -> str:
    value, low, high = (f"{each:{'+' if signed else ''}.{digits}f}" for each in figure)
    return f"{value} ({low} to {high})"
