"""The command that watches the champion: drift."""

import json
import os

import typer

from ledger.options import AllowStale, AsJson, AsOf, LedgerPlace
from ledger.screen import screen
from ledger.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def drift(
    ledger: LedgerPlace,
    as_of: AsOf = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Compare the invoices of the last four weeks with those the champion was trained on.

    Says ok, watch (they have shifted) or retrain (its forecasts were wrong), and why. The report
    is kept with the champion's run in MLflow, under drift/.
    """
    from decisions.champion import champion
    from ledger.completeness import require_complete
    from ledger.days import date_of, day_of
    from ledger.places import read_place
    from ledger.progress import shown_progress
    from training.drift import drift_report
    from training.drift_table import feature_table, performance_table
    from training.tracking import add_to_version

    settings, data = Settings.from_environment(os.environ), read_place(ledger).ledger
    through = data.extract.complete_through
    day = through if as_of is None else day_of(as_of.date())
    require_complete(data, day, allow_stale)
    with shown_progress(3) as begin:
        begin("Loading the champion")
        model = champion(settings)
        begin("Comparing the invoices")
        report = drift_report(model.bundle, data, min(day, through))
        found = {"version": model.version, **report.as_dict()}
        text = json.dumps(found, indent=2, allow_nan=False) + "\n"
        begin("Keeping the report")
        add_to_version(settings, model.version, text, f"drift/{date_of(report.as_of)}.json")
    if as_json:
        typer.echo(text, nl=False)
        return
    screen().print(performance_table(report), feature_table(report))
    typer.echo(f"Version {model.version} as of {date_of(report.as_of)}: {report.status}.")
    for reason in report.reasons:
        typer.echo(f"Reason: {reason}.")
    for note in report.notes:
        typer.echo(f"Note: {note}.")
