"""Key figures of receivables: how long money is out, how well it is collected."""

from dataclasses import dataclass

import numpy as np

from ledger.aging import Aging, aging
from ledger.applications import BAD_DEBT, PAYMENT, is_credit_note
from ledger.arrays import Array, Days, Minor
from ledger.books import Basis, Books, books_of
from ledger.days import month_index, month_start
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.rates import in_reporting
from ledger.settlement import PAID, settle, state_at

SALES_MONTHS = 3
"""Calendar months of sales that DSO is measured by."""
CASH_DAYS = 365
"""Days of cash that payment days are averaged over."""
UNPAID_AFTER_DAYS = 90
"""Days after which what was due in a month is counted as paid or not."""


@dataclass(frozen=True)
class Kpis:
    """Key figures at the close of a day; None where one has no meaning.

    The definitions are those of DOMAIN section 4.

    Parameters
    ----------
    as_of, basis, ledger_through, currency
        Day looked at, which days count, last day the ledger is complete through, and the
        reporting currency, in whose minor units money is.
    receivables_minor, gross_minor, overdue_minor
        Residuals less credits and cash on account; residuals; those past due.
    last_month
        First and last day of the last calendar month that ended on or before `as_of`.
    sales_months, sales_minor
        First and last day of the three months up to that one, and the credit sales in them:
        invoices less credit notes issued, gross.
    dso_days, bpdso_days, add_days
        Receivables / sales x days of those months; the same of what is not yet due; and their
        difference.
    countback_dso_days
        Days of the latest months, the current one up to `as_of` first, whose sales make up the
        receivables.
    cei_percent
        (opening + sales - closing) / (opening + sales - closing not due) x 100, of the last month.
    average_payment_days, weighted_days_late
        Paid_on less issued_on, and days late (early counts as none), of invoices paid in the last
        365 days, weighted with the cash received for them.
    unpaid_month, unpaid_rate
        First day of the last calendar month all of whose items were due 90 days ago or more, and
        the share of the amount due in it still unpaid 90 days after it was due (bad debt is
        unpaid).
    overdue_share
        Overdue / gross residuals.
    """

    as_of: int
    basis: Basis
    ledger_through: int
    currency: str
    receivables_minor: int
    gross_minor: int
    overdue_minor: int
    last_month: tuple[int, int]
    sales_months: tuple[int, int]
    sales_minor: int
    dso_days: float | None
    bpdso_days: float | None
    add_days: float | None
    countback_dso_days: float | None
    cei_percent: float | None
    average_payment_days: float | None
    weighted_days_late: float | None
    unpaid_month: int
    unpaid_rate: float | None
    overdue_share: float | None


def kpis(
    ledger: Ledger, as_of: int, definitions: Definitions, *, books: Books | None = None
) -> Kpis:
    """Key figures of a ledger at the close of a day, basis posted.

    Balances convert at the rates of their day, sales at those of the day of issue, cash at those
    of paid_on. `books` of the ledger, basis posted, if at hand, save deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which a rate is wanting.
    """
    books = books_of(ledger, "posted") if books is None else books
    now = aging(ledger, as_of, definitions, books=books)
    month = _last_whole_month(as_of)
    last_month = (_first_day(month), _first_day(month + 1) - 1)
    first_day, last_day = _first_day(month - SALES_MONTHS + 1), last_month[1]
    sales = credit_sales(books, first_day, last_day)
    receivables, gross = int(now.receivables_minor[0]), int(now.gross_minor[0])
    days = last_day - first_day + 1
    dso = _ratio(receivables * days, sales)
    bpdso = _ratio(int(now.buckets_minor[0, 0]) * days, sales)
    payment_days, days_late = _payment_days(books, as_of, definitions)
    unpaid_month = _last_whole_month(as_of - UNPAID_AFTER_DAYS)
    return Kpis(
        as_of,
        books.basis,
        ledger.extract.complete_through,
        ledger.extract.reporting_currency,
        receivables,
        gross,
        int(now.overdue_minor[0]),
        last_month,
        (first_day, last_day),
        sales,
        dso,
        bpdso,
        None if dso is None or bpdso is None else dso - bpdso,
        _countback(books, as_of, receivables),
        _collection_effectiveness(books, *last_month, definitions),
        payment_days,
        days_late,
        _first_day(unpaid_month),
        _unpaid_rate(books, unpaid_month, definitions),
        _ratio(int(now.overdue_minor[0]), gross),
    )


def credit_sales(books: Books, first_day: int, last_day: int) -> int:
    """Invoices less credit notes issued on some days, gross, minor units of reporting currency."""
    invoices = books.ledger.invoices
    issued_on = invoices["issued_on"]
    rows = np.flatnonzero((issued_on >= first_day) & (issued_on <= last_day))
    amount = np.abs(invoices["amount"][rows])
    signed = np.where(is_credit_note(books.ledger)[rows], -amount, amount)
    return int(
        in_reporting(books.ledger, invoices["currency"][rows], signed, issued_on[rows]).sum()
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _last_whole_month(as_of: int) -> int:
    """The last calendar month that ended on or before a day, in months since January 1970."""
    return _month(as_of + 1) - 1


def _month(day: int) -> int:
    return int(month_index(np.array([day]))[0])


def _first_day(month: int) -> int:
    return int(month_start(np.array([month]))[0])


def _countback(books: Books, as_of: int, receivables: int) -> float | None:
    """Days of the latest months whose sales make up the receivables; None where sales run out."""
    left, days, last_day = float(receivables), 0.0, as_of
    first_issue = int(books.ledger.invoices["issued_on"].min(initial=as_of + 1))
    while left > 0:
        if last_day < first_issue:
            return None
        first_day = _first_day(_month(last_day))
        sales = credit_sales(books, first_day, last_day)
        if left <= sales:
            return days + left / sales * (last_day - first_day + 1)
        left -= sales
        days += last_day - first_day + 1
        last_day = first_day - 1
    return days


def _collection_effectiveness(
    books: Books, first_day: int, last_day: int, definitions: Definitions
) -> float | None:
    opening = _receivables(_age(books, first_day - 1, definitions))
    closing = _age(books, last_day, definitions)
    available = opening + credit_sales(books, first_day, last_day)
    collected = available - _receivables(closing)
    share = _ratio(collected, available - int(closing.buckets_minor[0, 0]))
    return None if share is None else 100 * share


def _age(books: Books, as_of: int, definitions: Definitions) -> Aging:
    return aging(books.ledger, as_of, definitions, books=books)


def _receivables(aged: Aging) -> int:
    return int(aged.receivables_minor[0])


def _payment_days(
    books: Books, as_of: int, definitions: Definitions
) -> tuple[float | None, float | None]:
    """Mean days from issue to payment, and mean days late, weighted with cash."""
    ledger, invoices = books.ledger, books.ledger.invoices
    state, paid_on = state_at(settle(ledger, definitions, books.allocations), len(invoices), as_of)
    rows = np.flatnonzero((state == PAID) & (paid_on > as_of - CASH_DAYS))
    cash = _allocated(books, books.allocations.kind == PAYMENT, np.full(len(invoices), as_of))
    weight = in_reporting(ledger, invoices["currency"][rows], cash[rows], paid_on[rows])
    total = float(weight.sum())
    days = paid_on[rows] - invoices["issued_on"][rows].astype(float)
    late = np.maximum(paid_on[rows] - due_days(ledger, definitions)[rows].astype(float), 0)
    return _ratio(float((weight * days).sum()), total), _ratio(float((weight * late).sum()), total)


def _allocated(books: Books, counts: Array, through: Days) -> Minor:
    """What was allocated to each invoice up to a day of its own, shape (invoices,)."""
    found = books.allocations
    rows = np.flatnonzero(counts & (found.allocated_on <= through[found.invoice]))
    allocated = np.zeros(len(books.ledger.invoices), np.int64)
    np.add.at(allocated, found.invoice[rows], found.amount_minor[rows])
    return allocated


def _unpaid_rate(books: Books, month: int, definitions: Definitions) -> float | None:
    ledger, invoices = books.ledger, books.ledger.invoices
    due_on = due_days(ledger, definitions)
    due = (due_on >= _first_day(month)) & (due_on < _first_day(month + 1))
    issued = books.entered_on <= due_on + UNPAID_AFTER_DAYS
    rows = np.flatnonzero(due & issued & ~is_credit_note(ledger))
    paid = _allocated(books, books.allocations.kind != BAD_DEBT, due_on + UNPAID_AFTER_DAYS)
    currency, amount = invoices["currency"][rows], invoices["amount"][rows]
    unpaid = np.maximum(amount - paid[rows], 0)
    still_open = in_reporting(ledger, currency, unpaid, due_on[rows])
    was_due = in_reporting(ledger, currency, amount, due_on[rows])
    return _ratio(int(still_open.sum()), int(was_due.sum()))
