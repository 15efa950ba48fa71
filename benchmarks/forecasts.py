"""How good forecasts at issue are, on public ledgers and a simulated one, beside other methods.

Run it: python benchmarks/forecasts.py [LEDGER ...] [--json FILE] [--cutoff DATE] [--seed N]. LEDGER
is `ibm` or `highradius` (from the folder that `DUECAST_REAL_DATA` names), `simulated`, or the
directory of a ledger; all three without one. Models trained on what was known before a cutoff
score every invoice issued from then on, up to the next cutoff, at the close of that day, as
`duecast backtest` does; the simulated ledger has four cutoffs, a quarter apart.
Beside it stand the simple methods of that command and two boosters on closed invoices. Intervals
are 95 %, by a bootstrap of whole customers.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from benchmarks.public_ledgers import CUTOFFS as PUBLIC_CUTOFFS
from benchmarks.public_ledgers import public_ledger
from benchmarks.rival_boosters import boosters
from benchmarks.simulated_ledger import simulated_ledger
from features.compute import compute_features
from features.frame import of_invoices
from features.priors import build_priors
from ledger.arrays import Array, Flags, Floats
from ledger.days import date_of, parse_day
from ledger.files import read_ledger
from ledger.ledger import Ledger
from models.distribution import DelayDistribution
from models.scoring import CLEARED_FEATURE, FEW_CLEARED
from training.backtest import MODEL, Fold, backtest
from training.cluster_bootstrap import cluster_intervals
from training.gates import MIN_THIN_INVOICES, segment_late_share
from training.judged_items import FIGURES, JudgedItems
from training.labels import DelayOutcomes, delay_outcomes
from training.metrics import calibration_error
from training.paired_difference import paired_difference
from training.pit import Pit, uniformity
from training.recipe import Recipe, read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import Simulation, simulate

SIMULATED = "simulated"
CUTOFFS = {name: [cutoff] for name, cutoff in PUBLIC_CUTOFFS.items()} | {
    SIMULATED: ["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"]
}
SEED = 11
"""Another than the default, on whose ledger recipe and features were tried."""
TRUE_CHANCES = {0: "p_late", 30: "p_late_30"}
LOSSES = {"brier": "squared_error", "mae": "absolute_error"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ledgers", nargs="*", metavar="LEDGER", default=list(CUTOFFS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--cutoff", action="append", metavar="DATE", help="instead of the ledger's")
    parser.add_argument("--customers", type=int, default=500, metavar="N", help="of the simulated")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="of the simulated")
    arguments = parser.parse_args()
    found = {}
    for name in arguments.ledgers:
        if not arguments.cutoff and name not in CUTOFFS:
            parser.error(f"{name} needs --cutoff DATE, the first day that models know nothing of")
        cutoffs = arguments.cutoff or CUTOFFS[name]
        ledger, simulation = _read(
            name, SimulationSettings(arguments.customers, seed=arguments.seed)
        )
        found[name] = study(ledger, cutoffs, read_recipe(), simulation)
        _show(name, found[name])
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


def study(
    ledger: Ledger, cutoffs: list[str], recipe: Recipe, simulation: Simulation | None = None
) -> dict[str, Any]:
    """Figures of each method, thin histories, calibration and uniformity, JSON values."""
    found = backtest(ledger, [parse_day(cutoff) for cutoff in cutoffs], recipe)
    outcomes = delay_outcomes(ledger, recipe.definitions)
    priors = build_priors(ledger, recipe.definitions)
    parts: dict[str, list[JudgedItems]] = {}
    frames = []
    for fold in found.folds:
        customer = ledger.invoices["customer_id"][fold.invoice]
        seen = of_invoices(customer, fold.invoice, fold.as_of)
        frame = compute_features(ledger, seen, priors, recipe.definitions)
        known = ledger.known_at(fold.cutoff - 1)
        others = {**fold.baselines, "boosters": boosters(known, recipe, frame)}
        said = fold.scores.distribution
        parts.setdefault(MODEL, []).append(JudgedItems.of_model(said, outcomes, fold.invoice))
        for name, other in others.items():
            judged = JudgedItems.of_baseline(other, outcomes, fold.invoice)
            parts.setdefault(name, []).append(judged)
        frames.append(frame)
    items = {name: JudgedItems.concatenated(each) for name, each in parts.items()}
    invoice = np.concatenate([fold.invoice for fold in found.folds])
    said = DelayDistribution.concatenated([fold.scores.distribution for fold in found.folds])
    customer = ledger.invoices["customer_id"][invoice]
    cleared, prior = (
        np.concatenate([column(frame) for frame in frames])
        for column in (lambda frame: frame[CLEARED_FEATURE], segment_late_share)
    )
    whole = Pit.of(said, outcomes, invoice)
    result = {
        "cutoffs": cutoffs,
        "invoices": len(invoice),
        "customers": len(np.unique(customer)),
        "methods": {name: _figures(each, customer, recipe) for name, each in items.items()},
        "less_than_best_other": _against_best(items, customer, recipe),
        "thin_history": _thin_history(items[MODEL], cleared < FEW_CLEARED, prior, customer, recipe),
        "coverage": _coverage(whole, customer, recipe),
        "folds": [_reliability(ledger, fold, outcomes, recipe, simulation) for fold in found.folds],
    }
    return result


def _reliability(
    ledger: Ledger,
    fold: Fold,
    outcomes: DelayOutcomes,
    recipe: Recipe,
    simulation: Simulation | None,
) -> dict[str, Any]:
    """How far the probabilities of one cutoff can be taken for such; errors of each apart."""
    said = fold.scores.distribution
    customer = ledger.invoices["customer_id"][fold.invoice]
    uniform = uniformity(Pit.of(said, outcomes, fold.invoice), customer, recipe.seed)
    later = {k: event for k, event in fold.accuracy[MODEL].later_than.items() if k in TRUE_CHANCES}
    found: dict[str, Any] = {
        "cutoff": date_of(fold.cutoff).isoformat(),
        "calibration_error": {str(k): event.calibration_error for k, event in later.items()},
        "bias": {str(k): event.bias for k, event in later.items()},
        "pit_distance": uniform.distance,
        "pit_by_chance": uniform.by_chance,
    }
    if simulation is None:
        return found
    ids = ledger.text("invoices", "invoice_id")[fold.invoice]
    truth = simulation.truth.set_index("invoice_id").loc[ids]
    true = {k: truth[name].to_numpy(np.float64) for k, name in TRUE_CHANCES.items()}
    return found | {
        "bias_against_truth": float((said.later_than(0) - true[0]).mean()),
        "calibration_error_against_truth": {
            str(k): calibration_error(said.later_than(k), chance) for k, chance in true.items()
        },
    }


def _read(name: str, settings: SimulationSettings) -> tuple[Ledger, Simulation | None]:
    if name == SIMULATED:
        simulation = simulate(settings)
        return simulated_ledger(simulation), simulation
    if name not in CUTOFFS:
        return read_ledger(Path(name)), None
    with tempfile.TemporaryDirectory() as scratch:
        return read_ledger(public_ledger(name, Path(scratch))), None


def _figures(items: JudgedItems, customer: Array, recipe: Recipe) -> dict[str, Any]:
    """Each figure with its interval: [figure, low, high]."""
    between = items.intervals(customer, recipe.seed)
    values = dict(zip(FIGURES, items.figures().tolist(), strict=True))
    return {name: [values[name], *between[name]] for name in between}


def _coverage(pit: Pit, customer: Array, recipe: Recipe) -> list[float]:
    """Share between the 10 % and 90 % quantiles, with its interval."""
    between = pit.share_up_to(0.9) - pit.share_up_to(0.1)
    low, high = cluster_intervals(
        lambda rows: np.array([between[rows].mean()]), customer, recipe.seed
    )
    return [pit.coverage(), float(low[0]), float(high[0])]


def _against_best(
    items: dict[str, JudgedItems], customer: Array, recipe: Recipe
) -> dict[str, dict[str, Any]]:
    """By each loss, ours less that of the best other method on the same invoices."""
    found = {}
    for figure, loss in LOSSES.items():
        ours = getattr(items[MODEL], loss)
        told = ~np.isnan(ours)
        losses = {
            name: getattr(each, loss)
            for name, each in items.items()
            if name != MODEL and not np.isnan(getattr(each, loss)[told]).any()
        }
        best = min(losses, key=lambda name: float(losses[name][told].mean()))
        apart = paired_difference(ours[told], losses[best][told], customer[told], recipe.seed)
        found[figure] = {"other": best, "difference": [apart.mean, apart.low, apart.high]}
    return found


def _thin_history(
    items: JudgedItems, few_cleared: Flags, prior: Floats, customer: Array, recipe: Recipe
) -> dict[str, Any]:
    """Invoices of customers with few payments known, against the late share of their segment."""
    thin = few_cleared & ~np.isnan(prior + items.p_late)
    if thin.sum() < MIN_THIN_INVOICES:
        return {"invoices": int(thin.sum())}
    model = items.take(thin)
    share = JudgedItems(prior[thin], model.late, model.absolute_error, model.crps)
    losses = model.squared_error, share.squared_error
    apart = paired_difference(*losses, customer[thin], recipe.seed)
    told = [_figures(each, customer[thin], recipe) for each in (model, share)]
    return {
        "invoices": int(thin.sum()),
        **{
            name: {figure: figures[figure] for figure in ("auc", "brier")}
            for name, figures in zip(("model", "prior"), told, strict=True)
        },
        "brier_difference": [apart.mean, apart.low, apart.high],
    }


def _show(name: str, found: dict[str, Any]) -> None:
    print(f"{name}, from {found['cutoffs'][0]}: {found['invoices']:,} invoices")
    for method, figures in found["methods"].items():
        told = (
            f"{key} {value:.4f} ({low:.3f}-{high:.3f})"
            for key, (value, low, high) in figures.items()
        )
        print(f"  {method:<16}", *told)
    for key, value in found.items():
        if key not in ("methods", "cutoffs", "invoices"):
            print(f"  {key}: {value}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
