"""A ledger written to a directory is the same ledger when it is read again."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.days import parse_day
from ledger.errors import LedgerError
from ledger.files import read_ledger, write_ledger
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger, empty_ledger
from ledger.repairs import repair
from ledger.schema import TABLES, ColumnSpec, Kind
from tests.ledgers import RANDOM_LEDGERS, ledgers, random_ledger

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "parquet")

FEW = settings(RANDOM_LEDGERS, max_examples=20)
EXTRACT = Extract("EUR", parse_day("2024-12-31"), parse_day("2020-01-01"), "Europe/Paris")
ODD_TEXTS = (
    'a "quoted" word',
    "a, b; c",
    "two\nlines",
    "=1+1",
    "Müller",
    "NULL",
    "NaN",
    "0012",
    "'",
)
CURRENCIES = {"EUR": 2, "JPY": 0, "BHD": 3, "CLF": 4}


def contents(ledger: Ledger) -> dict[str, Any]:
    """Everything a ledger says, whatever its vocabularies."""
    said: dict[str, Any] = {"extract": ledger.extract}
    for name, spec in TABLES.items():
        table = ledger.tables[name]
        for column in spec.columns:
            is_text = column.kind is Kind.TEXT
            values = ledger.text(name, column.name) if is_text else table[column.name]
            said[f"{name}.{column.name}"] = (values.tolist(), table.known(column.name).tolist())
    return said


def written_and_read(ledger: Ledger, format: Format) -> Ledger:
    with TemporaryDirectory() as directory:
        write_ledger(ledger, Path(directory) / "ledger", format)
        return read_ledger(Path(directory) / "ledger")


def values_of(column: ColumnSpec, currency: str) -> st.SearchStrategy[Any]:
    """Any value that a column may have."""
    if column.name == "currency":
        return st.just(currency)
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind is Kind.TEXT:
        words = st.text(st.characters(exclude_categories=["C"]), min_size=1)
        return st.sampled_from(ODD_TEXTS) | words.filter(str.strip)
    if column.kind is Kind.DAY:
        return st.dates(date(1900, 1, 1), date(9999, 12, 31))
    if column.kind is Kind.MONEY:
        digits = CURRENCIES[currency]
        return st.integers(0, 2**53).map(lambda minor: str(Decimal(minor).scaleb(-digits)))
    if column.kind is Kind.NUMBER:
        return st.floats(0, 1, exclude_min=True)
    return st.booleans() if column.kind is Kind.FLAG else st.integers(-(2**31), 2**31)


@st.composite
def odd_ledgers(draw: st.DrawFn) -> Ledger:
    """Ledgers with every column of every table, and values of every kind at their limits."""
    frames = {}
    currencies = ("JPY", draw(st.sampled_from(list(CURRENCIES))))
    for name, spec in TABLES.items():
        rows = []
        for number, currency in enumerate(currencies):
            row = {
                column.name: draw(
                    values_of(column, currency)
                    if column.required
                    else st.none() | values_of(column, currency)
                )
                for column in spec.columns
            }
            ids = {"customer_id": f"C{number}", "invoice_id": f"I{number}", "currency": currency}
            row |= dict.fromkeys(("applies_to", "reversal_of"))
            row |= {spec.key[0]: f"{name} {number}"} | ids
            rows.append({key: value for key, value in row.items() if key in spec.names})
        frames[name] = pd.DataFrame(rows, dtype=object)
    rates = [{"currency": code, "on": date(2020, 1, 1), "rate": 0.5} for code in CURRENCIES]
    frames["fx_rates"] = pd.DataFrame(rates, dtype=object)
    return repair(ledger_from_frames(frames, EXTRACT))


@pytest.mark.parametrize("format", FORMATS)
@given(ledger=ledgers())
@FEW
def test_a_random_ledger_is_read_as_it_was_written(ledger: Ledger, format: Format) -> None:
    ledger = repair(ledger)
    assert contents(written_and_read(ledger, format)) == contents(ledger)


@pytest.mark.parametrize("format", FORMATS)
@given(ledger=odd_ledgers())
@FEW
def test_every_kind_of_value_is_read_as_it_was_written(ledger: Ledger, format: Format) -> None:
    assert contents(written_and_read(ledger, format)) == contents(ledger)


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_ledger_is_read_as_it_was_written(format: Format) -> None:
    ledger = empty_ledger(EXTRACT)
    assert contents(written_and_read(ledger, format)) == contents(ledger)


def test_csv_files_are_plain_where_nothing_needs_quotation_marks(tmp_path: Path) -> None:
    invoice = {
        "invoice_id": ["I1"],
        "customer_id": ["C1"],
        "issued_on": ["2024-01-01"],
        "due_on": ["2024-01-31"],
        "amount": ["1234.5"],
    }
    write_ledger(ledger_from_frames({"invoices": pd.DataFrame(invoice)}, EXTRACT), tmp_path / "l")
    assert (tmp_path / "l" / "invoices.csv").read_text() == (
        "invoice_id,customer_id,issued_on,due_on,amount,currency,kind\n"
        "I1,C1,2024-01-01,2024-01-31,1234.50,EUR,invoice\n"
    )
    assert (tmp_path / "l" / "ledger.toml").read_text() == (
        'reporting_currency = "EUR"\ncomplete_from = 2020-01-01\ncomplete_through = 2024-12-31\n'
        'timezone = "Europe/Paris"\n'
    )


def test_writing_over_a_ledger_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    write_ledger(random_ledger(Random(1)), tmp_path / "ledger", "csv")
    new = repair(random_ledger(Random(2)))
    write_ledger(new, tmp_path / "ledger", "parquet")
    assert contents(read_ledger(tmp_path / "ledger")) == contents(new)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


def test_a_directory_that_holds_other_files_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(LedgerError, match=r"holds thesis\.docx, which no ledger has"):
        write_ledger(empty_ledger(EXTRACT), tmp_path)
    assert (tmp_path / "thesis.docx").exists()


def test_a_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "ledger").touch()
    with pytest.raises(LedgerError, match="is a file; expected a new or a ledger's directory"):
        write_ledger(empty_ledger(EXTRACT), tmp_path / "ledger")


def test_a_ledger_as_known_on_a_day_can_be_written(tmp_path: Path) -> None:
    known = repair(random_ledger(Random(3)).known_at(parse_day("2024-06-30")))
    write_ledger(known, tmp_path / "ledger")
    assert contents(read_ledger(tmp_path / "ledger")) == contents(known)


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match=r"cannot be written \(Not a directory\)"):
        write_ledger(empty_ledger(EXTRACT), tmp_path / "file" / "ledger")


def test_a_ledger_may_be_written_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ledger").mkdir()
    monkeypatch.chdir(tmp_path / "ledger")
    write_ledger(empty_ledger(EXTRACT), ".")
    assert contents(read_ledger(tmp_path / "ledger")) == contents(empty_ledger(EXTRACT))
