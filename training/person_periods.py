"""Person-periods: one row for each interval in which an observed invoice could have been paid."""

from dataclasses import dataclass

import numpy as np
from pandas.util import hash_array

from ledger.arrays import Array, Codes, Days, Flags, Floats, Rows
from ledger.ledger import Ledger
from models.grid import INTERVALS, LOWER_ENDS, UPPER_ENDS
from training.labels import DelayOutcomes
from training.recipe import Moments


@dataclass(frozen=True)
class Looks:
    """Open invoices as they are observed on some days, sorted by (id, as_of); shapes (n,).

    The rows of a look are the intervals `first` to `last`, none where `last` is less; `paid`
    says whether the invoice was paid in the interval `last`.
    """

    invoice: Rows
    as_of: Days
    weight: Floats
    first: Codes
    last: Codes
    paid: Flags

    def __len__(self) -> int:
        return len(self.invoice)

    def take(self, rows: Array) -> "Looks":
        """The looks at `rows` (row numbers or a mask)."""
        return Looks(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def row_counts(self) -> Rows:
        """Intervals of each look, shape (n,)."""
        counts: Rows = np.maximum(self.last.astype(np.int64) - self.first + 1, 0)
        return counts


@dataclass(frozen=True)
class PersonPeriods:
    """Rows of the hazard, ordered as their looks, then by interval; shapes (n,).

    `look` is the row's position among the looks, `interval` in the grid; `paid` says whether the
    invoice was paid in the interval, `ends_on` is the interval's last day, by which that is known.
    """

    look: Rows
    interval: Codes
    paid: Flags
    weight: Floats
    ends_on: Days

    def __len__(self) -> int:
        return len(self.look)


def looks_at(ledger: Ledger, outcomes: DelayOutcomes, moments: Moments) -> Looks:
    """Looks at every invoice: on the day it was known, and on some of the recipe's while open.

    Each invoice has `looks_per_invoice` of those days, drawn by a hash of its id: on all of them
    it would say nearly the same again, and take as many rows to say it.
    Only looks that have a row: an interval exists for a look if it lies wholly after `as_of` and
    wholly on or before the last day the invoice was followed and payments are on the books, and
    the invoice was not paid before it; whatever happened in it. The first
    interval counts as whole from `LOWER_ENDS[0]` on.
    """
    every = np.flatnonzero(outcomes.observable)
    at_issue = outcomes.observed_from[every]
    found = [_looks(outcomes, every, at_issue, moments.issue_weight)]
    turn = invoice_hashes(ledger, every) % np.uint64(max(len(moments.days_past_due), 1))
    for nth, days in enumerate(moments.days_past_due):
        weight, day = moments.weights[nth], outcomes.due_on[every] + np.int32(days)
        has_turn = (turn + np.uint64(nth)) % len(moments.days_past_due) < moments.looks_per_invoice
        later = (day > at_issue) & has_turn
        found.append(_looks(outcomes, every[later], day[later], weight))
    looks = Looks(
        *(np.concatenate([getattr(part, name) for part in found]) for name in Looks.__annotations__)
    )
    invoice_ids = ledger.invoices["invoice_id"][looks.invoice]
    return looks.take(np.lexsort((looks.as_of, invoice_ids)))


def _looks(outcomes: DelayOutcomes, invoice: Rows, as_of: Days, weight: float) -> Looks:
    """Looks at those of some invoices that are open on a day, and have a row."""
    is_open = outcomes.known_open(invoice, as_of) & (weight > 0)
    invoice, as_of = invoice[is_open], as_of[is_open]
    due_on = outcomes.due_on[invoice]
    paid = outcomes.paid[invoice]
    first = np.searchsorted(LOWER_ENDS, as_of - due_on, side="left")
    followed_through = np.minimum(outcomes.followed_through[invoice], outcomes.recorded_through)
    followed = followed_through - due_on
    last_followed = np.searchsorted(UPPER_ENDS, followed, side="right") - 1
    paid_in = np.searchsorted(UPPER_ENDS, outcomes.paid_on[invoice] - due_on, side="left")
    paid_in = np.where(paid, paid_in, INTERVALS)
    gone = paid & (outcomes.paid_on[invoice] <= as_of)
    last = np.where(gone, -1, np.minimum(paid_in, last_followed))
    looks = Looks(
        invoice,
        as_of,
        np.full(len(invoice), weight),
        first.astype(np.int32),
        last.astype(np.int32),
        paid & (last == paid_in),
    )
    return looks.take(looks.row_counts() > 0)


def within_rows(looks: Looks, ledger: Ledger, max_rows: int) -> Looks:
    """The looks at as many whole invoices as make at most `max_rows` rows.

    Invoices are taken in the order of a hash of their ids: another invoice in the ledger changes
    nothing but where the order is cut.
    """
    counts = looks.row_counts()
    if counts.sum() <= max_rows:
        return looks
    invoices, position = np.unique(looks.invoice, return_inverse=True)
    order = np.argsort(invoice_hashes(ledger, invoices), kind="stable")
    rows = np.bincount(position, weights=counts).astype(np.int64)
    taken = np.zeros(len(invoices), np.bool_)
    taken[order[np.cumsum(rows[order]) <= max_rows]] = True
    return looks.take(taken[position])


def invoice_hashes(ledger: Ledger, invoice: Rows) -> Array:
    """Hashes of the ids of invoices: what they decide is the same in another ledger."""
    ids = ledger.vocabularies["invoice"][ledger.invoices["invoice_id"][invoice]]
    return hash_array(ids, categorize=False)


def person_periods(looks: Looks, outcomes: DelayOutcomes) -> PersonPeriods:
    """The rows of looks, look after look."""
    counts = looks.row_counts()
    look = np.repeat(np.arange(len(looks)), counts)
    nth = np.arange(len(look)) - np.repeat(np.cumsum(counts) - counts, counts)
    interval = (looks.first[look] + nth).astype(np.int32)
    return PersonPeriods(
        look,
        interval,
        looks.paid[look] & (interval == looks.last[look]),
        looks.weight[look],
        outcomes.due_on[looks.invoice[look]] + UPPER_ENDS[interval],
    )
