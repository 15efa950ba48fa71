"""Which line of a roll-forward an event belongs to."""

from ledger.days import parse_day
from ledger.movements import LINES
from ledger.rollforward import roll_forward
from tests.written import written_ledger


def lines(**tables: str) -> dict[str, int]:
    """Lines of January, in cents."""
    ledger = written_ledger("2024-12-31", **tables)
    rolled = roll_forward(ledger, parse_day("2023-12-31"), parse_day("2024-01-31")).total
    named = zip(LINES, rolled.lines_minor.tolist(), strict=True)
    return {name: amount for name, amount in named if amount}


INVOICES = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2023-12-01 2023-12-31 100.00
"""


def test_a_returned_debit_takes_from_cash_and_a_refund_is_its_own_line() -> None:
    payments = """
        payment_id paid_on    amount customer_id invoice_id reversal_of
        P1         2024-01-05 100.00 A           I1         .
        P2         2024-01-09 100.00 A           .          P1
        P3         2024-01-12 30.00  A           .          .
        P4         2024-01-15 -30.00 A           .          .
    """
    assert lines(invoices=INVOICES, payments=payments) == {"cash": -3_000, "refunds": 3_000}


def test_each_kind_of_allocation_has_its_line() -> None:
    allocations = """
        allocation_id invoice_id kind             amount allocated_on
        A1            I1         payment          1.00   2024-01-02
        A2            I1         discount         2.00   2024-01-02
        A3            I1         deduction        3.00   2024-01-02
        A4            I1         small_difference 4.00   2024-01-02
        A5            I1         bad_debt         5.00   2024-01-02
        A6            I1         netting          6.00   2024-01-02
        A7            I1         fx               -7.00  2024-01-02
        A8            I1         credit_note      8.00   2024-01-02
    """
    assert lines(invoices=INVOICES, allocations=allocations) == {
        "cash": -100,
        "discounts": -200,
        "deductions": -300,
        "small_differences": -400,
        "bad_debt": -500,
        "netting": -600,
        "fx": 700,
        "credit_notes": -800,
    }


def test_a_credit_note_counts_when_it_is_issued_and_not_again_when_it_is_applied() -> None:
    invoices = INVOICES + "N1 A 2024-01-10 2024-01-10 -25.00"
    allocations = """
        allocation_id invoice_id kind        source_id amount allocated_on
        A1            I1         credit_note N1        25.00  2024-01-20
    """
    assert lines(invoices=invoices, allocations=allocations) == {"credit_notes": -2_500}


def test_documents_of_other_months_are_on_no_line() -> None:
    invoices = INVOICES + "I2 A 2024-02-01 2024-03-01 100.00"
    assert lines(invoices=invoices) == {}
