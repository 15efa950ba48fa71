"""The reports of the ledger as tables for the terminal."""

from rich import box
from rich.table import Table

from ledger.aging import Aging
from ledger.days import date_of
from ledger.kpis import Kpis
from ledger.money import major
from ledger.movements import LINES
from ledger.rollforward import RollForward


def heading(report: Kpis | Aging) -> str:
    """Day, basis and reach of a report, one sentence."""
    return (
        f"As of {date_of(report.as_of)}, basis {report.basis},"
        f" ledger complete through {date_of(report.ledger_through)}."
    )


def kpis_table(figures: Kpis) -> Table:
    """Key figures, one a row; a dash where one has no meaning."""
    currency = figures.currency
    sales_from, sales_through = (date_of(day) for day in figures.sales_months)
    last_month, unpaid_month = date_of(figures.last_month[0]), date_of(figures.unpaid_month)
    table = _table(f"Key figures, {currency}", "figure", "value")
    table.add_row("receivables", _money(figures.receivables_minor, currency))
    table.add_row("gross residuals", _money(figures.gross_minor, currency))
    table.add_row("overdue", _money(figures.overdue_minor, currency))
    table.add_row("overdue share", _percent(figures.overdue_share))
    table.add_row(
        f"credit sales {sales_from} to {sales_through}", _money(figures.sales_minor, currency)
    )
    table.add_row("DSO", _days(figures.dso_days))
    table.add_row("best possible DSO", _days(figures.bpdso_days))
    table.add_row("average days delinquent", _days(figures.add_days))
    table.add_row("countback DSO", _days(figures.countback_dso_days))
    cei = None if figures.cei_percent is None else figures.cei_percent / 100
    table.add_row(f"collection effectiveness {last_month:%Y-%m}", _percent(cei))
    table.add_row("average payment days, 365 days", _days(figures.average_payment_days))
    table.add_row("weighted days late, 365 days", _days(figures.weighted_days_late))
    table.add_row(f"unpaid 90 days after {unpaid_month:%Y-%m}", _percent(figures.unpaid_rate))
    return table


def roll_forward_table(rolled: RollForward) -> Table:
    """A roll-forward, one line a row, one currency a column, the whole last."""
    columns = [*rolled.by_currency, rolled.total]
    names = [row.currency for row in rolled.by_currency]
    table = _table(
        f"Roll-forward {date_of(rolled.opening_on)} to {date_of(rolled.closing_on)}",
        "line",
        *names,
        f"total in {rolled.total.currency}",
    )
    table.add_row("opening", *(_money(row.opening_minor, row.currency) for row in columns))
    for position, line in enumerate(LINES):
        table.add_row(
            line.replace("_", " "),
            *(_money(row.lines_minor[position], row.currency) for row in columns),
        )
    table.add_row("closing", *(_money(row.closing_minor, row.currency) for row in columns))
    return table


def aging_table(rows: Aging, total: Aging) -> Table:
    """An aging with its total, in the reporting currency, as the last row."""
    first_days = [1, *(bound + 1 for bound in total.bounds)]
    buckets = [f"{a}-{b}" for a, b in zip(first_days, total.bounds, strict=False)]
    currency = "" if rows.by == "currency" else f", {total.currency[0]}"
    table = _table(
        f"Aging by {rows.by}{currency}",
        rows.by,
        "not due",
        *buckets,
        f"> {total.bounds[-1]}",
        "gross",
        "credits",
        "cash",
        "receivables",
    )
    for aged in (rows, total) if rows.by != "total" else (total,):
        for i, currency in enumerate(aged.currency):
            amounts = [
                *aged.buckets_minor[i],
                aged.gross_minor[i],
                -aged.unapplied_credits_minor[i],
                -aged.unallocated_cash_minor[i],
                aged.receivables_minor[i],
            ]
            table.add_row(
                f"total, {currency}" if aged is total else aged.label[i] or "none",
                *(_money(amount, currency) for amount in amounts),
                end_section=aged is rows and i == len(rows) - 1,
            )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left", overflow="fold")
    return table


def _money(minor: int, currency: str) -> str:
    return f"{major(minor, currency):,}"


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} days"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
