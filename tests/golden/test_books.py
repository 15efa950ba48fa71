"""The books of a dozen invoices in three currencies, every number worked out by hand.

As of 2024-06-30, a month's end, reporting in EUR. What happened:

A   I01  1,000.00  paid 400.00 early and 600.00 ten days late
    I02    500.00  paid 495.00 on the day: 5.00 is left as a deduction (2 % would be 10.00)
    I03  2,000.00  direct debit on the day, returned four days later; promised for 3 July
    I04    800.00  credited 300.00 (N01), the other 500.00 paid ten days late
    I05  1,500.00  not due; 200.00 disputed
    I06    900.00  written off on 31 May, 250.00 of that undone on 10 June
    I07    100.00  credited in full (N03)
    N02    120.00  a credit note that nobody applied
    P07    350.00  cash on account, recorded only on 2 July
B   I08    200,000 paid 196,000 seven days late, 4,000 is a discount         (JPY)
    I09    120,000 paid 125,000 six days late                               (JPY)
    I10     90,000 not due                                                  (JPY)
C   I11  1,000.000 paid 400.000, the rest open since March                  (BHD)
    I12    250.500 0.500 a small difference, 50.000 netted, the rest overdue (BHD)
"""

import numpy as np
import pytest

from ledger.aging import aging
from ledger.balances import open_items
from ledger.books import Books, books_of
from ledger.cash import CREDIT_NOTE_OPEN, ON_ACCOUNT, OVERPAID, open_credits
from ledger.days import parse_day
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.kpis import kpis
from ledger.ledger import Ledger
from ledger.movements import LINES
from ledger.rollforward import Rolled, roll_forward
from ledger.settlement import CANCELLED, OPEN, PAID, settle, state_at
from tests.written import row_of, written_ledger

AS_OF = parse_day("2024-06-30")
DEFINITIONS = Definitions()


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return written_ledger(
        "2024-06-30",
        invoices="""
      invoice_id customer_id issued_on  due_on     amount   currency kind        company applies_to
      I01        A           2024-03-05 2024-04-04 1000.00  EUR      invoice     1000    .
      I02        A           2024-03-20 2024-04-19 500.00   EUR      invoice     1000    .
      I03        A           2024-04-10 2024-05-10 2000.00  EUR      invoice     1000    .
      I04        A           2024-05-02 2024-06-01 800.00   EUR      invoice     1000    .
      I05        A           2024-06-12 2024-07-12 1500.00  EUR      invoice     1000    .
      I06        A           2024-01-15 2024-02-14 900.00   EUR      invoice     1000    .
      I07        A           2024-02-01 2024-03-02 100.00   EUR      invoice     1000    .
      N01        A           2024-05-20 2024-05-20 300.00   EUR      credit_note 1000    I04
      N02        A           2024-06-05 2024-06-05 120.00   EUR      credit_note 1000    .
      N03        A           2024-02-20 2024-02-20 100.00   EUR      credit_note 1000    .
      I08        B           2024-04-01 2024-05-01 200000   JPY      invoice     2000    .
      I09        B           2024-05-15 2024-06-14 120000   JPY      invoice     2000    .
      I10        B           2024-06-03 2024-07-03 90000    JPY      invoice     2000    .
      I11        C           2024-02-10 2024-03-11 1000.000 BHD      invoice     2000    .
      I12        C           2024-05-20 2024-06-19 250.500  BHD      invoice     .       .
        """,
        payments="""
            payment_id paid_on     amount   customer_id invoice_id currency reversal_of recorded_on
            P01        2024-04-02  400.00   A           I01        EUR      .           .
            P02        2024-04-14  600.00   A           I01        EUR      .           .
            P03        2024-04-19  495.00   A           .          EUR      .           .
            P04        2024-05-10  2000.00  A           .          EUR      .           .
            P05        2024-05-14  2000.00  A           .          EUR      P04         .
            P06        2024-06-11  500.00   A           I04        EUR      .           .
            P07        2024-06-25  350.00   A           .          EUR      .           2024-07-02
            P08        2024-05-08  196000   B           .          JPY      .           .
            P09        2024-06-20  125000   B           .          JPY      .           .
            P10        2024-03-15  400.000  C           I11        BHD      .           .
        """,
        allocations="""
            allocation_id invoice_id kind             source_id amount   allocated_on
            A01           I02        payment          P03       495.00   2024-04-22
            A02           I03        payment          P04       2000.00  2024-05-10
            A03           I06        bad_debt         .         900.00   2024-05-31
            A04           I06        bad_debt         .         -250.00  2024-06-10
            A05           I07        credit_note      N03       100.00   2024-02-20
            A06           I08        payment          P08       196000   2024-05-08
            A07           I08        discount         P08       4000     2024-05-08
            A08           I09        payment          P09       125000   2024-06-20
            A09           I12        small_difference .         0.500    2024-06-20
            A10           I12        netting          .         50.000   2024-06-22
        """,
        disputes="""
            dispute_id invoice_id opened_on   amount
            D1         I05        2024-06-20  200.00
        """,
        promises="""
            promise_id customer_id made_on     promised_on amount   invoice_id
            R1         A           2024-06-26  2024-07-03  2000.00  I03
        """,
        fx_rates="""
            currency on          rate
            BHD      2024-02-10  2.45
            BHD      2024-03-08  2.40
            BHD      2024-03-15  2.40
            BHD      2024-05-20  2.40
            BHD      2024-05-31  2.40
            BHD      2024-06-07  2.40
            BHD      2024-06-18  2.40
            BHD      2024-06-28  2.50
            JPY      2024-04-01  0.0060
            JPY      2024-05-06  0.0065
            JPY      2024-05-15  0.0062
            JPY      2024-05-31  0.0062
            JPY      2024-06-03  0.0061
            JPY      2024-06-18  0.0064
            JPY      2024-06-30  0.0060
        """,
    )


@pytest.fixture(scope="module")
def posted(ledger: Ledger) -> Books:
    return books_of(ledger, "posted")


def test_each_invoice_is_in_the_state_its_cash_and_credits_put_it_in(ledger: Ledger) -> None:
    state, paid_on = state_at(settle(ledger, DEFINITIONS), len(ledger.invoices), AS_OF)
    found = {
        invoice: (state[row_of(ledger, "invoices", invoice)])
        for invoice in ledger.text("invoices", "invoice_id")
        if invoice.startswith("I")
    }
    assert found == {
        "I01": PAID,
        "I02": PAID,
        "I03": OPEN,  # the debit was returned
        "I04": PAID,
        "I05": OPEN,
        "I06": OPEN,  # 250.00 is owed again
        "I07": CANCELLED,
        "I08": PAID,
        "I09": PAID,
        "I10": OPEN,
        "I11": OPEN,
        "I12": OPEN,
    }
    days = {
        invoice: paid_on[row_of(ledger, "invoices", invoice)]
        for invoice in ("I01", "I02", "I04", "I08", "I09")
    }
    assert days == {
        "I01": parse_day("2024-04-14"),
        "I02": parse_day("2024-04-19"),  # the value date, not the day of the allocation
        "I04": parse_day("2024-06-11"),
        "I08": parse_day("2024-05-08"),
        "I09": parse_day("2024-06-20"),
    }


def test_open_items_are_what_is_left_disputed_promised_and_to_be_chased(ledger: Ledger) -> None:
    items = open_items(ledger, AS_OF, DEFINITIONS)
    names = ledger.text("invoices", "invoice_id")[items.invoice]
    found = {
        name: (
            int(items.residual_minor[i]),
            int(items.disputed_minor[i]),
            int(items.promised_minor[i]),
            int(items.chaseable_minor[i]),
            int(items.residual_reporting_minor[i]),
            int(items.days_past_due[i]),
            bool(items.is_deduction[i]),
        )
        for i, name in enumerate(names)
    }
    assert found == {
        # Oldest first within each customer. 14 February to 30 June: 15 + 31 + 30 + 31 + 30 days.
        "I06": (25_000, 0, 0, 25_000, 25_000, 137, False),
        "I02": (500, 0, 0, 0, 500, 72, True),
        "I03": (200_000, 0, 200_000, 0, 200_000, 51, False),
        "I05": (150_000, 20_000, 0, 130_000, 150_000, -12, False),
        # 90,000 JPY x 0.0060 = 540.00 EUR
        "I10": (90_000, 0, 0, 90_000, 54_000, -3, False),
        # 600.000 BHD x 2.50 = 1,500.00 EUR
        "I11": (600_000, 0, 0, 600_000, 150_000, 111, False),
        "I12": (200_000, 0, 0, 200_000, 50_000, 11, False),
    }
    assert list(names) == ["I06", "I02", "I03", "I05", "I10", "I11", "I12"]


def test_credits_and_cash_on_account_stand_beside_and_depend_on_the_basis(ledger: Ledger) -> None:
    def found(basis: str) -> list[tuple[int, int, int]]:
        credits = open_credits(ledger, AS_OF, basis)  # type: ignore[arg-type]
        return list(zip(credits.kind, credits.amount_minor, credits.reporting_minor, strict=True))

    note = (CREDIT_NOTE_OPEN, 12_000, 12_000)
    overpaid = (OVERPAID, 5_000, 3_000)  # 5,000 JPY x 0.0060
    assert found("posted") == [note, (ON_ACCOUNT, 35_000, 35_000), overpaid]
    assert found("known") == [note, overpaid]  # P07 is recorded on 2 July


def test_aging_sorts_gross_residuals_and_sums_to_the_receivables(
    ledger: Ledger, posted: Books
) -> None:
    total = aging(ledger, AS_OF, DEFINITIONS, books=posted)
    # Not due I05 + I10; 11 days I12; 51 days I03; 72 days I02; over 90 days I06 + I11.
    assert total.buckets_minor.tolist() == [[204_000, 50_000, 200_000, 500, 175_000]]
    assert total.gross_minor.tolist() == [629_500]
    assert total.unapplied_credits_minor.tolist() == [15_000]  # N02 120.00, I09 30.00
    assert total.unallocated_cash_minor.tolist() == [35_000]
    assert total.receivables_minor.tolist() == [579_500]


def test_aging_by_customer_company_and_currency(ledger: Ledger, posted: Books) -> None:
    by_customer = aging(ledger, AS_OF, DEFINITIONS, by="customer", books=posted)
    assert by_customer.label.tolist() == ["A", "B", "C"]
    # A: 5.00 + 2,000.00 + 1,500.00 + 250.00 - 120.00 - 350.00; B: 540.00 - 30.00
    assert by_customer.receivables_minor.tolist() == [328_500, 51_000, 200_000]
    by_company = aging(ledger, AS_OF, DEFINITIONS, by="company", books=posted)
    assert by_company.label.tolist() == ["1000", "2000", ""]
    # Cash has no company, nor has I12: 500.00 - 350.00
    assert by_company.receivables_minor.tolist() == [363_500, 201_000, 15_000]
    by_currency = aging(ledger, AS_OF, DEFINITIONS, by="currency", books=posted)
    assert by_currency.label.tolist() == ["BHD", "EUR", "JPY"]
    assert by_currency.receivables_minor.tolist() == [800_000, 328_500, 85_000]


def test_other_bounds_make_other_buckets(ledger: Ledger, posted: Books) -> None:
    total = aging(ledger, AS_OF, DEFINITIONS, bounds=(10, 51), books=posted)
    # 51 days still lie within 11-51.
    assert total.buckets_minor.tolist() == [[204_000, 0, 250_000, 175_500]]


def test_kpis_are_those_worked_out_by_hand(ledger: Ledger, posted: Books) -> None:
    figures = kpis(ledger, AS_OF, DEFINITIONS, books=posted)
    assert figures.basis == "posted"
    assert figures.receivables_minor == 579_500
    assert figures.overdue_minor == 425_500
    assert figures.overdue_share == 425_500 / 629_500
    # April: 2,000.00 + 200,000 JPY x 0.0060 = 3,200.00
    # May: 800.00 + 120,000 JPY x 0.0062 + 250.500 BHD x 2.40 - 300.00 = 1,845.20
    # June: 1,500.00 + 90,000 JPY x 0.0061 - 120.00 = 1,929.00
    assert figures.sales_minor == 697_420
    assert figures.sales_months == (parse_day("2024-04-01"), AS_OF)
    assert figures.dso_days == pytest.approx(5795.00 / 6974.20 * 91)
    assert figures.bpdso_days == pytest.approx(2040.00 / 6974.20 * 91)
    assert figures.add_days == pytest.approx(3755.00 / 6974.20 * 91)
    # 5,795.00 - June 1,929.00 - May 1,845.20 leaves 2,020.80 of April's 3,200.00.
    assert figures.countback_dso_days == pytest.approx(30 + 31 + 2020.80 / 3200.00 * 30)
    # 31 May: I02 5.00, I03 2,000.00, I04 500.00, I09 744.00, I11 1,440.00, I12 601.20.
    opening = 5290.20
    assert figures.cei_percent == pytest.approx(
        100 * (opening + 1929.00 - 5795.00) / (opening + 1929.00 - 2040.00)
    )
    # Cash: I01 1,000.00 after 40 days, I02 495.00 after 30, I04 500.00 after 40,
    # I08 196,000 JPY x 0.0065 = 1,274.00 after 37, I09 125,000 JPY x 0.0064 = 800.00 after 36.
    assert figures.average_payment_days == pytest.approx(
        (1000 * 40 + 495 * 30 + 500 * 40 + 1274 * 37 + 800 * 36) / 4069
    )
    assert figures.weighted_days_late == pytest.approx(
        (1000 * 10 + 495 * 0 + 500 * 10 + 1274 * 7 + 800 * 6) / 4069
    )
    # Due in March: I07 100.00, credited; I11 1,000.000 BHD x 2.40, of which 600.000 unpaid.
    assert figures.unpaid_month == parse_day("2024-03-01")
    assert figures.unpaid_rate == pytest.approx(1440 / 2500)


def test_june_rolls_forward_to_the_cent(ledger: Ledger, posted: Books) -> None:
    rolled = roll_forward(ledger, parse_day("2024-05-31"), AS_OF, books=posted)

    def lines(row: Rolled) -> dict[str, int]:
        named = zip(LINES, row.lines_minor.tolist(), strict=True)
        return {name: amount for name, amount in named if amount}

    bhd, eur, jpy = rolled.by_currency
    assert (bhd.opening_minor, bhd.closing_minor) == (850_500, 800_000)
    assert lines(bhd) == {"small_differences": -500, "netting": -50_000}
    assert (eur.opening_minor, eur.closing_minor) == (250_500, 328_500)
    assert lines(eur) == {
        "invoices": 150_000,
        "credit_notes": -12_000,
        "cash": -85_000,  # I04 500.00, on account 350.00
        "bad_debt": 25_000,
    }
    assert (jpy.opening_minor, jpy.closing_minor) == (120_000, 85_000)
    assert lines(jpy) == {"invoices": 90_000, "cash": -125_000}
    assert (rolled.total.opening_minor, rolled.total.closing_minor) == (529_020, 579_500)
    assert lines(rolled.total) == {
        "invoices": 204_900,
        "credit_notes": -12_000,
        "cash": -165_000,
        "small_differences": -120,
        "bad_debt": 25_000,
        "netting": -12_000,
        "fx": 9_700,  # what is left of 5,795.00 - 5,290.20
    }


def test_two_customers_fell_into_default_when_it_became_known(ledger: Ledger) -> None:
    spells = default_spells(ledger, DEFINITIONS)
    names = ledger.vocabularies["customer"][spells.customer]
    assert list(zip(names, spells.default_on.tolist(), strict=True)) == [
        ("A", parse_day("2024-05-15")),  # I06, 91 days past due: 900.00
        ("C", parse_day("2024-06-10")),  # I11, 91 days past due: 600.000 BHD x 2.40
    ]
    assert not spells.has_cured.any()
    customers = np.array([0, 0, 1, 2], np.int32)
    days = np.array([parse_day("2024-05-14"), AS_OF, AS_OF, AS_OF], np.int32)
    assert spells.in_default(customers, days).tolist() == [False, True, False, True]
