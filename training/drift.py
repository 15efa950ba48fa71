"""Drift: whether the invoices of late are still those that the champion was trained for.

The last four weeks are held against the last year of the champion's training window, and that
window's own four weeks, ended a week apart, say how much four weeks usually differ
(`training.usual_range`).

- **watch**: the forecasts or an important feature are distributed otherwise, or a feature is
  missing more often, than four weeks of that year make usual. The model may still be right.
- **retrain**: forecasts of paying late have turned out wrong: their mean against the share that
  was late (bias), or their Brier score against the one they promise themselves, the mean of
  p (1 - p) (Spiegelhalter, Probabilistic prediction in patient management, 1986).

Either is an alarm, for either costs somebody a look. With nothing changed a weekly run raises one
with a chance below 5 %: the sum of the chances below, less where a tolerance decides. Weekly
windows overlap four-fold, so that false alarms come in runs of weeks rather than evenly. Features
that move by themselves (`features.catalogue.TRENDING`) are reported but not judged.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from features.catalogue import TRENDING
from features.frame import NAMES
from ledger.arrays import Flags, Floats, Rows
from ledger.days import date_of, parse_day
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from training.first_sights import FirstSights, first_sights
from training.metrics import EventAccuracy, event_accuracy
from training.population_shift import important_features
from training.population_stability import (
    LARGE_SHIFT,
    MODERATE_SHIFT,
    bin_counts,
    bin_edges,
    missing_share,
    population_stability,
    stability_bound,
)
from training.train import known_ledger
from training.usual_range import STEP_DAYS, WINDOW_DAYS, Watched, watched, watched_index

REFERENCE_DAYS = 365
LEAST_INVOICES = 50
"""Invoices without which four weeks say nothing."""

CHANCE_OF_BIAS = 0.03
CHANCE_OF_BRIER = CHANCE_OF_SCORES = CHANCE_OF_FEATURES = 0.005
BIAS_TOLERANCE = 0.04
"""Share of invoices: season and business climate move it as much without another regime."""
BRIER_TOLERANCE = 0.04
"""The trees have learned the training window by heart, where their Brier score is too good to be
what is usual: the range is about 0."""
MISSING_TOLERANCE = 0.05

Status = Literal["ok", "watch", "retrain"]


@dataclass(frozen=True)
class FeatureDrift:
    """One feature of the last four weeks: its stability index (PSI) and its missing share.

    Only an important one is judged; see `training.population_shift`.
    """

    name: str
    is_judged: bool
    stability: Watched
    missing: Watched
    missing_before: float


@dataclass(frozen=True)
class DriftReport:
    """What has drifted by the close of a day.

    Parameters
    ----------
    as_of, trained_on
        The day, and the last one that the champion knows.
    invoices, invoices_before
        First seen in the four weeks to `as_of`, and in the last year of the training window.
    scores
        Stability index of the forecasts of paying late.
    accuracy
        Of those forecasts, on the invoices judged in the four weeks.
    bias
        Mean forecast less the share that was late.
    brier_excess
        Brier score less the mean of p (1 - p).
    features
        All of them: judged ones first, each group by falling stability index.
    notes
        What could not be judged, and why.
    """

    as_of: int
    trained_on: int
    invoices: int
    invoices_before: int
    scores: Watched
    accuracy: EventAccuracy
    bias: Watched
    brier_excess: Watched
    features: tuple[FeatureDrift, ...]
    notes: tuple[str, ...]

    @property
    def status(self) -> Status:
        """Ok, watch (inputs or forecasts have shifted) or retrain (forecasts are wrong)."""
        if self.bias.is_unusual or self.brier_excess.is_unusual:
            return "retrain"
        return "watch" if self.reasons else "ok"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the status is not ok, as sentences, gravest first."""
        found = []
        if self.bias.is_unusual:
            share = self.accuracy.share or 0.0
            found.append(
                f"{share:.1%} of the {self.accuracy.n} invoices judged were late, forecast "
                f"{share + (self.bias.value or 0.0):.1%}: a bias of {_usually(self.bias, '+.1%')}"
            )
        if self.brier_excess.is_unusual:
            found.append(
                "the Brier score exceeds the one that the forecasts promise by "
                f"{_usually(self.brier_excess, '+.3f')}"
            )
        if self.scores.is_unusual:
            found.append(
                f"forecasts of paying late have shifted: PSI {_usually(self.scores, '.2f')}"
            )
        for feature in self.features:
            if feature.is_judged and feature.stability.is_unusual:
                found.append(
                    f"{feature.name} has shifted: PSI {_usually(feature.stability, '.2f')}"
                )
            if feature.is_judged and feature.missing.is_unusual:
                found.append(
                    f"{feature.name} is missing in {_usually(feature.missing, '.1%')} of invoices"
                )
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        fields = asdict(self)
        days = {name: date_of(fields.pop(name)).isoformat() for name in ("as_of", "trained_on")}
        return {**days, "status": self.status, "reasons": list(self.reasons), **fields}


def drift_report(bundle: ModelBundle, ledger: Ledger, as_of: int) -> DriftReport:
    """What has drifted since a bundle was trained, by what was known at the close of a day.

    Parameters
    ----------
    ledger
        That of the training, grown since; what was known later than `as_of` changes nothing.

    Raises
    ------
    LedgerError
        If the ledger is not complete through `as_of`, the bundle knows that day or has no delay
        model, or its training window holds too few invoices.
    """
    known = known_ledger(ledger, as_of)
    trained_on = parse_day(str(bundle.window["as_of"]))
    if bundle.delay is None:
        raise LedgerError(["the champion has no delay model, so nothing can drift; train another"])
    if as_of <= trained_on:
        raise LedgerError(
            [
                f"as_of is {date_of(as_of)}, but the champion was trained as of "
                f"{date_of(trained_on)} and knows that day; choose a later one"
            ]
        )
    sights = first_sights(bundle, known, trained_on - REFERENCE_DAYS, trained_on)
    return drift_of(sights, important_features(bundle.delay.text), trained_on, as_of)


def drift_of(
    sights: FirstSights, important: Sequence[str], trained_on: int, as_of: int
) -> DriftReport:
    """The report on invoices first seen by the close of a day, rows after it left aside."""
    before = (sights.seen_on > trained_on - REFERENCE_DAYS) & (sights.seen_on <= trained_on)
    if before.sum() < LEAST_INVOICES:
        raise LedgerError(
            [
                f"{before.sum()} invoices were first seen in the last year of the training window; "
                f"expected {LEAST_INVOICES}; give the ledger that the champion was trained on"
            ]
        )
    first = int(sights.seen_on[before].min())
    ends = range(trained_on, first + WINDOW_DAYS - 2, -STEP_DAYS)
    seen, judged = sights.seen(as_of), sights.judged(as_of)
    seen_before = [rows for rows in map(sights.seen, ends) if len(rows) >= LEAST_INVOICES]
    judged_before = [rows for rows in map(sights.judged, ends) if len(rows) >= LEAST_INVOICES]
    forecast = sights.p_late
    error = forecast - sights.is_late
    excess = error**2 - forecast * (1 - forecast)
    brier_excess = _mean(excess, judged, judged_before, CHANCE_OF_BRIER, BRIER_TOLERANCE, 0.0)
    return DriftReport(
        as_of,
        trained_on,
        len(seen),
        int(before.sum()),
        _stability(forecast, before, seen, seen_before, CHANCE_OF_SCORES, MODERATE_SHIFT),
        event_accuracy(forecast[judged], sights.is_late[judged]),
        _mean(error, judged, judged_before, CHANCE_OF_BIAS, BIAS_TOLERANCE),
        replace(brier_excess, low=None),  # better than promised is no fault
        _features(sights, important, before, seen, seen_before),
        _notes(len(seen), len(judged), len(seen_before)),
    )


def _features(
    sights: FirstSights, important: Sequence[str], before: Flags, seen: Rows, past: list[Rows]
) -> tuple[FeatureDrift, ...]:
    """Every feature; the chance of an alarm is shared out evenly over those judged."""
    judged = set(important) - TRENDING
    chance = CHANCE_OF_FEATURES / (2 * max(len(judged), 1))
    features = []
    for name in NAMES:
        values = sights.frame[name]
        missing = np.isnan(values).astype(np.float64)
        share = _mean(missing, seen, past, 2 * chance, MISSING_TOLERANCE)
        features.append(
            FeatureDrift(
                name,
                name in judged,
                _stability(values, before, seen, past, chance, LARGE_SHIFT),
                replace(share, low=None),  # it falls by itself as histories grow
                missing_share(values[before]),
            )
        )
    features.sort(key=lambda each: (not each.is_judged, -(each.stability.value or 0.0)))
    return tuple(features)


def _stability(
    values: Floats, before: Flags, now: Rows, past: list[Rows], chance: float, least: float
) -> Watched:
    """Stability index of the values now against those before, and its bound."""
    if len(now) < LEAST_INVOICES:
        return Watched(None, None, None)
    edges = bin_edges(values[before])
    expected = bin_counts(values[before], edges)
    found = bin_counts(values[now], edges)
    indices = [population_stability(expected, bin_counts(values[rows], edges)) for rows in past]
    floor = stability_bound(expected.sum(), found.sum(), len(expected), chance, least)
    return watched_index(population_stability(expected, found), np.array(indices), floor)


def _mean(
    values: Floats,
    now: Rows,
    past: list[Rows],
    chance: float,
    tolerance: float,
    centre: float | None = None,
) -> Watched:
    """Mean of the values now, and the range of their means in the past."""
    value = float(values[now].mean()) if len(now) >= LEAST_INVOICES else None
    means = np.array([values[rows].mean() for rows in past])
    return watched(value, means, chance, tolerance, centre)


def _notes(seen: int, judged: int, windows: int) -> tuple[str, ...]:
    notes = []
    for n, what in ((seen, "first seen"), (judged, "judged")):
        if n < LEAST_INVOICES:
            notes.append(
                f"{n} invoices were {what} in the four weeks; fewer than {LEAST_INVOICES} say "
                "nothing"
            )
    if windows <= WINDOW_DAYS // STEP_DAYS:
        notes.append(
            f"the training window has {windows} four weeks to compare with, which are too few to "
            "tell what is usual"
        )
    return tuple(notes)


def _usually(figure: Watched, spelling: str) -> str:
    """The figure and its range in words, such as `0.31, usually up to 0.25`."""
    if figure.value is None:
        return "unknown"
    value = format(figure.value, spelling)
    if figure.high is None:
        return value
    high = format(figure.high, spelling)
    if figure.low is None:
        return f"{value}, usually up to {high}"
    return f"{value}, usually {format(figure.low, spelling)} to {high}"
