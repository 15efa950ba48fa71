"""The commands of the ledger: `ingest` and `check`."""

import typer

app = typer.Typer(no_args_is_help=True)
