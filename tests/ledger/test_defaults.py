"""Default: what brings a customer into it, what does not, and when it is cured."""

import pytest

from ledger.days import date_of
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from tests.written import written_ledger

OLD = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2023-12-01 2024-01-01 1000.00
"""
DAY = "2024-04-01"
"""The day on which the invoice is 91 days past due."""


def spells(through: str = "2024-12-31", **tables: str) -> list[tuple[str, str, str | None]]:
    ledger = written_ledger(through, **{"invoices": OLD, **tables})
    found = default_spells(ledger, Definitions())
    return [
        (
            ledger.vocabularies["customer"][found.customer[i]],
            date_of(found.default_on[i]).isoformat(),
            date_of(found.cured_on[i]).isoformat() if found.has_cured[i] else None,
        )
        for i in range(len(found))
    ]


def test_the_ninety_first_day_past_due_is_the_first_of_default() -> None:
    assert spells(through="2024-03-31") == []
    assert spells() == [("A", DAY, None)]


def test_an_invoice_recorded_late_counts_from_when_it_is_known() -> None:
    invoices = """
        invoice_id customer_id issued_on  due_on     amount  recorded_on
        I1         A           2023-12-01 2024-01-01 1000.00 2024-06-03
    """
    assert spells(invoices=invoices) == [("A", "2024-06-03", None)]


@pytest.mark.parametrize("amount", ["500.00", "499.99"])
def test_not_above_the_absolute_threshold_is_no_default(amount: str) -> None:
    assert spells(invoices=OLD.replace("1000.00", amount)) == []


def test_not_above_one_percent_of_receivables_is_no_default() -> None:
    more = "I2         A           2024-03-01 2025-01-01 {}"
    assert spells(invoices=OLD + more.format("99000.00")) == []
    assert spells(invoices=OLD + more.format("98999.00")) == [("A", DAY, None)]


def test_disputed_amounts_do_not_count_while_the_dispute_is_open() -> None:
    disputes = """
        dispute_id invoice_id opened_on  amount closed_on
        D1         I1         2024-02-01 .      2024-07-01
    """
    assert spells(disputes=disputes) == [("A", "2024-07-01", None)]


def test_a_deduction_does_not_count() -> None:
    invoices = OLD.replace("1000.00", "100000.00")
    payments = """
        payment_id paid_on    amount   invoice_id
        P1         2024-01-05 98000.00 I1
    """
    assert spells(invoices=invoices, payments=payments) == []


def test_cash_on_account_and_credits_count_against_it() -> None:
    payments = """
        payment_id paid_on    amount customer_id
        P1         2024-03-01 300.00 A
    """
    note = "N1         A           2024-03-01 2024-03-01 -200.00"
    assert spells(payments=payments) == [("A", DAY, None)]
    assert spells(payments=payments, invoices=OLD + note) == []


def test_credit_in_one_currency_does_not_pay_another() -> None:
    payments = """
        payment_id paid_on    amount   currency customer_id
        P1         2024-03-01 90000.00 USD      A
    """
    rates = """
        currency on         rate
        USD      2024-03-30 0.9
    """
    assert spells(payments=payments, fx_rates=rates) == [("A", DAY, None)]


def test_it_is_cured_after_ninety_clean_days() -> None:
    payments = """
        payment_id paid_on    amount  invoice_id
        P1         2024-04-11 1000.00 I1
    """
    # Clean from 11 April to 9 July, both included: 20 + 31 + 30 + 9 days.
    assert spells(payments=payments) == [("A", DAY, "2024-07-10")]
    assert spells(payments=payments, through="2024-07-10") == [("A", DAY, "2024-07-10")]
    assert spells(payments=payments, through="2024-07-09") == [("A", DAY, None)]


def test_a_bad_day_among_the_ninety_starts_them_again() -> None:
    payments = """
        payment_id paid_on    amount  customer_id invoice_id reversal_of
        P1         2024-04-11 1000.00 A           I1         .
        P2         2024-06-01 1000.00 A           .          P1
        P3         2024-06-11 1000.00 A           I1         .
    """
    assert spells(payments=payments) == [("A", DAY, "2024-09-09")]


def test_bad_debt_above_the_threshold_is_default_on_the_day_it_is_known() -> None:
    written_off = """
        allocation_id invoice_id kind     amount allocated_on recorded_on
        A1            I1         bad_debt {}     2024-02-01   2024-02-05
    """
    # Clean from the day after: 6 February to 5 May.
    assert spells(allocations=written_off.format("1000.00")) == [("A", "2024-02-05", "2024-05-06")]
    assert spells(allocations=written_off.format("500.00")) == []


def test_insolvency_is_default_as_long_as_it_lasts() -> None:
    facts = """
        customer_id name   value     valid_from recorded_on
        A           status insolvent 2024-01-10 2024-01-15
        A           status active    2024-03-15 .
    """
    paid = """
        payment_id paid_on    amount  invoice_id
        P1         2024-01-05 1000.00 I1
    """
    assert spells(customer_facts=facts, payments=paid) == [("A", "2024-01-15", "2024-06-13")]


def test_a_rate_that_is_wanting_is_named() -> None:
    foreign = OLD.replace("amount", "amount currency").replace("1000.00", "1000.00 USD")
    rates = """
        currency on         rate
        USD      2024-03-20 0.9
    """
    with pytest.raises(LedgerError, match="no rate from USD to EUR for 2024-04-01"):
        spells(invoices=foreign, fx_rates=rates)
