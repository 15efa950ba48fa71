"""Rows of the page of figures, from what the studies measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from models.scoring import FEW_CLEARED

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
PUBLISHED = {("highradius", "mae"): "3.16"}
PUBLISHED_COVERAGE = {"highradius": "0.793, of an 80 % interval"}
MOST_CALIBRATION_ERROR = {"ibm": 0.05, "highradius": 0.02, "simulated": 0.02}
MOST_FALSE_ALARMS = 0.05
YES, NO, BY_CHANCE = "yes", "**no**", "not beyond chance"


@dataclass(frozen=True)
class Row:
    """One figure with what stands beside it; `met` is empty where there is no aim."""

    study: str
    what: str
    ledger: str
    ours: str
    simple: str = ""
    boosters: str = ""
    published: str = ""
    aim: str = ""
    met: str = ""

    def cells(self) -> tuple[str, ...]:
        """The cells of the row, in the order of the fields but for the study, which is last."""
        return (
            self.what, self.ledger, self.ours, self.simple, self.boosters, self.published,
            self.aim, self.met, self.study,
        )  # fmt: skip


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Rows of all studies, by the name that `accuracy.py` gives each."""
    return [
        *(row for name in LEDGERS for row in forecasts(name, figures[f"forecasts_{name}"][name])),
        *censoring(figures["censoring_still"], "still"),
        *censoring(figures["censoring"], "with its news"),
        *rescoring(figures["rescoring"]),
        *default(figures["default"]),
        *(row for name in LEDGERS for row in every_reason(name, figures[f"every_reason_{name}"])),
        *reasons(figures["reasons"]["delay"]),
        *drift(figures["drift"]),
    ]


def forecasts(ledger: str, found: Mapping[str, Any]) -> Iterator[Row]:
    """Headline figures, the best other method, calibration, quantiles and thin histories."""
    for figure in WORDS:
        yield _headline(ledger, figure, found["methods"])
    for figure, other in found["less_than_best_other"].items():
        yield Row(
            "forecasts",
            f"{WORDS[figure]}, less that of the best other method ({_plain(other['other'])})",
            LEDGERS[ledger],
            _between(other["difference"], signed=True),
            aim="below 0",
            met=_below_zero(other["difference"]),
        )
    yield from _calibration(ledger, found["folds"])
    coverage = found["coverage"]
    yield Row(
        "forecasts",
        "share between the 10 % and 90 % quantiles, ties in part",
        LEDGERS[ledger],
        _between(coverage),
        published=PUBLISHED_COVERAGE.get(ledger, ""),
        aim="0.78 to 0.84",
        met=_met(0.78 <= coverage[0] <= 0.84),
    )
    yield from _thin(ledger, found["thin_history"])


def _headline(ledger: str, figure: str, methods: Mapping[str, Any]) -> Row:
    ours = methods["model"][figure]
    best = max if figure in HIGHER_IS_BETTER else min
    told = {name: methods[name] for name in SIMPLE if figure in methods[name]}
    name = best(told, key=lambda each: told[each][figure][0])
    aim = AIMS.get((ledger, figure))
    reached = aim is not None and best(ours[0], aim) == ours[0]
    return Row(
        "forecasts",
        WORDS[figure],
        LEDGERS[ledger],
        _between(ours),
        f"{_between(told[name][figure])} {_plain(name)}",
        _between(methods["boosters"][figure]) if figure in methods["boosters"] else "",
        PUBLISHED.get((ledger, figure), ""),
        "" if aim is None else f"{'>=' if figure in HIGHER_IS_BETTER else '<='} {aim:g}",
        "" if aim is None else _met(reached),
    )


def _calibration(ledger: str, folds: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Errors and biases cutoff by cutoff; the worst decides."""
    most = MOST_CALIBRATION_ERROR[ledger]
    sides = {"": "calibration_error", ", against true chances": "calibration_error_against_truth"}
    for words, key in sides.items():
        for days in ("0", "30"):
            errors = [fold[key][days] for fold in folds if fold.get(key, {}).get(days) is not None]
            if errors:
                yield Row(
                    "forecasts",
                    f"calibration error of P({_later(days)}){words}",
                    LEDGERS[ledger],
                    _listed(errors),
                    aim=f"<= {most:g}",
                    met=_met(max(errors) <= most),
                )
    biases = [fold["bias"]["0"] for fold in folds]
    against = [fold["bias_against_truth"] for fold in folds if "bias_against_truth" in fold]
    told = f"{_listed(biases, signed=True)}"
    if against:
        told += f"; against true chances {_listed(against, signed=True)}"
    yield Row("forecasts", "mean P(late) less the share late", LEDGERS[ledger], told)
    pits = [(fold["pit_distance"], fold["pit_by_chance"]) for fold in folds]
    yield Row(
        "forecasts",
        "largest distance of the PIT from uniform (what chance explains)",
        LEDGERS[ledger],
        ", ".join(f"{distance:.3f} ({by_chance:.3f})" for distance, by_chance in pits),
        aim="within chance" if ledger == "simulated" else "",
        met=_met(all(distance <= by_chance for distance, by_chance in pits))
        if ledger == "simulated"
        else "",
    )


def _thin(ledger: str, thin: Mapping[str, Any]) -> Iterator[Row]:
    if "model" not in thin:
        return
    who = f"customers with under {FEW_CLEARED} payments ({thin['invoices']:,} invoices)"
    for figure in ("auc", "brier"):
        ours, prior = thin["model"][figure], thin["prior"][figure]
        met = _met(ours[0] > prior[0])
        told = _between(ours)
        if figure == "brier":
            met = _below_zero(thin["brier_difference"])
            told += f"; difference {_between(thin['brier_difference'], signed=True)}"
        yield Row(
            "forecasts",
            f"{WORDS[figure]}, {who}",
            LEDGERS[ledger],
            told,
            f"{_between(prior)} late share of the segment",
            aim="better than the share",
            met=met,
        )


def censoring(found: Mapping[str, Any], climate: str) -> Iterator[Row]:
    """Mean size of the error of each month's share."""
    means, months = found["mean_absolute"], found["months"]
    least = min(month["invoices"] for month in months)
    news = max(abs(month["news"]) for month in months)
    yield Row(
        "censoring",
        f"error of the share late, points, mean over {len(months)} monthly retrainings; business "
        f"climate {climate} (up to {100 * news:.1f} points a month)",
        f"simulated, {least:,} invoices a month or more",
        f"{100 * means['error']:.2f}",
        f"{100 * means['error_of_paid_only']:.2f} same model, paid invoices only",
        aim="<= 1.0",
        met=_met(means["error"] <= 0.01),
    )


def rescoring(found: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Brier scores of one cohort, moment after moment."""
    scores = [moment["brier"] for moment in found]
    moments = ", ".join(moment["moment"] for moment in found)
    yield Row(
        "rescoring",
        f"Brier score of P({_later('30')}) {moments}",
        f"simulated, {found[0]['invoices']:,} invoices",
        ", ".join(f"{score:.4f}" for score in scores),
        aim="falls",
        met=_met(all(after < before for before, after in pairwise(scores))),
    )


def default(found: Mapping[str, Any]) -> Iterator[Row]:
    """The default model against true defaults, beside the days past due of the oldest item."""
    model, rival, apart = (
        found["figures"][name] for name in ("model", "days past due", "difference")
    )
    who = (
        f"{found['defaulters']} defaulters of {found['customers']:,} customers; "
        f"{found['left_out']} customer-months after a first default left out"
    )
    for figure, words in {"auc": "AUC", "brier": "Brier score"}.items():
        less = [-each for each in apart[figure]] if figure == "auc" else apart[figure]
        yield Row(
            "default",
            f"PD within {found['horizon_days']} days, {words} ({who})",
            "simulated, true defaults",
            f"{_between(model[figure], 4)}; difference {_between(apart[figure], 4, signed=True)}",
            f"{_between(rival[figure], 4)} oldest item past due",
            aim="better than the days",
            met=_below_zero([less[0], min(less[1:]), max(less[1:])]),
        )
    error, of_rival = model["calibration_error"][0], rival["calibration_error"][0]
    yield Row(
        "default",
        "PD, calibration error",
        "simulated, true defaults",
        f"{error:.4f}",
        f"{of_rival:.4f} oldest item past due",
        aim="better than the days",
        met=_met(error < of_rival),
    )
    yield Row(
        "default",
        "mean PD less the share that defaulted",
        "simulated, true defaults",
        _between(model["bias"], 4, signed=True),
        _between(rival["bias"], 4, signed=True),
    )
    yield Row(
        "default",
        f"largest step of the PD the wrong way, log-odds, {found['pairs']:,} random pairs",
        "simulated",
        f"{found['wrong_step']:.2g}",
        aim="0",
        met=_met(found["wrong_step"] <= 1e-9),
    )


def every_reason(ledger: str, found: Mapping[str, Any]) -> Iterator[Row]:
    """Flaws of the reasons of all rows of a ledger."""
    for kind, flaws in found.items():
        counts = ("wrong_signs", "contradictions", "crowded", "broken_sentences")
        flawed = sum(flaws[name] for name in counts)
        yield Row(
            "every_reason",
            f"flaws in {flaws['reasons']:,} reasons of {flaws['rows']:,} {kind}; "
            "largest gap of a sum",
            LEDGERS[ledger],
            f"{flawed}; {flaws['largest_gap']:.0e}",
            aim="0; <= 1e-6",
            met=_met(flawed == 0 and flaws["largest_gap"] <= 1e-6),
        )


def reasons(delay: Mapping[str, Any]) -> Iterator[Row]:
    """Seconds for the delay reasons."""
    yield Row(
        "reasons",
        f"reasons of {delay['invoices']:,} invoices, seconds ({delay['trees']} trees of "
        f"{delay['leaves']:.0f} leaves)",
        "simulated",
        f"{delay['seconds']:.2f}",
        f"about {delay['shap_seconds']:.0f} shap on one thread, logits only, from a few invoices",
        aim="< 1.5",
        met=_met(delay["seconds"] < 1.5),
    )


def drift(found: Mapping[str, Any]) -> Iterator[Row]:
    """False alarms, and runs until a shift is flagged."""
    alarms, most = len(found["false_alarms"]), MOST_FALSE_ALARMS * found["runs"]
    yield Row(
        "drift",
        f"false alarms in {found['runs']} stable weekly runs",
        "simulated",
        str(alarms),
        aim=f"<= {most:g}",
        met=_met(alarms <= most),
    )
    weeks = [shift.get("runs_with_payments") for shift in found["shifts"]]
    yield Row(
        "drift",
        "weekly runs until a shift is flagged, from when over half of what is judged is after it",
        "simulated",
        ", ".join("never" if week is None else str(week) for week in weeks),
        aim="<= 2",
        met=_met(all(week is not None and week <= 2 for week in weeks)),
    )


def _met(is_met: bool) -> str:
    return YES if is_met else NO


def _below_zero(difference: Sequence[float]) -> str:
    """Whether a difference with its interval is below 0, and beyond chance."""
    value, _, high = difference
    if value >= 0:
        return NO
    return YES if high < 0 else BY_CHANCE


def _later(days: str) -> str:
    return "late" if days == "0" else f"> {days} days"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _listed(figures: Sequence[float], signed: bool = False) -> str:
    return ", ".join(f"{figure:{'+' if signed else ''}.3f}" for figure in figures)


def _between(figure: Sequence[float], digits: int = 3, signed: bool = False) -> str:
    value, low, high = (f"{each:{'+' if signed else ''}.{digits}f}" for each in figure)
    return f"{value} ({low} to {high})"
