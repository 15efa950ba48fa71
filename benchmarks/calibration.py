"""How near the probability of paying late comes to the simulator's true one.

Run it: python benchmarks/calibration.py [--json FILE] [--customers N] [--seed N] [--climate SD]
[--cutoff DATE ...]. A ledger is simulated; models trained before each cutoff score what was
issued from it on, as `duecast backtest` does, and are held against the chances that the
invoices were drawn from. The calibration error is the mean distance between forecast and truth
over ten bins of forecasts; the bias, mean forecast less mean truth. A truth knows what no ledger
shows (a customer's health, next month's climate), so single forecasts differ from it by more.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from benchmarks.simulated_ledger import simulated_ledger
from ledger.days import parse_day
from ledger.ledger import Ledger
from training.backtest import backtest, predictions
from training.metrics import calibration_error
from training.recipe import read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import Simulation, simulate

CUTOFFS = ("2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=500, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument(
        "--climate",
        type=float,
        default=SimulationSettings.climate_shock_log_odds,
        metavar="SD",
        help="monthly news of the business climate, log-odds",
    )
    parser.add_argument("--cutoff", action="append", metavar="DATE")
    arguments = parser.parse_args()

    settings = SimulationSettings(
        arguments.customers, seed=arguments.seed, climate_shock_log_odds=arguments.climate
    )
    simulation = simulate(settings)
    print(f"{'cutoff':<12}{'invoices':>10}{'true share':>12}{'bias':>8}{'calibration error':>19}")
    ledger = simulated_ledger(simulation)
    rows = [against_truth(simulation, ledger, cutoff) for cutoff in arguments.cutoff or CUTOFFS]
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


def against_truth(simulation: Simulation, ledger: Ledger, cutoff: str) -> dict[str, Any]:
    """What models from before a cutoff say of the invoices after it; printed as a row."""
    said = predictions(ledger, backtest(ledger, [parse_day(cutoff)], read_recipe()))
    truth = simulation.truth.set_index("invoice_id")["p_late"].loc[said["invoice_id"]]
    forecast, true = said["p_later_than_0"].to_numpy(), truth.to_numpy(np.float64)
    row = {
        "cutoff": cutoff,
        "invoices": len(said),
        "true_share": float(true.mean()),
        "bias": float(forecast.mean() - true.mean()),
        "calibration_error": calibration_error(forecast, true),
    }
    print(
        f"{cutoff:<12}{row['invoices']:>10,}{row['true_share']:>12.3f}{row['bias']:>+8.3f}"
        f"{row['calibration_error']:>19.3f}",
        flush=True,
    )
    return row


if __name__ == "__main__":
    main()
