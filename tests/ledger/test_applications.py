"""What simple files imply, and when stated allocations take its place."""

from ledger.allocations import all_allocations
from ledger.books import Books, books_of
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import PAID, settle, state_at
from tests.written import row_of, written_ledger

INVOICES = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2024-01-01 2024-01-31 100.00
    I2         A           2024-01-01 2024-01-31 60.00
"""


def left(books: Books, invoice: str, day: str) -> int:
    return int(books.balances(parse_day(day))[0][row_of(books.ledger, "invoices", invoice)])


def on_account(books: Books, payment: str, day: str) -> int:
    """Cash of a payment not yet allocated, above zero."""
    return -int(books.balances(parse_day(day))[1][row_of(books.ledger, "payments", payment)])


def paid_on(ledger: Ledger, invoice: str, as_of: str) -> int | None:
    settlements = settle(ledger, Definitions())
    state, paid = state_at(settlements, len(ledger.invoices), parse_day(as_of))
    row = row_of(ledger, "invoices", invoice)
    return int(paid[row]) if state[row] == PAID else None


def test_a_payment_that_names_its_invoice_clears_it() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount invoice_id
            P1         2024-02-03 100.00 I1
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-02-02") == 10_000
    assert left(books, "I1", "2024-02-03") == 0
    assert on_account(books, "P1", "2024-03-31") == 0
    assert paid_on(ledger, "I1", "2024-03-31") == parse_day("2024-02-03")


def test_a_stated_allocation_takes_the_place_of_the_implied_one_when_it_is_known() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount invoice_id
            P1         2024-02-03 100.00 I1
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on recorded_on
            A1            I2         payment P1        60.00  2024-02-03   2024-02-10
        """,
    )
    books = books_of(ledger)
    assert (left(books, "I1", "2024-02-09"), left(books, "I2", "2024-02-09")) == (0, 6_000)
    assert (left(books, "I1", "2024-02-10"), left(books, "I2", "2024-02-10")) == (10_000, 0)
    assert on_account(books, "P1", "2024-02-09") == 0
    assert on_account(books, "P1", "2024-02-10") == 4_000


def test_a_discount_that_came_with_a_payment_leaves_its_cash_where_it_is() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount invoice_id
            P1         2024-01-11 97.00  I1
        """,
        allocations="""
            allocation_id invoice_id kind     source_id amount allocated_on
            A1            I1         discount P1        3.00   2024-01-11
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-01-11") == 0
    assert on_account(books, "P1", "2024-01-11") == 0


def test_a_reversal_undoes_all_that_came_with_the_payment() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id reversal_of
            P1         2024-01-11 97.00  A           I1         .
            P2         2024-01-20 97.00  A           .          P1
        """,
        allocations="""
            allocation_id invoice_id kind     source_id amount allocated_on
            A1            I1         discount P1        3.00   2024-01-11
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-01-19") == 0
    assert left(books, "I1", "2024-01-20") == 10_000
    assert on_account(books, "P1", "2024-01-20") == on_account(books, "P2", "2024-01-20") == 0
    assert paid_on(ledger, "I1", "2024-01-19") == parse_day("2024-01-11")
    assert paid_on(ledger, "I1", "2024-01-20") is None


def test_part_reversals_undo_their_share_and_never_more_than_the_whole() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id reversal_of
            P1         2024-02-01 100.00 A           I1         .
            P2         2024-02-10 40.00  A           .          P1
            P3         2024-02-20 -70.00 A           .          P1
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-02-10") == 4_000
    assert left(books, "I1", "2024-02-20") == 10_000
    assert on_account(books, "P3", "2024-02-20") == -1_000


def test_a_payment_applied_after_its_reversal_takes_nothing_before() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id reversal_of
            P1         2024-02-01 100.00 A           .
            P2         2024-02-10 100.00 A           P1
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I1         payment P1        100.00 2024-02-20
        """,
    )
    books = books_of(ledger, "posted")
    for day in ("2024-02-09", "2024-02-15", "2024-02-20"):
        assert left(books, "I1", day) == 10_000
    assert paid_on(ledger, "I1", "2024-02-20") is None


def test_a_reversal_dated_before_its_payment_counts_with_it() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id reversal_of
            P1         2024-02-01 100.00 A           I1         .
            P2         2024-02-20 70.00  A           I1         .
            P3         2024-02-10 70.00  A           .          P2
        """,
    )
    assert paid_on(ledger, "I1", "2024-03-31") == parse_day("2024-02-01")


def test_a_reversal_of_a_reversal_pays_again() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id reversal_of
            P1         2024-02-01 100.00 A           I1         .
            P2         2024-02-10 -100.00 A          .          P1
            P3         2024-02-12 -100.00 A          .          P2
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-02-10") == 10_000
    assert left(books, "I1", "2024-02-12") == 0
    assert paid_on(ledger, "I1", "2024-02-12") == parse_day("2024-02-12")
    assert on_account(books, "P2", "2024-02-12") == on_account(books, "P3", "2024-02-12") == 0


def test_a_payment_nobody_is_named_for_counts_once_its_invoice_is_known() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount recorded_on
            I1         A           2024-01-01 2024-01-31 100.00 2024-02-20
        """,
        payments="""
            payment_id paid_on    amount invoice_id
            P1         2024-02-01 80.00  I1
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I1         payment P1        50.00  2024-02-10
        """,
    )
    books = books_of(ledger)
    assert on_account(books, "P1", "2024-02-19") == 0
    assert on_account(books, "P1", "2024-02-20") == 3_000


def test_reversals_known_before_their_payment_wait_for_it() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id reversal_of recorded_on
            P1         2024-02-01 80.00  A           .           2024-02-20
            P2         2024-02-10 80.00  A           P1          2024-02-10
            P3         2024-02-11 80.00  A           P2          2024-02-11
        """,
    )
    books = books_of(ledger)
    assert on_account(books, "P2", "2024-02-19") == on_account(books, "P3", "2024-02-19") == 0
    known = books_of(ledger.known_at(parse_day("2024-02-19")))
    assert on_account(known, "P2", "2024-02-19") == on_account(known, "P3", "2024-02-19") == 0
    assert on_account(books, "P3", "2024-02-20") == 8_000
    assert on_account(books, "P2", "2024-02-20") == -on_account(books, "P1", "2024-02-20") == -8_000


def test_cash_allocated_before_it_came_is_used_when_it_comes() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id
            P1         2024-02-10 60.00  A
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I2         payment P1        60.00  2024-02-01
        """,
    )
    books = books_of(ledger, "posted")
    assert left(books, "I2", "2024-02-05") == 0
    assert on_account(books, "P1", "2024-02-05") == on_account(books, "P1", "2024-02-10") == 0


def test_cash_counts_from_its_value_date_though_it_was_allocated_later() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id
            P1         2024-01-30 60.00  A
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I2         payment P1        60.00  2024-02-20
        """,
    )
    assert paid_on(ledger, "I2", "2024-02-19") is None
    assert paid_on(ledger, "I2", "2024-02-20") == parse_day("2024-01-30")
    books = books_of(ledger, "posted")
    assert on_account(books, "P1", "2024-02-19") == 6_000
    assert left(books, "I2", "2024-02-19") == 6_000


def test_a_payment_from_before_the_issue_counts_from_the_issue() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id
            P1         2023-12-20 100.00 A           I1
        """,
    )
    assert paid_on(ledger, "I1", "2024-01-01") == parse_day("2024-01-01")
    books = books_of(ledger, "posted")
    assert on_account(books, "P1", "2023-12-31") == 10_000
    assert left(books, "I1", "2023-12-31") == 0


def test_a_payment_of_an_invoice_outside_the_extract_is_kept_aside() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount customer_id invoice_id reversal_of
            P1         2024-02-01 30.00  A           I9         .
            P2         2024-02-05 30.00  A           .          P1
            P3         2024-02-05 44.00  A           .          P9
        """,
    )
    books = books_of(ledger, "posted")
    assert not books.balances(parse_day("2024-03-31"))[1].any()


def test_a_credit_note_clears_the_invoice_it_names_or_stays_open() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount kind        applies_to
            I1         A           2024-01-01 2024-01-31 100.00 invoice     .
            N1         A           2024-01-10 2024-01-10 30.00  credit_note I1
            N2         A           2024-01-10 2024-01-10 20.00  credit_note .
            N3         A           2024-01-10 2024-01-10 -5.00  invoice     .
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-01-10") == 7_000
    assert left(books, "N1", "2024-01-10") == 0
    assert left(books, "N2", "2024-01-10") == -2_000
    assert left(books, "N3", "2024-01-10") == -500


def test_a_payment_in_another_currency_is_exchanged_at_the_rate_of_its_day() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount currency
            I1         A           2024-01-01 2024-01-31 100.00 EUR
            I2         A           2024-01-01 2024-01-31 100.00 EUR
        """,
        payments="""
            payment_id paid_on    amount currency customer_id invoice_id
            P1         2024-02-01 10000  JPY      A           I1
            P2         2024-02-01 20000  JPY      A           .
        """,
        allocations="""
            allocation_id invoice_id kind    source_id amount allocated_on
            A1            I2         payment P2        60.00  2024-02-01
        """,
        fx_rates="""
            currency on         rate
            JPY      2024-01-31 0.006
        """,
    )
    books = books_of(ledger)
    assert left(books, "I1", "2024-02-01") == 10_000 - 6_000
    assert on_account(books, "P1", "2024-02-01") == 0
    assert on_account(books, "P2", "2024-02-01") == 20_000 - 10_000


def test_allocations_are_sorted_by_invoice_and_the_day_they_were_known() -> None:
    ledger = written_ledger(
        "2024-03-31",
        invoices=INVOICES,
        payments="""
            payment_id paid_on    amount invoice_id recorded_on
            P1         2024-02-01 50.00  I1         2024-02-28
            P2         2024-02-10 50.00  I1         2024-02-10
            P3         2024-02-20 60.00  I2         2024-02-20
        """,
    )
    found = all_allocations(ledger)
    assert found.invoice.tolist() == sorted(found.invoice.tolist())
    payments = ledger.text("payments", "payment_id")[found.payment].tolist()
    assert payments.index("P2") < payments.index("P1")
    # Known on 28 February, the first payment makes the second the one that cleared the invoice.
    assert paid_on(ledger, "I1", "2024-02-28") == parse_day("2024-02-10")
