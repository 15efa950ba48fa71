"""Aging on the edges of its buckets."""

import pytest

from ledger.aging import aging
from ledger.days import parse_day
from ledger.definitions import Definitions
from tests.written import written_ledger


@pytest.mark.parametrize(
    ("day", "bucket"),
    [
        ("2024-01-31", 0),
        ("2024-02-01", 1),
        ("2024-03-01", 1),
        ("2024-03-02", 2),
        ("2024-03-31", 2),
        ("2024-04-01", 3),
        ("2024-04-30", 3),
        ("2024-05-01", 4),
    ],
)
def test_an_item_moves_from_bucket_to_bucket(day: str, bucket: int) -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount
            I1         A           2024-01-01 2024-01-31 1.00
        """,
    )
    aged = aging(ledger, parse_day(day), Definitions())
    assert aged.buckets_minor[0].tolist() == [100 * (at == bucket) for at in range(5)]


def test_a_saturday_is_not_past_due_on_sunday_where_due_dates_move() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount
            I1         A           2024-05-01 2024-06-01 1.00
        """,
    )
    sunday = parse_day("2024-06-02")
    assert aging(ledger, sunday, Definitions()).overdue_minor.tolist() == [100]
    moved = Definitions(due_on_business_day=True)
    assert aging(ledger, sunday, moved).overdue_minor.tolist() == [0]
    assert aging(ledger, sunday + 2, moved).overdue_minor.tolist() == [100]
