"""Files of any form become a ledger by a mapping; whatever is wrong with either is told at once."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ledger.checks import check
from ledger.days import parse_day
from ledger.definitions import Definitions
from ledger.errors import LedgerError, SettingsError
from ledger.files import read_ledger
from ledger.ingest import ingest
from ledger.known_facts import KNOWN_FACTS
from ledger.ledger import Ledger
from ledger.rules import RULES
from ledger.settlement import PAID, settle
from tests.ledger.small_ledger import small_ledger, with_row

DOCUMENT = Path(__file__).parents[2] / "docs" / "ingest.md"

MAPPING = """
[extract]
reporting_currency = "EUR"
complete_through = 2024-12-31

[invoices.columns]
invoice_id = "No"
customer_id = "Who"
issued_on = "From"
due_on = "To"
amount = "Sum"
"""
SOURCE = "No,Who,From,To,Sum,Paid\n1,C1,2024-01-01,2024-01-31,10.00,2024-02-01\n"


def source_of(directory: Path, files: Mapping[str, str]) -> Path:
    directory.mkdir(exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def mapped(
    tmp_path: Path, mapping: str, files: Mapping[str, str] | str = SOURCE
) -> tuple[Ledger, list[str]]:
    """The ledger that a mapping makes of files, and the sentences of its report."""
    files = {"items.csv": files} if isinstance(files, str) else files
    source = source_of(tmp_path / "source", files)
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    report = ingest(source, tmp_path / "ledger", mapping=tmp_path / "mapping.toml")
    report.refuse_errors()
    return read_ledger(tmp_path / "ledger"), [finding.sentence for finding in report.findings]


def problems_of(tmp_path: Path, mapping: str, files: Mapping[str, str] | str = SOURCE) -> list[str]:
    """What is wrong with a mapping."""
    with pytest.raises(SettingsError) as refusal:
        mapped(tmp_path, mapping, files)
    return list(refusal.value.problems)


def documented(kind: str) -> dict[str, str]:
    """The files that docs/ingest.md shows."""
    shown = re.findall(
        rf"<!-- {kind}: (\S+) -->\n```\w*\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL
    )
    return dict(shown)


def test_the_documented_example_gives_the_documented_ledger(tmp_path: Path) -> None:
    files = documented("file")
    ledger, sentences = mapped(tmp_path, files.pop("mapping.toml"), files)
    assert sentences == []
    for name, text in documented("result").items():
        assert (tmp_path / "ledger" / name).read_text() == text
    assert ledger.text("customers", "name").tolist() == ["Müller KG", "Søren ApS"]
    assert ledger.text("disputes", "invoice_id").tolist() == ["1000-900002-2024"]
    assert ledger.extract.timezone == "Europe/Berlin"


def test_every_rule_is_documented() -> None:
    rows = re.findall(r"^\| `(.+)` \| (\w+) \| (.+) \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.M)
    assert rows == [
        (name, rule.severity.value, rule.meaning, rule.remedy) for name, rule in RULES.items()
    ]


def test_every_known_fact_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), re.M)
    assert rows == [(name, value.expected) for name, value in KNOWN_FACTS.items()]


def test_the_ibm_data_becomes_a_ledger(real_data: Path, tmp_path: Path) -> None:
    report = ingest(real_data / "ibm", tmp_path / "ledger", preset="ibm")
    ledger = read_ledger(tmp_path / "ledger")
    assert report.findings == ()
    assert (len(ledger.customers), len(ledger.invoices), len(ledger.payments)) == (100, 2466, 2466)
    assert len(ledger.disputes) == 0
    settled = settle(ledger, Definitions())
    assert (settled.state == PAID).all()
    late = settled.paid_on - ledger.invoices["due_on"][settled.invoice]
    assert np.percentile(late, [5, 50, 95, 100]).tolist() == [-24, -4, 18, 45]
    assert round(float((late > 0).mean()), 3) == 0.356
    assert ledger.extract.complete_through == ledger.payments["paid_on"].max()


def test_the_highradius_data_becomes_a_ledger(real_data: Path, tmp_path: Path) -> None:
    report = ingest(
        real_data / "highradius" / "closed_invoices.csv", tmp_path / "ledger", preset="highradius"
    )
    ledger = read_ledger(tmp_path / "ledger")
    assert [(finding.rule, finding.count) for finding in report.findings] == [
        ("payment-before-issue", 594)
    ]
    assert (len(ledger.customers), len(ledger.invoices)) == (1056, 40_000)
    late = ledger.payments["paid_on"] - ledger.invoices["due_on"]
    assert np.percentile(late, [5, 50, 95, 100]).tolist() == [-7, 0, 10, 204]
    assert "CCU013" in set(ledger.vocabularies["customer"])


def test_one_row_for_each_invoice_gives_invoices_and_payments(tmp_path: Path) -> None:
    payments = """
[payments]
rows_with = "Paid"
columns = { payment_id = "No", invoice_id = "No", paid_on = "Paid", amount = "Sum" }
"""
    rows = "2,C1,2024-02-01,2024-02-29,20.00,\n3,C2,2024-02-01,2024-02-29,30.00,2024-03-09\n"
    ledger, _ = mapped(tmp_path, MAPPING + payments, SOURCE + rows)
    assert ledger.text("invoices", "invoice_id").tolist() == ["1", "2", "3"]
    assert ledger.text("payments", "payment_id").tolist() == ["1", "3"]


def test_an_incomplete_composite_key_is_a_missing_one(tmp_path: Path) -> None:
    mapping = MAPPING.replace('"No"', '["Who", "No"]')
    (tmp_path / "mapping.toml").write_text(mapping)
    source = source_of(
        tmp_path / "source", {"items.csv": SOURCE + SOURCE.split("\n")[1][1:] + "\n"}
    )
    report = ingest(source, tmp_path / "ledger", mapping=tmp_path / "mapping.toml")
    assert [error.sentence for error in report.errors] == [
        "items.csv row 3: Who + No (invoice_id) is missing; it is required; fill it in or set the"
        " row aside with --quarantine"
    ]
    assert not (tmp_path / "ledger").exists()


def test_a_table_may_come_from_files_of_different_form(tmp_path: Path) -> None:
    header, _, columns = MAPPING.partition("[invoices.columns]")
    cleared = columns.replace('"No"', '"Id"')
    mapping = (
        f'{header}[[invoices]]\nsource = "open_*.csv"\n[invoices.columns]{columns}\n[[invoices]]\n'
        f'source = "cleared.csv"\nformat.date = "%d.%m.%Y"\n[invoices.columns]{cleared}'
    )
    files = {
        "open_1.csv": SOURCE,
        "open_2.csv": SOURCE.replace("\n1,", "\n2,"),
        "cleared.csv": "Id,Who,From,To,Sum\n3,C1,31.12.2023,30.01.2024,5.00\n",
    }
    ledger, _ = mapped(tmp_path, mapping, files)
    assert ledger.text("invoices", "invoice_id").tolist() == ["1", "2", "3"]
    assert ledger.invoices["due_on"][2] - ledger.invoices["issued_on"][2] == 30


def test_everything_wrong_with_a_mapping_is_told_at_once(tmp_path: Path) -> None:
    mapping = """
colour = "red"

[extract]
reporting_currency = "EUR"
complete_thru = 2024-12-31

[format]
decimal = ";"
date = "%d.%m."

[invoices]
source = "item.csv"
rows_wiht = "Paid"

[invoices.columns]
invoice_id = "Number"
customer = "Who"
issued_on = 7
amount = "Sum"

[customers]
distinct = "yes"
columns = { customer_id = "Whom", name = "Who" }
"""
    tables = "customers, customer_facts, invoices, payments, allocations, disputes, promises"
    assert problems_of(tmp_path, mapping) == [
        "mapping.toml: colour is no table; expected one of extract, format,"
        f" {tables}, contacts, guarantees, fx_rates; correct or remove it",
        "mapping.toml: format.decimal is ';'; expected '.' or ','; correct it",
        "mapping.toml: format.date is '%d.%m.'; expected the codes of strptime, like '%d.%m.%Y';"
        " correct it",
        "mapping.toml: customers.distinct is 'yes'; expected true or false; correct it",
        "mapping.toml: invoices.rows_wiht is no key (did you mean rows_with?); expected one of"
        " source, columns, constants, values, rows_with, distinct, separator, format; correct or"
        " remove it",
        "mapping.toml: invoices.columns.customer is no column of invoices (did you mean"
        " customer_id?); expected one of invoice_id, customer_id, issued_on, due_on, amount,"
        " currency, kind, company, document_no, customer_reference, terms_code, discount_until,"
        " discount_pct, payment_method, applies_to, delivered_on, recorded_on; correct or remove"
        " it",
        "mapping.toml: invoices.columns.issued_on is 7; expected a name or a list of names;"
        " correct it",
        "mapping.toml: invoices.columns has no customer_id, which every row of invoices needs; add"
        " it, or give one value for all rows in constants",
        "mapping.toml: invoices.columns has no issued_on, which every row of invoices needs; add"
        " it, or give one value for all rows in constants",
        "mapping.toml: invoices.columns has no due_on, which every row of invoices needs; add it,"
        " or give one value for all rows in constants",
        f"mapping.toml: invoices.source is 'item.csv', but {tmp_path / 'source'} has items.csv;"
        " expected the name or pattern of a file there; correct it",
        "mapping.toml: customers names the column 'Whom', which items.csv does not have (did you"
        " mean 'Who'?); its columns are No, Who, From, To, Sum, Paid; correct the name",
        "mapping.toml [extract]: complete_thru is no key (did you mean complete_through?); expected"
        " reporting_currency, complete_from, complete_through, timezone; correct or remove it",
        "mapping.toml [extract]: complete_through is missing; expected a date like 2024-02-29; add"
        " it",
    ]


def test_a_mapping_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    problem, *others = problems_of(tmp_path, "[invoices\n")
    assert others == []
    assert problem.startswith(f"{tmp_path / 'mapping.toml'}: Expected ']'")
    assert problem.endswith("expected TOML; correct the file")


def test_a_day_of_the_extract_may_come_from_the_data(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "complete_through = 2024-12-31",
        'complete_through = "last invoices.due_on"\ncomplete_from = "first invoices.issued_on"',
    )
    ledger, _ = mapped(tmp_path, mapping)
    assert (ledger.extract.complete_from, ledger.extract.complete_through) == (
        parse_day("2024-01-01"),
        parse_day("2024-01-31"),
    )


def test_dates_in_another_format_are_told_with_the_day_they_were_to_give(tmp_path: Path) -> None:
    mapping = MAPPING.replace("2024-12-31", '"last invoices.due_on"')
    with pytest.raises(LedgerError) as refusal:
        mapped(tmp_path, mapping, SOURCE.replace("2024-01-31", "31.01.2024"))
    assert refusal.value.problems == (
        "mapping.toml [extract]: complete_through is 'last invoices.due_on', but invoices.due_on"
        " has no day that can be read; expected a mapped column of days, or a date; correct it",
        "items.csv row 2: To (due_on) is '31.01.2024'; expected a date like 2024-02-29; correct it"
        " or set the row aside with --quarantine",
    )


def test_constants_hold_for_every_row_whatever_the_format_of_the_file(tmp_path: Path) -> None:
    more = """
[format]
decimal = ","
date = "%d.%m.%Y"

[guarantees]
columns = { guarantee_id = "No", customer_id = "Who" }
constants = { amount = 5000.5, insured_share = 0.9, valid_from = 2024-01-01 }
"""
    text = SOURCE.replace("2024-01-01,2024-01-31,10.00", '01.01.2024,31.01.2024,"10,00"')
    ledger, _ = mapped(tmp_path, MAPPING + more, text)
    guarantees = ledger.guarantees
    assert (guarantees["amount"][0], guarantees["insured_share"][0]) == (500050, 0.9)
    assert guarantees["valid_from"][0] == parse_day("2024-01-01")


def test_a_code_that_the_mapping_does_not_explain_is_told(tmp_path: Path) -> None:
    more = '[invoices.values]\nkind = { RV = "invoice" }\n'
    mapping = MAPPING + 'kind = "Type"\n' + more
    text = "No,Who,From,To,Sum,Type\n" + "".join(
        f"{number},C1,2024-01-01,2024-01-31,10.00,{kind}\n"
        for number, kind in enumerate(("RV", "ZZ", "RV"))
    )
    with pytest.raises(LedgerError) as refusal:
        mapped(tmp_path, mapping, text)
    assert refusal.value.problems == (
        "items.csv row 3: Type (kind) is 'ZZ'; expected one of invoice, credit_note; correct it or"
        " set the row aside with --quarantine",
    )


def test_a_source_of_several_files_must_be_told_which(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, MAPPING, {"a.csv": SOURCE, "b.csv": SOURCE})
    assert problems == [
        f"mapping.toml: invoices names no source, and {tmp_path / 'source'} has a.csv, b.csv;"
        " expected one file; name it with source"
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            {"preset": "ibm", "mapping": "mapping.toml"},
            "--preset and --mapping are both given; expected one; leave out the other",
        ),
        (
            {"preset": "sap"},
            "--preset is 'sap'; expected one of highradius, ibm; or write a mapping and give it"
            " with --mapping",
        ),
        (
            {"mapping": "mapping.toml"},
            "mapping.toml: No such file or directory; give a readable file",
        ),
    ],
)
def test_wrong_arguments_are_told_at_once(
    tmp_path: Path, arguments: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        ingest(tmp_path / "none", tmp_path / "to", **arguments)
    assert refusal.value.problems == (
        f"{tmp_path / 'none'}: there is no such file or directory; give one that exists",
        problem,
    )


def test_a_ledger_is_copied_with_its_repairs(tmp_path: Path) -> None:
    files = with_row("invoices.csv", "I4,C9,2024-04-01,2024-04-30,-10.00")
    report = ingest(small_ledger(tmp_path / "from", files), tmp_path / "to")
    assert {warning.rule for warning in report.warnings} == {"negative-invoice", "unknown-customer"}
    assert check(tmp_path / "to").findings == ()
