"""How forecasts sharpen while an item stays open.

Run it: python benchmarks/rescoring.py [--json FILE] [--customers N] [--seed N] [--cutoff DATE]. A
ledger is simulated and models are trained on what was known before the cutoff. One cohort, the
invoices issued from it on whose fate at due + 30 days is known in the end, is scored again and
again: at issue, a week before the due date, on it, and 7 and 15 days after. An invoice that was
settled by then counts as known. The Brier score of "later than 30 days" must fall at each step.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from benchmarks.simulated_ledger import simulated_ledger
from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.days import day_of
from ledger.ledger import Ledger
from training.labels import delay_outcomes
from training.recipe import Recipe, read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

LATER_THAN = 30
DAYS_PAST_DUE = (-7, 0, 7, 15)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--cutoff", type=date.fromisoformat, default=date(2024, 1, 1))
    arguments = parser.parse_args()

    simulation = simulate(SimulationSettings(arguments.customers, seed=arguments.seed))
    ledger = simulated_ledger(simulation)
    rows = rescored(ledger, day_of(arguments.cutoff), read_recipe())
    print(f"{rows[0]['invoices']:,} invoices; later than {LATER_THAN} days")
    print(f"{'scored':<18}{'still open':>12}{'Brier':>10}")
    for row in rows:
        print(f"{row['moment']:<18}{row['open']:>12,}{row['brier']:>10.4f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


def rescored(ledger: Ledger, cutoff: int, recipe: Recipe) -> list[dict[str, Any]]:
    """Brier score of "later than 30 days" of one cohort at each moment, with how many are open."""
    bundle = train(ledger, cutoff - 1, recipe)
    outcomes = delay_outcomes(ledger, recipe.definitions)
    later, is_known = outcomes.later_than(LATER_THAN)
    cohort = np.flatnonzero(is_known & (outcomes.observed_from >= cutoff))
    issued, due_on = outcomes.observed_from[cohort], outcomes.due_on[cohort]
    priors = build_priors(ledger, recipe.definitions)
    moments = {"at issue": issued} | {
        f"due {days:+d} days": np.maximum(issued, due_on + np.int32(days)) for days in DAYS_PAST_DUE
    }
    found = []
    for moment, as_of in moments.items():
        is_open = outcomes.known_open(cohort, as_of)
        chance = outcomes.known_later_than(cohort, LATER_THAN, as_of)[0].astype(np.float64)
        row = cohort[is_open]
        observed = of_invoices(ledger.invoices["customer_id"][row], row, as_of[is_open])
        frame = compute_features(ledger, observed, priors, recipe.definitions)
        chance[is_open] = bundle.score_invoices(frame).distribution.later_than(LATER_THAN)
        brier = float(np.square(chance - later[cohort]).mean())
        found.append(
            {"moment": moment, "invoices": len(cohort), "open": int(is_open.sum()), "brier": brier}
        )
    return found


if __name__ == "__main__":
    main()
