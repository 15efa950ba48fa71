"""Files in the forms that ERPs and spreadsheets write are read, and what cannot be is told."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ledger.checks import check
from ledger.days import parse_day
from ledger.files import load, read_ledger
from tests.ledger.broken_ledgers import INVOICES
from tests.ledger.small_ledger import FILES, only, small_ledger


def test_a_directory_under_the_name_of_a_file_is_told(tmp_path: Path) -> None:
    small_ledger(tmp_path, {"payments.csv": None})
    (tmp_path / "payments.csv").mkdir()
    assert only(check(tmp_path).errors).sentence.startswith(
        "payments.csv: it cannot be opened (Is a directory); export it again"
    )


@pytest.mark.parametrize("garbage", [bytes(range(256)), b"lorem ipsum "], ids=["binary", "text"])
def test_much_garbage_is_refused_at_once(tmp_path: Path, garbage: bytes) -> None:
    directory = small_ledger(tmp_path, {"invoices.csv": garbage * (100_000_000 // len(garbage))})
    start = time.perf_counter()
    report = check(directory)
    assert time.perf_counter() - start < 3
    assert "unreadable-file" in {error.rule for error in report.errors}


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    files = {name: ("\ufeff" + text).encode() for name, text in FILES.items()}
    assert check(small_ledger(tmp_path, files)).findings == ()


def test_utf_16_with_its_mark_is_no_problem(tmp_path: Path) -> None:
    text = FILES["customers.csv"].replace("Ada", "Łucja").encode("utf-16")
    ledger, report = load(small_ledger(tmp_path, {"customers.csv": text}))
    assert report.findings == ()
    assert ledger.text("customers", "name").tolist() == ["Łucja", "Bob"]


def test_names_in_latin_1_are_read(tmp_path: Path) -> None:
    text = FILES["customers.csv"].replace("Ada", "Zoë").encode("latin-1")
    ledger = read_ledger(small_ledger(tmp_path, {"customers.csv": text}))
    assert ledger.text("customers", "name").tolist() == ["Zoë", "Bob"]


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    text = INVOICES.replace(",", ";").replace("100.00", "1.234.567,89").replace(".50", ",5")
    ledger = read_ledger(small_ledger(tmp_path, {"invoices.csv": text.replace("80.00", "80,00-")}))
    assert ledger.invoices["amount"].tolist() == [123456789, 25050, 8000]
    assert ledger.text("invoices", "kind").tolist() == ["invoice", "invoice", "credit_note"]


def test_a_comma_that_may_mean_thousands_is_not_guessed_to_be_decimal(tmp_path: Path) -> None:
    text = INVOICES.replace(",", ";").replace("100.00", "1,000").replace("250.50", "2,505")
    error = only(check(small_ledger(tmp_path, {"invoices.csv": text})).errors)
    assert error.sentence.startswith("invoices.csv row 2 (also 3): amount is '1,000'; expected")


def test_line_ends_blanks_and_empty_rows_are_no_problem(tmp_path: Path) -> None:
    text = INVOICES.replace(",C1,", ", C1 ,").replace("\nI3", "\n\n,,,,\nI3").replace("\n", "\r\n")
    ledger, report = load(small_ledger(tmp_path, {"invoices.csv": text}))
    assert report.findings == ()
    assert ledger.text("invoices", "customer_id").tolist() == ["C1", "C1", "C2"]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    text = 'customer_id,name\nC1,"Ada\nLovelace"\n\nC2\n\n,Nobody\nC3,Eve\n'
    errors = check(small_ledger(tmp_path, {"customers.csv": text})).errors
    assert [(error.rule, error.rows.tolist()) for error in errors] == [
        ("broken-row", [4]),
        ("missing-value", [6]),
    ]


def test_parquet_keeps_its_types_and_counts_rows_from_one(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "invoice_id": [1, 2],
            "customer_id": ["C1", "C2"],
            "issued_on": pd.to_datetime(["2024-01-31T23:30Z", "2024-03-01T12:00Z"]),
            "due_on": [date(2024, 2, 28), date(2024, 2, 28)],
            "amount": [Decimal("10.10"), Decimal("20.20")],
            "discount_pct": [2.5, None],
        }
    )
    toml = FILES["ledger.toml"] + 'timezone = "Europe/Paris"\n'
    files = {"invoices.csv": None, "payments.csv": None, "ledger.toml": toml}
    frame.to_parquet(small_ledger(tmp_path, files) / "invoices.parquet")
    ledger, report = load(tmp_path)
    assert ledger.text("invoices", "invoice_id").tolist() == ["1", "2"]
    assert ledger.invoices["amount"].tolist() == [1010, 2020]
    assert ledger.invoices["issued_on"][0] == parse_day("2024-02-01")
    assert ledger.invoices.known("discount_pct").tolist() == [True, False]
    assert only(report.warnings).sentence.startswith("invoices.parquet row 2: due_on is 2024-02-28")


def test_a_parquet_column_of_lists_is_of_the_wrong_type(tmp_path: Path) -> None:
    small_ledger(tmp_path, {"customers.csv": None})
    frame = pd.DataFrame({"customer_id": ["C1", "C2"], "name": [["Ada"], ["Bob"]]})
    frame.to_parquet(tmp_path / "customers.parquet")
    assert only(check(tmp_path).errors).sentence.startswith(
        "customers.parquet: name holds list<element: string>; expected text, dates or numbers"
    )
