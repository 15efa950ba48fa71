"""How good the probability of default is against the simulator's true default days.

Run it: python benchmarks/default.py [--json FILE] [--customers N] [--seed N] [--cutoff DATE]. A
ledger is simulated and the default model trained on what was known before the cutoff. Customers
are scored at the month ends from it on whose whole horizon lies on the ledger, and held against
the day each truly defaulted. Beside it stands a plain baseline: the days that the oldest open
item is past due, with the share of customers that used to default with as many. The 95 %
intervals are bootstrapped by customer. A model may not step the wrong way for any pair that
differs in one feature with a direction.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from benchmarks.simulated_ledger import simulated_ledger
from ledger.days import date_of, day_of
from training.default_accuracy import FIGURES, customer_months
from training.monotonicity import largest_wrong_step
from training.recipe import read_recipe
from training.simulation.aligned import true_default_on
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate

METHODS = ("model", "days past due", "difference")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=1_600, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--cutoff", type=date.fromisoformat, default=date(2023, 7, 1))
    arguments = parser.parse_args()

    simulation = simulate(SimulationSettings(arguments.customers, seed=arguments.seed))
    ledger = simulated_ledger(simulation)
    recipe = read_recipe()
    months = customer_months(
        ledger, true_default_on(simulation, ledger), day_of(arguments.cutoff), recipe
    )
    worst, pairs = largest_wrong_step(months.model, recipe.seed)
    found, low, high = months.figures_with_intervals(recipe.seed)
    ends = [date_of(int(day)).isoformat() for day in (months.as_of.min(), months.as_of.max())]
    said = {
        "month_ends": ends,
        "horizon_days": recipe.definitions.pd_horizon_days,
        "customers": len(np.unique(months.customer)),
        "customer_months": len(months),
        "defaulted": int(months.defaulted.sum()),
        "defaulters": len(np.unique(months.customer[months.defaulted])),
        "shown_by_ledger": int(months.shown.sum()),
        "left_out": months.left_out,
        "wrong_step": worst,
        "pairs": pairs,
        "figures": {
            method: {
                name: [float(part[row, column]) for part in (found, low, high)]
                for column, name in enumerate(FIGURES)
            }
            for row, method in enumerate(METHODS)
        },
    }
    print(
        f"Month ends {ends[0]} to {ends[1]}: {said['customers']:,} customers, "
        f"{said['customer_months']:,} customer-months;\n{said['defaulted']:,} of them "
        f"({months.defaulted.mean():.2%}) defaulted within {said['horizon_days']} days, of "
        f"{said['defaulters']:,} customers; the ledger shows {said['shown_by_ledger']:,};\n"
        f"{months.left_out:,} customer-months left out, after the first true default."
    )
    print(f"{'':<18}" + "".join(f"{method:<30}" for method in METHODS))
    for column, name in enumerate(FIGURES):
        cells = (
            f"{found[row, column]:+.4f} ({low[row, column]:+.4f} to {high[row, column]:+.4f})"
            for row in range(len(METHODS))
        )
        print(f"{name.replace('_', ' '):<18}" + "".join(f"{cell:<30}" for cell in cells))
    print(f"Largest step the wrong way (0: none) in {pairs:,} random pairs: {worst:.2g} log-odds.")
    if arguments.json:
        arguments.json.write_text(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    main()
