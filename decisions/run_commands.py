"""The commands that tell what lies ahead, from the score run of a day: forecast and alerts."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from decisions.run_options import REASONS, PolicyPath, print_json, run_of
from ledger.options import AllowStale, AsJson, AsOf, LedgerPlace
from models.sentences import Language

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True)


@app.command()
def forecast(
    ledger: LedgerPlace,
    as_of: AsOf = None,
    policy: PolicyPath = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Show when the money of open items arrives, by ISO week, company and currency.

    Reads the score run of the day; makes it first where there is none.
    """
    from decisions.run_reports import FORECAST
    from ledger.screen import screen

    report = run_of(ledger, as_of, REASONS, policy, allow_stale).report(FORECAST)
    if as_json:
        print_json(report)
        return
    screen().print(_heading(report), _forecast_table(report))
    for note in report["notes"]:
        typer.echo(f"Note: {note}")


@app.command()
def alerts(
    ledger: LedgerPlace,
    as_of: AsOf = None,
    language: Annotated[
        Language, typer.Option(metavar="en|fr", help="Language of the sentences.")
    ] = "en",
    policy: PolicyPath = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Show what must be heard of customers and of the portfolio, the most severe first.

    Reads the score run of the day; makes it first where there is none. What changed is told
    against the run before it.
    """
    from rich.markup import escape
    from rich.table import Table

    from decisions.listing import words
    from decisions.run_reports import ALERTS
    from ledger.screen import screen

    report = run_of(ledger, as_of, REASONS, policy, allow_stale).report(ALERTS)
    if as_json:
        print_json(report)
        return
    table = Table("Severity", "Customer", "What", "New", title="Alerts", title_justify="left")
    for alert in report["alerts"]:
        table.add_row(
            words(alert["severity"]),
            escape(alert["customer_id"]),
            escape(alert["sentence"][language]),
            "new" if alert["is_new"] else "",
        )
    screen().print(_heading(report), table)
    if not report["compared"]:
        typer.echo("Note: There is no run before to compare with.")


def _heading(report: dict[str, Any]) -> str:
    return (
        f"As of {report['as_of']}, basis {report['basis']}, ledger complete through "
        f"{report['ledger_through']}."
    )


def _forecast_table(report: dict[str, Any]) -> "Table":
    """Weeks and lines down, companies and currencies across."""
    from rich.table import Table

    from decisions.forecast_json import LINES
    from decisions.listing import words

    rows = report["rows"]
    table = Table(title="Cash forecast", title_justify="left")
    table.add_column("")
    for row in rows:
        table.add_column(f"{row['company']} {row['currency']}".strip(), justify="right")
    for number, week in enumerate(report["weeks"]):
        table.add_row(
            f"{week['week']}, to {week['through']}",
            *(_grouped(row["weeks"][number]) for row in rows),
        )
    for line in (*LINES, "open_items"):
        table.add_row(words(line), *(_grouped(row[line]) for row in rows))
    return table


def _grouped(money: str) -> str:
    """A decimal text with its thousands set apart."""
    return f"{Decimal(money):,}"
