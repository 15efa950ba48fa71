"""Which days a ledger knows: asking it about others is an error."""

from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.ledger import Ledger


def require_complete(ledger: Ledger, as_of: int, allow_stale_days: int = 0) -> None:
    """Refuse a day that the ledger is not complete through, or that lies before its first row.

    Raises
    ------
    LedgerError
        If `as_of` lies more than `allow_stale_days` after `complete_through`: every payment not
        yet loaded would read as lateness. Or if it lies before the first invoice, on a day of
        which nothing can be said.
    """
    through, known_on = ledger.extract.complete_through, ledger.invoices.known_on
    if len(known_on) and as_of < known_on.min():
        raise LedgerError(
            [
                f"as_of is {date_of(as_of)}, but the first invoice of the ledger was known on "
                f"{date_of(known_on.min())}; choose a day from then on"
            ]
        )
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
