"""How often drift is seen where there is none, and how soon where there is.

Run it: python benchmarks/drift.py [--json FILE] [--runs N] [--customers N] [--seed N]. Ledgers of
30 months are simulated; a champion is trained as of the end of month 24, and `duecast drift` is
run every week of the six months after it, until there are N stable runs. Then the same ledgers
with another business climate from month 26 on, by 0.8 log-odds of paying late: after how many
weekly runs is it flagged, counted from that month's first day, and from the first run in which
most of the invoices judged were issued since that day and so have payments to show.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from ledger.configuration import merged
from ledger.days import date_of, day_of, month_index, month_start
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from models.bundle import ModelBundle
from training.drift import REFERENCE_DAYS, DriftReport, drift_of
from training.first_sights import FirstSights, first_sights
from training.population_shift import important_features
from training.recipe import Recipe, read_recipe, recipe_of
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

MONTHS, TRAINED_MONTHS, SHIFT_MONTH = 30, 24, 26
WEEKS = 25
FEW_TREES = {
    "threads": 1,
    "delay": {"trees": {"max_rounds": 60}},
    "default": {"min_defaults": 1_000_000},
}
"""A delay model that takes seconds, and no default model: drift is about delays."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--runs", type=int, default=100, metavar="N")
    parser.add_argument("--customers", type=int, default=500, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    arguments = parser.parse_args()

    recipe = recipe_of(merged(read_recipe().as_dict(), FEW_TREES))
    alarms: list[dict[str, Any]] = []
    flagged = []
    left, seed = arguments.runs, arguments.seed
    while left > 0:
        settings = SimulationSettings(arguments.customers, MONTHS, seed)
        alarms += stable_alarms(settings, recipe, min(left, WEEKS))
        flagged.append(weeks_until_flagged(settings, recipe))
        left, seed = left - WEEKS, seed + 1
    print(f"{len(alarms)} false alarms in {arguments.runs} stable weekly runs")
    if arguments.json:
        figures = {"runs": arguments.runs, "false_alarms": alarms, "shifts": flagged}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


def stable_alarms(settings: SimulationSettings, recipe: Recipe, weeks: int) -> list[dict[str, Any]]:
    """The reports of a ledger without a shift that are not ok; printed as they come."""
    alarms = []
    for _, report in weekly_reports(settings, recipe, weeks):
        if report.status != "ok":
            alarms.append({"seed": settings.seed, **said(report)})
            print(f"false alarm: {alarms[-1]}", flush=True)
    return alarms


def weeks_until_flagged(settings: SimulationSettings, recipe: Recipe) -> dict[str, Any]:
    """When a shift is flagged first; printed as a line."""
    shifted_on = first_day_of(settings, SHIFT_MONTH)
    runs_since = runs_with_payments = 0
    found: dict[str, Any] = {"seed": settings.seed, "flagged": None}
    shifted = replace(settings, regime_shift_month=SHIFT_MONTH)
    for sights, report in weekly_reports(shifted, recipe, WEEKS):
        judged = sights.judged(report.as_of)
        runs_since += report.as_of >= shifted_on
        runs_with_payments += bool((sights.seen_on[judged] >= shifted_on).mean() > 0.5)
        if report.as_of >= shifted_on and report.status != "ok":
            found |= {
                "flagged": said(report),
                "runs_since_the_shift": runs_since,
                "runs_with_payments": runs_with_payments,
            }
            break
    print(f"shift on {date_of(shifted_on)}: {found}", flush=True)
    return found


def weekly_reports(
    settings: SimulationSettings, recipe: Recipe, weeks: int
) -> list[tuple[FirstSights, DriftReport]]:
    """Reports week by week after the training, each with the invoices it is about.

    What is known later changes no report, so the invoices are scored once for all of them.
    """
    trained_on = first_day_of(settings, TRAINED_MONTHS) - 1
    ledger, bundle = trained(settings, recipe, trained_on)
    sights = first_sights(bundle, ledger, trained_on - REFERENCE_DAYS, trained_on)
    assert bundle.delay is not None
    important = important_features(bundle.delay.text)
    return [
        (sights, drift_of(sights, important, trained_on, trained_on + 7 * week))
        for week in range(1, weeks + 1)
    ]


def trained(settings: SimulationSettings, recipe: Recipe, as_of: int) -> tuple[Ledger, ModelBundle]:
    through = first_day_of(settings, settings.months) - 1
    extract = Extract(settings.reporting_currency, through)
    ledger = ledger_from_frames(simulate(settings).frames, extract)
    return ledger, train(ledger, as_of, recipe)


def first_day_of(settings: SimulationSettings, month: int) -> int:
    """First day of a month of the simulation, 0 its first."""
    first = int(month_index(day_of(settings.start)))
    return int(month_start(first + month))


def said(report: DriftReport) -> dict[str, Any]:
    day = date_of(report.as_of).isoformat()
    return {"as_of": day, "status": report.status, "reasons": list(report.reasons)}


if __name__ == "__main__":
    main()
