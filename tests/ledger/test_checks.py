"""Each problem of a ledger is told once, in a sentence that says what to do about it."""

from decimal import Decimal
from pathlib import Path

import pytest

from ledger.checks import check
from ledger.errors import LedgerError
from ledger.files import load, read_ledger
from ledger.rules import RULES
from tests.ledger.broken_ledgers import ERRORS, FACTS, WARNINGS
from tests.ledger.small_ledger import only, small_ledger, with_row


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
