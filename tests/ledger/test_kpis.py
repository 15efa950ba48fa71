"""Key figures where they have no meaning, and on the edges of months."""

import pytest

from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.kpis import Kpis, kpis
from ledger.ledger import Extract, empty_ledger
from tests.written import written_ledger

INVOICES = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2024-01-10 2024-02-09 600.00
    I2         A           2024-02-10 2024-03-11 300.00
    I3         A           2024-03-10 2024-04-09 400.00
"""


def figures(as_of: str, **tables: str) -> Kpis:
    ledger = written_ledger("2024-12-31", **{"invoices": INVOICES, **tables})
    return kpis(ledger, parse_day(as_of), Definitions())


def test_an_empty_ledger_has_no_figures() -> None:
    found = kpis(empty_ledger(Extract("EUR", 19_800)), 19_800, Definitions())
    assert found.receivables_minor == 0
    assert found.countback_dso_days == 0
    assert (found.dso_days, found.cei_percent, found.average_payment_days) == (None, None, None)
    assert (found.unpaid_rate, found.overdue_share) == (None, None)


def test_countback_is_null_where_sales_run_out() -> None:
    write_up = """
        payment_id paid_on    amount  customer_id
        P1         2024-03-20 -500.00 A
    """
    assert figures("2024-03-31", payments=write_up).countback_dso_days is None


def test_countback_starts_with_the_current_month_to_date() -> None:
    paid = """
        payment_id paid_on    amount invoice_id
        P1         2024-02-20 600.00 I1
    """
    # 15 March: 400.00 of March in 15 days, then 300.00 is all of February.
    assert figures("2024-03-15", payments=paid).countback_dso_days == 15 + 29
    # 9 March: no sales in nine days, 300.00 is all of February.
    assert figures("2024-03-09", payments=paid).countback_dso_days == 9 + 29


def test_months_are_those_that_have_ended() -> None:
    for as_of, months, last in (
        ("2024-03-30", ("2023-12-01", "2024-02-29"), "2024-02-01"),
        ("2024-03-31", ("2024-01-01", "2024-03-31"), "2024-03-01"),
        ("2024-04-01", ("2024-01-01", "2024-03-31"), "2024-03-01"),
    ):
        found = figures(as_of)
        assert found.sales_months == tuple(parse_day(day) for day in months)
        assert found.last_month[0] == parse_day(last)


def test_collection_effectiveness_is_null_where_nothing_could_be_collected() -> None:
    # January: nothing was open before it, and what was billed is not yet due at its end.
    assert figures("2024-01-31").cei_percent is None


def test_bad_debt_is_unpaid() -> None:
    written_off = """
        allocation_id invoice_id kind     amount allocated_on
        A1            I1         bad_debt 600.00 2024-03-01
    """
    as_of = "2024-05-31"  # February's last day lies 92 days before
    assert figures(as_of, allocations=written_off).unpaid_rate == 1.0


def test_what_is_paid_after_ninety_days_was_unpaid() -> None:
    for paid_on, rate in (("2024-05-09", 0.0), ("2024-05-10", 1.0)):
        payments = f"""
            payment_id paid_on    amount invoice_id
            P1         {paid_on} 600.00 I1
        """
        found = figures("2024-05-31", payments=payments)
        assert found.unpaid_month == parse_day("2024-02-01")
        assert found.unpaid_rate == rate


def test_only_cash_of_the_last_365_days_is_averaged() -> None:
    payments = """
        payment_id paid_on    amount invoice_id
        P1         2024-02-29 600.00 I1
        P2         2024-03-31 300.00 I2
    """
    # I1 after 50 days, 20 late; I2 after 50 days, 20 late: the same, but only one at a time.
    ledger = written_ledger("2025-12-31", invoices=INVOICES, payments=payments)
    first = kpis(ledger, parse_day("2024-03-30"), Definitions())
    assert first.average_payment_days == 50
    both = kpis(ledger, parse_day("2025-02-27"), Definitions())
    assert (both.average_payment_days, both.weighted_days_late) == (50, 20)
    none = kpis(ledger, parse_day("2025-03-31"), Definitions())
    assert none.average_payment_days is None


def test_early_payment_is_no_credit_against_late_payment() -> None:
    payments = """
        payment_id paid_on    amount invoice_id
        P1         2024-02-19 600.00 I1
        P2         2024-03-01 300.00 I2
    """
    assert figures("2024-03-31", payments=payments).weighted_days_late == 600 * 10 / 900


def test_a_due_date_on_a_weekend_may_move_to_monday() -> None:
    payments = """
        payment_id paid_on    amount invoice_id
        P1         2024-03-11 900.00 I4
    """
    more = "I4         A           2024-02-09 2024-03-09 900.00"  # a Saturday
    ledger = written_ledger("2024-12-31", invoices=INVOICES + more, payments=payments)
    as_of = parse_day("2024-03-31")
    assert kpis(ledger, as_of, Definitions()).weighted_days_late == 2
    moved = Definitions(due_on_business_day=True)
    assert kpis(ledger, as_of, moved).weighted_days_late == 0


def test_payments_recorded_later_count_from_their_date() -> None:
    payments = """
        payment_id paid_on    amount invoice_id recorded_on
        P1         2024-02-20 600.00 I1         2024-04-20
    """
    assert figures("2024-03-31", payments=payments).receivables_minor == 70_000


@pytest.mark.parametrize("as_of", ["2024-01-09", "2024-01-10"])
def test_sales_are_there_from_the_day_of_issue(as_of: str) -> None:
    billed = as_of == "2024-01-10"
    assert figures(as_of).receivables_minor == (60_000 if billed else 0)
