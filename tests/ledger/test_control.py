"""The ledger's open balances are compared with the books', and every difference is named."""

from decimal import Decimal
from pathlib import Path

from ledger.control import control_findings
from ledger.files import read_ledger
from ledger.ingest import ingest
from tests.ledger.small_ledger import small_ledger, with_row

ALLOCATIONS = "allocation_id,invoice_id,kind,source_id,amount,allocated_on\n"
RATES = "currency,on,rate\nUSD,2024-05-01,0.9\nUSD,2024-12-30,0.95\n"


def differences(tmp_path: Path, control: str, files: dict[str, str] | None = None) -> list[str]:
    """What a control file says of the small ledger, of which C2 owes 80.00 EUR for I3."""
    ledger = read_ledger(small_ledger(tmp_path / "ledger", files))
    (tmp_path / "control.csv").write_text(control)
    return [finding.sentence for finding in control_findings(ledger, tmp_path / "control.csv")]


def test_equal_balances_are_no_finding(tmp_path: Path) -> None:
    control = "customer_id,currency,open_balance\nC2,EUR,50.00\nC1,EUR,0.00\nC2,,30.00\n"
    assert differences(tmp_path, control) == []


def test_a_balance_is_net_of_everything_posted_through_the_last_day(tmp_path: Path) -> None:
    invoices = (
        "I4,C2,2024-05-01,2024-05-31,20.00\n"  # partly written off
        "I5,C2,2024-05-01,2024-05-01,-7.00\n"  # a credit note nobody applied
        "I6,C2,2025-01-01,2025-01-31,1000.00"  # after the last day
    )
    payments = (
        "P3,I4,2024-06-30,15.00\n"
        "P4,I-OLD,2024-06-30,500.00\n"  # outside the extract: no part of the balance
        "P5,I3,2025-01-05,80.00"  # after the last day
    )
    files = {
        **with_row("invoices.csv", invoices),
        **with_row("payments.csv", payments),
        "allocations.csv": ALLOCATIONS + "A1,I4,bad_debt,,3.00,2024-07-31\n",
    }
    assert differences(tmp_path, "customer_id,open_balance\nC2,75.00\n", files) == []


def test_every_difference_is_named(tmp_path: Path) -> None:
    files = {
        "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
        "I1,C1,2024-05-01,2024-05-31,100.00,EUR\nI2,C1,2024-05-02,2024-05-31,99.00,USD\n"
        "I3,C2,2024-05-02,2024-05-31,80.00,EUR\n",
        "payments.csv": "payment_id,customer_id,paid_on,amount\nP1,C2,2024-06-01,80.00\n",
        "fx_rates.csv": RATES,
    }
    control = "customer_id,currency,open_balance\nC1,EUR,90.00\nC2,EUR,12.50\nC7,EUR,-1.00\n"
    remedy = "find what is missing or booked twice before using the ledger"
    assert differences(tmp_path, control, files) == [
        "control.csv row 2: customer C1 owes 100.00 EUR in the ledger and 90.00 EUR in the books,"
        f" a difference of 10.00; {remedy}",
        "control.csv: customer C1 owes 99.00 USD in the ledger and 0.00 USD in the books, a"
        f" difference of 99.00; {remedy}",
        "control.csv row 3: customer C2 owes 0.00 EUR in the ledger and 12.50 EUR in the books, a"
        f" difference of -12.50; {remedy}",
        "control.csv row 4: customer C7 owes 0.00 EUR in the ledger and -1.00 EUR in the books, a"
        f" difference of 1.00; {remedy}",
    ]


def test_a_control_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    remedy = "correct the control file, or leave out --control"
    assert differences(tmp_path, "customer_id,balance\nC2,80.00\n") == [
        "control.csv: there is no column open_balance; expected customer_id, currency,"
        f" open_balance; {remedy}"
    ]
    assert differences(tmp_path, "customer_id,open_balance\nC2,eighty\n,80.00\n") == [
        f"control.csv row 2: open_balance is 'eighty'; expected an amount like 1234.56; {remedy}",
        f"control.csv row 3: customer_id is missing; it is required; {remedy}",
    ]


def test_balances_with_a_decimal_comma_are_read(tmp_path: Path) -> None:
    assert differences(tmp_path, "customer_id;open_balance\nC2;80,00\n") == []


def test_a_difference_keeps_the_ledger_from_being_written(tmp_path: Path) -> None:
    source = small_ledger(tmp_path / "from")
    (tmp_path / "control.csv").write_text("customer_id,open_balance\nC2,79.99\n")
    report = ingest(source, tmp_path / "to", control=tmp_path / "control.csv")
    assert [(error.rule, error.money) for error in report.errors] == [
        ("unbalanced", {"EUR": Decimal("0.01")})
    ]
    assert not (tmp_path / "to").exists()
