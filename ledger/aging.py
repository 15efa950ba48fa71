"""Aging: receivables by days past due, with credits and cash on account beside."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ledger.applications import is_credit_note
from ledger.arrays import Array, Minor, Rows
from ledger.books import Basis, Books, books_of
from ledger.cash import ON_ACCOUNT, OpenCredits, open_credits
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.rates import in_reporting

By = Literal["total", "customer", "company", "currency"]

BOUNDS = (30, 60, 90)
"""Last day past due of each bucket between the items not due and the oldest."""


@dataclass(frozen=True)
class Aging:
    """Receivables at the close of a day, one row for each customer, company or currency.

    `buckets_minor` holds gross residuals, shape (n, len(bounds) + 2): not due, 1 to the first
    bound, ..., beyond the last. Credit notes and overpaid invoices (`unapplied_credits_minor`)
    and cash (`unallocated_cash_minor`) stand beside, above zero in the customer's favour; gross
    less both are the receivables. Each row is in its `currency` (text), the reporting currency
    unless rows are currencies. `label` is empty where items have no company.
    """

    by: By
    as_of: int
    basis: Basis
    ledger_through: int
    bounds: tuple[int, ...]
    label: Array
    currency: Array
    buckets_minor: Minor
    unapplied_credits_minor: Minor
    unallocated_cash_minor: Minor

    def __len__(self) -> int:
        return len(self.label)

    @property
    def gross_minor(self) -> Minor:
        """Sum of the buckets, shape (n,)."""
        gross: Minor = self.buckets_minor.sum(axis=1)
        return gross

    @property
    def overdue_minor(self) -> Minor:
        """Sum of the buckets past due, shape (n,)."""
        return self.gross_minor - self.buckets_minor[:, 0]

    @property
    def receivables_minor(self) -> Minor:
        """Gross residuals less credits and cash on account, shape (n,)."""
        return self.gross_minor - self.unapplied_credits_minor - self.unallocated_cash_minor


def aging(
    ledger: Ledger,
    as_of: int,
    definitions: Definitions,
    *,
    by: By = "total",
    bounds: tuple[int, ...] = BOUNDS,
    basis: Basis = "posted",
    books: Books | None = None,
) -> Aging:
    """Age the receivables of a ledger at the close of a day.

    Every item is converted once, so that rows in the reporting currency add up to the total to
    the cent. `books` of the ledger on the basis, if at hand, save deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which there is no rate at most 7 days old.
    """
    books = books_of(ledger, basis) if books is None else books
    invoices = ledger.invoices
    residual = books.balances(as_of)[0]
    rows = np.flatnonzero((residual > 0) & ~is_credit_note(ledger))
    currency = invoices["currency"][rows]
    amount = residual[rows]
    credits = open_credits(ledger, as_of, books.basis, books=books)
    favour = credits.amount_minor
    if by != "currency":
        amount = in_reporting(ledger, currency, amount, np.full(len(rows), as_of, np.int32))
        favour = credits.reporting_minor
    group, credit_group, label = _groups(ledger, by, rows, credits)
    days_past_due = as_of - due_days(ledger, definitions)[rows]
    bucket = np.where(days_past_due <= 0, 0, 1 + np.searchsorted(bounds, days_past_due))
    buckets = np.zeros((len(label), len(bounds) + 2), np.int64)
    np.add.at(buckets, (group, bucket), amount)
    beside = np.zeros((2, len(label)), np.int64)
    np.add.at(beside, ((credits.kind == ON_ACCOUNT).astype(np.int64), credit_group), favour)
    home = np.full(len(label), ledger.extract.reporting_currency, dtype=object)
    return Aging(
        by,
        as_of,
        books.basis,
        ledger.extract.complete_through,
        bounds,
        label,
        label if by == "currency" else home,
        buckets,
        beside[0],
        beside[1],
    )


def _groups(ledger: Ledger, by: By, rows: Rows, credits: OpenCredits) -> tuple[Array, Array, Array]:
    """Group of each item and of each credit, and the label of each group."""
    invoices = ledger.invoices
    if by == "total":
        words = np.array(["total"], dtype=object)
        keys = np.zeros(len(rows) + len(credits), np.int64)
    elif by == "company":
        # One more word, for what has no company: cash, and invoices that name none.
        words = np.append(ledger.vocabularies["invoices.company"], "")
        company = np.where(invoices.known("company"), invoices["company"], len(words) - 1)
        of_credits = np.full(len(credits), len(words) - 1)
        on_invoices = np.flatnonzero(credits.kind != ON_ACCOUNT)
        of_credits[on_invoices] = company[credits.row[on_invoices]]
        keys = np.concatenate([company[rows], of_credits])
    else:
        words = ledger.vocabularies[by]
        of_items = invoices["customer_id" if by == "customer" else "currency"][rows]
        keys = np.concatenate([of_items, getattr(credits, by)])
    found, group = np.unique(keys, return_inverse=True)
    if by == "total":
        found = np.zeros(1, np.int64)
    return group[: len(rows)], group[len(rows) :], words[found]
