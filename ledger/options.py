"""Options that commands of several layers have in common."""

from datetime import datetime
from typing import Annotated

import typer

DAY = ["%Y-%m-%d"]

LedgerPlace = Annotated[
    str, typer.Argument(metavar="LEDGER", help="Directory or database URL of the ledger.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="Day at whose close to look; the ledger's last if not given."),
]
AllowStale = Annotated[
    int, typer.Option(min=0, help="Days by which the ledger may fall short of that day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
