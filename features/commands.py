"""The command that loads a ledger, and with it keeps what the priors count: `ingest`."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from features.kept_priors import write_ledger_to
from ledger.commands import say
from ledger.files import write_ledger
from ledger.ingest import ingest as ingest_source
from ledger.ledger import Ledger
from ledger.options import AsJson
from ledger.places import place_name
from ledger.store import is_url, open_database

app = typer.Typer(no_args_is_help=True)


@app.command()
def ingest(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="File, directory of files, or a ledger.")
    ],
    to: Annotated[
        str,
        typer.Option(metavar="LEDGER", help="Directory to write, or URL of a database to add to."),
    ],
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
            source,
            lambda ledger: _keep(ledger, to),
            preset=preset,
            mapping=mapping,
            quarantine=quarantine,
            control=control,
        )
    say(report, as_json)
    if not as_json:
        print(f"written to {place_name(to)}")


def _keep(ledger: Ledger, to: str) -> None:
    if not is_url(to):
        write_ledger(ledger, to)
        return
    written = write_ledger_to(open_database(to), ledger, getpass.getuser(), datetime.now(UTC))
    Console(stderr=True).print(
        f"write {written.seq}: {written.new} new rows, {written.corrected} corrected, "
        f"{written.unchanged} unchanged"
    )
