"""The worklist as a file that a spreadsheet opens: CSV or XLSX, with nothing it would run."""

import csv
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
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
    """Write rows to a .csv or .xlsx file, see `exported`."""
    require_exportable(path)
    path.write_bytes(exported(rows, columns, path.suffix))


def exported(rows: Sequence[Row], columns: Sequence[str], suffix: str) -> bytes:
    """The bytes of a file of SUFFIXES: a heading, then the columns of each row.

    Lists become one text; texts that a spreadsheet would run are escaped (see `cell`).
    """
    table = [list(columns), *([cell(row[name]) for name in columns] for row in rows)]
    return _xlsx(table) if suffix == ".xlsx" else _csv(table)


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


def _csv(table: Sequence[Sequence[Any]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Sequence[Sequence[Any]]) -> bytes:
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
    file = BytesIO()
    book.save(file)
    return file.getvalue()
