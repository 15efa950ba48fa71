"""How near the forecast share of late invoices comes to the true one, over monthly retrains.

Run it: python benchmarks/censoring.py [--json FILE] [--customers N] [--seed N] [--months N]
[--history N] [--climate SD] [--max-rows N]. A ledger is simulated: two years of history, then
the months. Before each month the delay model is trained anew on what was known, once as it is
meant to be, open invoices counting as unfinished, and once on paid invoices alone. Each invoice
of the month is scored at the close of the day it was issued, and the mean of P(late) held against
the mean of the chances that the invoices were drawn from. The news of the business climate in a
month is in the truth and in no forecast made before it; what it moves the share by, about, stands
beside.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from benchmarks.simulated_ledger import simulated_ledger
from ledger.days import date_of, day_of, month_index, month_start
from training.censoring import mean_absolute, monthly_share
from training.recipe import Recipe, read_recipe
from training.simulation.aligned import true_p_late
from training.simulation.climate_news import climate_news
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate

CUSTOMERS = 2_300
"""Enough for 5,000 invoices in each of the months."""
HISTORY_MONTHS, MONTHS = 24, 6
ERRORS = ("error", "error_of_paid_only")
MAX_ROWS = 250_000
"""Rows of each of the two trainings of a month."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--months", type=int, default=MONTHS, metavar="N")
    parser.add_argument(
        "--history", type=int, default=HISTORY_MONTHS, metavar="N", help="months before them"
    )
    parser.add_argument(
        "--climate",
        type=float,
        default=SimulationSettings.climate_shock_log_odds,
        metavar="SD",
        help="monthly news of the business climate, log-odds",
    )
    parser.add_argument("--max-rows", type=int, default=MAX_ROWS, metavar="N")
    arguments = parser.parse_args()

    recipe = read_recipe()
    recipe = replace(recipe, delay=replace(recipe.delay, max_rows=arguments.max_rows))
    settings = SimulationSettings(
        arguments.customers,
        arguments.history + arguments.months,
        arguments.seed,
        climate_shock_log_odds=arguments.climate,
    )
    print(
        f"{arguments.customers:,} customers, seed {arguments.seed}; delay.max_rows "
        f"{arguments.max_rows:,}; monthly news of the climate {arguments.climate} log-odds (sd)"
    )
    print(
        f"{'':<18}{'not paid':>10}{'share of late invoices, %':>30}{'error, points':>20}{'news':>8}"
    )
    print(
        f"{'month':<8}{'invoices':>10}{'before':>10}{'true':>10}{'model':>10}{'paid only':>10}"
        f"{'model':>10}{'paid only':>10}{'points':>8}"
    )
    rows = study(settings, arguments.history, recipe)
    means = {name: mean_absolute([row[name] for row in rows]) for name in ERRORS}
    print(f"{'mean size':<58}" + "".join(f"{100 * mean:>10.2f}" for mean in means.values()))
    if arguments.json:
        found = {"months": rows, "mean_absolute": means}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


def study(
    settings: SimulationSettings, history_months: int, recipe: Recipe
) -> list[dict[str, Any]]:
    """Forecasts and truth of each month after the history; printed as a row."""
    simulation = simulate(settings)
    ledger = simulated_ledger(simulation)
    p_late, news = true_p_late(simulation, ledger), climate_news(simulation)
    first_month = int(month_index(np.array([day_of(settings.start)]))[0])
    rows = []
    for nth in range(history_months, settings.months):
        first = int(month_start(np.array([first_month + nth]))[0])
        share = monthly_share(ledger, p_late, first, recipe)
        row = {
            **asdict(share),
            "first": date_of(first).isoformat(),
            **{name: getattr(share, name) for name in ERRORS},
            "news": float(news[nth]),
        }
        shares = (share.true, share.said, share.said_of_paid_only)
        print(
            f"{row['first'][:7]:<8}{share.invoices:>10,}{share.open_share:>10.1%}"
            + "".join(f"{100 * part:>10.2f}" for part in shares)
            + "".join(f"{100 * row[name]:>+10.2f}" for name in ERRORS)
            + f"{100 * row['news']:>+8.2f}",
            flush=True,
        )
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
