"""Some of the features again, as pandas and DuckDB would compute them.

Both are given what `ledger` derives (when invoices were paid, and open), as rows of a start and
an end, and what else the features need; neither has to settle anything. An observation asks for
sums over all rows that have started and not ended by the close of its day.
"""

from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from features.history import History
from features.relation import LONGEST_TENURE_DAYS, MOST_INVOICES
from features.streams import NEVER
from ledger.arrays import Array
from ledger.settlement import OPEN, Settlements

WINDOWS = (30, 90, 180, 365)

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
    *(
        f"{name}_{days}d"
        for days in WINDOWS
        for name in ("outcomes", "days_late_mean", "late_share")
    ),
    "open_items",
    "overdue_items",
    "due_soon_items",
)


class Given(NamedTuple):
    """Tables by customer and day, of observations at issue and of what they ask for.

    `observed`: place, customer, day, amount, due_on. `invoices`: customer, day, amount. `paid`:
    customer, start, end, days_late, days_to_pay. `unpaid`: customer, start, end, due_on.
    """

    observed: pd.DataFrame
    invoices: pd.DataFrame
    paid: pd.DataFrame
    unpaid: pd.DataFrame


def given(history: History, settlements: Settlements) -> Given:
    """The tables of a history in which no invoice is paid on the day it is observed."""
    items, outcomes, visits = history.items, history.outcomes, history.visits
    observed = pd.DataFrame(
        {
            "place": visits.row,
            "customer": history.owner[visits.item],
            "day": visits.as_of,
            "amount": items.amount_minor[visits.item],
            "due_on": items.due_on[visits.item],
        }
    ).sort_values("place", ignore_index=True)
    invoices = pd.DataFrame(
        {"customer": history.owner, "day": items.known_on, "amount": items.amount_minor}
    )
    paid = pd.DataFrame(
        {
            "customer": history.owner[outcomes.item],
            "start": outcomes.known_on,
            "end": outcomes.undone_on,
            "days_late": outcomes.days_late,
            "days_to_pay": outcomes.paid_on - items.issued_on[outcomes.item],
        }
    )
    item = history.place[settlements.invoice]
    changes = pd.DataFrame(
        {
            "item": np.concatenate([np.arange(len(items.row)), item[item >= 0]]),
            "start": np.concatenate([items.known_on, settlements.known_on[item >= 0]]),
            "state": np.concatenate([np.full(len(items.row), OPEN), settlements.state[item >= 0]]),
        }
    ).sort_values(["item", "start"], kind="stable")
    changes["end"] = changes.groupby("item")["start"].shift(-1).fillna(NEVER).astype(np.int32)
    spells = changes[changes["state"] == OPEN]
    unpaid = pd.DataFrame(
        {
            "customer": history.owner[spells["item"]],
            "start": spells["start"],
            "end": spells["end"],
            "due_on": items.due_on[spells["item"]],
        }
    )
    return Given(observed, invoices, paid, unpaid)


def by_pandas(tables: Given) -> Array:
    """The shared features: starts and ends as signed rows, cumulative sums, as-of joins."""
    observed = tables.observed.sort_values("day", kind="stable")
    invoices = tables.invoices.sort_values("day", kind="stable")
    by_customer = invoices.groupby("customer")
    billed = invoices[["customer", "day"]].assign(
        count=by_customer.cumcount() + 1,
        billed=by_customer["amount"].cumsum(),
        first=by_customer["day"].transform("min"),
        last=invoices["day"],
    )

    def as_of(table: pd.DataFrame, days_before: int = 0) -> pd.DataFrame:
        asked = observed[["customer", "day"]].assign(day=observed["day"] - days_before)
        return pd.merge_asof(asked, table, on="day", by="customer").set_axis(observed.index)

    def standing(table: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
        """Sums of columns over the rows that started and did not end by each observation."""
        table = table[["customer", "start", "end"]].assign(**columns)
        table = table[table["start"] < table["end"]]
        ended = table[table["end"] < NEVER].assign(**{name: -table[name] for name in columns})
        rows = pd.concat(
            [table.assign(day=table["start"]), ended.assign(day=ended["end"])]
        ).sort_values("day", kind="stable")
        sums = rows.groupby("customer")[list(columns)].cumsum()
        return as_of(sums.assign(customer=rows["customer"], day=rows["day"])).fillna(0)

    now, before_90, before_180 = as_of(billed), as_of(billed, 90), as_of(billed, 180)
    yesterday = as_of(billed, 1)
    others = now["count"] - 1
    same_day = now["count"] - yesterday["count"].fillna(0) > 1
    recent = now["billed"] - before_90["billed"].fillna(0) - observed["amount"]
    earlier = before_90["billed"].fillna(0) - before_180["billed"].fillna(0)
    found = {
        "invoices": others.clip(upper=MOST_INVOICES),
        "tenure_days": (observed["day"] - now["first"])
        .where(others > 0)
        .clip(upper=LONGEST_TENURE_DAYS),
        "days_since_invoice": (observed["day"] - yesterday["last"]).mask(same_day, 0),
        "invoices_90d": others - before_90["count"].fillna(0),
        "billing_growth": recent / earlier.where(earlier > 0),
    }
    paid, late = tables.paid, tables.paid["days_late"]
    ones = pd.Series(1, paid.index)
    counts = {"outcomes": ones, "days_late": late, "late": (late > 0) * 1}
    further = {
        "early": (late < 0) * 1,
        "on_day": (late == 0) * 1,
        "over_30": (late > 30) * 1,
        "days_to_pay": paid["days_to_pay"],
    }
    known = standing(paid, counts | further)
    n = known["outcomes"].where(known["outcomes"] > 0)
    found |= {
        "outcomes": known["outcomes"],
        "days_late_mean": known["days_late"] / n,
        "late_share": known["late"] / n,
        "early_share": known["early"] / n,
        "on_day_share": known["on_day"] / n,
        "over_30_share": known["over_30"] / n,
        "days_to_pay_mean": known["days_to_pay"] / n,
    }
    for days in WINDOWS:
        window = paid.assign(end=np.minimum(paid["end"], paid["start"] + days))
        known = standing(window, counts)
        n = known["outcomes"].where(known["outcomes"] > 0)
        found[f"outcomes_{days}d"] = known["outcomes"]
        found[f"days_late_mean_{days}d"] = known["days_late"] / n
        found[f"late_share_{days}d"] = known["late"] / n
    unpaid, due_on = tables.unpaid, tables.unpaid["due_on"]
    overdue = unpaid.assign(start=np.maximum(unpaid["start"], due_on + 1))
    soon = unpaid.assign(
        start=np.maximum(unpaid["start"], due_on - 7), end=np.minimum(unpaid["end"], due_on)
    )
    item = {"items": pd.Series(1, unpaid.index)}
    days_to_due = observed["due_on"] - observed["day"]
    found["open_items"] = standing(unpaid, item)["items"] - 1
    found["overdue_items"] = standing(overdue, item)["items"] - (days_to_due < 0)
    found["due_soon_items"] = standing(soon, item)["items"] - days_to_due.between(1, 7)
    return pd.DataFrame(found).sort_index()[list(SHARED)].to_numpy(np.float64)


def by_duckdb(tables: Given) -> Array:
    """The shared features: window functions over starts, ends and observations together."""
    with duckdb.connect(config={"threads": 1}) as database:
        for name, frame in tables._asdict().items():
            database.register(name, frame)
        columns = database.execute(query()).fetchnumpy()
    order = np.argsort(columns["place"])
    return np.column_stack(
        [np.ma.filled(columns[name].astype(np.float64), np.nan)[order] for name in SHARED]
    )


def query() -> str:
    """One select over the union of all signed rows, each with the sums it adds to."""
    sums = (
        "invoice outcomes days_late late early on_day over_30 to_pay open_items overdue_items"
        " due_soon_items"
    ).split()
    sums += [f"{name}_{days}" for days in WINDOWS for name in ("outcomes", "days_late", "late")]

    def rows(table: str, day: str, where: str, **values: str) -> str:
        columns = ", ".join(f"{values.get(name, '0')} as {name}" for name in sums)
        start = f"select customer, {day} as day, null as place, 0 as amount, {columns}"
        return f"{start} from {table} where {where}"

    def signed(table: str, start: str, end: str, **values: str) -> list[str]:
        undone = {name: f"-({value})" for name, value in values.items()}
        return [
            rows(table, start, f"{start} < {end}", **values),
            rows(table, end, f"{start} < {end} and {end} < {NEVER}", **undone),
        ]

    counts = {"outcomes": "1", "days_late": "days_late", "late": "(days_late > 0)::int"}
    parts = [
        *signed(
            "paid",
            "start",
            '"end"',
            **counts,
            early="(days_late < 0)::int",
            on_day="(days_late = 0)::int",
            over_30="(days_late > 30)::int",
            to_pay="days_to_pay",
        ),
        *signed("unpaid", "start", '"end"', open_items="1"),
        *signed("unpaid", "greatest(start, due_on + 1)", '"end"', overdue_items="1"),
        *signed(
            "unpaid",
            "greatest(start, due_on - 7)",
            'least("end", due_on)',
            due_soon_items="1",
        ),
    ]
    for days in WINDOWS:
        parts += signed(
            "paid",
            "start",
            f'least("end", start + {days})',
            **{f"{name}_{days}": value for name, value in counts.items()},
        )
    nothing = ", ".join(f"0 as {name}" for name in sums[1:])
    windows = ", ".join(
        f"outcomes_{days} as outcomes_{days}d,"
        f" days_late_{days} / nullif(outcomes_{days}, 0) as days_late_mean_{days}d,"
        f" late_{days} / nullif(outcomes_{days}, 0) as late_share_{days}d"
        for days in WINDOWS
    )
    return f"""
        with events as (
            select customer, day, null as place, amount, 1 as invoice, {nothing} from invoices
            union all {" union all ".join(parts)}
            union all
            select customer, day, place, amount, 0 as invoice, {nothing} from observed
        ), counted as (
            select
                place, day, amount,
                {", ".join(f"sum({name}) over so_far as {name}" for name in sums)},
                min(day) filter (invoice = 1) over so_far as first_day,
                max(day) filter (invoice = 1) over until_yesterday as last_day,
                sum(invoice) over today as same_day,
                sum(invoice) over last_90 - 1 as others_90,
                sum(amount * invoice) over last_90 - amount as billed_90,
                sum(amount * invoice) over last_180 - amount as billed_180
            from events
            window
                so_far as (partition by customer order by day range unbounded preceding),
                until_yesterday as (
                    partition by customer order by day
                    range between unbounded preceding and 1 preceding
                ),
                today as (partition by customer order by day range 0 preceding),
                last_90 as (partition by customer order by day range 89 preceding),
                last_180 as (partition by customer order by day range 179 preceding)
        )
        select
            counted.place as place,
            least(invoice - 1, {MOST_INVOICES}) as invoices,
            case when invoice > 1 then least(day - first_day, {LONGEST_TENURE_DAYS}) end
                as tenure_days,
            case when same_day > 1 then 0 else day - last_day end as days_since_invoice,
            others_90 as invoices_90d,
            case when billed_180 > billed_90 then billed_90 / (billed_180 - billed_90) end
                as billing_growth,
            outcomes,
            days_late / nullif(outcomes, 0) as days_late_mean,
            late / nullif(outcomes, 0) as late_share,
            early / nullif(outcomes, 0) as early_share,
            on_day / nullif(outcomes, 0) as on_day_share,
            over_30 / nullif(outcomes, 0) as over_30_share,
            to_pay / nullif(outcomes, 0) as days_to_pay_mean,
            {windows},
            open_items - 1 as open_items,
            overdue_items,
            due_soon_items - (due_on - day between 1 and 7)::int as due_soon_items
        from counted join (select place, due_on from observed) using (place)
    """
