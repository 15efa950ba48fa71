"""A customer's part of the ledger, where customers settle for each other."""

import numpy as np

from ledger.cash import open_credits
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import CANCELLED, settle
from tests.written import written_ledger

INVOICES = """
    invoice_id customer_id issued_on  due_on     amount currency
    I1         A           2024-01-01 2024-01-31 100.00 EUR
    I2         B           2024-01-01 2024-01-31 100.00 USD
"""
RATES = """
    currency on         rate
    USD      2024-01-01 0.5
    USD      2024-02-05 0.5
"""


def part_of(ledger: Ledger, customer: str) -> Ledger:
    return ledger.of_customers(np.array([ledger.code("customer", customer)], np.int32))


def in_favour_of(ledger: Ledger, customer: str, day: str = "2024-02-05") -> int:
    found = open_credits(ledger, parse_day(day), "posted")
    mine = found.customer == ledger.code("customer", customer)
    return int(found.reporting_minor[mine].sum())


def test_a_reversal_of_anothers_payment_comes_with_it() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES,
        fx_rates=RATES,
        payments="""
            payment_id paid_on    amount currency customer_id reversal_of
            P1         2024-02-01 150.00 USD      B           .
            P2         2024-02-03 150.00 USD      A           P1
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I2         payment P1        100.00 2024-02-01
        """,
    )
    assert in_favour_of(ledger, "A") == in_favour_of(part_of(ledger, "A"), "A") == -2_500


def test_an_invoice_paid_by_another_in_another_currency_comes_with_the_payment() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES,
        fx_rates=RATES,
        payments="""
            payment_id paid_on    amount currency customer_id
            P1         2024-02-05 80.00  EUR      A
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I2         payment P1        100.00 2024-02-05
        """,
    )
    assert in_favour_of(ledger, "A") == in_favour_of(part_of(ledger, "A"), "A") == 3_000


def test_an_invoice_paid_before_its_issue_comes_with_the_payment() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount currency customer_id invoice_id
            P1         2023-12-20 80.00  EUR      B           I1
        """,
    )
    day = "2023-12-31"
    assert in_favour_of(ledger, "B", day) == in_favour_of(part_of(ledger, "B"), "B", day) == 8_000


def test_the_payment_of_anothers_invoice_comes_with_the_invoice() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount currency customer_id
            P1         2024-02-01 100.00 EUR      B
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I1         payment P1        100.00 2024-02-20
        """,
    )
    for books in (ledger, part_of(ledger, "A")):
        assert settle(books, Definitions()).paid_on.tolist() == [parse_day("2024-02-01")]


def test_a_credit_note_of_another_comes_with_the_invoice_it_credits() -> None:
    note = "N1 B 2024-01-10 2024-01-10 -100.00 EUR"
    ledger = written_ledger(
        "2024-12-31",
        invoices="\n".join(
            f"{line} {target}"
            for line, target in zip(
                [*INVOICES.strip().splitlines(), note], ("applies_to", ".", ".", "I1"), strict=True
            )
        ),
    )
    for books in (ledger, part_of(ledger, "A")):
        assert settle(books, Definitions()).state.tolist() == [CANCELLED]


def test_an_invoice_of_another_comes_with_the_credit_note_that_credits_it_later() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount  applies_to
            I1         B           2024-03-01 2024-03-31 100.00  .
            N1         A           2024-01-10 2024-01-10 -100.00 I1
        """,
    )
    assert in_favour_of(ledger, "A") == in_favour_of(part_of(ledger, "A"), "A") == 10_000


def test_what_has_nothing_to_do_with_a_customer_stays_behind() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount currency customer_id
            P1         2024-02-01 100.00 USD      B
            P2         2024-02-01 100.00 EUR      A
        """,
    )
    part = part_of(ledger, "A")
    assert part.text("invoices", "invoice_id").tolist() == ["I1"]
    assert part.text("payments", "payment_id").tolist() == ["P2"]
    assert part.text("customers", "customer_id").tolist() == ["A"]
