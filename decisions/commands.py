"""The commands of decisions: score, worklist, and those of other files."""

import getpass
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from decisions.release_commands import app as releases
from decisions.report_commands import app as reports
from decisions.run_commands import app as run_reports
from decisions.run_options import REASONS, PolicyPath, print_json, run_of
from ledger.options import AllowStale, AsJson, AsOf, LedgerPlace

app = typer.Typer(no_args_is_help=True)
app.add_typer(reports)
app.add_typer(run_reports)
app.add_typer(releases)


@app.command()
def score(
    ledger: LedgerPlace,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory to write to.")],
    as_of: AsOf = None,
    explain: Annotated[
        int, typer.Option(min=0, max=REASONS, help="Reasons of each invoice and customer.")
    ] = REASONS,
    policy: PolicyPath = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Score every open item and customer with the champion, and record the run.

    The audit trail has who took the files, and their SHA-256, before they are there.
    """
    import shutil

    from decisions.runs import CUSTOMERS, INVOICES

    run = run_of(ledger, as_of, explain, policy, allow_stale)
    out.mkdir(parents=True, exist_ok=True)
    files = [out / name for name in (INVOICES, CUSTOMERS)]
    _hand_out(
        {file: partial(shutil.copyfile, run.directory / file.name) for file in files},
        {"command": "score"},
        {"run_id": run.record.run_id},
    )
    facts = run.facts
    if as_json:
        print_json({**facts, "files": [str(file) for file in files]})
        return
    typer.echo(
        f"{facts['invoices']} open items and {facts['customers']} customers scored as of "
        f"{facts['as_of']} by version {facts['model']['version']}, policy "
        f"{facts['policy']['version']}."
    )
    for note in facts["notes"]:
        typer.echo(f"Note: {note}")
    typer.echo(f"Written to {files[0]} and {files[1]}; run {facts['run_id']}.")


@app.command()
def worklist(
    ledger: LedgerPlace,
    as_of: AsOf = None,
    collector: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the entries of this collector.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="At most so many entries.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them, .csv or .xlsx.")
    ] = None,
    policy: PolicyPath = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Show whom to turn to today, in which order, with what, and why.

    Reads the score run of the day; makes it first where there is none. The audit trail has who
    took a file, and its SHA-256, before it is there.
    """
    from decisions.exports import export, require_exportable
    from decisions.listing import entries, json_values, shown
    from decisions.runs import CUSTOMERS, INVOICES, WORKLIST
    from ledger.screen import screen

    if out is not None:
        require_exportable(out)
    run = run_of(ledger, as_of, REASONS, policy, allow_stale)
    table = run.table(WORKLIST)
    if collector is not None:
        _require_collector(collector, run.table(CUSTOMERS))
    found = entries(table, run.table(INVOICES), collector, top)
    facts = run.facts
    if out is not None:
        _hand_out(
            {out: partial(export, found, table.column_names)},
            {"command": "worklist", "collector": collector, "top": top, "format": out.suffix[1:]},
            {"run_id": run.record.run_id, "entries": len(found)},
        )
    if as_json:
        print_json({**facts, "collector": collector, "entries": json_values(found)})
        return
    if out is not None:
        typer.echo(f"{len(found)} entries written to {out}.")
        return
    title = f"Worklist as of {facts['as_of']}" + (f" of {collector}" if collector else "")
    screen().print(shown(found, title, facts["reporting_currency"]))
    for note in facts["notes"]:
        typer.echo(f"Note: {note}")


def _require_collector(name: str, customers: Any) -> None:
    """Refuse a collector that no customer has: it is a slip of the pen."""
    from ledger.errors import SettingsError

    known = sorted(set(customers.column("collector").to_pylist()) - {""})
    if name not in known:
        raise SettingsError(
            [f"--collector is {name!r}; expected one of {', '.join(known) or 'none'}; correct it"]
        )


def _hand_out(
    files: Mapping[Path, Callable[[Path], None]], asked: dict[str, Any], given: dict[str, Any]
) -> None:
    """Write files of a run, recorded as an export of the user's."""
    from decisions.handed_out import hand_out
    from ledger.settings import Settings

    settings, now = Settings.from_environment(os.environ), datetime.now(UTC).replace(tzinfo=None)
    hand_out(settings, files, asked=asked, given=given, by=getpass.getuser(), at=now)
