"""How many observations a second get the whole catalogue, on one core.

Run it: python benchmarks/features.py [--json FILE] [--invoices N]. A ledger of N invoices is
drawn and loaded; each invoice is observed at the close of its issue day. The clock runs from
the loaded ledger to the frame: settlement, sorting of events and every feature; compilation and
the coding of text as integers stand apart. pandas (cumulative sums and as-of joins) and DuckDB
(window functions) then compute some of the features from settlements that are given to them, on
the same core and in the same run, and must agree.
"""

# ruff: noqa: E402
import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Beside this file, `features` would be this file.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.loaded_ledger import loaded_ledger
from benchmarks.rival_features import SHARED, by_duckdb, by_pandas, given
from features.compute import compute_features
from features.frame import Observations, of_invoices
from features.history import build_history
from features.priors import build_priors
from ledger.applications import is_credit_note
from ledger.arrays import Array
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import settle

ONE_CUSTOMER_INVOICES = 500
WARM_UP_INVOICES = 5_000
COMPARED_INVOICES = 100_000
"""Invoices of the ledger on which pandas and DuckDB are compared, lest they take minutes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--invoices", type=int, default=1_000_000, metavar="N")
    arguments = parser.parse_args()

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    compile_everything()
    result = measure(arguments.invoices)
    print_table(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


def compile_everything() -> None:
    """Let numba compile on a small ledger, or read what it compiled before."""
    ledger = loaded_ledger(WARM_UP_INVOICES)
    compute_features(ledger, at_issue(ledger), build_priors(ledger))


def at_issue(ledger: Ledger) -> Observations:
    """Every invoice of the ledger at the close of its issue day."""
    invoices = ledger.invoices
    row = np.flatnonzero(~is_credit_note(ledger))
    return of_invoices(invoices["customer_id"][row], row, invoices["issued_on"][row])


def measure(invoices: int) -> dict[str, Any]:
    """The figures of ours, of one customer alone, and of the others beside ours."""
    ledger = loaded_ledger(invoices)
    observations = at_issue(ledger)
    priors_seconds, priors = timed(lambda: build_priors(ledger))
    seconds, frame = timed(lambda: compute_features(ledger, observations, priors), repeats=3)
    peak_memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    result = {
        "invoices": invoices,
        "observations": len(observations),
        "features": frame.values.shape[1],
        "observations_per_second": round(len(observations) / seconds),
        "peak_memory_gb": round(peak_memory_gb, 2),
        "priors_seconds": round(priors_seconds, 2),
        "one_customer_milliseconds": round(one_customer_milliseconds(), 2),
    }
    del frame
    return result | compare(loaded_ledger(min(invoices, COMPARED_INVOICES)))


def compare(ledger: Ledger) -> dict[str, Any]:
    """How pandas and DuckDB do on a ledger, beside ours."""
    observations, priors = at_issue(ledger), build_priors(ledger)
    seconds, frame = timed(lambda: compute_features(ledger, observations, priors), repeats=3)
    ours = np.column_stack([frame[name] for name in SHARED])
    settlements = settle(ledger, Definitions())
    history = build_history(ledger, observations, Definitions())
    tables = given(history, settlements)
    more = ours.shape[1] / frame.values.shape[1]
    result: dict[str, Any] = {
        "shared_features": len(SHARED),
        "compared_invoices": len(ledger.invoices),
    }
    for name, compute in (("pandas", by_pandas), ("duckdb", by_duckdb)):
        their_seconds, theirs = timed(lambda compute=compute: compute(tables))
        require_equal(name, ours, theirs)
        result |= {
            f"{name}_observations_per_second": round(len(frame) / their_seconds),
            f"times_{name}": round(their_seconds / seconds, 1),
            f"times_{name}_per_feature": round(their_seconds / seconds / more, 1),
        }
    return result


def timed(compute: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Seconds of the fastest of some runs, and what the last of them gave."""
    best, result = float("inf"), None
    for _ in range(repeats):
        del result
        start = time.perf_counter()
        result = compute()
        best = min(best, time.perf_counter() - start)
    return best, result


def one_customer_milliseconds(repeats: int = 50) -> float:
    """From the loaded ledger of one customer with 500 invoices to one row; the middle of runs."""
    ledger = loaded_ledger(ONE_CUSTOMER_INVOICES * 2)
    owners = ledger.invoices["customer_id"]
    ledger = ledger.of_customers(np.array([np.bincount(owners).argmax()], np.int32))
    priors = build_priors(ledger)
    last = at_issue(ledger).take(np.array([-1]))
    compute_features(ledger, last, priors)
    runs = [timed(lambda: compute_features(ledger, last, priors))[0] for _ in range(repeats)]
    return float(np.median(runs)) * 1_000


def require_equal(name: str, ours: Array, theirs: Array) -> None:
    """Refuse figures of computations that differ."""
    same = np.isclose(ours, theirs, rtol=1e-12, atol=0, equal_nan=True)
    wrong = [feature for feature, right in zip(SHARED, same.all(axis=0), strict=True) if not right]
    if wrong:
        raise SystemExit(f"{name} computes otherwise: {', '.join(wrong)}")


def print_table(result: dict[str, Any]) -> None:
    shared = result["shared_features"]
    print(f"{result['observations']:,} observations of {result['invoices']:,} invoices, one core")
    print(f"{'':<24}{'features':>10}{'observations/s':>16}{'ours is':>10}{'per feature':>14}")
    print(f"{'ours':<24}{result['features']:>10}{result['observations_per_second']:>16,}")
    for name in ("pandas", "duckdb"):
        print(
            f"{name:<24}{shared:>10}{result[f'{name}_observations_per_second']:>16,}"
            f"{result[f'times_{name}']:>8} x{result[f'times_{name}_per_feature']:>12} x"
        )
    print(
        f"pandas and duckdb on {result['compared_invoices']:,} invoices, settlements given to them"
    )
    print(f"peak memory {result['peak_memory_gb']} GB, priors {result['priors_seconds']} s")
    print(
        f"one customer of {ONE_CUSTOMER_INVOICES} invoices, ledger to row:"
        f" {result['one_customer_milliseconds']} ms"
    )


if __name__ == "__main__":
    main()
