"""Asking a ledger about days it does not cover."""

import pytest

from ledger.completeness import require_complete
from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.ledger import Extract, empty_ledger

THROUGH = parse_day("2024-03-31")
LEDGER = empty_ledger(Extract("EUR", THROUGH))


def test_the_last_day_of_the_ledger_may_be_asked_for() -> None:
    require_complete(LEDGER, THROUGH)


def test_a_later_day_is_refused_with_the_remedy() -> None:
    with pytest.raises(LedgerError) as refused:
        require_complete(LEDGER, THROUGH + 3, allow_stale_days=2)
    assert str(refused.value) == (
        "as_of is 2024-04-03, but the ledger is complete through 2024-03-31 only, and every"
        " payment not yet loaded would read as lateness; load what is missing, choose a day up to"
        " 2024-03-31, or accept 3 days of it with --allow-stale 3"
    )


def test_stale_days_may_be_accepted() -> None:
    require_complete(LEDGER, THROUGH + 3, allow_stale_days=3)
