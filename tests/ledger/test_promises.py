"""Promises: what they cover while they live, and what becomes of them."""

from ledger.balances import open_items
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.promises import BROKEN, KEPT, PARTLY_KEPT, promise_outcomes
from tests.written import written_ledger

INVOICES = """
    invoice_id customer_id issued_on  due_on     amount
    I1         A           2024-01-01 2024-01-31 1000.00
    I2         A           2024-01-05 2024-02-05 500.00
    I3         A           2024-02-01 2024-03-01 800.00
"""


def promised(ledger: Ledger, day: str) -> dict[str, int]:
    """What is promised of each open item, where anything is."""
    items = open_items(ledger, parse_day(day), Definitions())
    names = ledger.text("invoices", "invoice_id")[items.invoice]
    return {name: int(part) for name, part in zip(names, items.promised_minor, strict=True) if part}


def outcomes(ledger: Ledger, as_of: str | None = None) -> dict[str, int]:
    found = promise_outcomes(ledger, None if as_of is None else parse_day(as_of))
    names = ledger.text("promises", "promise_id")[found.promise]
    return dict(zip(names, found.outcome.tolist(), strict=True))


def promise_ledger(promises: str, payments: str | None = None, **tables: str) -> Ledger:
    if payments is not None:
        tables["payments"] = payments
    return written_ledger("2024-12-31", invoices=INVOICES, promises=promises, **tables)


def test_a_promise_about_an_invoice_covers_it_until_three_days_after() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-10 2024-02-16  I1
    """)
    assert promised(ledger, "2024-02-09") == {}
    assert promised(ledger, "2024-02-10") == {"I1": 100_000}
    assert promised(ledger, "2024-02-19") == {"I1": 100_000}
    assert promised(ledger, "2024-02-20") == {}


def test_a_promise_recorded_late_is_not_known_before() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on invoice_id recorded_on
        R1         A           2024-02-10 2024-02-16  I1         2024-02-14
    """)
    assert promised(ledger, "2024-02-13") == {}
    assert promised(ledger, "2024-02-14") == {"I1": 100_000}


def test_no_promise_lives_longer_than_thirty_days() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-10 2024-05-31  I1
    """)
    assert promised(ledger, "2024-03-11") == {"I1": 100_000}
    assert promised(ledger, "2024-03-12") == {}


def test_a_promised_amount_covers_the_oldest_items_first() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on amount
        R1         A           2024-02-10 2024-02-16  1200.00
    """)
    assert promised(ledger, "2024-02-10") == {"I1": 100_000, "I2": 20_000}


def test_instalments_of_a_plan_cover_one_after_another() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on amount plan_id
        R1         A           2024-02-10 2024-02-16  700.00 plan
        R2         A           2024-02-10 2024-02-26  700.00 plan
    """)
    assert promised(ledger, "2024-02-10") == {"I1": 100_000, "I2": 40_000}


def test_what_pays_one_instalment_does_not_pay_the_next() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on amount plan_id
        R1         A           2024-02-10 2024-02-16  700.00 plan
        R2         A           2024-02-10 2024-02-26  700.00 plan
        """,
        """
        payment_id paid_on    amount invoice_id
        P1         2024-02-15 700.00 I1
        """,
    )
    assert promised(ledger, "2024-02-15") == {"I1": 30_000, "I2": 40_000}
    assert outcomes(ledger, "2024-03-31") == {"R1": KEPT, "R2": BROKEN}


def test_an_instalment_not_yet_known_covers_nothing() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on amount plan_id recorded_on
        R1         A           2024-02-10 2024-02-16  700.00 plan    2024-02-13
        R2         A           2024-02-10 2024-02-26  700.00 plan    2024-02-10
    """)
    assert promised(ledger, "2024-02-12") == {"I1": 70_000}
    assert promised(ledger, "2024-02-13") == {"I1": 100_000, "I2": 40_000}


def test_a_promise_covers_no_invoice_from_after_it_was_made() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices=INVOICES + "I4 A 2024-02-12 2024-02-14 50.00",
        promises="""
            promise_id customer_id made_on    promised_on
            R1         A           2024-02-10 2024-02-16
        """,
    )
    assert promised(ledger, "2024-02-12") == {"I1": 100_000, "I2": 50_000}


def test_a_promise_covers_an_invoice_recorded_late_once_it_is_known() -> None:
    ledger = written_ledger(
        "2024-12-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount  recorded_on
            I1         A           2024-01-01 2024-01-31 1000.00 .
            I2         A           2024-01-01 2024-01-05 300.00  2024-02-12
        """,
        promises="""
            promise_id customer_id made_on    promised_on amount
            R1         A           2024-02-10 2024-02-16  400.00
        """,
    )
    assert promised(ledger, "2024-02-11") == {"I1": 40_000}
    assert promised(ledger, "2024-02-12") == {"I1": 10_000, "I2": 30_000}


def test_a_promise_without_an_amount_covers_what_is_due_by_then() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on
        R1         A           2024-02-10 2024-02-16
    """)
    assert promised(ledger, "2024-02-10") == {"I1": 100_000, "I2": 50_000}


def test_what_is_paid_meanwhile_is_no_longer_promised() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on amount invoice_id
        R1         A           2024-02-10 2024-02-16  600.00 I1
        """,
        """
        payment_id paid_on    amount invoice_id
        P1         2024-02-12 250.00 I1
        """,
    )
    assert promised(ledger, "2024-02-11") == {"I1": 60_000}
    assert promised(ledger, "2024-02-12") == {"I1": 35_000}


def test_the_disputed_part_is_not_promised() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-10 2024-02-16  I1
        """,
        disputes="""
        dispute_id invoice_id opened_on  amount
        D1         I1         2024-02-11 300.00
        """,
    )
    assert promised(ledger, "2024-02-11") == {"I1": 70_000}


def test_ninety_percent_in_time_keep_a_promise() -> None:
    for amount, outcome in (
        ("900.00", KEPT),
        ("899.99", PARTLY_KEPT),
    ):
        ledger = promise_ledger(
            """
            promise_id customer_id made_on    promised_on invoice_id
            R1         A           2024-02-10 2024-02-16  I1
            """,
            f"""
            payment_id paid_on    amount   invoice_id
            P1         2024-02-19 {amount} I1
            """,
        )
        assert outcomes(ledger) == {"R1": outcome}


def test_cash_before_the_promise_or_after_its_grace_does_not_keep_it() -> None:
    for paid_on in ("2024-02-10", "2024-02-20"):
        ledger = promise_ledger(
            """
            promise_id customer_id made_on    promised_on amount invoice_id
            R1         A           2024-02-10 2024-02-16  400.00 I1
            """,
            f"""
            payment_id paid_on    amount invoice_id
            P1         {paid_on} 500.00 I1
            """,
        )
        assert outcomes(ledger) == outcomes(ledger, "2024-12-31") == {"R1": BROKEN}


def test_cash_still_on_account_keeps_a_promise() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on amount
        R1         A           2024-02-10 2024-02-16  400.00
        """,
        """
        payment_id paid_on    amount customer_id
        P1         2024-02-15 400.00 A
        """,
    )
    assert outcomes(ledger) == {"R1": KEPT}


def test_a_returned_debit_breaks_a_promise() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-10 2024-02-16  I1
        """,
        """
        payment_id paid_on    amount  customer_id invoice_id reversal_of
        P1         2024-02-14 1000.00 A           I1         .
        P2         2024-02-18 1000.00 A           .          P1
        """,
    )
    assert outcomes(ledger) == {"R1": BROKEN}


def test_a_credit_note_relieves_of_a_promise_and_bad_debt_does_not() -> None:
    for kind, outcome in (("credit_note", KEPT), ("bad_debt", PARTLY_KEPT)):
        ledger = promise_ledger(
            """
            promise_id customer_id made_on    promised_on invoice_id
            R1         A           2024-02-10 2024-02-16  I1
            """,
            """
            payment_id paid_on    amount invoice_id
            P1         2024-02-15 50.00  I1
            """,
            allocations=f"""
            allocation_id invoice_id kind   amount allocated_on
            A1            I1         {kind} 950.00 2024-02-12
            """,
        )
        assert outcomes(ledger) == {"R1": outcome}


def test_what_was_written_off_before_is_not_promised() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on amount
        R1         A           2024-02-10 2024-02-16  400.00
        """,
        allocations="""
        allocation_id invoice_id kind     amount allocated_on
        A1            I1         bad_debt 900.00 2024-02-05
        """,
    )
    assert promised(ledger, "2024-02-10") == {"I1": 10_000, "I2": 30_000}


def test_a_promised_amount_covers_items_in_its_currency_only() -> None:
    foreign = "I0 A 2024-01-01 2024-01-10 77.00"
    ledger = written_ledger(
        "2024-12-31",
        customers="""
            customer_id currency
            A           EUR
        """,
        invoices="\n".join(
            f"{line} {'USD' if line == foreign else 'EUR' if n else 'currency'}"
            for n, line in enumerate([*INVOICES.strip().splitlines(), foreign])
        ),
        promises="""
            promise_id customer_id made_on    promised_on amount
            R1         A           2024-02-10 2024-02-16  400.00
        """,
        fx_rates="""
            currency on         rate
            USD      2024-02-10 0.9
        """,
    )
    assert promised(ledger, "2024-02-10") == {"I1": 40_000}


def test_cash_recorded_late_changes_the_outcome_only_when_it_is_known() -> None:
    ledger = promise_ledger(
        """
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-10 2024-02-16  I1
        """,
        """
        payment_id paid_on    amount  invoice_id recorded_on
        P1         2024-02-15 1000.00 I1         2024-02-25
        """,
    )
    assert outcomes(ledger) == {"R1": BROKEN}  # judged once, on 19 February
    assert outcomes(ledger, "2024-02-18") == {}
    assert outcomes(ledger, "2024-02-24") == {"R1": BROKEN}
    assert outcomes(ledger, "2024-02-25") == {"R1": KEPT}


def test_a_promise_that_covers_nothing_has_no_outcome() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on amount invoice_id
        R1         B           2024-02-10 2024-02-16  400.00 .
        R2         A           2024-02-10 2024-02-16  400.00 I9
    """)
    assert outcomes(ledger) == {}


def test_after_two_broken_promises_no_other_holds_for_half_a_year() -> None:
    ledger = promise_ledger("""
        promise_id customer_id made_on    promised_on invoice_id
        R1         A           2024-02-01 2024-02-05  I1
        R2         A           2024-02-12 2024-02-14  I1
        R3         A           2024-02-16 2024-02-29  I1
        R4         A           2024-08-01 2024-08-10  I1
    """)
    # The second is over on 17 February: until then the third holds, from then on none does.
    assert promised(ledger, "2024-02-16") == {"I1": 100_000}
    assert promised(ledger, "2024-02-17") == {}
    # R1 was over on 8 February, 180 days before 6 August, and R3 is broken too: R2, R3 remain.
    assert promised(ledger, "2024-08-10") == {}
    # R2 was over on 17 February, 180 days before 15 August; R3 alone remains, R4 is over.
    assert outcomes(ledger) == dict.fromkeys(("R1", "R2", "R3", "R4"), BROKEN)
