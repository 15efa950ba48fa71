"""How many observations a second get the whole catalogue, on one core.

Run it: python benchmarks/features.py [--json FILE] [--invoices N]. A ledger of N invoices is
drawn and loaded; each invoice is observed at the close of its issue day. The clock runs from
the loaded ledger to the frame: settlement, sorting of events and every feature; compilation and
the coding of text as integers stand apart. pandas (cumulative sums and as-of joins) and DuckDB
(window functions) then compute a dozen of the features from outcomes that are given to them, on
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

import duckdb
import numpy as np
import pandas as pd

from benchmarks.loaded_ledger import loaded_ledger
from features.compute import compute_features
from features.frame import Observations, of_invoices
from features.history import History, build_history
from features.priors import build_priors
from ledger.applications import is_credit_note
from ledger.arrays import Array
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import settle

SHARED = (
    "invoices",
    "tenure_days",
    "days_since_invoice",
    "invoices_90d",
    "billing_growth",
    "outcomes",
    "days_late_mean",
    "late_share",
    "early_share",
    "on_day_share",
    "over_30_share",
    "days_to_pay_mean",
)
"""Features that pandas and DuckDB compute too."""

ONE_CUSTOMER_INVOICES = 500
WARM_UP_INVOICES = 5_000


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
    n = len(observations)
    priors_seconds, priors = timed(lambda: build_priors(ledger), repeats=1)
    ours_seconds, frame = timed(lambda: compute_features(ledger, observations, priors), repeats=3)
    peak_memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    ours = np.column_stack([frame[name] for name in SHARED])
    features = frame.values.shape[1]
    del frame

    history = build_history(ledger, observations, Definitions(), settle(ledger, Definitions()))
    tables = as_tables(history)
    pandas_seconds, theirs = timed(lambda: by_pandas(*tables), repeats=1)
    require_equal("pandas", ours, theirs)
    duckdb_seconds, theirs = timed(lambda: by_duckdb(*tables), repeats=1)
    require_equal("DuckDB", ours, theirs)
    return {
        "invoices": invoices,
        "observations": n,
        "features": features,
        "shared_features": len(SHARED),
        "observations_per_second": round(n / ours_seconds),
        "peak_memory_gb": round(peak_memory_gb, 2),
        "priors_seconds": round(priors_seconds, 2),
        "one_customer_milliseconds": round(one_customer_milliseconds(), 2),
        "pandas_observations_per_second": round(n / pandas_seconds),
        "duckdb_observations_per_second": round(n / duckdb_seconds),
        "times_pandas": round(pandas_seconds / ours_seconds, 2),
        "times_duckdb": round(duckdb_seconds / ours_seconds, 2),
        "times_pandas_per_feature": round(
            pandas_seconds / ours_seconds * features / len(SHARED), 1
        ),
        "times_duckdb_per_feature": round(
            duckdb_seconds / ours_seconds * features / len(SHARED), 1
        ),
    }


def timed(compute: Callable[[], Any], repeats: int) -> tuple[float, Any]:
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
    runs = [timed(lambda: compute_features(ledger, last, priors), 1)[0] for _ in range(repeats)]
    return float(np.median(runs)) * 1_000


def as_tables(history: History) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Observations, invoices and changes of outcomes, as the others take them."""
    items, outcomes, changes, visits = (
        history.items,
        history.outcomes,
        history.changes,
        history.visits,
    )
    invoices = pd.DataFrame(
        {"customer": history.owner, "day": items.known_on, "amount": items.amount_minor}
    )
    of = changes.outcome
    item = outcomes.item[of]
    paid = pd.DataFrame(
        {
            "customer": history.owner[item],
            "day": changes.known_on,
            "sign": changes.sign,
            "days_late": outcomes.days_late[of],
            "days_to_pay": outcomes.paid_on[of] - items.issued_on[item],
        }
    )
    observed = pd.DataFrame(
        {
            "place": visits.row,
            "customer": history.owner[visits.item],
            "day": visits.as_of,
            "amount": items.amount_minor[visits.item],
        }
    )
    return observed.sort_values("place", ignore_index=True), invoices, paid


def by_pandas(observed: pd.DataFrame, invoices: pd.DataFrame, paid: pd.DataFrame) -> Array:
    """The shared features: cumulative sums by customer, looked up as of a day."""
    observed = observed.sort_values("day", kind="stable")
    invoices = invoices.sort_values("day", kind="stable")
    paid = paid.sort_values("day", kind="stable")
    by_customer = invoices.groupby("customer")
    billed = pd.DataFrame(
        {
            "customer": invoices["customer"],
            "day": invoices["day"],
            "count": by_customer.cumcount() + 1,
            "billed": by_customer["amount"].cumsum(),
            "first": by_customer["day"].transform("min"),
            "last": invoices["day"],
        }
    )
    late, sign = paid["days_late"], paid["sign"]
    counts = pd.DataFrame(
        {
            "outcomes": sign,
            "days_late": sign * late,
            "late": sign * (late > 0),
            "early": sign * (late < 0),
            "on_day": sign * (late == 0),
            "over_30": sign * (late > 30),
            "days_to_pay": sign * paid["days_to_pay"],
        }
    )
    sums = counts.groupby(paid["customer"]).cumsum()
    sums[["customer", "day"]] = paid[["customer", "day"]]

    def as_of(table: pd.DataFrame, days_before: int) -> pd.DataFrame:
        asked = observed[["customer", "day"]].assign(day=observed["day"] - days_before)
        found = pd.merge_asof(asked, table, on="day", by="customer")
        return found.set_axis(observed.index)

    now, before_90, before_180 = as_of(billed, 0), as_of(billed, 90), as_of(billed, 180)
    yesterday, known = as_of(billed, 1), as_of(sums, 0)
    others = now["count"] - 1
    same_day = now["count"] - yesterday["count"].fillna(0) > 1
    amount = observed["amount"]
    recent = now["billed"] - before_90["billed"].fillna(0) - amount
    earlier = before_90["billed"].fillna(0) - before_180["billed"].fillna(0)
    n = known["outcomes"].where(known["outcomes"] > 0)
    found = pd.DataFrame(
        {
            "invoices": others,
            "tenure_days": (observed["day"] - now["first"]).where(others > 0),
            "days_since_invoice": (observed["day"] - yesterday["last"]).mask(same_day, 0),
            "invoices_90d": others - before_90["count"].fillna(0),
            "billing_growth": recent / earlier.where(earlier > 0),
            "outcomes": known["outcomes"].fillna(0),
            "days_late_mean": known["days_late"] / n,
            "late_share": known["late"] / n,
            "early_share": known["early"] / n,
            "on_day_share": known["on_day"] / n,
            "over_30_share": known["over_30"] / n,
            "days_to_pay_mean": known["days_to_pay"] / n,
        }
    )
    return found.sort_index()[list(SHARED)].to_numpy(np.float64)


def by_duckdb(observed: pd.DataFrame, invoices: pd.DataFrame, paid: pd.DataFrame) -> Array:
    """The shared features: window functions over invoices, outcomes and observations together."""
    with duckdb.connect(config={"threads": 1}) as database:
        for name, frame in (("observed", observed), ("invoices", invoices), ("paid", paid)):
            database.register(name, frame)
        columns = database.execute(QUERY).fetchnumpy()
    order = np.argsort(columns["place"])
    return np.column_stack(
        [np.ma.filled(columns[name].astype(np.float64), np.nan)[order] for name in SHARED]
    )


QUERY = """
with events as (
    select customer, day, null as place, 1 as invoice, amount, 0 as sign, 0 as late, 0 as to_pay
    from invoices
    union all
    select customer, day, null, 0, 0, sign, days_late, days_to_pay from paid
    union all
    select customer, day, place, 0, amount, 0, 0, 0 from observed
), counted as (
    select
        place, day, amount,
        sum(invoice) over so_far - 1 as others,
        min(day) filter (invoice = 1) over so_far as first_day,
        max(day) filter (invoice = 1) over until_yesterday as last_day,
        sum(invoice) over today as same_day,
        sum(invoice) over last_90 - 1 as others_90,
        sum(amount * invoice) over last_90 - amount as billed_90,
        sum(amount * invoice) over last_180 - amount as billed_180,
        sum(sign) over so_far as outcomes,
        sum(sign * late) over so_far as days_late,
        sum(sign) filter (late > 0) over so_far as late,
        sum(sign) filter (late < 0) over so_far as early,
        sum(sign) filter (late = 0) over so_far as on_day,
        sum(sign) filter (late > 30) over so_far as over_30,
        sum(sign * to_pay) over so_far as to_pay
    from events
    window
        so_far as (partition by customer order by day range unbounded preceding),
        until_yesterday as (
            partition by customer order by day range between unbounded preceding and 1 preceding
        ),
        today as (partition by customer order by day range 0 preceding),
        last_90 as (partition by customer order by day range 89 preceding),
        last_180 as (partition by customer order by day range 179 preceding)
)
select
    place,
    others as invoices,
    case when others > 0 then day - first_day end as tenure_days,
    case when same_day > 1 then 0 else day - last_day end as days_since_invoice,
    others_90 as invoices_90d,
    case when billed_180 > billed_90 then billed_90 / (billed_180 - billed_90) end
        as billing_growth,
    outcomes,
    days_late / nullif(outcomes, 0) as days_late_mean,
    coalesce(late, 0) / nullif(outcomes, 0) as late_share,
    coalesce(early, 0) / nullif(outcomes, 0) as early_share,
    coalesce(on_day, 0) / nullif(outcomes, 0) as on_day_share,
    coalesce(over_30, 0) / nullif(outcomes, 0) as over_30_share,
    to_pay / nullif(outcomes, 0) as days_to_pay_mean
from counted
where place is not null
"""


def require_equal(name: str, ours: Array, theirs: Array) -> None:
    """Refuse figures of computations that differ."""
    same = np.isclose(ours, theirs, rtol=1e-12, atol=0, equal_nan=True)
    wrong = [feature for feature, right in zip(SHARED, same.all(axis=0), strict=True) if not right]
    if wrong:
        raise SystemExit(f"{name} computes otherwise: {', '.join(wrong)}")


def print_table(result: dict[str, Any]) -> None:
    shared, all_features = result["shared_features"], result["features"]
    print(f"{result['observations']:,} observations of {result['invoices']:,} invoices, one core")
    print(f"{'':<24}{'features':>10}{'observations/s':>16}{'ours is':>10}{'per feature':>14}")
    print(f"{'ours':<24}{all_features:>10}{result['observations_per_second']:>16,}")
    for name in ("pandas", "duckdb"):
        print(
            f"{name:<24}{shared:>10}{result[f'{name}_observations_per_second']:>16,}"
            f"{result[f'times_{name}']:>8} x{result[f'times_{name}_per_feature']:>12} x"
        )
    print(f"peak memory {result['peak_memory_gb']} GB, priors {result['priors_seconds']} s")
    print(
        f"one customer of {ONE_CUSTOMER_INVOICES} invoices, ledger to row:"
        f" {result['one_customer_milliseconds']} ms"
    )


if __name__ == "__main__":
    main()
