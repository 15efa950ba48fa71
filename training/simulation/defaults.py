"""The true default day of a simulated customer, by the definition of DOMAIN section 2."""

import numpy as np

from ledger.arrays import Floats, Minor, Rows
from ledger.definitions import Definitions
from training.simulation.books import Books
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.transfers import BAD_DEBT


def default_day(
    books: Books,
    fates: Fates,
    minor_in_reporting: Floats,
    economy: Economy,
    definitions: Definitions,
) -> int | None:
    """First day of default on the ledger or in the future after it; None where there is none.

    Everything counts on the day it happened (basis posted), through the last day simulated. By
    what was known day by day a default may show some days later, and cash recorded late may show
    one that was none. An item past due counts until its `paid_on`, without what is disputed on
    that day; what it leaves then is a deduction. Credits and cash beyond what was cleared are
    taken off.

    Parameters
    ----------
    fates
        Of the invoices of the books, whose own end says until when each is open.
    minor_in_reporting
        Major units of the reporting currency for one minor unit of the customer's, by day.
    """
    days = economy.days
    invoices, credits = books.invoices, books.credits
    payments, clearings = books.payments, books.clearings
    cleared = _by_day(clearings.day, clearings.minor, days)
    credited = _by_day(credits.day, credits.applied_minor, days)
    receivables = np.cumsum(
        _by_day(invoices.issued_day, invoices.amount_minor, days) - cleared - credited
    )
    is_cash = clearings.payment >= 0
    notes = np.where(credits.is_netting, 0, credits.note_minor - credits.applied_minor)
    unused = np.cumsum(
        _by_day(payments.day, payments.minor, days)
        - _by_day(clearings.day[is_cash], clearings.minor[is_cash], days)
        + _by_day(credits.day, notes, days)
    )
    delinquent = _delinquent_minor(books, fates, definitions, days)
    net = (delinquent - unused) * minor_in_reporting
    in_default = (net > definitions.default_abs) & (
        net > definitions.default_rel * receivables * minor_in_reporting
    )
    lost = (clearings.kind == BAD_DEBT) & (clearings.day < days)
    lost_day, lost_minor = clearings.day[lost], clearings.minor[lost]
    in_default[lost_day[lost_minor * minor_in_reporting[lost_day] > definitions.default_abs]] = True
    if books.insolvent_day is not None:
        in_default[books.insolvent_day :] = True
    first = np.flatnonzero(in_default)
    return int(first[0]) if len(first) else None


def _by_day(day: Rows, minor: Minor, days: int) -> Minor:
    within = day < days
    return np.bincount(day[within], minor[within], days).astype(np.int64)


def _delinquent_minor(books: Books, fates: Fates, definitions: Definitions, days: int) -> Minor:
    """Undisputed residuals past due beyond the threshold at the close of each day, (days,)."""
    invoices, disputes = books.invoices, books.disputes
    total = np.zeros(days, np.int64)
    since = invoices.due_day + definitions.delinquency_threshold_days + 1
    until = np.where(fates.paid_day < 0, days, fates.paid_day)
    until = np.where(fates.cancelled_day >= 0, fates.cancelled_day, until)
    for row in np.flatnonzero(since < until):
        cleared, credited = books.clearings.invoice == row, books.credits.invoice == row
        residual = invoices.amount_minor[row] - np.cumsum(
            _by_day(books.clearings.day[cleared], books.clearings.minor[cleared], days)
            + _by_day(books.credits.day[credited], books.credits.applied_minor[credited], days)
        )
        for dispute in np.flatnonzero(disputes.invoice == row):
            open_days = slice(disputes.opened_day[dispute], disputes.closed_day[dispute])
            residual[open_days] -= disputes.minor[dispute]
        total[since[row] : until[row]] += np.maximum(residual, 0)[since[row] : until[row]]
    return total
