"""The commands of data that are not to stay: retain, erase."""

import getpass
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.errors import SettingsError
from ledger.settings import Settings

if TYPE_CHECKING:
    from decisions.retention import Aged

AgedKeys = Callable[[date], "Aged"]
"""What drops the keys that ended before a day; keys belong to a layer above."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]

LEFT_BEHIND = (
    "somebody read the database all the while: the file beside it that ends in -wal may still hold "
    "what is gone from it; repeat the command at a quiet moment, or while the service is stopped"
)


def retention_app(aged_keys: AgedKeys) -> typer.Typer:
    """`duecast retain` and `duecast erase`."""
    app = typer.Typer(no_args_is_help=True)
    app.command()(erase)

    @app.command()
    def retain(
        as_of: Annotated[
            datetime, typer.Option(formats=["%Y-%m-%d"], help="Day from which months count back.")
        ],
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Say what would be dropped; drop nothing.")
        ] = False,
        policy: Annotated[
            Path | None,
            typer.Option(
                "--policy",
                metavar="FILE",
                help="Policy that differs from the default one; DUECAST_POLICY if not given.",
            ),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Drop what is older than the policy's retention: records, runs, orders, keys, persons.

        The audit trail is verified first; nothing is dropped where anything was altered or
        removed. Exit code 2 also where SQLite's log could not be emptied of what was dropped.
        """
        from decisions.audit_verify import verify
        from decisions.policy import read_policy
        from decisions.retention import aged, cutoffs, drop, due
        from ledger.code_version import code_version
        from ledger.store import forget, open_store

        now = datetime.now(UTC).replace(tzinfo=None)
        if as_of > now:
            raise SettingsError(
                [f"--as-of is {as_of.date()}, in the future; expected a day until now"]
            )
        settings = Settings.from_environment(os.environ)
        home, by = settings.home, getpass.getuser()
        days = cutoffs(read_policy(policy or settings.policy).retention, as_of.date())
        kinds = (*aged(home, days), aged_keys(days.keys))
        engine, forgotten = open_store(settings), True
        if dry_run:
            found = due(engine, days.audit, kinds)
        else:
            _require_intact(verify(engine, home).findings)
            found = drop(engine, home, days.audit, kinds, now, by, code_version())
            forgotten = forget(engine)
        if as_json:
            tables = [{**asdict(each), "before": each.before.isoformat()} for each in found]
            said = {"dry_run": dry_run, "tables": tables, "forgotten": forgotten}
            typer.echo(json.dumps(said, indent=2))
        else:
            verb = "would be dropped" if dry_run else "dropped"
            for each in found:
                typer.echo(f"{each.table}: {each.records} older than {each.before} {verb}.")
                for name in each.missing:
                    typer.echo(f"Not in {home / 'runs'}, and so not dropped there: {name}")
        require_forgotten(forgotten)

    return app


def erase(
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer.")],
    as_json: AsJson = False,
) -> None:
    """Erase a person's name, e-mail, phone and notes from the stored ledger and its score runs.

    What was decided and why stays, under the customer's id, and the audit trail still verifies.
    Says which files of score runs are not here, and so may still have the name where they are.
    Exit code 2 where SQLite's log could not be emptied of what was erased.
    """
    from decisions.erasure import erase_customer

    settings = Settings.from_environment(os.environ)
    now = datetime.now(UTC).replace(tzinfo=None)
    done = erase_customer(settings, customer_id, now, getpass.getuser())
    if as_json:
        typer.echo(json.dumps(asdict(done), indent=2))
    else:
        typer.echo(f"{done.rows} rows and the name in {len(done.runs)} score runs erased.")
        for name in done.missing:
            typer.echo(f"Not in {settings.home / 'runs'}, and so not erased there: {name}")
    require_forgotten(done.forgotten)


def require_forgotten(forgotten: bool) -> None:
    """Say with exit code 2 where something stayed behind; see `ledger.store.forget`.

    Raises
    ------
    DatabaseError
        If it did.
    """
    from ledger.errors import DatabaseError

    if not forgotten:
        raise DatabaseError(LEFT_BEHIND)


def _require_intact(findings: tuple[str, ...]) -> None:
    from decisions.audit_chain import AuditError

    if findings:
        raise AuditError(
            "\n".join((*findings, "nothing was dropped: the audit trail is evidence of this"))
        )
