"""Money as integer minor units, with the ISO 4217 exponent of its currency."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from ledger.arrays import Array, Minor

EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""Currencies whose minor unit is not a hundredth (ISO 4217, list one)."""


LARGEST_MINOR = 2**53
"""Amounts beyond this many minor units are refused: a float no longer holds them exactly."""


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency: 2 unless ISO 4217 says otherwise.

    >>> exponent("EUR"), exponent("JPY"), exponent("BHD")
    (2, 0, 3)
    """
    return EXPONENTS.get(currency, 2)


def major(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal of major units.

    >>> major(12345, "EUR"), major(12345, "JPY")
    (Decimal('123.45'), Decimal('12345'))
    """
    return Decimal(int(minor)).scaleb(-exponent(currency))


def minor_of(amount: Decimal, currency: str) -> int:
    """Major units as minor units, rounded half to even.

    >>> minor_of(Decimal("1.005"), "EUR")
    100
    """
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def convert(minor: Minor, rates: Array, from_exponents: Array, to_exponent: int) -> Minor:
    """Minor units of one currency in minor units of another, rounded half to even once.

    Parameters
    ----------
    minor
        Amounts, shape (n,).
    rates
        Units of the target currency for one unit of the source, float, shape (n,).
    from_exponents
        Exponents of the source currencies, shape (n,).
    to_exponent
        Exponent of the target currency.
    """
    scale = np.power(10.0, to_exponent - from_exponents)
    converted: Minor = np.rint(minor * rates * scale).astype(np.int64)
    return converted
