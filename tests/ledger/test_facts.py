"""Dated master data as it was known on a day."""

import numpy as np

from ledger.days import parse_day
from ledger.facts import fact_changes, status_at
from ledger.ledger import Ledger
from tests.written import written_ledger


def fact_ledger(facts: str) -> Ledger:
    return written_ledger("2024-12-31", customer_facts=facts)


def at(ledger: Ledger, name: str, day: str) -> str:
    customers, days = np.zeros(1, np.int32), np.array([parse_day(day)], np.int32)
    return str(fact_changes(ledger, name).at(customers, days)[0][0])


FACTS = """
    customer_id name         value   valid_from recorded_on
    A           segment      small   2024-01-01 .
    A           segment      large   2024-06-01 2024-05-01
    A           segment      medium  2024-03-01 2024-07-01
    A           discount     1000    2024-01-01 .
    A           discount     2000.50 2024-02-01 2024-02-10
    A           discount     none    2024-09-01 .
"""


def test_a_fact_counts_from_the_day_it_is_valid_and_known() -> None:
    ledger = fact_ledger(FACTS)
    assert at(ledger, "segment", "2023-12-31") == ""
    assert at(ledger, "segment", "2024-05-31") == "small"
    assert at(ledger, "segment", "2024-06-01") == "large"


def test_a_fact_recorded_after_a_younger_one_changes_nothing() -> None:
    assert at(fact_ledger(FACTS), "segment", "2024-07-01") == "large"


def test_numbers_are_read_and_other_text_is_no_number() -> None:
    changes = fact_changes(fact_ledger(FACTS), "discount")
    days = [parse_day(day) for day in ("2023-12-31", "2024-02-09", "2024-02-10", "2024-09-01")]
    numbers, known = changes.numbers_at(np.zeros(4, np.int32), np.array(days, np.int32))
    assert known.tolist() == [False, True, True, False]
    assert numbers[known].tolist() == [1000.0, 2000.5]


def test_a_customer_of_whom_nothing_is_known_is_active() -> None:
    ledger = fact_ledger("""
        customer_id name   value valid_from
        A           status legal 2024-02-01
        B           other  x     2024-02-01
    """)
    days = np.full(2, parse_day("2024-02-01"), np.int32)
    assert status_at(ledger, np.array([0, 1], np.int32), days).tolist() == ["legal", "active"]
    assert status_at(ledger, np.array([0, 1], np.int32), days - 1).tolist() == ["active"] * 2


def test_of_two_values_for_one_day_the_one_recorded_later_counts() -> None:
    ledger = fact_ledger("""
        customer_id name    value valid_from recorded_on
        A           segment wrong 2024-02-01 2024-02-01
        A           segment right 2024-02-01 2024-02-20
    """)
    assert at(ledger, "segment", "2024-02-19") == "wrong"
    assert at(ledger, "segment", "2024-02-20") == "right"
