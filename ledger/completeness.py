"""How far a ledger reaches: asking it about later days is an error."""

from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.ledger import Ledger


def require_complete(ledger: Ledger, as_of: int, allow_stale_days: int = 0) -> None:
    """Refuse a day that the ledger is not complete through.

    Raises
    ------
    LedgerError
        If `as_of` lies more than `allow_stale_days` after `complete_through`: every payment not
        yet loaded would read as lateness.
    """
    through = ledger.extract.complete_through
    stale = as_of - through
    if stale > allow_stale_days:
        raise LedgerError(
            [
                f"as_of is {date_of(as_of)}, but the ledger is complete through {date_of(through)}"
                " only, and every payment not yet loaded would read as lateness; load what is"
                f" missing, choose a day up to {date_of(through)}, or accept {stale} days of it"
                f" with --allow-stale {stale}"
            ]
        )
