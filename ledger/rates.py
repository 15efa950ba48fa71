"""Conversion between currencies: the latest rate on or before a day, at most a week old."""

import numpy as np

from ledger.arrays import Array, Codes, Days, Flags, Floats, Minor
from ledger.days import date_of
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.money import convert, exponent

MAX_AGE_DAYS = 7
"""Days after which a rate is too old to convert with."""

_DAYS = np.int64(2**32)


def rates_on(
    ledger: Ledger, currency: Codes, on: Days, max_age_days: int = MAX_AGE_DAYS
) -> tuple[Floats, Flags]:
    """Units of the reporting currency for one unit of each currency, and whether it is known.

    The rate is the latest on or before the day, at most `max_age_days` old; 1 for the reporting
    currency itself. Of two rates for one day the higher counts. Both shape (n,).
    """
    table = ledger.fx_rates
    order = np.lexsort((table["rate"], table["on"], table["currency"]))
    listed, listed_on = table["currency"][order], table["on"][order]
    home = currency == ledger.code("currency", ledger.extract.reporting_currency)
    if len(order) == 0:
        return np.ones(len(currency)), home
    wanted = currency * _DAYS + on
    position = np.searchsorted(listed * _DAYS + listed_on, wanted, side="right") - 1
    found = (position >= 0) & (listed[position] == currency)
    found &= on - listed_on[position] <= max_age_days
    rates = np.where(home | ~found, 1.0, table["rate"][order][position])
    return rates, home | found


def to_reporting(
    ledger: Ledger,
    currency: Codes,
    minor: Minor,
    on: Days,
    max_age_days: int = MAX_AGE_DAYS,
) -> tuple[Minor, Flags]:
    """Amounts in minor units of the reporting currency, and where a rate for it is known.

    Each amount is converted once, at the latest rate on or before its day, and rounded half to
    even. Zero where there is no rate at most `max_age_days` old. All shapes (n,).
    """
    rates, known = rates_on(ledger, currency, on, max_age_days)
    digits = exponents(ledger)[currency]
    converted = convert(minor, rates, digits, exponent(ledger.extract.reporting_currency))
    return np.where(known, converted, 0), known


def in_reporting(ledger: Ledger, currency: Codes, minor: Minor, on: Days) -> Minor:
    """Amounts in minor units of the reporting currency, as `to_reporting`; zero needs no rate.

    Raises
    ------
    LedgerError
        Naming every currency of an amount for which there is no rate young enough.
    """
    converted, known = to_reporting(ledger, currency, minor, on)
    require_rates(ledger, currency, on, known | (minor == 0))
    return converted


def exchanged(ledger: Ledger, minor: Minor, source: Codes, target: Codes, on: Days) -> Minor:
    """Amounts of the `source` currencies in minor units of the `target` currencies, shape (n,).

    By way of the reporting currency, rounded half to even once; exact where both are one.

    Raises
    ------
    LedgerError
        Naming every currency for which there is no rate young enough.
    """
    differs = np.flatnonzero((source != target) & (minor != 0))
    result = np.where(source == target, minor, 0)
    if len(differs):
        source, target, on = source[differs], target[differs], on[differs]
        from_rate, from_known = rates_on(ledger, source, on)
        to_rate, to_known = rates_on(ledger, target, on)
        require_rates(
            ledger,
            np.concatenate([source, target]),
            np.concatenate([on, on]),
            np.concatenate([from_known, to_known]),
        )
        digits = exponents(ledger)
        scale = np.power(10.0, digits[target] - digits[source])
        result[differs] = np.rint(minor[differs] * from_rate / to_rate * scale).astype(np.int64)
    return result


def require_rates(ledger: Ledger, currency: Codes, on: Days, known: Flags) -> None:
    """Refuse amounts for which there is no rate young enough.

    Raises
    ------
    LedgerError
        One sentence for each currency with a day on which its rate is wanting.
    """
    problems = []
    home = ledger.extract.reporting_currency
    for code in np.unique(currency[~known]):
        days = np.unique(on[~known & (currency == code)])
        others = f" and {len(days) - 1} other day(s)" if len(days) > 1 else ""
        problems.append(
            f"fx_rates: there is no rate from {ledger.vocabularies['currency'][code]} to {home} for"
            f" {date_of(days[-1])}{others}; expected one dated on that day or at most"
            f" {MAX_AGE_DAYS} days before; add it to fx_rates"
        )
    if problems:
        raise LedgerError(problems)


def exponents(ledger: Ledger) -> Array:
    """Exponent of each currency of the vocabulary, shape (size of the vocabulary,)."""
    words = ledger.vocabularies["currency"]
    return np.array([exponent(word) for word in words], np.int64)
