"""The commands of decisions: score and worklist."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from decisions.report_commands import app as reports

if TYPE_CHECKING:
    from decisions.runs import Run

app = typer.Typer(no_args_is_help=True)
app.add_typer(reports)

DAY = ["%Y-%m-%d"]
LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="Directory of the ledger.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="Day at whose close to look; the ledger's last if not given."),
]
PolicyPath = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Policy that differs from the default one; DUECAST_POLICY if not given.",
    ),
]
AllowStale = Annotated[
    int, typer.Option(min=0, help="Days by which the ledger may fall short of that day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
REASONS = 4


@app.command()
def score(
    ledger: LedgerPath,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory to write to.")],
    as_of: AsOf = None,
    explain: Annotated[
        int, typer.Option(min=0, max=REASONS, help="Reasons of each invoice and customer.")
    ] = REASONS,
    policy: PolicyPath = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Score every open item and customer with the champion, and record the run."""
    from decisions.runs import CUSTOMERS, INVOICES

    run = _run(ledger, as_of, explain, policy, allow_stale)
    files = [_copied(run.directory / name, out / name) for name in (INVOICES, CUSTOMERS)]
    facts = run.facts
    if as_json:
        _print_json({**facts, "files": [str(file) for file in files]})
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
    ledger: LedgerPath,
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

    Reads the score run of the day; makes it first where there is none.
    """
    from decisions.exports import export, require_exportable
    from decisions.listing import entries, json_values, shown
    from decisions.runs import CUSTOMERS, INVOICES, WORKLIST
    from ledger.screen import screen

    if out is not None:
        require_exportable(out)
    run = _run(ledger, as_of, REASONS, policy, allow_stale)
    table = run.table(WORKLIST)
    if collector is not None:
        _require_collector(collector, run.table(CUSTOMERS))
    found = entries(table, run.table(INVOICES), collector, top)
    facts = run.facts
    if out is not None:
        export(found, table.column_names, out)
    if as_json:
        _print_json({**facts, "collector": collector, "entries": json_values(found)})
        return
    if out is not None:
        typer.echo(f"{len(found)} entries written to {out}.")
        return
    title = f"Worklist as of {facts['as_of']}" + (f" of {collector}" if collector else "")
    screen().print(shown(found, title, facts["reporting_currency"]))
    for note in facts["notes"]:
        typer.echo(f"Note: {note}")


def _run(
    path: Path, as_of: datetime | None, explain: int, policy: Path | None, allow_stale: int
) -> "Run":
    """The score run of a ledger on a day, made where there is none."""
    from decisions.champion import champion
    from decisions.policy import read_policy
    from decisions.runs import STEPS, make_run
    from ledger.completeness import require_complete
    from ledger.days import day_of
    from ledger.files import read_ledger
    from ledger.progress import shown_progress
    from ledger.settings import Settings

    settings = Settings.from_environment(os.environ)
    decided_by, data = read_policy(policy or settings.policy), read_ledger(path)
    day = data.extract.complete_through if as_of is None else day_of(as_of.date())
    require_complete(data, day, allow_stale)
    now = datetime.now(UTC).replace(tzinfo=None)
    with shown_progress(1 + len(STEPS)) as begin:
        begin("Loading the champion")
        model = champion(settings)
        return make_run(settings, data, model, decided_by, day, explain, now, begin, source=path)


def _require_collector(name: str, customers: Any) -> None:
    """Refuse a collector that no customer has: it is a slip of the pen."""
    from ledger.errors import SettingsError

    known = sorted(set(customers.column("collector").to_pylist()) - {""})
    if name not in known:
        raise SettingsError(
            [f"--collector is {name!r}; expected one of {', '.join(known) or 'none'}; correct it"]
        )


def _copied(source: Path, target: Path) -> Path:
    """The target, once it is a copy of the source; it appears whole."""
    import shutil

    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, scratch)
    scratch.replace(target)
    return target


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))
