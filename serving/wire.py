"""What values look like on the wire: days, money and ids, strict both ways."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ledger.money import exponent, major

ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class Strict(BaseModel):
    """A part of a request: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


def _iso_day(value: Any) -> date:
    """The day of an ISO date, which is all that counts as one."""
    try:
        if isinstance(value, str) and not ISO_DAY.fullmatch(value):
            raise ValueError("no ISO date")
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError(f"expected a date like 2024-02-29, got {value!r:.40}") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"expected a date from {FIRST_DAY} to {LAST_DAY}, got {day}")
    return day


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A date in ISO 8601, such as 2024-02-29."""

NO_NUL = r"^[^\x00]*$"
"""Texts without the character that no PostgreSQL database can keep."""

DECIMAL, POSITIVE = r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$", r"^[0-9]{1,15}(\.[0-9]{1,4})?$"
CURRENCY = "^[A-Z]{3}$"
LIKE = {
    NO_NUL: "a text without NUL characters",
    DECIMAL: "an amount like 1190.00",
    POSITIVE: "an amount like 1190.00, not below zero",
    CURRENCY: "a currency like EUR",
}
"""What a text has to be like, in words, by pattern."""

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
Text = Annotated[str, Field(max_length=2_000, pattern=NO_NUL)]

DecimalText = Annotated[
    str,
    Field(
        pattern=DECIMAL,
        description="Decimal of major units, as text; at most the digits of its currency.",
        examples=["1190.00"],
    ),
]
PositiveDecimalText = Annotated[
    str,
    Field(
        pattern=POSITIVE,
        description="Decimal of major units, as text; at most the digits of its currency.",
        examples=["1190.00"],
    ),
]
Currency = Annotated[str, Field(pattern=CURRENCY, description="ISO 4217 code.", examples=["EUR"])]
Share = Annotated[float, Field(ge=0, le=1)]


class Money(Part):
    """An amount of money."""

    amount: DecimalText
    currency: Currency

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        """Minor units of a currency.

        >>> Money.of(119000, "EUR").amount, Money.of(-5, "JPY").amount
        ('1190.00', '-5')
        """
        return cls(amount=f"{major(minor, currency):f}", currency=currency)

    @classmethod
    def of_decimal(cls, amount: Decimal, currency: str) -> "Money":
        """A decimal of major units, with the digits of its currency."""
        return cls(amount=f"{amount:.{exponent(currency)}f}", currency=currency)
