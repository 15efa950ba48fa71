"""How long it takes to train both models on a simulated ledger of 80,000 invoices.

Run it: python benchmarks/training.py [--json FILE] [--customers N]. Beside it, in the same run
and on as many threads, stands what one would write in an afternoon: a LightGBM classifier of late
or not late, fitted on the same features of every invoice at its issue. It gives one probability
where the delay model gives a distribution of days, and forgets what is still open.
"""

# ruff: noqa: E402
import argparse
import json
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

# Beside this file, `training` would be this file.
sys.path[0] = str(Path(__file__).resolve().parents[1])
# As the command line has it: threads that wait for others leave them the cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from lightgbm import LGBMClassifier

from benchmarks.simulated_ledger import simulated_ledger
from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.ledger import Ledger
from training.labels import delay_outcomes
from training.recipe import Recipe, read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

CUSTOMERS, MONTHS = 780, 36
"""A simulated ledger of about 80,000 invoices."""
PLAIN_ROUNDS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N")
    arguments = parser.parse_args()

    ledger = simulated_ledger(simulate(SimulationSettings(arguments.customers, MONTHS)))
    result = measure(ledger, read_recipe())
    print(
        f"{result['invoices']:,} invoices, {result['rows']:,} rows of the delay model, "
        f"{result['threads']} threads"
    )
    print(f"duecast, both models  {result['seconds']:>7.1f} s  {result['peak_memory_gb']} GB")
    print(f"one classifier        {result['plain_seconds']:>7.1f} s")
    print(f"duecast takes {result['times_plain']} times as long")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


def measure(ledger: Ledger, recipe: Recipe) -> dict[str, Any]:
    """Seconds of both, after a small training that lets numba compile."""
    through = ledger.extract.complete_through
    train(ledger, through, replace(recipe, delay=replace(recipe.delay, max_rows=20_000)))
    start = time.perf_counter()
    bundle = train(ledger, through, recipe)
    trained = time.perf_counter()
    peak_memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    fit_plain(ledger, recipe)
    plain = time.perf_counter()
    return {
        "invoices": bundle.metrics["delay"]["invoices"],
        "rows": bundle.metrics["delay"]["rows"],
        "threads": recipe.threads,
        "seconds": round(trained - start, 1),
        "peak_memory_gb": round(peak_memory_gb, 2),
        "plain_seconds": round(plain - trained, 1),
        "times_plain": round((trained - start) / (plain - trained), 1),
    }


def fit_plain(ledger: Ledger, recipe: Recipe) -> None:
    """A classifier of late or not, from the ledger on."""
    outcomes = delay_outcomes(ledger, recipe.definitions)
    late, is_known = outcomes.later_than(0)
    (row,) = is_known.nonzero()
    observed = of_invoices(ledger.invoices["customer_id"][row], row, outcomes.observed_from[row])
    frame = compute_features(ledger, observed, build_priors(ledger, recipe.definitions))
    classifier = LGBMClassifier(
        n_estimators=PLAIN_ROUNDS, learning_rate=0.05, n_jobs=recipe.threads, verbosity=-1
    )
    classifier.fit(frame.values, late[row])


if __name__ == "__main__":
    main()
