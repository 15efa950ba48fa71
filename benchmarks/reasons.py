"""How many rows a second get their reasons: our walk, shap, and LightGBM's own contributions.

Run it: python benchmarks/reasons.py [--json FILE]. All three explain the same models in the
same run, so the ratios can be compared between machines. shap computes what we compute
(interventional, one background row). LightGBM's `pred_contrib` answers another question
(path-dependent contributions); it stands here as the usual choice. Ours and LightGBM use all
threads (NUMBA_NUM_THREADS sets fewer), shap has only one.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numba
import numpy as np
from lightgbm import Booster, Dataset

from ledger.arrays import Floats
from models.shapley import Forest, contributions

THREADS = numba.config.NUMBA_NUM_THREADS
N_ROWS, N_FEATURES, N_TREES = 10_000, 80, 200
N_ROWS_OTHERS = 200
SHAPES = {"15 leaves, depth 5": (15, 5), "31 leaves, depth 6": (31, 6), "63 leaves": (63, -1)}


def main() -> None:
    """Measure, print a table, and write it where asked."""
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
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


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
