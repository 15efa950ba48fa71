"""The cash forecast: when the money of open items arrives, by ISO week (DOMAIN section 4)."""

from dataclasses import dataclass

import numpy as np

from decisions.dated_promises import dated_promises
from decisions.direct_debits import by_direct_debit, debit_returns
from decisions.new_billing import new_billing
from decisions.policy import ForecastPolicy
from decisions.scoring import Portfolio
from ledger.arrays import Array, Codes, Days, Minor, Rows
from ledger.days import weekday

SUNDAY = 6


@dataclass(frozen=True, eq=False)
class CashForecast:
    """Cash expected of open items, one row for each company and currency, n rows, w weeks.

    Money is in minor units of the row's currency, gross: credits and cash on account are not
    taken off. `weeks_minor`, `later_minor`, `expected_never_minor`, `disputed_minor`,
    `deductions_minor` and `undated_minor` sum to `open_items_minor`, to the cent.

    Parameters
    ----------
    as_of, currencies, companies
        Day at whose close it is told; texts, companies "" where the invoices name none. (n,)
    first_day, last_day
        Of each week: ISO weeks, the first from the day after `as_of` to its Sunday. (w,)
    weeks_minor
        What arrives in each week, shape (n, w).
    later_minor
        What arrives after the last week, up to 365 days past due.
    expected_never_minor
        What is not expected within 365 days past due.
    disputed_minor, deductions_minor, undated_minor
        Disputed; left of invoices that count as paid; and of which no model says anything.
    new_billing_minor
        What invoices yet to be issued bring in each week, see `new_billing`; not part of the
        sum. Shape (n, w).
    billing_windows
        Past stretches that was averaged over; where zero, nothing is said of new billing.
    """

    as_of: int
    companies: Array
    currencies: Array
    first_day: Days
    last_day: Days
    weeks_minor: Minor
    later_minor: Minor
    expected_never_minor: Minor
    disputed_minor: Minor
    deductions_minor: Minor
    undated_minor: Minor
    open_items_minor: Minor
    new_billing_minor: Minor
    billing_windows: int

    def __len__(self) -> int:
        return len(self.companies)


def cash_forecast(policy: ForecastPolicy, portfolio: Portfolio) -> CashForecast:
    """The forecast of a portfolio, basis known.

    A live promise is expected on its day, an item to be debited on its due date while that lies
    ahead and no debit was returned; both override the curve, which spreads all else over the
    weeks as P(paid by the end of the week | open now). A promised day that has passed counts as
    tomorrow.
    """
    position, items = portfolio.position, portfolio.position.items
    last_day = _week_ends(position.as_of, policy.weeks)
    first_day = np.concatenate([[position.as_of + 1], last_day[:-1] + 1]).astype(np.int32)
    zero = np.zeros(len(items), np.int64)
    disputed = np.where(items.is_deduction, zero, items.disputed_minor)
    dated = np.zeros((len(items), policy.weeks + 1), np.int64)
    item, promised_on, promised = dated_promises(position)
    week = _week_of(last_day, promised_on)
    np.add.at(dated, (item, week), promised)
    _, was_returned = debit_returns(position)
    debited = by_direct_debit(position) & ~was_returned & (items.due_on > position.as_of)
    rows = np.flatnonzero(debited)
    dated[rows, _week_of(last_day, items.due_on[rows])] += items.chaseable_minor[rows]
    unscored = np.isnan(portfolio.invoice_scores.distribution.log_survival[:, -1])
    free = np.where(debited, zero, items.chaseable_minor)
    spread, never = _spread(portfolio, np.where(unscored, zero, free), last_day)
    of_row = _Rows(portfolio)
    weeks = of_row.sums(dated + spread)
    billing, windows = new_billing(position, policy.billing_windows, last_day, of_row.invoice_row)
    return CashForecast(
        position.as_of,
        of_row.companies,
        of_row.currencies,
        first_day,
        last_day,
        weeks[:, :-1],
        weeks[:, -1],
        of_row.sums(never),
        of_row.sums(disputed),
        of_row.sums(np.where(items.is_deduction, items.residual_minor, zero)),
        of_row.sums(np.where(unscored, free, zero)),
        of_row.sums(items.residual_minor),
        billing,
        windows,
    )


def _spread(portfolio: Portfolio, free_minor: Minor, last_day: Days) -> tuple[Minor, Minor]:
    """What is expected of each item by week and later, shape (m, w + 1), and never, (m,).

    What has arrived by the end of each week is rounded, so that the parts sum to the whole.
    """
    distribution = portfolio.invoice_scores.distribution
    due_on = portfolio.position.items.due_on
    by_end = [np.zeros(len(due_on))]
    by_end += [distribution.paid_by((end - due_on).astype(np.int32)) for end in last_day]
    by_end.append(1.0 - distribution.p_unpaid_365)
    # One rounding of 1 - p may lie a hair below the probability of the last week.
    paid = np.maximum.accumulate(np.nan_to_num(np.column_stack(by_end)), axis=1)
    arrived = np.rint(free_minor[:, None] * paid).astype(np.int64)
    return np.diff(arrived, axis=1), free_minor - arrived[:, -1]


def _week_ends(as_of: int, weeks: int) -> Days:
    """The Sundays that end the weeks after a day, shape (weeks,)."""
    tomorrow = np.array([as_of + 1], np.int32)
    sunday = tomorrow + SUNDAY - weekday(tomorrow)
    ends: Days = (sunday + 7 * np.arange(weeks)).astype(np.int32)
    return ends


def _week_of(last_day: Days, day: Days) -> Rows:
    """Number of the week in which a day lies, that after the last for later ones, shape (k,)."""
    return np.searchsorted(last_day, day)


class _Rows:
    """The companies and currencies of a portfolio, and the row of each item and invoice."""

    def __init__(self, portfolio: Portfolio) -> None:
        position = portfolio.position
        ledger, invoices = position.ledger, position.ledger.invoices
        names = np.append(ledger.vocabularies["invoices.company"], "").astype(object)
        company = np.where(invoices.known("company"), invoices["company"], len(names) - 1)
        key = company.astype(np.int64) * 2**16 + invoices["currency"]
        mine = position.place(invoices["customer_id"])[1]
        found = np.unique(key[mine])
        place = np.minimum(np.searchsorted(found, key), max(len(found) - 1, 0))
        self.invoice_row: Codes = np.where(mine, place, -1).astype(np.int32)
        self._item_row = self.invoice_row[position.items.invoice]
        self.companies: Array = names[found // 2**16]
        self.currencies: Array = ledger.vocabularies["currency"][found % 2**16]

    def sums(self, minor: Minor) -> Minor:
        """Sums of the items' amounts by row, shape (n, ...)."""
        total = np.zeros((len(self.companies), *minor.shape[1:]), np.int64)
        np.add.at(total, self._item_row, minor)
        return total
