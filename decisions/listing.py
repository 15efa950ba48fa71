"""Entries of a worklist as people and machines read them: chosen, ranked, as values or as table."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.markup import escape
from rich.table import Table

from ledger.money import exponent

SHOWN_RULES = 3

Entry = dict[str, Any]

ITEM_COLUMNS = [
    "customer_id",
    "invoice_id",
    "due_on",
    "days_past_due",
    "currency",
    "amount",
    "residual",
    "disputed",
    "promised",
    "chaseable",
    "is_deduction",
    "asked",
    "priority",
    "p_still_open",
    "expected_payment_date",
    "confidence",
]
"""Columns of `invoices.parquet` that say what an entry is about."""

ITEM_MONEY = ("amount", "residual", "disputed", "promised", "chaseable")
"""Those in the currency of the item, which a column holds with the decimals of all of them."""


def entries(
    worklist: Any, invoices: Any, collector: str | None = None, top: int | None = None
) -> list[Entry]:
    """Entries of a run's worklist with their items, ranked from 1.

    Parameters
    ----------
    worklist, invoices
        The tables of a run, see `decisions.tables`.
    collector
        Only the entries of this collector; "" of nobody; all if None.
    top
        At most so many; all if None.
    """
    chosen = [
        row for row in worklist.to_pylist() if collector is None or row["collector"] == collector
    ][:top]
    wanted = {row["customer_id"] for row in chosen}
    items: dict[str, list[Entry]] = {name: [] for name in wanted}
    of_them = pc.is_in(invoices.column("customer_id"), pa.array(sorted(wanted), pa.string()))
    for item in invoices.select(ITEM_COLUMNS).filter(of_them).to_pylist():
        items[item.pop("customer_id")].append(in_its_currency(item))
    return [
        {**row, "rank": rank, "items": items[row["customer_id"]]}
        for rank, row in enumerate(chosen, start=1)
    ]


def in_its_currency(item: Entry) -> Entry:
    """An item with its money at the decimals of its currency."""
    unit = Decimal(1).scaleb(-exponent(item["currency"]))
    return {**item, **{name: item[name].quantize(unit) for name in ITEM_MONEY}}


def json_values(value: Any) -> Any:
    """A value for JSON: money as decimal text, days as ISO dates, lists and entries in depth.

    >>> json_values({"due_on": datetime(2024, 2, 29), "amount": Decimal("12.50")})
    {'due_on': '2024-02-29', 'amount': '12.50'}
    """
    if isinstance(value, dict):
        return {key: json_values(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(each) for each in value]
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value != value:
        return None
    return str(value) if isinstance(value, Decimal) else value


def shown(found: Sequence[Entry], title: str, currency: str) -> Table:
    """Entries as a table for the terminal, whole units of the reporting currency."""
    table = Table(
        title=f"{title}, in {currency}", title_justify="left", caption_justify="left", expand=False
    )
    table.add_column("", justify="right")
    table.add_column("Customer", overflow="fold")
    table.add_column("Priority", justify="right")
    table.add_column("Overdue", justify="right")
    table.add_column("Days", justify="right")
    table.add_column("Action")
    table.add_column("Why", overflow="fold", ratio=1)
    for entry in found:
        who = f"{entry['name']} ({entry['customer_id']})" if entry["name"] else entry["customer_id"]
        table.add_row(
            str(entry["rank"]),
            escape(who),
            f"{entry['priority']:,.0f}",
            f"{entry['overdue']:,.0f}",
            str(entry["oldest_days_past_due"]),
            words(entry["action"]),
            escape(_why(entry)),
        )
    return table


def words(name: str) -> str:
    """A name as words.

    >>> words("final_notice")
    'final notice'
    """
    return name.replace("_", " ")


def _why(entry: Entry) -> str:
    """The rules that chose an entry, but not that its stage did, and its strongest reason."""
    rules = [words(rule) for rule in entry["rules"] if not rule.startswith("stage_")]
    return "; ".join([*rules[:SHOWN_RULES], *entry["reasons"][:1]])
