"""The disputed part of what is open."""

from ledger.books import books_of
from ledger.days import parse_day
from ledger.disputes import disputed_minor
from ledger.ledger import Ledger
from tests.written import row_of, written_ledger

INVOICES = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2024-01-01 2024-01-31 1000.00
"""


def disputed(ledger: Ledger, day: str, basis: str = "known") -> int:
    as_of = parse_day(day)
    residual = books_of(ledger).balances(as_of)[0]
    found = disputed_minor(ledger, residual, as_of, basis)  # type: ignore[arg-type]
    return int(found[row_of(ledger, "invoices", "I1")])


def dispute_ledger(disputes: str, **tables: str) -> Ledger:
    return written_ledger("2024-12-31", invoices=INVOICES, disputes=disputes, **tables)


def test_a_dispute_is_open_from_its_day_until_it_is_closed() -> None:
    ledger = dispute_ledger("""
        dispute_id invoice_id opened_on  amount closed_on
        D1         I1         2024-02-01 300.00 2024-03-01
    """)
    found = [disputed(ledger, f"2024-{day}") for day in ("01-31", "02-01", "02-29", "03-01")]
    assert found == [0, 30_000, 30_000, 0]


def test_a_dispute_without_an_amount_is_about_all_that_is_open() -> None:
    ledger = dispute_ledger(
        """
        dispute_id invoice_id opened_on
        D1         I1         2024-02-01
        """,
        payments="""
        payment_id paid_on    amount invoice_id
        P1         2024-02-10 250.00 I1
        """,
    )
    assert disputed(ledger, "2024-02-09") == 100_000
    assert disputed(ledger, "2024-02-10") == 75_000


def test_several_disputes_add_up_to_no_more_than_the_residual() -> None:
    ledger = dispute_ledger("""
        dispute_id invoice_id opened_on  amount
        D1         I1         2024-02-01 300.00
        D2         I1         2024-02-02 600.00
        D3         I1         2024-02-03 600.00
    """)
    found = [disputed(ledger, f"2024-02-0{day}") for day in (1, 2, 3)]
    assert found == [30_000, 90_000, 100_000]


def test_a_dispute_recorded_late_is_posted_before_it_is_known() -> None:
    ledger = dispute_ledger("""
        dispute_id invoice_id opened_on  amount closed_on  recorded_on
        D1         I1         2024-02-01 300.00 2024-03-01 2024-02-10
        D2         I1         2024-02-01 100.00 2024-02-05 2024-02-20
    """)
    assert disputed(ledger, "2024-02-04") == 0
    assert disputed(ledger, "2024-02-04", "posted") == 40_000
    assert disputed(ledger, "2024-02-20") == 30_000  # D2 was closed before it was known
