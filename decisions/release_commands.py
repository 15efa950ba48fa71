"""The command of releases: a person's word that an order may go ahead."""

import getpass
import os
import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from decisions.run_options import PolicyPath, print_json
from ledger.options import DAY, AsJson

if TYPE_CHECKING:
    from decisions.orders import Order

CURRENCY = re.compile("[A-Z]{3}")

app = typer.Typer(no_args_is_help=True)


@app.command()
def release(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Its number.")],
    customer: Annotated[str, typer.Option("--customer", metavar="ID", help="Whose order it is.")],
    amount: Annotated[
        str, typer.Option("--amount", metavar="AMOUNT", help="What it is worth, gross.")
    ],
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="ISO 4217 code.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="For the record.")],
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY,
            help="Last day it holds; not given: as many days as the policy allows. One that has "
            "passed takes the release of the order back.",
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who decides; you if not given.")
    ] = None,
    policy: PolicyPath = None,
    as_json: AsJson = False,
) -> None:
    """Release an order: it may go ahead, whatever the rules of the order check say of it.

    It holds for this order of this customer, grown by no more than the policy allows. The last
    release of an order counts.
    """
    from decisions.order_records import append_release
    from decisions.orders import release_of
    from decisions.policy import read_policy
    from ledger.settings import Settings

    settings = Settings.from_environment(os.environ)
    now = datetime.now(UTC).replace(tzinfo=None)
    rules = read_policy(policy or settings.policy).orders
    asked = _order(order, customer, amount, currency, why)
    given = release_of(rules, asked, now.date(), by or getpass.getuser(), why)
    if until is not None:
        given = replace(given, until=_last_day(until.date(), given.until))
    append_release(settings, given, now)
    holds = given.until >= given.given_on
    if as_json:
        days = {"given_on": given.given_on.isoformat(), "until": given.until.isoformat()}
        print_json({**asdict(given), **days, "holds": holds})
    elif holds:
        typer.echo(
            f"Order {order} of customer {customer} may go ahead for {amount} {currency} until "
            f"{given.until}."
        )
    else:
        typer.echo(f"The release of order {order} of customer {customer} is taken back.")


def _order(order_id: str, customer_id: str, amount: str, currency: str, why: str) -> "Order":
    """The order that is released, all of whose problems are told at once."""
    from decisions.orders import Order, amount_problem
    from ledger.errors import SettingsError
    from ledger.money import minor_of

    texts = {"ORDER": order_id, "--customer": customer_id, "--why": why}
    problems = [
        f"{name} is empty; expected some text" for name, text in texts.items() if not text.strip()
    ]
    try:
        major = Decimal(amount)
    except InvalidOperation:
        major = Decimal("nan")
    if not CURRENCY.fullmatch(currency):
        problems.append(f"--currency is {currency!r}; expected a code like EUR; correct it")
    elif wrong := amount_problem(major, currency):
        problems.append(f"--amount {wrong}")
    if problems:
        raise SettingsError(problems)
    return Order(order_id, customer_id, minor_of(major, currency), currency)


def _last_day(asked: date, allowed: date) -> date:
    from ledger.errors import SettingsError

    if asked > allowed:
        raise SettingsError(
            [f"--until is {asked}; the policy lets a release hold until {allowed} at the latest"]
        )
    return asked
