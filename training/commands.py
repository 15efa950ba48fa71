"""The commands of training: train, backtest, promote, simulate, demo."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ledger.completeness import require_complete
from ledger.days import date_of, day_of
from ledger.errors import SettingsError
from ledger.files import read_ledger
from ledger.settings import Settings
from models.registry import promote as promote_version
from training.backtest import backtest as run_backtest
from training.backtest import predictions as predictions_of
from training.digest import ledger_digest
from training.progress import shown_progress
from training.recipe import read_recipe
from training.reports import accuracy_table, log_backtest, log_training
from training.simulation.simulator import SimulationSettings, write_simulation
from training.simulation.simulator import simulate as run_simulation
from training.tracking import register, tracked_run
from training.train import STEPS
from training.train import train as run_training
from training.tune import tuned

app = typer.Typer(no_args_is_help=True)

LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="Directory of the ledger.")]
RecipePath = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Recipe that differs from the default one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
DAY = ["%Y-%m-%d"]


@app.command()
def train(
    ledger: LedgerPath,
    as_of: Annotated[datetime, typer.Option(formats=DAY, help="Last day known.")],
    recipe: RecipePath = None,
    tune: Annotated[
        int, typer.Option(min=0, help="Other sizes of the delay model's trees to try.")
    ] = 0,
    allow_stale: Annotated[
        int, typer.Option(min=0, help="Days by which the ledger may fall short of that day.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Train the models on what was known on a day, and register them as challenger."""
    settings = Settings.from_environment(os.environ)
    made, data, day = read_recipe(recipe), read_ledger(ledger), day_of(as_of.date())
    require_complete(data, day, allow_stale)
    day = min(day, data.extract.complete_through)
    with shown_progress(tune + len(STEPS) + 1) as begin, tempfile.TemporaryDirectory() as scratch:
        if tune:
            made = tuned(data, day, made, tune, begin)
        bundle = run_training(data, day, made, begin)
        begin("Registering the bundle")
        directory = Path(scratch) / "bundle"
        sha256 = bundle.save(directory)
        with tracked_run(settings, f"train {date_of(day)}") as run:
            log_training(run, bundle, data, day)
            version = register(settings, run, directory)
    if as_json:
        _print_json(
            {
                "version": version,
                "sha256": sha256,
                "run_id": run.run_id,
                "as_of": date_of(day).isoformat(),
                "data_sha256": bundle.data_sha256,
                "absent": dict(bundle.absent),
                "metrics": dict(bundle.metrics),
            }
        )
        return
    console = Console()
    console.print(f"Version {version} is the challenger (bundle {sha256[:12]}).")
    for name, reason in bundle.absent.items():
        console.print(f"No {name} model: {reason}.")
    for note in bundle.metrics["notes"]:
        console.print(f"Note: {note}.")
    console.print("Make it champion with: duecast promote")


@app.command()
def backtest(
    ledger: LedgerPath,
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
    settings = Settings.from_environment(os.environ)
    if predictions is not None and predictions.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            [f"--predictions is {predictions}; expected a name ending in .csv or .parquet"]
        )
    made, data = read_recipe(recipe), read_ledger(ledger)
    days = sorted({day_of(day.date()) for day in cutoff})
    with shown_progress(2 * len(days)) as begin:
        found = run_backtest(data, days, made, begin)
    with tracked_run(settings, f"backtest {date_of(days[0])}") as run:
        log_backtest(run, found, made, ledger_digest(data))
    if predictions is not None:
        rows = predictions_of(data, found)
        if predictions.suffix == ".csv":
            rows.to_csv(predictions, index=False)
        else:
            rows.to_parquet(predictions, index=False)
    if as_json:
        _print_json({**found.as_dict(), "run_id": run.run_id})
        return
    console = Console()
    for fold in found.folds:
        console.print(
            f"From {date_of(fold.cutoff)}: {len(fold.invoice)} invoices scored, "
            f"{fold.already_paid} not, being paid at the close of their first day."
        )
        for note in fold.notes:
            console.print(f"Note: {note}.")
    console.print(
        accuracy_table(found.accuracy, f"Outcomes through {date_of(found.ledger_through)}")
    )


@app.command()
def promote(
    version: Annotated[
        int | None, typer.Argument(help="Version to promote; the challenger if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a version champion: the service and `duecast score` use it from then on."""
    settings = Settings.from_environment(os.environ)
    promoted = promote_version(settings, version)
    if as_json:
        _print_json({"version": promoted.version, "sha256": promoted.sha256})
        return
    Console().print(f"Version {promoted.version} is champion (bundle {promoted.sha256[:12]}).")


@app.command()
def simulate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to write to.")],
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 500,
    months: Annotated[int, typer.Option(help="Length of the ledger.")] = 36,
    seed: Annotated[int, typer.Option(help="The same seed gives the same ledger.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Write a simulated ledger, and the truth behind it in a folder of its own."""
    settings = SimulationSettings(customers=customers, months=months, seed=seed)
    with shown_progress(2) as begin:
        begin("Simulating")
        simulation = run_simulation(settings)
        begin("Writing")
        write_simulation(simulation, directory)
    rows = {name: len(frame) for name, frame in simulation.frames.items()}
    if as_json:
        _print_json({"directory": str(directory), "rows": rows})
        return
    Console().print(
        f"{directory}: {rows['invoices']} invoices and {rows['payments']} payments of "
        f"{customers} customers over {months} months."
    )


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False))
