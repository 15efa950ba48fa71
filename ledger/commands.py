"""The command of the ledger: `check`."""

import json
import sys

import typer
from rich.console import Console

from ledger.checks import check as check_ledger
from ledger.findings import Report
from ledger.options import AsJson, LedgerPlace
from ledger.report_screen import show_report

app = typer.Typer(no_args_is_help=True)


@app.command()
def check(
    ledger: LedgerPlace,
    as_json: AsJson = False,
) -> None:
    """Name every problem of a ledger at once; exit code 2 where there is an error."""
    with Console(stderr=True).status(f"Checking {ledger}"):
        report = check_ledger(ledger)
    say(report, as_json)


def say(report: Report, as_json: bool) -> None:
    """Print a report; exit where it has errors."""
    if as_json:
        json.dump(report.to_json(), sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        show_report(report, Console())
    if report.errors:
        raise typer.Exit(2)
