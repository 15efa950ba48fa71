"""What a stored ledger covers, and what a write makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ledger.days import date_of, day_of
from ledger.errors import LedgerError
from ledger.ledger import Extract


@dataclass(frozen=True)
class Coverage:
    """What a ledger covers from a write on; see `ledger.ledger.Extract`.

    What is not given stays as it is. The first write must say the currency.
    """

    complete_through: int
    reporting_currency: str | None = None
    complete_from: int | None = None
    timezone: str | None = None

    @classmethod
    def of(cls, extract: Extract) -> "Coverage":
        """All that an extract says."""
        return cls(
            extract.complete_through,
            extract.reporting_currency,
            extract.complete_from,
            extract.timezone,
        )


def extract_after(before: Extract | None, given: Coverage | None, now: datetime) -> Extract:
    """What a ledger covers after a write; it never covers less than before.

    Parameters
    ----------
    before
        What it covered until then; None: there was nothing.
    given
        What the write says of it, if anything.
    now
        When it is written, in UTC.

    Raises
    ------
    LedgerError
        If what the write says cannot be.
    """
    if given is not None and given.complete_through > day_of(now.date()) + 1:
        raise LedgerError(
            [
                f"complete_through is {date_of(given.complete_through)}, in the future; expected "
                "the last day of which every event is known; correct it"
            ]
        )
    if before is None:
        if given is None or given.reporting_currency is None:
            raise LedgerError(
                [
                    "the stored ledger is empty, and the batch does not say what it covers; "
                    "give reporting_currency and complete_through"
                ]
            )
        return Extract(
            given.reporting_currency,
            given.complete_through,
            given.complete_from,
            given.timezone or "UTC",
        )
    if given is None:
        return before
    problems = [
        f"{name} is {new}, but that of the stored ledger is {old}; leave it out"
        for name, old, new in (
            ("reporting_currency", before.reporting_currency, given.reporting_currency),
            ("timezone", before.timezone, given.timezone),
        )
        if new not in (None, old)
    ]
    if problems:
        raise LedgerError(problems)
    firsts = [day for day in (before.complete_from, given.complete_from) if day is not None]
    return replace(
        before,
        complete_through=max(before.complete_through, given.complete_through),
        complete_from=min(firsts) if len(firsts) == 2 else before.complete_from,
    )
