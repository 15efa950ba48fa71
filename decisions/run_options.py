"""What the commands that read a score run share: their options, and the run itself."""

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from decisions.runs import Run

PolicyPath = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Policy that differs from the default one; DUECAST_POLICY if not given.",
    ),
]
REASONS = 4


def run_of(
    path: str, as_of: datetime | None, explain: int, policy: Path | None, allow_stale: int
) -> "Run":
    """The score run of a ledger on a day, made where there is none."""
    from decisions.champion import champion
    from decisions.policy import read_policy
    from decisions.runs import STEPS, make_run
    from ledger.completeness import require_complete
    from ledger.days import day_of
    from ledger.places import read_place
    from ledger.progress import shown_progress
    from ledger.settings import Settings

    settings = Settings.from_environment(os.environ)
    decided_by, place = read_policy(policy or settings.policy), read_place(path)
    data = place.ledger
    day = data.extract.complete_through if as_of is None else day_of(as_of.date())
    require_complete(data, day, allow_stale)
    now = datetime.now(UTC).replace(tzinfo=None)
    with shown_progress(1 + len(STEPS)) as begin:
        begin("Loading the champion")
        model = champion(settings)
        return make_run(
            settings,
            data,
            model,
            decided_by,
            day,
            explain,
            now,
            begin,
            source=place.name,
            made_by=getpass.getuser(),
            seq=place.seq,
        )


def print_json(value: dict[str, Any]) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))
