"""The worklist as a file that a spreadsheet opens: CSV or XLSX, with nothing it would run."""

import csv
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.errors import SettingsError

SUFFIXES = (".csv", ".xlsx")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters, some of them full-width, of a text that spreadsheets take for a formula."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Row = dict[str, Any]


def require_exportable(path: Path) -> None:
    """Refuse a file that is neither CSV nor XLSX, or whose directory is not there.

    Raises
    ------
    SettingsError
        Saying what is wrong with the name.
    """
    if path.suffix not in SUFFIXES:
        raise SettingsError([f"--out is {path}; expected a name ending in .csv or .xlsx"])
    if not path.parent.is_dir():
        raise SettingsError([f"--out is {path}, but there is no directory {path.parent}; make it"])


def export(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    """Write rows to a .csv or .xlsx file: a heading, then the columns of each row.

    Lists become one text; texts that a spreadsheet would run are escaped (see `cell`).
    """
    require_exportable(path)
    table = [[cell(row[name]) for name in columns] for row in rows]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([columns, *table])
    else:
        _write_xlsx([list(columns), *table], path)


def cell(value: Any) -> Any:
    """A value as it stands in a cell: numbers and dates as they are, all else as harmless text.

    A text that begins like a formula gets an apostrophe before it (OWASP, CSV injection);
    control characters are left out.

    >>> cell("=HYPERLINK(A1)"), cell(-1.5), cell(["a", "b"])
    ("'=HYPERLINK(A1)", -1.5, 'a; b')
    """
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = _CONTROL.sub("", text)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _write_xlsx(table: Sequence[Sequence[Any]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = "Worklist"
    for row in table:
        sheet.append(row)
    for heading in sheet[1]:
        heading.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for each in row:
            if isinstance(each.value, str):
                each.data_type = "s"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)
