"""The day from which an invoice counts as late."""

import numpy as np

from ledger.arrays import Days
from ledger.days import weekday
from ledger.definitions import Definitions
from ledger.ledger import Ledger


def due_days(ledger: Ledger, definitions: Definitions) -> Days:
    """Due date of each invoice, shape (n,); the next business day where definitions say so."""
    due_on: Days = ledger.invoices["due_on"]
    return next_business_day(due_on) if definitions.due_on_business_day else due_on


def next_business_day(days: Days) -> Days:
    """Each day, or the Monday after it where it is a Saturday or Sunday, shape (n,).

    >>> from ledger.days import date_of, parse_day
    >>> saturday = np.array([parse_day("2024-06-01")], np.int32)
    >>> date_of(next_business_day(saturday)[0]).isoformat()
    '2024-06-03'
    """
    day = weekday(days)
    return np.where(day >= 5, days + 7 - day, days).astype(np.int32)
