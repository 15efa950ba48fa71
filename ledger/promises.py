"""Promises to pay: what they cover while they live, and whether they were kept."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Codes, Days, Flags, Minor, Rows
from ledger.books import Books, books_of
from ledger.ledger import Ledger
from ledger.promise_coverage import Claims, claims_of, coverage

KEPT, PARTLY_KEPT, BROKEN = range(3)

GRACE_DAYS = 3
"""Days after the promised day on which cash still keeps a promise."""
LONGEST_DAYS = 30
"""Days after it was made beyond which no promise holds collection off."""
KEPT_SHARE = 0.9
"""Share of what it covers that must be paid for a promise to be kept."""
BROKEN_LIMIT = 2
"""Broken promises of a customer after which no other holds collection off ..."""
BROKEN_WINDOW_DAYS = 180
"""... for so many days."""


@dataclass(frozen=True)
class PromiseOutcomes:
    """What became of promises; sorted by (customer, over_on, promise id).

    `promise` are rows of `ledger.promises`; `customer` (code) is who owes what was promised;
    `outcome` is KEPT, PARTLY_KEPT or BROKEN; `over_on` was the last day for it, and `judged_on`
    the day at whose close this was known. Promises that cover nothing have no outcome. Shapes
    (n,).
    """

    promise: Rows
    customer: Codes
    outcome: Codes
    over_on: Days
    judged_on: Days

    def __len__(self) -> int:
        return len(self.promise)


def promise_outcomes(
    ledger: Ledger, as_of: int | None = None, *, books: Books | None = None
) -> PromiseOutcomes:
    """Judge promises: kept, partly kept or broken.

    Kept: at least 90 % of what it covers was paid in (made_on, promised_on + 3]; broken: nothing
    was. With `as_of`, every promise over by then, by what was known at the close of that day.
    Without, every promise once, by what was known at the close of its last day (or when it was
    recorded, if later), up to the day the ledger is complete through: then the outcomes of
    `ledger.known_at(day)` are those of `ledger` judged up to that day. (DOMAIN section 2.)

    `books` of the ledger, if at hand, save deriving them; their basis says what known means.
    """
    books = books_of(ledger) if books is None else books
    claims = claims_of(books)
    judged_on = np.maximum(claims.promised_on + GRACE_DAYS, claims.known_on)
    counts = judged_on <= (ledger.extract.complete_through if as_of is None else as_of)
    if as_of is not None:
        judged_on = np.full(len(counts), as_of, np.int32)
    return _judge(books, claims, counts, judged_on)


def promised_minor(books: Books, as_of: int) -> Minor:
    """What live promises still cover of each invoice at the close of a day, shape (invoices,).

    In the invoice's currency, summed over its promises, so possibly more than its residual. A
    promise lives from made_on to promised_on + 3 days, at most 30 days, and not while its
    customer has broken two in the last 180 days.
    """
    claims = claims_of(books)
    day = np.full(len(claims.owner), as_of, np.int32)
    found = coverage(
        books, claims, live_claims(books, claims, as_of), through=day, known_through=day
    )
    return found.left_minor


def live_claims(books: Books, claims: Claims, as_of: int) -> Flags:
    """Which promises hold collection off at the close of a day, shape (claims,)."""
    known = claims.known_on <= as_of
    over_on = claims.promised_on + GRACE_DAYS
    recent = known & (over_on <= as_of) & (over_on > as_of - BROKEN_WINDOW_DAYS)
    judged = _judge(books, claims, recent, np.full(len(known), as_of, np.int32))
    broken = np.bincount(
        judged.customer[judged.outcome == BROKEN],
        minlength=len(books.ledger.vocabularies["customer"]),
    )
    last_day = np.minimum(over_on, claims.made_on + LONGEST_DAYS)
    trusted: Flags = broken[claims.owner] < BROKEN_LIMIT
    return known & (last_day >= as_of) & trusted


def _judge(books: Books, claims: Claims, counts: Flags, judged_on: Days) -> PromiseOutcomes:
    over_on = claims.promised_on + GRACE_DAYS
    found = coverage(books, claims, counts, through=over_on, known_through=judged_on)
    rows = np.flatnonzero(counts & found.covered)
    share = found.paid_share[rows]
    outcome = np.where(share >= KEPT_SHARE, KEPT, np.where(share > 0, PARTLY_KEPT, BROKEN))
    return PromiseOutcomes(
        claims.promise[rows],
        claims.owner[rows],
        outcome.astype(np.int32),
        over_on[rows],
        judged_on[rows],
    )
