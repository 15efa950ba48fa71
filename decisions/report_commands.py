"""The reports on the books: `kpis` and `aging`."""

import json
import os
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from decisions.policy import read_policy
from ledger.aging import aging
from ledger.books import books_of
from ledger.completeness import require_complete
from ledger.days import day_of
from ledger.definitions import Definitions
from ledger.errors import SettingsError
from ledger.kpis import kpis
from ledger.ledger import Ledger
from ledger.options import AllowStale, AsJson, AsOf, LedgerPlace
from ledger.places import read_place
from ledger.report_json import aging_json, kpis_json
from ledger.report_tables import aging_table, heading, kpis_table, roll_forward_table
from ledger.rollforward import roll_forward
from ledger.screen import screen
from ledger.settings import Settings

app = typer.Typer(no_args_is_help=True)


class By(StrEnum):
    """What an aging has a row for."""

    TOTAL = "total"
    CUSTOMER = "customer"
    COMPANY = "company"
    CURRENCY = "currency"


@app.command("kpis")
def print_kpis(
    ledger: LedgerPlace, as_of: AsOf = None, allow_stale: AllowStale = 0, as_json: AsJson = False
) -> None:
    """Print key figures of receivables, and the roll-forward of the last whole month."""
    data, day = _opened(ledger, as_of, allow_stale)
    books = books_of(data, "posted")
    figures = kpis(data, day, Definitions(), books=books)
    first_day, last_day = figures.last_month
    rolled = roll_forward(data, first_day - 1, last_day, books=books)
    if as_json:
        print(json.dumps(kpis_json(figures, rolled), indent=2))
    else:
        screen().print(heading(figures), kpis_table(figures), roll_forward_table(rolled))


@app.command("aging")
def print_aging(
    ledger: LedgerPlace,
    as_of: AsOf = None,
    by: Annotated[By, typer.Option(help="What to print a row for.")] = By.CUSTOMER,
    bounds: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS",
            help="Last day past due of each bucket but the oldest, such as 30,60,90; the policy's "
            "if not given.",
        ),
    ] = None,
    allow_stale: AllowStale = 0,
    as_json: AsJson = False,
) -> None:
    """Print receivables by days past due, gross, with credits and cash on account beside."""
    last_days = _policy_bounds() if bounds is None else _bounds(bounds)
    data, day = _opened(ledger, as_of, allow_stale)
    books = books_of(data, "posted")
    rows = aging(data, day, Definitions(), by=by.value, bounds=last_days, books=books)
    total = aging(data, day, Definitions(), bounds=last_days, books=books)
    if as_json:
        print(json.dumps(aging_json(rows, total), indent=2))
    else:
        screen().print(heading(total), aging_table(rows, total))


def _opened(path: str, as_of: datetime | None, allow_stale_days: int) -> tuple[Ledger, int]:
    data = read_place(path).ledger
    day = data.extract.complete_through if as_of is None else day_of(as_of.date())
    require_complete(data, day, allow_stale_days)
    return data, day


def _policy_bounds() -> tuple[int, ...]:
    policy = read_policy(Settings.from_environment(os.environ).policy)
    return policy.aging.bounds_days


def _bounds(text: str) -> tuple[int, ...]:
    words = text.split(",")
    days = tuple(int(word) if word.strip().isdecimal() else 0 for word in words)
    if days[0] < 1 or list(days) != sorted(set(days)):
        raise SettingsError([f"--bounds is {text!r}; expected growing days, such as 30,60,90"])
    return days
