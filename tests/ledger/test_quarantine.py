"""Rows with errors can be set aside, with the reason and all they said; the rest is loaded."""

import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.files import read_ledger
from ledger.ingest import ingest
from tests.ledger.small_ledger import small_ledger, with_row
from tests.ledgers import RANDOM_LEDGERS


def quarantined(path: Path) -> list[tuple[str, int, str, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (line["file"], int(line["row"]), line["rule"], json.loads(line["values"]))
            for line in csv.DictReader(file)
        ]


def test_rows_with_errors_are_set_aside_and_the_rest_is_loaded(tmp_path: Path) -> None:
    files = {
        **with_row("invoices.csv", "I4,C1,2024-04-01,soon,\nI1,C1,2024-01-01,2024-01-31,99.00"),
        **with_row("payments.csv", "P3,I3"),
    }
    source, aside = small_ledger(tmp_path / "from", files), tmp_path / "out" / "aside.csv"
    report = ingest(source, tmp_path / "to", quarantine=aside)
    assert report.errors == ()
    assert quarantined(aside) == [
        ("payments.csv", 4, "broken-row", {"": "P3,I3"}),
        (
            "invoices.csv",
            5,
            "unreadable-value",
            {"invoice_id": "I4", "customer_id": "C1", "issued_on": "2024-04-01", "due_on": "soon"},
        ),
        (
            "invoices.csv",
            5,
            "missing-value",
            {"invoice_id": "I4", "customer_id": "C1", "issued_on": "2024-04-01", "due_on": "soon"},
        ),
        *(
            (
                "invoices.csv",
                row,
                "conflicting-id",
                {
                    "invoice_id": "I1",
                    "customer_id": "C1",
                    "issued_on": "2024-01-01",
                    "due_on": "2024-01-31",
                    "amount": amount,
                },
            )
            for row, amount in ((2, "100.00"), (6, "99.00"))
        ),
    ]
    ledger = read_ledger(tmp_path / "to")
    assert ledger.text("invoices", "invoice_id").tolist() == ["I2", "I3"]
    assert [warning.sentence for warning in report.warnings] == [
        "payments.csv row 2: invoice_id is 'I1', which invoices does not have; loaded, and kept"
        " aside from balances"
    ]


def test_a_fact_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    facts = (
        "customer_id,name,value,valid_from\nC1,status,active,2024-01-01\n"
        'C1,credit_limit,"50,000",2024-01-01\nC1,status,insolvant,2024-02-01\n'
    )
    source = small_ledger(tmp_path / "from", {"customer_facts.csv": facts})
    report = ingest(source, tmp_path / "to", quarantine=tmp_path / "aside.csv")
    assert report.findings == ()
    assert [
        (row, rule, values["value"]) for _, row, rule, values in quarantined(tmp_path / "aside.csv")
    ] == [(4, "unreadable-value", "insolvant"), (3, "unreadable-value", "50,000")]
    assert read_ledger(tmp_path / "to").text("customer_facts", "value").tolist() == ["active"]


def test_a_row_is_found_again_behind_blank_ones(tmp_path: Path) -> None:
    files = with_row(
        "invoices.csv", "\n\nI4,C1,2024-04-01,soon,10.00\nI5,C1,2024-04-01,2024-05-01,1"
    )
    aside = tmp_path / "aside.csv"
    ingest(small_ledger(tmp_path / "from", files), tmp_path / "to", quarantine=aside)
    ((_, row, _, values),) = quarantined(aside)
    assert (row, values["invoice_id"]) == (7, "I4")


@given(damage=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 4)), max_size=8))
@settings(RANDOM_LEDGERS, max_examples=25)
def test_every_row_is_loaded_or_set_aside(damage: list[tuple[int, int]]) -> None:
    rows = [[f"J{n}", "C1", "2024-01-01", "2024-01-31", f"{n}.50"] for n in range(20)]
    for row, column in damage:
        rows[row][column] = "" if column < 2 else "?"
    text = "\n".join(",".join(row) for row in rows)
    with TemporaryDirectory() as scratch:
        directory = Path(scratch)
        source = small_ledger(
            directory / "from", {**with_row("invoices.csv", text), "payments.csv": None}
        )
        ingest(source, directory / "to", quarantine=directory / "aside.csv")
        aside = {row for _, row, _, _ in quarantined(directory / "aside.csv")}
        loaded = read_ledger(directory / "to").text("invoices", "invoice_id").tolist()
    bad = {row for row, _ in damage}
    assert aside == {row + 5 for row in bad}
    assert loaded == ["I1", "I2", "I3", *(f"J{n}" for n in range(20) if n not in bad)]


def test_a_row_that_feeds_several_tables_is_set_aside_from_all_but_customers(
    tmp_path: Path,
) -> None:
    mapping = """
[extract]
reporting_currency = "EUR"
complete_through = 2024-12-31

[invoices.columns]
invoice_id = "No"
customer_id = "Who"
issued_on = "From"
due_on = "To"
amount = "Sum"

[customers]
distinct = true
columns = { customer_id = "Who" }

[payments]
rows_with = "Paid"
columns = { payment_id = "No", invoice_id = "No", paid_on = "Paid", amount = "Sum" }
"""
    (tmp_path / "mapping.toml").write_text(mapping)
    (tmp_path / "items.csv").write_text(
        "No,Who,From,To,Sum,Paid\n"
        "1,C1,2024-01-01,2024-01-31,10.00,2024-02-01\n"
        "2,C1,2024-02-01,never,20.00,2024-03-01\n"
        "3,C2,2024-02-01,2024-02-29,30.00,someday\n"
    )
    report = ingest(
        tmp_path / "items.csv",
        tmp_path / "ledger",
        mapping=tmp_path / "mapping.toml",
        quarantine=tmp_path / "aside.csv",
    )
    assert report.findings == ()
    ledger = read_ledger(tmp_path / "ledger")
    assert ledger.text("invoices", "invoice_id").tolist() == ["1"]
    assert ledger.text("payments", "payment_id").tolist() == ["1"]
    assert ledger.text("customers", "customer_id").tolist() == ["C1", "C2"]
    assert [row for _, row, _, _ in quarantined(tmp_path / "aside.csv")] == [3, 4]


def test_what_is_wrong_with_a_whole_file_cannot_be_set_aside(tmp_path: Path) -> None:
    source = small_ledger(tmp_path / "from", {"invoices.csv": "invoice_id,amount\nI1,1.00\n"})
    report = ingest(source, tmp_path / "to", quarantine=tmp_path / "aside.csv")
    assert {error.rule for error in report.errors} == {"missing-column"}
    assert quarantined(tmp_path / "aside.csv") == []
    assert not (tmp_path / "to").exists()
