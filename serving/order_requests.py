"""What may be asked about an order."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from decisions.orders import GIVEN_PARTS, Order, Release, amount_problem
from ledger.money import minor_of
from serving.problems import Flaw, RefusedError, pointer
from serving.requests import AllowStaleDays, AsOf
from serving.wire import Currency, Id, PositiveDecimalText, Strict

MOST_TERMS_DAYS = 3_650

AMOUNTS = {name: f"{part}_amount" for name, part in GIVEN_PARTS.items()}
"""Fields of a request by those of `Order` that say what else is owed."""


class CreditCheckRequest(Strict):
    """An order that asks to be delivered on credit. Amounts are gross, in `currency`."""

    order_id: Annotated[
        Id,
        Field(
            description="Its number. The same order asked again gets the same answer; changed, it "
            "is checked anew.",
            examples=["O-2024-1017"],
        ),
    ]
    customer_id: Annotated[
        Id, Field(description="Customer of the stored ledger.", examples=["C00042"])
    ]
    order_amount: PositiveDecimalText
    currency: Annotated[
        Currency,
        Field(description="Of all amounts; converted at the ledger's rate of the day."),
    ]
    prepaid: Annotated[
        bool, Field(strict=True, description="Whether it is paid before delivery.")
    ] = False
    terms_days: Annotated[
        int | None,
        Field(
            ge=0,
            le=MOST_TERMS_DAYS,
            strict=True,
            description="Days to pay that it grants; not given: those agreed.",
            examples=[30],
        ),
    ] = None
    open_orders_amount: Annotated[
        PositiveDecimalText | None,
        Field(description="Other orders not yet delivered, this one apart."),
    ] = None
    delivered_not_billed_amount: Annotated[
        PositiveDecimalText | None, Field(description="Delivered, and not yet invoiced.")
    ] = None
    bills_not_due_amount: Annotated[
        PositiveDecimalText | None, Field(description="Bills of exchange that are not yet due.")
    ] = None
    as_of: AsOf = None
    allow_stale_days: AllowStaleDays = 0


class CreditCheckQuestion(Strict):
    """All that the answer to an order check follows from, beside ledger, model and policy."""

    asked: CreditCheckRequest
    asked_at: datetime
    releases: tuple[Release, ...]

    @property
    def on(self) -> date:
        """Day on which releases have to hold: the one asked about, else that of the question."""
        return release_day(self.asked, self.asked_at)


def release_day(asked: CreditCheckRequest, now: datetime) -> date:
    """Day on which releases of an order have to hold: the one asked about, else today."""
    return now.date() if asked.as_of is None else asked.as_of


def order_of(asked: CreditCheckRequest) -> Order:
    """The order of a request.

    Raises
    ------
    RefusedError
        Naming every amount that its currency does not have.
    """
    fields = {"amount_minor": "order_amount"} | AMOUNTS
    given = {
        name: Decimal(text)
        for name, place in fields.items()
        if (text := getattr(asked, place)) is not None
    }
    flaws = [
        Flaw(f"{fields[name]} {problem}", pointer(fields[name]))
        for name, amount in given.items()
        if (problem := amount_problem(amount, asked.currency))
    ]
    if flaws:
        raise RefusedError("invalid-request", "amounts that cannot be used", flaws)
    return Order(
        asked.order_id,
        asked.customer_id,
        currency=asked.currency,
        terms_days=asked.terms_days,
        prepaid=asked.prepaid,
        **{name: minor_of(amount, asked.currency) for name, amount in given.items()},
    )
