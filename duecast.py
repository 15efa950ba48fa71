"""The command line of duecast: composes the sub-commands of its layers, nothing else."""

import os
import sys

import typer

import decisions.audit_commands
import decisions.commands
import decisions.retention_commands
import features.commands
import ledger.commands
import serving.commands
import serving.key_retention
import training.commands
import training.drift_commands
from ledger.errors import DuecastError

app = typer.Typer(
    name="duecast",
    help="Predicts when the money of open invoices arrives, says why, and what to do today.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for commands in (
    ledger.commands,
    features.commands,
    training.commands,
    training.drift_commands,
    decisions.commands,
    serving.commands,
):
    app.add_typer(commands.app)
app.add_typer(decisions.retention_commands.retention_app(serving.key_retention.aged_keys))
app.add_typer(decisions.audit_commands.audit_app(serving.commands.replayers_of))


def main() -> None:
    """Run the command line; what duecast or the file system refuses is said on stderr, exit 2.

    LightGBM's threads sleep while they wait for each other: where another process has one of the
    cores, threads that spin make training many times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        app()
    except DuecastError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
