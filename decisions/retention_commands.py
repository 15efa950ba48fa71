"""The commands of data that are not to stay: retain, erase."""

import getpass
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.errors import SettingsError
from ledger.settings import Settings

app = typer.Typer(no_args_is_help=True)


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Drop what is older than the policy's retention: records, runs, notes, inactive customers.

    The audit trail is verified first; nothing is dropped where anything was altered or removed.
    """
    from decisions.audit_verify import verify
    from decisions.policy import read_policy
    from decisions.retention import cutoffs, drop, due
    from ledger.code_version import code_version
    from ledger.store import open_store

    now = datetime.now(UTC).replace(tzinfo=None)
    if as_of > now:
        raise SettingsError([f"--as-of is {as_of.date()}, in the future; expected a day until now"])
    settings = Settings.from_environment(os.environ)
    days = cutoffs(read_policy(policy or settings.policy).retention, as_of.date())
    engine = open_store(settings)
    if dry_run:
        found = due(engine, days)
    else:
        _require_intact(verify(engine, settings.home).findings)
        found = drop(engine, settings.home, days, now, getpass.getuser(), code_version())
    if as_json:
        tables = [{**asdict(each), "before": each.before.isoformat()} for each in found]
        typer.echo(json.dumps({"dry_run": dry_run, "tables": tables}, indent=2))
        return
    verb = "would be dropped" if dry_run else "dropped"
    for each in found:
        typer.echo(f"{each.table}: {each.records} older than {each.before} {verb}.")


@app.command()
def erase(
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Erase a person's name, e-mail, phone and notes from the stored ledger and its score runs.

    What was decided and why stays, under the customer's id, and the audit trail still verifies.
    """
    from decisions.erasure import erase_customer

    settings = Settings.from_environment(os.environ)
    now = datetime.now(UTC).replace(tzinfo=None)
    done = erase_customer(settings, customer_id, now, getpass.getuser())
    if as_json:
        typer.echo(json.dumps(asdict(done), indent=2))
        return
    typer.echo(f"{done.rows} rows and the name in {len(done.runs)} score runs erased.")


def _require_intact(findings: tuple[str, ...]) -> None:
    from decisions.audit_chain import AuditError

    if findings:
        raise AuditError(
            "\n".join((*findings, "nothing was dropped: the audit trail is evidence of this"))
        )
