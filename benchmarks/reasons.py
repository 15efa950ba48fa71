"""How fast reasons are: our walk, shap, and LightGBM's own contributions.

Run it: python benchmarks/reasons.py [--json FILE]. Two tables.

Rows a second of plain models. All three explain the same models in the same run, so the ratios
can be compared between machines. shap computes what we compute (interventional, one background
row). LightGBM's `pred_contrib` answers another question (path-dependent contributions); it stands
here as the usual choice. Ours and LightGBM use all threads (NUMBA_NUM_THREADS sets fewer), shap
has only one.

Seconds for the delay reasons of 1,000 invoices, sentences included, by models trained on a
simulated ledger. Beside it stands shap's walk through the same trees, once for each interval of a
few of these invoices against one background row. That is not yet an answer: it says nothing of
days, and a covariate that counts from a feature does not go with it.
"""

# ruff: noqa: E402
import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Beside this file are modules named as ours are.
sys.path[0] = str(Path(__file__).resolve().parents[1])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import lightgbm
import numba
import numpy as np
from lightgbm import Booster, Dataset

from benchmarks.simulated_ledger import simulated_ledger
from features.compute import compute_features
from features.frame import FeatureFrame, of_invoices
from features.priors import build_priors
from ledger.arrays import Floats
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from models.intervals import design, live_intervals
from models.reasons import explain
from models.shapley import Forest, contributions
from training.labels import delay_outcomes
from training.recipe import read_recipe
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate
from training.train import train

THREADS = numba.config.NUMBA_NUM_THREADS
N_ROWS, N_FEATURES, N_TREES = 10_000, 80, 200
N_ROWS_OTHERS = 200
SHAPES = {"15 leaves, depth 5": (15, 5), "31 leaves, depth 6": (31, 6), "63 leaves": (63, -1)}

CUSTOMERS, N_INVOICES, N_INVOICES_OTHERS = 120, 1_000, 10


def main() -> None:
    """Measure, print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()

    rows, outcome = payments()
    results = []
    for name, (num_leaves, max_depth) in SHAPES.items():
        params = {"num_leaves": num_leaves, "max_depth": max_depth}
        fixed = {"objective": "binary", "num_threads": 1, "verbose": -1}
        booster = lightgbm.train(fixed | params, Dataset(rows, outcome), N_TREES)
        results.append(
            {"model": name, "trees": N_TREES, "threads": THREADS} | compare(booster, rows)
        )
    print_table(results)
    delay = delay_reasons(simulated_ledger(simulate(SimulationSettings(CUSTOMERS))))
    print(
        f"\ndelay reasons of {delay['invoices']:,} invoices, {delay['trees']} trees of "
        f"{delay['leaves']:.0f} leaves: {delay['seconds']:.2f} s; shap's walks alone: "
        f"{delay['shap_seconds']:.0f} s, {delay['shap_to_ours']:.0f} times as long"
    )
    if arguments.json:
        said = {"models": results, "delay": delay}
        arguments.json.write_text(json.dumps(said, indent=2) + "\n")


def payments() -> tuple[Floats, Floats]:
    """Rows with a tenth of the numbers missing, and an outcome that depends on many of them."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(N_ROWS, N_FEATURES))
    signal = rows @ rng.normal(size=N_FEATURES) / 4 + rows[:, 0] * rows[:, 1]
    outcome = (signal + rng.normal(size=N_ROWS) > 0).astype(np.float64)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, outcome


def compare(booster: Booster, rows: Floats) -> dict[str, Any]:
    """Rows a second of each of the three, the ratios, and how far shap's values are from ours."""
    forest = Forest.from_booster(booster)
    # Medians lie on thresholds, and shap's walk rounds thresholds to float32; rounded they do not.
    reference = np.nanmedian(rows, axis=0).round(2)
    references = np.tile(reference, (len(rows), 1))
    few = rows[:N_ROWS_OTHERS]
    explainer = shap_explainer(booster, reference)

    ours = rows_per_second(lambda: contributions(forest, rows, references), len(rows))
    shap = rows_per_second(lambda: explainer(few), len(few))
    path = rows_per_second(
        lambda: booster.predict(few, pred_contrib=True, num_threads=THREADS), len(few)
    )
    difference = np.abs(explainer(few) - contributions(forest, few, references[: len(few)])).max()
    return {
        "ours_rows_per_second": round(ours),
        "shap_rows_per_second": round(shap),
        "pred_contrib_rows_per_second": round(path),
        "ours_to_shap": round(ours / shap, 1),
        "ours_to_pred_contrib": round(ours / path, 1),
        "greatest_difference_from_shap": float(difference),
    }


def delay_reasons(ledger: Ledger) -> dict[str, Any]:
    """Seconds for the reasons of invoices at their issue in the last year, and shap's."""
    through, recipe = ledger.extract.complete_through, read_recipe()
    bundle = train(ledger, through, recipe)
    outcomes = delay_outcomes(ledger, recipe.definitions)
    recent = np.flatnonzero(outcomes.observable & (outcomes.observed_from > through - 365))
    invoice = np.random.default_rng(0).choice(recent, N_INVOICES, replace=False)
    observations = of_invoices(
        ledger.invoices["customer_id"][invoice], invoice, outcomes.observed_from[invoice]
    )
    priors = build_priors(ledger, recipe.definitions)
    frame = compute_features(ledger, observations, priors, recipe.definitions)
    trees = bundle.delay.forest
    seconds = len(frame) / rows_per_second(lambda: explain(bundle, frame), len(frame))
    shap_seconds = shap_seconds_by_interval(bundle, frame)
    return {
        "invoices": len(frame),
        "trees": len(trees.roots),
        "leaves": (len(trees.nodes) / len(trees.roots) + 1) / 2,
        "intervals": float(live_intervals(frame).sum(axis=1).mean()),
        "seconds": seconds,
        "shap_seconds": shap_seconds,
        "shap_to_ours": shap_seconds / seconds,
    }


def shap_seconds_by_interval(bundle: ModelBundle, frame: FeatureFrame) -> float:
    """Seconds of shap for every interval of every row, from those of a few rows."""
    few = frame.take(np.arange(N_INVOICES_OTHERS))
    rows = design(few, *np.nonzero(live_intervals(few)))
    explainer = shap_explainer(Booster(model_str=bundle.delay.text), rows[len(rows) // 2])
    n_walks = int(live_intervals(frame).sum())
    return n_walks / rows_per_second(lambda: explainer(rows), len(rows), repeats=1)


def shap_explainer(booster: Booster, reference: Floats) -> Callable[[Floats], Floats]:
    """shap's interventional values against one background row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    explainer = shap.TreeExplainer(
        booster, data=reference[None], feature_perturbation="interventional"
    )
    return lambda rows: explainer.shap_values(rows, check_additivity=False)


def rows_per_second(explain: Callable[[], object], n_rows: int, repeats: int = 2) -> float:
    """The best of some runs, after one that is not counted."""
    explain()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        explain()
        best = min(best, time.perf_counter() - start)
    return n_rows / best


def print_table(results: list[dict[str, Any]]) -> None:
    """One line for each model."""
    print(f"{N_TREES} trees, {N_FEATURES} features, {THREADS} threads; rows a second")
    print(f"{'model':<20}{'ours':>10}{'shap':>10}{'pred_contrib':>14}{'ours is':>32}")
    for result in results:
        print(
            f"{result['model']:<20}{result['ours_rows_per_second']:>10,}"
            f"{result['shap_rows_per_second']:>10,}{result['pred_contrib_rows_per_second']:>14,}"
            f"{result['ours_to_shap']:>8} x shap,{result['ours_to_pred_contrib']:>6} x pred_contrib"
        )
    worst = max(result["greatest_difference_from_shap"] for result in results)
    print(f"greatest difference from shap: {worst:.1e}")


if __name__ == "__main__":
    main()
