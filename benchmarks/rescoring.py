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
from dataclasses import asdict
from datetime import date
from pathlib import Path

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from benchmarks.simulated_ledger import simulated_ledger
from ledger.days import day_of
from training.recipe import read_recipe
from training.rescoring import LATER_THAN, rescored
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--cutoff", type=date.fromisoformat, default=date(2024, 1, 1))
    arguments = parser.parse_args()

    simulation = simulate(SimulationSettings(arguments.customers, seed=arguments.seed))
    ledger, cutoff = simulated_ledger(simulation), day_of(arguments.cutoff)
    found = rescored(train(ledger, cutoff - 1, read_recipe()), ledger, cutoff)
    print(f"{found[0].invoices:,} invoices; later than {LATER_THAN} days")
    print(f"{'scored':<18}{'still open':>12}{'Brier':>10}")
    for row in found:
        print(f"{row.moment:<18}{row.open:>12,}{row.brier:>10.4f}")
    if arguments.json:
        rows = [asdict(row) for row in found]
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
