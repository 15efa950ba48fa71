"""Each problem of a ledger is told once, in a sentence that says what to do about it."""

import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ledger.checks import check
from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.files import load, read_ledger
from ledger.findings import Finding
from ledger.rules import RULES
from tests.ledger.small_ledger import FILES, small_ledger, with_row

INVOICES, PAYMENTS = FILES["invoices.csv"], FILES["payments.csv"]
ALLOCATIONS = "allocation_id,invoice_id,kind,source_id,amount,allocated_on\n"
FACTS = "customer_id,name,value,valid_from\n"
RATES = "currency,on,rate\nUSD,2024-05-01,0.9\nUSD,2024-12-30,0.95\n"

Files = Mapping[str, str | bytes | None]

ERRORS: dict[str, tuple[str, Files, str]] = {
    "a missing ledger.toml": (
        "unusable-extract",
        {"ledger.toml": None},
        'ledger.toml is missing; expected a file with reporting_currency = "EUR",'
        " complete_through = 2024-12-31; write it",
    ),
    "a misspelt key of ledger.toml": (
        "unusable-extract",
        {"ledger.toml": FILES["ledger.toml"] + "complete_form = 2024-01-01\n"},
        "ledger.toml: complete_form is no key (did you mean complete_from?); expected"
        " reporting_currency, complete_from, complete_through, timezone; correct or remove it",
    ),
    "a ledger.toml without its last day": (
        "unusable-extract",
        {"ledger.toml": 'reporting_currency = "EUR"\n'},
        "ledger.toml: complete_through is missing; expected a date like 2024-02-29; add it",
    ),
    "a reporting currency that is none": (
        "unusable-extract",
        {"ledger.toml": 'reporting_currency = "euro"\ncomplete_through = 2024-12-31\n'},
        "ledger.toml: reporting_currency is 'euro'; expected a code like 'EUR'; correct it",
    ),
    "a time zone that does not exist": (
        "unusable-extract",
        {"ledger.toml": FILES["ledger.toml"] + 'timezone = "Paris"\n'},
        "ledger.toml: timezone is 'Paris'; expected a name like 'Europe/Paris'; correct it",
    ),
    "no invoices": (
        "missing-table",
        {"invoices.csv": None, "payments.csv": None},
        "{directory}: there is no invoices.csv or invoices.parquet; add the file",
    ),
    "a table in two formats": (
        "two-files",
        {"customers.parquet": b""},
        "customers.csv: there is customers.parquet too; remove one of them",
    ),
    "an empty file": (
        "empty-file",
        {"invoices.csv": ""},
        "invoices.csv: the file is empty; expected a header with column names; export it again,"
        " or remove it",
    ),
    "an empty Parquet file": (
        "empty-file",
        {"disputes.parquet": b""},
        "disputes.parquet: the file is empty; expected Parquet; export it again, or remove it",
    ),
    "a workbook under the name of a CSV file": (
        "unreadable-file",
        {"invoices.csv": b"PK\x03\x04" + bytes(1000)},
        "invoices.csv: it is an Excel workbook or a zip archive; expected a CSV file; export it"
        " again as CSV (UTF-8) or Parquet",
    ),
    "binary garbage": (
        "unreadable-file",
        {"invoices.csv": b"\x01\x02invoice_id\x00"},
        "invoices.csv: it is not text (byte 0x01 at position 0); expected a CSV file; export it"
        " again as CSV (UTF-8) or Parquet",
    ),
    "garbage under the name of a Parquet file": (
        "unreadable-file",
        {"disputes.parquet": b"PAR1 and then nothing of the kind"},
        "disputes.parquet: it is no Parquet file, or a damaged one; export it again as CSV (UTF-8)"
        " or Parquet",
    ),
    "a title above the header": (
        "unreadable-file",
        {"invoices.csv": "Open items of March\n" + INVOICES},
        "invoices.csv: row 1 is 'Open items of March'; expected a header with column names such as"
        " invoice_id, customer_id, issued_on, due_on, amount; export it again as CSV (UTF-8) or"
        " Parquet",
    ),
    "a quotation mark that is never closed": (
        "broken-row",
        with_row("customers.csv", 'C3,"Eve\nC4,Joe'),
        "customers.csv row 4: a quotation mark is opened and never closed; correct it or set the"
        " row aside with --quarantine",
    ),
    "a byte of no known encoding": (
        "unreadable-file",
        {"customers.csv": b"customer_id,name\nC1,Bj\x81rk\nC2,Bob\n"},
        "customers.csv: byte 0x81 at position 22 is neither UTF-8 nor Windows-1252; expected"
        " UTF-8, or the encoding that a mapping names; export it again as CSV (UTF-8) or Parquet",
    ),
    "a missing column": (
        "missing-column",
        {"invoices.csv": "invoice_id,customer_id,issued_on,amount\nI1,C1,2024-01-01,100.00\n"},
        "invoices.csv: there is no column due_on, which is required; the columns are invoice_id,"
        " customer_id, issued_on, amount; add the column",
    ),
    "payments of nobody": (
        "missing-column",
        {"payments.csv": "payment_id,paid_on,amount\nP1,2024-02-05,100.00\n"},
        "payments.csv: there is no column customer_id or invoice_id, which is required; the"
        " columns are payment_id, paid_on, amount; add the column",
    ),
    "a misspelt column": (
        "unknown-column",
        {"payments.csv": PAYMENTS.replace("0\n", "0,\n").replace("amount", "amount,recordedon")},
        "payments.csv: it has a column 'recordedon', which no table payments has; did you mean"
        " recorded_on?; correct its name, remove it, or map it with duecast ingest --mapping",
    ),
    "two columns of one name": (
        "repeated-column",
        {"payments.csv": PAYMENTS.replace("invoice_id", "amount")},
        "payments.csv: there are two columns amount; remove or rename one of them",
    ),
    "a column of the wrong type": (
        "wrong-type",
        {"payments.csv": PAYMENTS.replace(",2024-0", ",week 0")},
        "payments.csv row 2 (also 3): paid_on is 'week 02-05' and none of 2 values can be read;"
        " expected a date like 2024-02-29; correct the column, or say how it is written in a"
        " mapping (duecast ingest --mapping)",
    ),
    "a row with too few fields": (
        "broken-row",
        with_row("payments.csv", "P3,I3"),
        "payments.csv row 4: it has 2 fields; expected 4, as in the header; correct it or set the"
        " row aside with --quarantine",
    ),
    "a missing value": (
        "missing-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,,10.00"),
        "invoices.csv row 5: due_on is missing; it is required; fill it in or set the row aside"
        " with --quarantine",
    ),
    "a payment of nobody": (
        "missing-value",
        with_row("payments.csv", "P3,,2024-04-01,80.00"),
        "payments.csv row 4: customer_id and invoice_id are missing; one of them is required; fill"
        " it in or set the row aside with --quarantine",
    ),
    "a day that does not exist": (
        "unreadable-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,31/02/2024,10.00"),
        "invoices.csv row 5: due_on is '31/02/2024'; expected a date like 2024-02-29; correct it"
        " or set the row aside with --quarantine",
    ),
    "an amount that is none": (
        "unreadable-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,2024-02-01,n/a"),
        "invoices.csv row 5: amount is 'n/a'; expected an amount like 1234.56 (EUR has at most 2"
        " decimals); correct it or set the row aside with --quarantine",
    ),
    "an amount with more decimals than its currency": (
        "unreadable-value",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-01,2024-05-31,100,USD\nI2,C1,2024-05-01,2024-05-31,99.5,JPY\n",
            "payments.csv": None,
            "fx_rates.csv": RATES + "JPY,2024-05-01,0.006\nJPY,2024-12-31,0.006\n",
        },
        "invoices.csv row 3: amount is '99.5'; expected an amount like 1234 (JPY has no decimals);"
        " correct it or set the row aside with --quarantine",
    ),
    "a word that is no choice": (
        "unreadable-value",
        {
            "allocations.csv": ALLOCATIONS
            + "A1,I1,payment,P1,60.00,2024-02-05\nA2,I1,gift,,40.00,2024-02-05\n"
        },
        "allocations.csv row 3: kind is 'gift'; expected one of payment, credit_note, discount,"
        " deduction, small_difference, bad_debt, netting, fx; correct it or set the row aside with"
        " --quarantine",
    ),
    "a limit written with thousands": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + 'C1,credit_limit,"50,000",2024-01-01\n'},
        "customer_facts.csv row 2: value of credit_limit is '50,000'; expected a number from 0,"
        " like 2500.50; correct it or set the row aside with --quarantine",
    ),
    "negative terms": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + "C1,terms_days,-30,2024-01-01\n"},
        "customer_facts.csv row 2: value of terms_days is '-30'; expected a number of days from 0,"
        " like 30; correct it or set the row aside with --quarantine",
    ),
    "a limit until a day that is no date": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + "C1,limit_valid_until,31.12.2020,2020-01-01\n"},
        "customer_facts.csv row 2: value of limit_valid_until is '31.12.2020'; expected a date like"
        " 2024-02-29; correct it or set the row aside with --quarantine",
    ),
    "a misspelt status": (
        "unreadable-value",
        {
            "customer_facts.csv": FACTS + "C1,status,legal,2024-01-01\n"
            "C1,status,insolvant,2024-02-01\nC2,status,Insolvent,2024-02-01\n"
        },
        "customer_facts.csv row 3 (also 4): value of status is 'insolvant'; expected one of active,"
        " on_hold, legal, insolvent; correct it or set the row aside with --quarantine",
    ),
    "a rate of nothing": (
        "unreadable-value",
        {"fx_rates.csv": RATES + "USD,2024-06-01,0\n"},
        "fx_rates.csv row 4: rate is '0'; expected a rate above 0; correct it or set the row aside"
        " with --quarantine",
    ),
    "a share in percent": (
        "unreadable-value",
        {
            "guarantees.csv": "guarantee_id,customer_id,amount,insured_share,valid_from\n"
            "G1,C1,5000,90,2024-01-01\n"
        },
        "guarantees.csv row 2: insured_share is '90'; expected a share from 0 to 1, like 0.9;"
        " correct it or set the row aside with --quarantine",
    ),
    "one id with two contents": (
        "conflicting-id",
        with_row("invoices.csv", "I2,C1,2024-02-01,2024-03-02,250.51"),
        "invoices.csv row 3 (also 5): invoice_id 'I2' stands in several rows of different content;"
        " keep the right one or set the row aside with --quarantine",
    ),
    "a currency without a rate": (
        "unknown-currency",
        {
            "invoices.csv": INVOICES.replace("amount", "amount,currency")
            .replace("80.00", "80.00,CHF")
            .replace("100.00", "100.00,")
            .replace("250.50", "250.50,EUR")
        },
        "invoices.csv row 4: the currency is CHF, which has no rate to EUR in fx_rates; add its"
        " rates to fx_rates or set the row aside with --quarantine",
    ),
    "a currency that is none": (
        "unreadable-value",
        {
            "customers.csv": "customer_id,currency\nC1,EUR\nC2,eur\n",
        },
        "customers.csv row 3: currency is 'eur'; expected a three-letter code like EUR; correct it"
        " or set the row aside with --quarantine",
    ),
    "a payment in dollars of an invoice in euros, and no rate": (
        "missing-rate",
        {
            "payments.csv": "payment_id,invoice_id,paid_on,amount,currency\n"
            "P1,I1,2024-02-05,110.00,USD\n",
            "fx_rates.csv": RATES,
        },
        "fx_rates: there is no rate from USD to EUR for 2024-02-05; expected one dated on that day"
        " or at most 7 days before; add it to fx_rates",
    ),
}

WARNINGS: dict[str, tuple[str, Files, str]] = {
    "a payment before its invoice": (
        "payment-before-issue",
        with_row("payments.csv", "P3,I3,2024-02-28,80.00"),
        "payments.csv row 4: paid_on is 2024-02-28, before its invoice was issued on 2024-03-01;"
        " loaded; behaviour uses the later day",
    ),
    "an allocation before its invoice": (
        "payment-before-issue",
        {"allocations.csv": ALLOCATIONS + "A1,I3,payment,,80.00,2024-02-28\n"},
        "allocations.csv row 2: allocated_on is 2024-02-28, before its invoice was issued on"
        " 2024-03-01; loaded; behaviour uses the later day",
    ),
    "a due date before the issue": (
        "due-before-issue",
        with_row("invoices.csv", "I4,C1,2024-04-01,2024-03-31,10.00"),
        "invoices.csv row 5: due_on is 2024-03-31, before the issue on 2024-04-01; loaded as it is",
    ),
    "a negative invoice": (
        "negative-invoice",
        with_row("invoices.csv", "I4,C1,2024-04-01,2024-04-01,-10.00"),
        "invoices.csv row 5: amount of the invoice is -10.00; loaded as a credit note",
    ),
    "a customer nobody listed": (
        "unknown-customer",
        with_row("invoices.csv", "I4,C9,2024-04-01,2024-04-30,10.00"),
        "invoices.csv row 5: customer_id is 'C9', which customers does not have; loaded as a"
        " customer of whom only the id is known",
    ),
    "a row that stands twice": (
        "duplicate-row",
        with_row("invoices.csv", "I2,C1,2024-02-01,2024-03-02,250.5"),
        "invoices.csv row 5: invoice_id 'I2' stands in an earlier row of the same content; loaded"
        " once",
    ),
    "a payment of an invoice outside the extract": (
        "outside-extract",
        with_row("payments.csv", "P3,I-OLD,2024-04-01,80.00"),
        "payments.csv row 4: invoice_id is 'I-OLD', which invoices does not have; loaded, and kept"
        " aside from balances",
    ),
    "an allocation to an invoice outside the extract": (
        "outside-extract",
        {"allocations.csv": ALLOCATIONS + "A1,I-OLD,payment,P1,80.00,2024-02-28\n"},
        "allocations.csv row 2: invoice_id is 'I-OLD', which invoices does not have; loaded, and"
        " kept aside from balances",
    ),
    "the reversal of a payment outside the extract": (
        "outside-extract",
        {
            "payments.csv": "payment_id,customer_id,paid_on,amount,reversal_of\n"
            "P1,C1,2024-02-05,100.00,P-OLD\n"
        },
        "payments.csv row 2: reversal_of is 'P-OLD', which payments does not have; loaded, and"
        " kept aside from balances",
    ),
    "a document of the future": (
        "future-document",
        with_row("invoices.csv", "I4,C1,2025-01-01,2025-01-31,10.00"),
        "invoices.csv row 5: issued_on is 2025-01-01, after complete_through (2024-12-31); loaded,"
        " and unseen until then",
    ),
    "a document recorded in the future": (
        "future-document",
        {
            "payments.csv": "payment_id,invoice_id,paid_on,amount,recorded_on\n"
            "P1,I1,2024-02-05,100.00,2025-01-02\n"
        },
        "payments.csv row 2: recorded_on is 2025-01-02, after complete_through (2024-12-31);"
        " loaded, and unseen until then",
    ),
    "an invoice cleared twice": (
        "over-allocated",
        with_row("payments.csv", "P3,I1,2024-04-01,13.00"),
        "invoices.csv row 2: 113.00 EUR are allocated to its 100.00 EUR; loaded as it is",
    ),
    "an invoice on a day without a rate": (
        "rate-gap",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-08,2024-05-31,100.00,USD\nI2,C1,2024-05-09,2024-05-31,100.00,USD\n",
            "payments.csv": None,
            "fx_rates.csv": RATES,
        },
        "invoices.csv row 3: issued_on is 2024-05-09; USD has no rate on that day or at most 7 days"
        " before; loaded; add rates, for what has none is not converted",
    ),
    "rates that end too early": (
        "rate-gap",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-08,2024-05-31,100.00,USD\n",
            "payments.csv": None,
            "fx_rates.csv": "currency,on,rate\nUSD,2025-01-01,0.9\nUSD,2024-05-08,0.9\n"
            "USD,2024-05-01,0.9\n",
        },
        "fx_rates.csv row 3: the latest rate of USD is of 2024-05-08, more than 7 days before"
        " complete_through (2024-12-31); loaded; add rates, for what has none is not converted",
    ),
    "names in Latin-1": (
        "guessed-encoding",
        {"customers.csv": "customer_id,name\nC1,Müller\nC2,Bob\n".encode("latin-1")},
        "customers.csv: it is not UTF-8; read as Windows-1252: row 2 has name 'Müller'; write it as"
        " UTF-8, or name its encoding in a mapping, if names look wrong",
    ),
    "amounts with a decimal comma": (
        "guessed-decimal-comma",
        {"invoices.csv": INVOICES.replace(",", ";").replace(".", ",")},
        "invoices.csv: row 2 has amount '100,00'; numbers are read with a decimal comma; name the"
        " decimal sign in a mapping if amounts look wrong",
    ),
    "a file that is no table": (
        "unread-file",
        {"payment.csv": PAYMENTS},
        "payment.csv: no table has this name (did you mean payments?); the tables are customers,"
        " customer_facts, invoices, payments, allocations, disputes, promises, contacts,"
        " guarantees, fx_rates; not read",
    ),
}


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [finding.sentence for finding in findings]
    return findings[0]


def test_a_sound_ledger_has_no_problem(tmp_path: Path) -> None:
    report = check(small_ledger(tmp_path))
    assert report.findings == ()
    report.refuse_errors()


def test_what_falls_on_the_bound_of_a_rule_is_no_problem(tmp_path: Path) -> None:
    files = {
        **with_row("invoices.csv", "I4,C1,2024-12-31,2024-12-31,10.00"),
        **with_row("payments.csv", "P3,I4,2024-12-31,10.00"),
        "fx_rates.csv": "currency,on,rate\nUSD,2024-12-24,0.9\n",
    }
    assert check(small_ledger(tmp_path, files)).findings == ()


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_is_told_and_the_ledger_refused(tmp_path: Path, case: str) -> None:
    rule, files, sentence = ERRORS[case]
    directory = small_ledger(tmp_path, files)
    error = only(check(directory).errors)
    assert (error.rule, error.sentence) == (rule, sentence.format(directory=directory))
    with pytest.raises(LedgerError) as refusal:
        read_ledger(directory)
    assert refusal.value.problems == (error.sentence,)


@pytest.mark.parametrize("case", WARNINGS)
def test_what_is_ordinary_is_loaded_with_a_warning(tmp_path: Path, case: str) -> None:
    rule, files, sentence = WARNINGS[case]
    ledger, report = load(small_ledger(tmp_path, files))
    warning = only(report.warnings)
    assert (warning.rule, warning.sentence, report.errors) == (rule, sentence, ())
    assert len(ledger.invoices)


def test_every_rule_of_a_directory_has_its_case() -> None:
    seen = {rule for rule, _, _ in (*ERRORS.values(), *WARNINGS.values())}
    assert set(RULES) - seen == {"no-ledger", "unbalanced", "unusable-control"}


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    files = {
        "ledger.toml": None,
        **with_row("customers.csv", "C1,Eve"),
        **with_row("invoices.csv", "I4,C1,yesterday,,ten"),
        **with_row("payments.csv", "P3,I3,2024-04-01"),
    }
    report = check(small_ledger(tmp_path, files))
    assert [error.rule for error in report.errors] == [
        "unusable-extract",
        "broken-row",
        "unreadable-value",
        "missing-value",
        "unreadable-value",
        "conflicting-id",
    ]


def test_a_problem_counts_its_rows_and_their_money_by_currency(tmp_path: Path) -> None:
    rows = "".join(
        f"I{number},C1,2024-05-01,2024-04-30,{amount},{currency}\n"
        for number, amount, currency in (
            (1, "10.25", "EUR"),
            (2, "20", "USD"),
            (3, "0.75", "EUR"),
            (4, "1000", "JPY"),
        )
    )
    rates = "currency,on,rate\n" + "".join(
        f"{currency},2024-{month},{rate}\n"
        for currency, rate in (("USD", 0.9), ("JPY", 0.006))
        for month in ("05-01", "12-31")
    )
    header = "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
    files = {"invoices.csv": header + rows, "payments.csv": None, "fx_rates.csv": rates}
    warning = only(check(small_ledger(tmp_path, files)).warnings)
    assert warning.count == 4
    assert warning.rows.tolist() == [2, 3, 4, 5]
    assert warning.money == {"EUR": Decimal("11.00"), "USD": Decimal("20"), "JPY": Decimal(1000)}
    assert warning.sentence.startswith("invoices.csv row 2 (also 3, 4 and 1 more): due_on is")
    assert warning.to_json() == {
        "rule": "due-before-issue",
        "severity": "warning",
        "table": "invoices",
        "file": "invoices.csv",
        "rows": [2, 3, 4, 5],
        "count": 4,
        "money": {"EUR": "11.00", "JPY": "1000", "USD": "20.00"},
        "sentence": warning.sentence,
    }


def test_each_unreadable_fact_is_told_with_the_count_of_its_rows(tmp_path: Path) -> None:
    facts = (
        "C1,credit_limit,unlimited,2024-01-01\nC2,credit_limit,nan,2024-01-01\n"
        "C1,limit_override,1e999,2024-01-01\nC1,limit_override_until,2024-02-30,2024-01-01\n"
        "C1,status,stopped,2024-01-01\n"
    )
    errors = check(small_ledger(tmp_path, {"customer_facts.csv": FACTS + facts})).errors
    assert [error.rule for error in errors] == ["unreadable-value"] * 4
    assert [error.rows.tolist() for error in errors] == [[6], [2, 3], [4], [5]]


def test_facts_that_can_be_read_and_the_company_s_own_are_no_problem(tmp_path: Path) -> None:
    facts = (
        "C1,credit_limit,0,2024-01-01\nC2,credit_limit,2500.50,2024-01-01\n"
        "C1,limit_valid_until,2024-02-29,2024-01-01\nC1,status, on_hold ,2024-01-01\n"
        "C1,dunning_block,since Easter,2024-01-01\nC1,external_rating,BB+,2024-01-01\n"
        'C1,yearly_bonus,"50,000",2024-01-01\nC1,bonus_until,31.12.2020,2024-01-01\n'
    )
    ledger, report = load(small_ledger(tmp_path, {"customer_facts.csv": FACTS + facts}))
    assert report.findings == ()
    assert "on_hold" in ledger.text("customer_facts", "value")


def test_what_follows_from_a_bad_row_is_no_problem_of_its_own(tmp_path: Path) -> None:
    files = {
        **with_row("invoices.csv", "I4,C1,2024-04-01,soon,10.00"),
        **with_row("payments.csv", "P3,I4,2024-04-20,10.00"),
    }
    report = check(small_ledger(tmp_path, files))
    assert [finding.rule for finding in report.findings] == ["unreadable-value"]


@pytest.mark.parametrize("path", ["nowhere", "ledger.toml"])
def test_a_path_that_is_no_directory_is_refused(tmp_path: Path, path: str) -> None:
    error = only(check(small_ledger(tmp_path) / path).errors)
    got = "it is a file" if path == "ledger.toml" else "there is no such directory"
    assert error.sentence == (
        f"{tmp_path / path}: {got}; expected a directory with ledger.toml and invoices.csv;"
        " give a ledger's directory"
    )


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


def test_what_is_ordinary_is_repaired(tmp_path: Path) -> None:
    rows = "I1,C1,2024-01-01,2024-01-31,100\nI4,C9,2024-01-01,2024-01-31,-10.00\n"
    ledger = read_ledger(small_ledger(tmp_path, with_row("invoices.csv", rows.rstrip())))
    assert ledger.text("invoices", "invoice_id").tolist() == ["I1", "I2", "I3", "I4"]
    assert ledger.text("invoices", "kind").tolist() == ["invoice"] * 3 + ["credit_note"]
    assert ledger.invoices["amount"].tolist() == [10000, 25050, 8000, 1000]
    assert ledger.text("customers", "customer_id").tolist() == ["C1", "C2", "C9"]
    assert ledger.customers.known("name").tolist() == [True, True, False]


def test_a_fact_recorded_anew_is_no_conflict(tmp_path: Path) -> None:
    facts = (
        "customer_id,name,value,valid_from,recorded_on\n"
        "C1,credit_limit,1000,2024-01-01,2024-01-01\n"
        "C1,credit_limit,1500,2024-01-01,2024-01-09\n"
        "C2,credit_limit,1000,2024-01-01,\n"
        "C2,credit_limit,1500,2024-01-01,\n"
    )
    error = only(check(small_ledger(tmp_path, {"customer_facts.csv": facts})).errors)
    assert (error.rule, error.rows.tolist()) == ("conflicting-id", [4, 5])


def test_of_three_rows_with_one_id_none_counts_where_one_differs(tmp_path: Path) -> None:
    row = "P2,I2,2024-03-01,250.50"
    files = with_row("payments.csv", f"{row}\n{row.replace('250.50', '250.51')}")
    report = check(small_ledger(tmp_path, files))
    assert [(f.rule, f.rows.tolist()) for f in report.findings] == [("conflicting-id", [3, 4, 5])]
