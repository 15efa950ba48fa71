"""Drift: an injected shift is flagged, a stable ledger is not, and the future changes nothing."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from models.bundle import ModelBundle
from tests.training.small_recipe import small_recipe
from training.drift import REFERENCE_DAYS, DriftReport, drift_of, drift_report
from training.first_sights import FirstSights, first_sights
from training.population_shift import important_features
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

TRAINED_ON, SHIFTED_ON = parse_day("2023-05-31"), parse_day("2023-06-01")
THROUGH = parse_day("2023-09-30")
"""A ledger of 21 months from January 2022, trained on 17; the shift begins with the next one."""
WEEKS = range(TRAINED_ON + 7, THROUGH + 1, 7)
SHIFT_LOG_ODDS = 2.0
"""Stronger than the simulator's own, for so few customers."""


@dataclass(frozen=True)
class Watching:
    ledger: Ledger
    bundle: ModelBundle
    sights: FirstSights
    important: tuple[str, ...]

    def report(self, as_of: int) -> DriftReport:
        return drift_of(self.sights, self.important, TRAINED_ON, as_of)


def watching(shift_month: int | None) -> Watching:
    settings = SimulationSettings(
        customers=80,
        months=21,
        seed=3,
        regime_shift_month=shift_month,
        regime_shift_log_odds=SHIFT_LOG_ODDS,
    )
    ledger = ledger_from_frames(simulate(settings).frames, Extract("EUR", THROUGH))
    recipe = small_recipe(default={"min_defaults": 10_000})
    bundle = train(ledger, TRAINED_ON, recipe)
    sights = first_sights(bundle, ledger, TRAINED_ON - REFERENCE_DAYS, TRAINED_ON)
    assert bundle.delay is not None
    return Watching(ledger, bundle, sights, important_features(bundle.delay.text))


@pytest.fixture(scope="module")
def stable() -> Watching:
    return watching(None)


@pytest.fixture(scope="module")
def shifted() -> Watching:
    return watching(17)


def test_of_the_weekly_runs_on_a_stable_ledger_at_most_one_alarms(stable: Watching) -> None:
    alarms = [report.reasons for report in map(stable.report, WEEKS) if report.status != "ok"]
    assert len(alarms) <= 1, alarms


def test_a_shift_is_flagged_within_two_weekly_runs_of_showing(shifted: Watching) -> None:
    showing = [
        day
        for day in WEEKS
        if (shifted.sights.seen_on[shifted.sights.judged(day)] >= SHIFTED_ON).mean() > 0.5
    ]
    found = [shifted.report(day) for day in showing[:2]]
    assert "retrain" in {report.status for report in found}, [report.bias for report in found]
    assert found[1].bias.value is not None and found[1].bias.value < -0.05
    assert "invoices judged were late, forecast" in found[1].reasons[0]


@pytest.mark.parametrize("day", ["2023-07-02", "2023-08-09"])
def test_what_is_known_later_changes_nothing(shifted: Watching, day: str) -> None:
    as_of = parse_day(day)
    report = drift_report(shifted.bundle, shifted.ledger, as_of)
    deleted = replace(shifted.ledger.known_at(as_of), extract=Extract("EUR", as_of))
    assert report == drift_report(shifted.bundle, deleted, as_of)
    assert report == shifted.report(as_of)


def test_what_is_known_by_then_does_change_it(shifted: Watching) -> None:
    as_of = parse_day("2023-08-09")
    day_before = replace(shifted.ledger.known_at(as_of - 1), extract=Extract("EUR", as_of))
    report = drift_report(shifted.bundle, shifted.ledger, as_of)
    assert report != drift_report(shifted.bundle, day_before, as_of)


def with_feature(watching: Watching, name: str, values: float) -> DriftReport:
    """The report of the first weekly run, had a feature become one number in every new invoice."""
    sights = watching.sights
    column = sights.frame.names.index(name)
    changed = sights.frame.values.copy()
    changed[sights.seen_on > TRAINED_ON, column] = values
    sights = replace(sights, frame=replace(sights.frame, values=changed))
    return drift_of(sights, watching.important, TRAINED_ON, TRAINED_ON + 28)


def test_an_important_feature_that_moves_or_goes_missing_is_watched(stable: Watching) -> None:
    name = stable.important[0]
    moved = with_feature(stable, name, 10_000.0)
    assert moved.status == "watch"
    assert any(reason.startswith(f"{name} has shifted: PSI") for reason in moved.reasons)
    missing = with_feature(stable, name, np.nan)
    assert missing.status == "watch"
    assert any("is missing in 100.0%" in reason for reason in missing.reasons)


def test_a_feature_that_grows_with_the_ledger_is_reported_but_not_judged(stable: Watching) -> None:
    report = with_feature(stable, "tenure_days", 10_000.0)
    assert report.status == "ok"
    found = {feature.name: feature for feature in report.features}["tenure_days"]
    assert not found.is_judged
    assert (found.stability.value or 0.0) > 1


def test_a_report_is_json_of_every_feature(stable: Watching) -> None:
    report = stable.report(TRAINED_ON + 28)
    found = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert (found["status"], found["as_of"]) == ("ok", "2023-06-28")
    assert len(found["features"]) == len(stable.sights.frame.names)
    assert sum(feature["is_judged"] for feature in found["features"]) == len(stable.important)
    assert found["accuracy"]["n"] > 100
    assert 0.5 < found["accuracy"]["auc"] < 1


def test_the_figures_are_those_of_the_invoices_judged(stable: Watching) -> None:
    report, sights = stable.report(TRAINED_ON + 28), stable.sights
    judged = np.flatnonzero(
        (sights.judged_on > TRAINED_ON) & (sights.judged_on <= TRAINED_ON + 28) & sights.is_told
    )
    assert report.accuracy.n == len(judged)
    assert report.bias.value == pytest.approx(
        sights.p_late[judged].mean() - sights.is_late[judged].mean()
    )
    promised = (sights.p_late[judged] * (1 - sights.p_late[judged])).mean()
    assert report.brier_excess.value == pytest.approx((report.accuracy.brier or 0.0) - promised)


def test_a_day_the_champion_knows_is_refused(stable: Watching) -> None:
    with pytest.raises(LedgerError, match="was trained as of 2023-05-31 and knows that day"):
        drift_report(stable.bundle, stable.ledger, TRAINED_ON)
    with pytest.raises(LedgerError, match="complete through 2023-09-30"):
        drift_report(stable.bundle, stable.ledger, THROUGH + 1)


def test_without_new_invoices_nothing_is_judged_and_the_report_says_so(stable: Watching) -> None:
    sights = stable.sights
    few = sights.seen_on <= TRAINED_ON - 120
    old = FirstSights(
        sights.frame.take(few),
        *(
            getattr(sights, name)[few]
            for name in ("p_late", "seen_on", "judged_on", "is_late", "is_told")
        ),
    )
    report = drift_of(old, stable.important, TRAINED_ON, TRAINED_ON + 28)
    assert (report.status, report.invoices) == ("ok", 0)
    assert any("0 invoices were first seen" in note for note in report.notes)
    with pytest.raises(LedgerError, match="the ledger that the champion was trained on"):
        drift_of(old, stable.important, TRAINED_ON + 2 * REFERENCE_DAYS, THROUGH)
