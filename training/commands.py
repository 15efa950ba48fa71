"""The commands of training: train, backtest, simulate, demo, and those of promotion."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import training.promotion_commands
from ledger.errors import SettingsError
from ledger.options import DAY, AllowStale, AsJson, LedgerPlace
from ledger.screen import screen
from ledger.settings import Settings

app = typer.Typer(no_args_is_help=True)
app.add_typer(training.promotion_commands.app)

RecipePath = Annotated[
    Path | None,
    typer.Option("--recipe", metavar="FILE", help="Recipe that differs from the default one."),
]
Customers = Annotated[int, typer.Option(help="Number of customers.")]
Months = Annotated[int, typer.Option(help="Length of the ledger in months.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same ledger.")]


@app.command()
def train(
    ledger: LedgerPlace,
    as_of: Annotated[datetime, typer.Option(formats=DAY, help="Last day known.")],
    recipe: RecipePath = None,
    tune: Annotated[
        int, typer.Option(min=0, metavar="N", help="Other sizes of the trees to try first.")
    ] = 0,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Train the models on what was known on a day, and register them as challenger."""
    from ledger.completeness import require_complete
    from ledger.days import day_of
    from ledger.places import read_place
    from ledger.progress import shown_progress
    from training.recipe import read_recipe
    from training.tracked import STEPS, train_tracked

    settings = Settings.from_environment(os.environ)
    made, data, day = read_recipe(recipe), read_place(ledger).ledger, day_of(as_of.date())
    require_complete(data, day, allow_stale)
    day = min(day, data.extract.complete_through)
    with shown_progress(tune + len(STEPS)) as begin:
        trained = train_tracked(settings, data, day, made, tune, begin)
    if as_json:
        _print_json(trained.as_dict())
        return
    typer.echo(f"Version {trained.version} is the challenger (bundle {trained.sha256[:12]}).")
    for note in trained.notes:
        typer.echo(f"Note: {note}.")
    typer.echo("Make it champion with: duecast promote")


@app.command()
def backtest(
    ledger: LedgerPlace,
    cutoff: Annotated[
        list[datetime], typer.Option(formats=DAY, help="First day scored; may be repeated.")
    ],
    recipe: RecipePath = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was said, .csv or .parquet.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train on what was known before each cutoff, score what was issued from it on."""
    from ledger.days import date_of, day_of
    from ledger.places import read_place
    from ledger.progress import shown_progress
    from training.accuracy_table import days_table, event_table
    from training.backtest import write_predictions
    from training.recipe import read_recipe
    from training.tracked import backtest_tracked

    settings = Settings.from_environment(os.environ)
    if predictions is not None and predictions.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            [f"--predictions is {predictions}; expected a name that ends in .csv or .parquet"]
        )
    if predictions is not None and not predictions.parent.is_dir():
        raise SettingsError(
            [f"--predictions is {predictions}; there is no such directory; make it"]
        )
    made, data = read_recipe(recipe), read_place(ledger).ledger
    days = sorted({day_of(day.date()) for day in cutoff})
    with shown_progress(2 * len(days)) as begin:
        found, run_id = backtest_tracked(settings, data, days, made, begin)
    if predictions is not None:
        write_predictions(data, found, predictions)
    if as_json:
        _print_json({**found.as_dict(), "run_id": run_id})
        return
    for fold in found.folds:
        typer.echo(
            f"From {date_of(fold.cutoff)}: {len(fold.invoice)} invoices scored; "
            f"{fold.already_paid} more were settled at the close of their first day."
        )
        for note in fold.notes:
            typer.echo(f"Note: {note}.")
    typer.echo(f"Accuracy by outcomes through {date_of(found.ledger_through)}:")
    console = screen()
    console.print(event_table(found.accuracy))
    console.print(days_table(found.accuracy))


@app.command()
def simulate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to write to.")],
    customers: Customers = 500,
    months: Months = 36,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Write a simulated ledger, and the truth behind it in a folder of its own."""
    from ledger.progress import shown_progress
    from training.simulation.settings import SimulationSettings
    from training.simulation.simulator import simulate as simulated
    from training.simulation.simulator import write_simulation

    settings = SimulationSettings(customers=customers, months=months, seed=seed)
    with shown_progress(2) as begin:
        begin("Simulating")
        simulation = simulated(settings)
        begin("Writing")
        write_simulation(simulation, directory)
    rows = {name: len(frame) for name, frame in simulation.frames.items()}
    if as_json:
        _print_json({"directory": str(directory), "rows": rows})
        return
    typer.echo(
        f"{directory}: {rows['invoices']} invoices and credit notes, {rows['payments']} payments "
        f"of {customers} customers over {months} months."
    )


@app.command()
def demo(
    customers: Customers = 300,
    months: Months = 30,
    seed: Seed = 7,
    top: Annotated[int, typer.Option(min=1, help="Entries of the worklist to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Simulate a ledger, train, promote, score, and show the top of the worklist.

    Leaves alone what is already there, so a second demo takes seconds.
    """
    from decisions.listing import entries, json_values, shown
    from decisions.runs import INVOICES, WORKLIST
    from ledger.progress import shown_progress
    from training.demo import demonstrate
    from training.simulation.settings import SimulationSettings

    settings = Settings.from_environment(os.environ)
    simulated = SimulationSettings(customers=customers, months=months, seed=seed)
    now = datetime.now(UTC).replace(tzinfo=None)
    with shown_progress(9) as begin:
        shown_run = demonstrate(settings, simulated, now, begin)
    run, facts = shown_run.run, shown_run.run.facts
    found = entries(run.table(WORKLIST), run.table(INVOICES), top=top)
    if as_json:
        _print_json({**facts, "ledger": str(shown_run.ledger), "entries": json_values(found)})
        return
    title = f"The top of the worklist as of {facts['as_of']}"
    screen().print(shown(found, title, facts["reporting_currency"]))
    for note in facts["notes"]:
        typer.echo(f"Note: {note}")
    typer.echo(f"The ledger is in {shown_run.ledger}. Serve it with: duecast serve")


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False, default=str))
