"""Default of customers: when each fell into it and was cured, as it became known."""

from dataclasses import dataclass

import numba
import numpy as np

from ledger.arrays import Array, Codes, Days, Flags
from ledger.books import Books, books_of
from ledger.default_events import (
    CREDITED,
    DISPUTED,
    INSOLVENT,
    OWED,
    PAST_DUE,
    SETTLED,
    WRITTEN_OFF,
    DefaultEvents,
    default_events,
)
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.money import exponent
from ledger.rates import exponents, rates_on, require_rates

CURE_DAYS = 90
"""Clean days after which a customer is no longer in default."""


@dataclass(frozen=True)
class DefaultSpells:
    """Times in default, sorted by (customer, default_on).

    A customer (code) was in default at the close of every day from `default_on` until before
    `cured_on`, which counts only where `has_cured`. All shapes (n,).
    """

    customer: Codes
    default_on: Days
    cured_on: Days
    has_cured: Flags

    def __len__(self) -> int:
        return len(self.customer)

    def in_default(self, customer: Codes, as_of: Days) -> Flags:
        """Which customers were in default at the close of a day, shapes (m,)."""
        if len(self) == 0:
            return np.zeros(len(customer), np.bool_)
        days = np.int64(2**32)
        starts = self.customer * days + self.default_on
        last = np.searchsorted(starts, customer * days + as_of, side="right") - 1
        cured = self.has_cured[last] & (self.cured_on[last] <= as_of)
        current: Flags = (last >= 0) & (self.customer[last] == customer) & ~cured
        return current


def default_spells(
    ledger: Ledger, definitions: Definitions, *, books: Books | None = None
) -> DefaultSpells:
    """Times in default of every customer, by what was known at the close of each day.

    A customer falls into default on the first day on which its residuals more than
    `delinquency_threshold_days` past due, without disputed parts and deductions, less cash on
    account and credits (in the same currency), exceed both `default_abs` in the reporting
    currency and `default_rel` of its receivables; or on which a bad-debt allocation above
    `default_abs` is known; or on which it is known to be insolvent. It is cured when 90 days
    after another were clean of all three: `cured_on` is the day after the ninetieth. Amounts
    are looked at, at the rate of the day, on days on which something of the customer changes.

    The spells of `ledger.known_at(day)` are those of `ledger` with `default_on` up to that day,
    cured where `cured_on` is. Source: the materiality thresholds of Delegated Regulation (EU)
    2018/171, with a relative threshold of receivables. `books` of the ledger, if at hand, save
    deriving them.

    Raises
    ------
    LedgerError
        Naming every currency for which a rate is wanting on a day that needs one.
    """
    books = books_of(ledger) if books is None else books
    events = default_events(books, definitions)
    currencies = np.unique(events.currency[events.kind != INSOLVENT])
    first_day = int(events.day.min(initial=0))
    last_day = ledger.extract.complete_through
    rates = _daily_rates(ledger, currencies, first_day, last_day)
    home = 10 ** exponent(ledger.extract.reporting_currency)
    customer, default_on, cured_on, has_cured, lacking, lacking_on = _spells(
        events,
        len(ledger.invoices),
        rates,
        currencies,
        first_day,
        last_day,
        definitions.default_abs * home,
        definitions.default_rel,
    )
    require_rates(ledger, lacking, lacking_on, np.zeros(len(lacking), np.bool_))
    return DefaultSpells(customer, default_on, cured_on, has_cured)


def _daily_rates(ledger: Ledger, currencies: Codes, first_day: int, last_day: int) -> Array:
    """Reporting minor units for one minor unit, (vocabulary, days); NaN where there is no rate."""
    days = np.arange(first_day, last_day + 1, dtype=np.int32)
    rates = np.full((len(ledger.vocabularies["currency"]), len(days)), np.nan)
    scale = np.power(10.0, exponent(ledger.extract.reporting_currency) - exponents(ledger))
    for code in currencies:
        of_day, known = rates_on(ledger, np.full(len(days), code, np.int32), days)
        rates[code] = np.where(known, of_day * scale[code], np.nan)
    return rates


@numba.njit(cache=True)
def _spells(
    events: DefaultEvents,
    invoices: int,
    rates: Array,
    currencies: Array,
    first_day: int,
    last_day: int,
    default_abs: float,
    default_rel: float,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Walk through each customer's days on which something happens."""
    n = len(events.day)
    customer = np.empty(n, np.int32)
    default_on = np.empty(n, np.int32)
    cured_on = np.zeros(n, np.int32)
    has_cured = np.zeros(n, np.bool_)
    lacking = np.empty(2 * n, np.int32)
    lacking_on = np.empty(2 * n, np.int32)
    spells, lacks = 0, 0
    residual = np.zeros(invoices, np.int64)
    disputed = np.zeros(invoices, np.int64)
    settled = np.zeros(invoices, np.bool_)
    past_due = np.zeros(invoices, np.bool_)
    overdue = np.zeros(len(rates), np.int64)
    gross = np.zeros(len(rates), np.int64)
    total = np.zeros(len(rates), np.int64)
    i = 0
    while i < n:
        who = events.customer[i]
        overdue[:], gross[:], total[:] = 0, 0, 0
        in_default, insolvent, is_clean, clean_since = False, False, True, 0
        while i < n and events.customer[i] == who:
            day = events.day[i]
            if in_default and is_clean and clean_since + CURE_DAYS <= day:
                cured_on[spells - 1], has_cured[spells - 1] = clean_since + CURE_DAYS, True
                in_default = False
            written_off = False
            while i < n and events.customer[i] == who and events.day[i] == day:
                kind, item, code = events.kind[i], events.item[i], events.currency[i]
                amount = events.amount_minor[i]
                if kind == INSOLVENT:
                    insolvent = amount == 1
                elif kind == WRITTEN_OFF:
                    rate = rates[code, day - first_day]
                    if np.isnan(rate):
                        lacking[lacks], lacking_on[lacks] = code, day
                        lacks += 1
                    elif np.rint(amount * rate) > default_abs:
                        written_off = True
                else:
                    if kind == OWED or kind == CREDITED:
                        total[code] += amount
                    if kind != CREDITED:
                        gross[code] -= max(residual[item], 0)
                        overdue[code] -= _counted(residual, disputed, settled, past_due, item)
                        if kind == OWED:
                            residual[item] += amount
                        elif kind == PAST_DUE:
                            past_due[item] = True
                        elif kind == SETTLED:
                            settled[item] = amount == 1
                        elif kind == DISPUTED:
                            disputed[item] += amount
                        gross[code] += max(residual[item], 0)
                        overdue[code] += _counted(residual, disputed, settled, past_due, item)
                i += 1
            delinquent, late, owed = False, 0.0, 0.0
            for code in currencies:
                net = overdue[code] + min(total[code] - gross[code], 0)
                if net > 0:
                    delinquent = True
            if delinquent:
                for code in currencies:
                    net = overdue[code] + min(total[code] - gross[code], 0)
                    if net <= 0 and total[code] == 0:
                        continue
                    rate = rates[code, day - first_day]
                    if np.isnan(rate):
                        lacking[lacks], lacking_on[lacks] = code, day
                        lacks += 1
                        break
                    late += np.rint(max(net, 0) * rate)
                    owed += np.rint(total[code] * rate)
                delinquent = late > default_abs and late > default_rel * owed
            if delinquent or insolvent or written_off:
                if not in_default:
                    customer[spells], default_on[spells] = who, day
                    spells += 1
                    in_default = True
                is_clean = not (delinquent or insolvent)
                clean_since = day + 1
            elif not is_clean:
                is_clean, clean_since = True, day
        if in_default and is_clean and clean_since + CURE_DAYS <= last_day:
            cured_on[spells - 1], has_cured[spells - 1] = clean_since + CURE_DAYS, True
    return (
        customer[:spells],
        default_on[:spells],
        cured_on[:spells],
        has_cured[:spells],
        lacking[:lacks],
        lacking_on[:lacks],
    )


@numba.njit(cache=True)
def _counted(residual: Array, disputed: Array, settled: Array, past_due: Array, item: int) -> int:
    """What of an item counts towards default."""
    counted = 0
    if past_due[item] and not settled[item] and residual[item] > 0:
        counted = residual[item] - min(max(disputed[item], 0), residual[item])
    return counted
