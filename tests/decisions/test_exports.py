"""Exports that a spreadsheet opens and does not run, and entries as machines read them."""

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from decisions.exports import export, exported
from decisions.listing import json_values
from ledger.errors import SettingsError

COLUMNS = ["name", "priority", "rules", "due_on", "missing"]
ROWS: list[dict[str, Any]] = [
    {
        "name": name,
        "priority": Decimal("-12.50"),
        "rules": ["=a", "b"],
        "due_on": datetime(2024, 2, 29),
        "missing": None,
    }
    for name in (
        "=HYPERLINK(A1)",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "  =1",
        "\uff1d1",
        'a "b", c',
        "b\x00c",
    )
]
HARMLESS = [
    "'=HYPERLINK(A1)",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\tx",
    "'  =1",
    "'\uff1d1",
    'a "b", c',
    "bc",
]


def test_csv_cells_that_a_spreadsheet_would_run_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(ROWS, COLUMNS, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == COLUMNS
    assert [row[0] for row in rows] == HARMLESS
    assert rows[0][1:] == ["-12.50", "'=a; b", "2024-02-29", ""]


def test_xlsx_holds_numbers_dates_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    export(ROWS, COLUMNS, path)
    sheet = load_workbook(path).active
    assert [cell.value for cell in sheet[1]] == COLUMNS
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == HARMLESS
    assert {row[0].data_type for row in rows} == {"s"}
    assert rows[0][1].value == -12.5
    assert rows[0][3].value.date() == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("name", "said"), [("list.pdf", "ending in .csv or .xlsx"), ("no/list.csv", "no directory")]
)
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        export(ROWS, COLUMNS, tmp_path / name)


def test_json_holds_money_as_text_and_no_nan() -> None:
    row = {"a": Decimal("1.10"), "b": float("nan"), "c": [datetime(2024, 2, 29)], "d": None, "e": 1}
    assert json_values(row) == {"a": "1.10", "b": None, "c": ["2024-02-29"], "d": None, "e": 1}


def test_the_bytes_can_be_had_without_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(ROWS, COLUMNS, path)
    assert exported(ROWS, COLUMNS, ".csv") == path.read_bytes()
    book = load_workbook(BytesIO(exported(ROWS, COLUMNS, ".xlsx")))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == HARMLESS
