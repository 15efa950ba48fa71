"""Money is exact: from text to minor units and back, in every currency."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.arrow import decimal_texts, decimals
from ledger.money import LARGEST_MINOR, convert, exponent, major, minor_of
from ledger.parsing import has_decimal_comma, parse_money, parse_numbers
from ledger.sheets import UNSTATED, Format
from tests.ledgers import RANDOM_LEDGERS

EXPONENTS = {"EUR": 2, "JPY": 0, "BHD": 3, "CLF": 4, "XYZ": 2}


def read(text: str, exponent: int = 2, format: Format = UNSTATED) -> int | None:
    """Minor units of a text among others; None where it cannot be read."""
    parsed = parse_money(pa.array(["1.5", text]), np.array([2, exponent]), format)
    return None if parsed.bad[1] else int(parsed.values[1])


def test_every_currency_has_its_exponent() -> None:
    assert {code: exponent(code) for code in EXPONENTS} == EXPONENTS


def test_minor_units_are_rounded_half_to_even() -> None:
    rounded = [minor_of(Decimal(text), "EUR") for text in ("0.005", "0.015", "-0.025", "2.675")]
    assert rounded == [0, 2, -2, 268]
    assert minor_of(Decimal("0.5"), "JPY") == 0


@pytest.mark.parametrize(("currency", "digits"), EXPONENTS.items())
@given(minor=st.integers(-LARGEST_MINOR, LARGEST_MINOR))
@RANDOM_LEDGERS
def test_text_of_minor_units_is_read_as_it_was_written(
    currency: str, digits: int, minor: int
) -> None:
    (text,) = decimal_texts(np.array([minor]), np.array([digits]))
    assert text == f"{major(minor, currency):f}"
    assert read(text, digits) == minor
    parsed = parse_money(
        decimals(np.array([minor]), np.array([digits])), np.array([digits]), UNSTATED
    )
    assert (parsed.values[0], parsed.bad[0]) == (minor, False)


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
@RANDOM_LEDGERS
def test_no_digit_is_dropped_in_silence(amount: Decimal, digits: int) -> None:
    exact = amount.scaleb(digits)
    expected = int(exact) if exact == exact.to_integral_value() else None
    assert read(f"{amount:f}", digits) == expected


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        (" 12.30 ", 1230),
        ("+5", 500),
        ("12.30-", -1230),
        (".5", 50),
        ("5.", 500),
        ("007", 700),
        ("1.2300000", 123),
        ("-0", 0),
        ("1,000.00", None),
        ("1 000", None),
        ("1e3", None),
        ("--1", None),
        ("-1-", None),
        ("-", None),
        (".", None),
        ("12.345", None),
        ("€ 5", None),
        ("inf", None),
        ("90071992547409.92", LARGEST_MINOR),
        ("90071992547409.93", None),
        ("9" * 30, None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text: str, minor: int | None) -> None:
    assert read(text) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1.234,56", 123456), ("1234,5-", -123450), ("12.34,56", None), ("1,234.56", None)],
)
def test_an_amount_with_a_decimal_comma_is_read_as_the_format_says(
    text: str, minor: int | None
) -> None:
    assert read(text, format=Format(decimal=",", thousands=".")) == minor


def test_floats_may_miss_the_minor_unit_by_what_arithmetic_leaves() -> None:
    amounts = [0.1 + 0.2, 1.005, None, float("nan"), float("inf"), 4_503_599_627_370.49, 1e300]
    parsed = parse_money(pa.array(amounts), np.full(len(amounts), 2), UNSTATED)
    assert parsed.values.tolist() == [30, 0, 0, 0, 0, 450_359_962_737_049, 0]
    assert parsed.given.tolist() == [True, True, False, False, True, True, True]
    assert parsed.bad.tolist() == [False, True, False, False, True, False, True]


@given(st.floats(allow_nan=False, allow_infinity=False))
@RANDOM_LEDGERS
def test_a_number_is_read_as_it_was_written(number: float) -> None:
    assert parse_numbers(pa.array([repr(number)]), UNSTATED).values[0] == number


@pytest.mark.parametrize(
    ("texts", "comma"),
    [
        (["1,5"], True),
        (["1.000", "1.000,50"], True),
        (["1.000"], False),
        (["1,000"], False),
        (["1,000", "2,50"], True),
        (["1,5", "1.5"], False),
        (["1,5", "x"], False),
        ([], False),
    ],
)
def test_a_decimal_comma_is_guessed_only_where_nothing_else_is_possible(
    texts: list[str], comma: bool
) -> None:
    assert has_decimal_comma([pa.array(texts, pa.string())]) is comma


@given(
    st.integers(-(10**12), 10**12),
    st.decimals("0.0001", 1000, places=4),
    st.sampled_from((0, 2, 3)),
    st.sampled_from((0, 2, 3)),
)
@RANDOM_LEDGERS
def test_a_conversion_rounds_once(minor: int, rate: Decimal, source: int, target: int) -> None:
    (converted,) = convert(np.array([minor]), np.array([float(rate)]), np.array([source]), target)
    exact = Decimal(minor) * rate * Decimal(10) ** (target - source)
    assert abs(Decimal(int(converted)) - exact) <= Decimal("0.5") + abs(exact) * Decimal("1e-12")
    if abs(exact) < 10**6:
        halves = exact % 1 in (Decimal("0.5"), Decimal("-0.5"))
        assert halves or converted == int(exact.to_integral_value(ROUND_HALF_EVEN))
