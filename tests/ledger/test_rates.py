"""Conversion at the latest rate on or before a day, at most a week old."""

import numpy as np
import pytest

from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.rates import exchanged, in_reporting, to_reporting
from tests.written import written_ledger


def rate_ledger() -> Ledger:
    return written_ledger(
        "2024-12-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount currency
            I1         A           2024-01-01 2024-01-31 1.00   EUR
            I2         A           2024-01-01 2024-01-31 1      JPY
            I3         A           2024-01-01 2024-01-31 1.000  BHD
        """,
        fx_rates="""
            currency on         rate
            JPY      2024-01-01 0.0065
            JPY      2024-01-10 0.0055
            JPY      2024-01-10 0.0045
            BHD      2024-01-01 2.5
        """,
    )


def converted(word: str, minor: int, day: str) -> int | None:
    ledger = rate_ledger()
    code = np.array([ledger.code("currency", word)], np.int32)
    on = np.array([parse_day(day)], np.int32)
    amount, known = to_reporting(ledger, code, np.array([minor]), on)
    return int(amount[0]) if known[0] else None


@pytest.mark.parametrize(
    ("word", "minor", "day", "expected"),
    [
        ("EUR", 12_345, "1999-01-01", 12_345),
        ("JPY", 10_000, "2024-01-01", 6_500),
        ("JPY", 10_000, "2024-01-08", 6_500),
        ("JPY", 10_000, "2024-01-09", None),
        ("JPY", 10_000, "2024-01-10", 5_500),
        ("JPY", 10_000, "2023-12-31", None),
        ("BHD", 1_000, "2024-01-02", 250),
        ("BHD", 2, "2024-01-02", 0),  # 0.5 cents: half to even
        ("BHD", 6, "2024-01-02", 2),  # 1.5 cents
        ("BHD", -6, "2024-01-02", -2),
    ],
)
def test_an_amount_is_converted_once_and_rounded_half_to_even(
    word: str, minor: int, day: str, expected: int | None
) -> None:
    assert converted(word, minor, day) == expected


def test_every_currency_without_a_rate_is_named_at_once() -> None:
    ledger = rate_ledger()
    codes = np.arange(len(ledger.vocabularies["currency"]), dtype=np.int32)
    on = np.full(len(codes), parse_day("2024-03-01"), np.int32)
    with pytest.raises(LedgerError) as refused:
        in_reporting(ledger, codes, np.full(len(codes), 100), on)
    assert [problem.split(";")[0] for problem in refused.value.problems] == [
        "fx_rates: there is no rate from BHD to EUR for 2024-03-01",
        "fx_rates: there is no rate from JPY to EUR for 2024-03-01",
    ]


def test_nothing_needs_no_rate() -> None:
    ledger = rate_ledger()
    code = np.array([ledger.code("currency", "JPY")], np.int32)
    on = np.array([parse_day("2024-03-01")], np.int32)
    assert in_reporting(ledger, code, np.array([0]), on).tolist() == [0]


def test_one_foreign_currency_is_exchanged_for_another() -> None:
    ledger = rate_ledger()
    jpy, bhd = (np.array([ledger.code("currency", word)], np.int32) for word in ("JPY", "BHD"))
    on = np.array([parse_day("2024-01-01")], np.int32)
    # 10,000 JPY = 65 EUR = 26 BHD
    assert exchanged(ledger, np.array([10_000]), jpy, bhd, on).tolist() == [26_000]
    assert exchanged(ledger, np.array([10_000]), jpy, jpy, on + 99).tolist() == [10_000]
