"""The dated facts that have a meaning of their own, and what their values must be."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ledger.days import parse_day
from ledger.schema import STATUSES


@dataclass(frozen=True)
class FactValue:
    """What the value of a fact must be, in words, and whether a text is such a value."""

    expected: str
    fits: Callable[[str], bool]


def number_in(text: str) -> float:
    """The finite number that a text is; NaN where it is none.

    >>> number_in("2500.50"), number_in("50,000")
    (2500.5, nan)
    """
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def day_in(text: str) -> int | None:
    """The day of the ISO date that a text is; None where it is none.

    >>> day_in("1970-01-31"), day_in("31.01.1970")
    (30, None)
    """
    try:
        return parse_day(text)
    except ValueError:
        return None


_AMOUNT = FactValue("a number from 0, like 2500.50", lambda text: number_in(text) >= 0)
_DAYS = FactValue("a number of days from 0, like 30", lambda text: number_in(text) >= 0)
_DATE = FactValue("a date like 2024-02-29", lambda text: day_in(text) is not None)
_TEXT = FactValue("any text", lambda text: True)

KNOWN_FACTS = {
    "status": FactValue(f"one of {', '.join(STATUSES)}", STATUSES.__contains__),
    "credit_limit": _AMOUNT,
    "limit_valid_until": _DATE,
    "limit_override": _AMOUNT,
    "limit_override_by": _TEXT,
    "limit_override_why": _TEXT,
    "limit_override_until": _DATE,
    "terms_days": _DAYS,
    "segment": _TEXT,
    "external_rating": _TEXT,
    "dunning_block": _TEXT,
}
"""What the value of a fact must be, by its name; a fact of another name is the company's own."""
