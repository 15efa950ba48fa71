"""The commands of promotion: promote, history, rollback."""

import getpass
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from ledger.errors import SettingsError
from ledger.moments import stored_utc
from ledger.screen import screen
from ledger.settings import Settings

if TYPE_CHECKING:
    from decisions.records import Promotion

app = typer.Typer(no_args_is_help=True)

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; you if not given.")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="For the record.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@app.command()
def promote(
    version: Annotated[
        int | None,
        typer.Argument(metavar="[VERSION]", help="Version to promote; the challenger if none."),
    ] = None,
    by: By = None,
    why: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="For the record; excuses a shift of the population and what cannot be judged.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a version champion once it passes its gates.

    Scores use it from then on, a running service once it is started again.
    """
    from training.promotion import PromotionRefusedError, promote_version

    settings = Settings.from_environment(os.environ)
    try:
        record = promote_version(settings, version, _name(by), why, _now())
    except PromotionRefusedError as refused:
        found = [asdict(gate) for gate in refused.gates]
        if as_json:
            _print_json({"version": refused.version, "promoted": False, "gates": found})
        else:
            screen().print(_table(found, "not passed"))
        raise
    if as_json:
        _print_json({**asdict(record), "promoted": True})
        return
    screen().print(_table(record.gates, "excused"))
    typer.echo(_said(record))


@app.command()
def history(
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Which version was champion at the close of that day, or at a time such as "
            "2024-02-29T12:00; UTC.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List which version was made champion when, by whom and why, the last first."""
    from training.promotion import MINUTE, champion_at, promotion_history

    settings = Settings.from_environment(os.environ)
    if at is not None:
        records: tuple[Promotion, ...] = (champion_at(settings, _moment(at)),)
    else:
        records = promotion_history(settings)
    if as_json:
        _print_json({"promotions": [asdict(record) for record in records]})
        return
    for record in records:
        way = "again" if record.rollback else "champion"
        reason = f": {record.why}" if record.why else ""
        typer.echo(
            f"{record.promoted_at:{MINUTE}} version {record.version} {way} "
            f"by {record.promoted_by}{reason}"
        )


@app.command()
def rollback(by: By = None, why: Why = "", as_json: AsJson = False) -> None:
    """Make the version champion again that was so before the last promotion that stands."""
    from training.promotion import roll_back

    record = roll_back(Settings.from_environment(os.environ), _name(by), why, _now())
    if as_json:
        _print_json(asdict(record))
        return
    typer.echo(_said(record))


def _table(found: list[dict[str, Any]], otherwise: str) -> Table:
    """One row for each gate: passed, or otherwise."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("gate", "", "figure", "at most", "what was found"):
        table.add_column(name, justify="right" if name in ("figure", "at most") else "left")
    for gate in found:
        figures = (
            "" if gate[name] is None else f"{gate[name]:.4g}" for name in ("figure", "bound")
        )
        passed = "passed" if gate["passed"] else otherwise
        table.add_row(gate["name"].replace("_", " "), passed, *figures, gate["sentence"])
    return table


def _said(record: "Promotion") -> str:
    return f"Version {record.version} is champion (bundle {record.sha256[:12]})."


def _name(by: str | None) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _moment(text: str) -> datetime:
    """A time in UTC; of a date alone the last moment of that day."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            [f"--at is {text!r}; expected a date like 2024-02-29 or a time like 2024-02-29T12:00"]
        ) from error
    if len(text) <= len("2024-02-29"):
        return datetime.combine(moment.date(), time.max)
    return stored_utc(moment)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False, default=str))
