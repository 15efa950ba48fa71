"""The commands of the ledger: `ingest` and `check`, and the reports."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ledger.checks import check as check_ledger
from ledger.findings import Report
from ledger.ingest import ingest as ingest_source
from ledger.report_screen import show_report

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@app.command()
def check(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="Directory of the ledger.")],
    as_json: AsJson = False,
) -> None:
    """Name every problem of a ledger at once; exit code 2 where there is an error."""
    with Console(stderr=True).status(f"Checking {ledger}"):
        report = check_ledger(ledger)
    _say(report, as_json)


@app.command()
def ingest(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="File, directory of files, or a ledger.")
    ],
    to: Annotated[Path, typer.Option(metavar="LEDGER", help="Directory of the ledger to write.")],
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Mapping of known data: ibm, highradius.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Mapping of your columns (TOML).")
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Set rows with errors aside there; load the rest."),
    ] = None,
    control: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The books' open balances; a difference is an error."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn files into a ledger and report every problem; exit code 2 where there is an error."""
    with Console(stderr=True).status(f"Reading {source}"):
        report = ingest_source(
            source, to, preset=preset, mapping=mapping, quarantine=quarantine, control=control
        )
    _say(report, as_json)
    if not as_json:
        print(f"written to {to}")


def _say(report: Report, as_json: bool) -> None:
    """Print a report; exit where it has errors."""
    if as_json:
        json.dump(report.to_json(), sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        show_report(report, Console())
    if report.errors:
        raise typer.Exit(2)
