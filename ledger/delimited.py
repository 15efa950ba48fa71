"""CSV files as they come: encodings, delimiters, broken rows, and what is no CSV at all."""

import codecs
import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from ledger.arrays import Flags
from ledger.findings import Finding, sentence
from ledger.sheets import UNSTATED, BrokenRow, Format, Sheet

HEAD_BYTES = 1 << 16
BLOCK_BYTES = 1 << 24
"""Largest row that can be read; a longer one is an open quotation mark."""

DELIMITERS = (",", ";", "\t", "|")
SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
}
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, and what they say of the encoding."""


class _Refusal(Exception):
    """Why a file is not read further: the rule it breaks, and what was found."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(what)
        self.rule, self.what = rule, what


def read_delimited(
    path: Path,
    expected: Collection[str],
    problems: list[Finding],
    format: Format = UNSTATED,
    table: str = "",
) -> Sheet | None:
    """Read a CSV file as text; None, and why in `problems`, where that fails.

    The first bytes decide whether it is text and which delimiter it has: the one with which most
    of the `expected` column names appear. A file that has none of them is not read further, so
    that garbage of any size is refused at once. Rows with too many or too few fields are left out
    and listed in `Sheet.broken`; blank rows are left out.
    """

    def note(rule: str, what: str) -> None:
        problems.append(Finding(rule, sentence(rule, path.name, what), table, path.name))

    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        encoding = _encoding(head, format)
        delimiter, names = _header(_head_text(head, encoding), expected, format)
        text, guessed = _text(path.read_bytes(), encoding)
        sheet = _read(path.name, text, names, delimiter)
    except _Refusal as refusal:
        note(refusal.rule, refusal.what)
        return None
    except OSError as error:
        note("unreadable-file", f"it cannot be opened ({error.strerror})")
        return None
    if guessed:
        note("guessed-encoding", f"it is not UTF-8; read as Windows-1252{_example(sheet)}")
    return sheet


def _encoding(head: bytes, format: Format) -> str:
    """Encoding that the format or the first bytes name; empty where neither does."""
    if not head.strip():
        raise _Refusal("empty-file", "the file is empty; expected a header with column names")
    for signature, what in SIGNATURES.items():
        if head.startswith(signature):
            raise _Refusal("unreadable-file", f"it is {what}; expected a CSV file")
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), "")
    encoding = format.encoding or marked
    if not encoding.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        control = [i for i, byte in enumerate(head) if byte < 32 and byte not in b"\t\n\r\f"]
        if b"\0" in head or len(control) > len(head) / 100:
            at = control[0]
            what = f"it is not text (byte {head[at]:#04x} at position {at})"
            raise _Refusal("unreadable-file", f"{what}; expected a CSV file")
    return encoding


def _head_text(head: bytes, encoding: str) -> str:
    if encoding:
        return head.decode(encoding, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")


def _header(head: str, expected: Collection[str], format: Format) -> tuple[str, list[str]]:
    """Delimiter and column names; refuses a header without any expected name."""

    def names_by(delimiter: str) -> list[str]:
        try:
            fields = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return []
        return [field.strip() for field in fields]

    text = head.removeprefix("\ufeff")
    read = {by: names_by(by) for by in ([format.delimiter] if format.delimiter else DELIMITERS)}
    delimiter = max(read, key=lambda by: (len(set(read[by]) & set(expected)), len(read[by])))
    names = read[delimiter]
    if not set(names) & set(expected):
        raise _Refusal(
            "unreadable-file",
            f"row 1 is {_short(text.splitlines()[0])!r}; expected a header with column names"
            f" such as {', '.join(list(expected)[:5])}",
        )
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise _Refusal("repeated-column", f"there are two columns {', '.join(repeated)}")
    return delimiter, names


def _text(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The file as UTF-8, and whether its encoding had to be guessed."""
    if not encoding and _is_utf8(data):
        return data, False
    try:
        return data.decode(encoding or "cp1252").encode(), not encoding
    except UnicodeDecodeError as error:
        byte = f"byte {data[error.start]:#04x} at position {error.start}"
        what = f"is not {encoding}" if encoding else "is neither UTF-8 nor Windows-1252"
        raise _Refusal(
            "unreadable-file",
            f"{byte} {what}; expected UTF-8, or the encoding that a mapping names",
        ) from error


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), BLOCK_BYTES):
            decoder.decode(view[start : start + BLOCK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read(file: str, text: bytes, names: Sequence[str], delimiter: str) -> Sheet:
    broken: list[BrokenRow] = []

    def skip(row: Any) -> str:
        what = f"it has {row.actual_columns} fields; expected {row.expected_columns}"
        what += " (a quotation mark may be open)" if "\n" in row.text else ", as in the header"
        broken.append(BrokenRow(row.number, row.text, what))
        return "skip"

    try:
        found = arrow_csv.read_csv(
            pa.BufferReader(text),
            arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, column_names=list(names)
            ),
            arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        why = str(error).splitlines()[0]
        if "straddling" in why:
            why = f"a row is longer than {BLOCK_BYTES >> 20} MB"
        raise _Refusal(
            "unreadable-file",
            f"it cannot be read as CSV ({why}); expected rows like its header",
        ) from error
    numbers = np.arange(1, found.num_rows + len(broken) + 1)
    rows = np.delete(numbers, [row.row - 1 for row in broken])[1:]
    table = found.slice(1)
    filled = ~_blank(table)
    if not filled.all():
        table, rows = table.filter(pa.array(filled)), rows[filled]
    columns = {
        name: column
        for name, column in zip(names, table.columns, strict=True)
        if name or column.null_count < len(column)
    }
    sheet = Sheet(file, columns, rows, tuple(broken))
    return _without_open_row(sheet, delimiter) if text.count(b'"') % 2 else sheet


def _without_open_row(sheet: Sheet, delimiter: str) -> Sheet:
    """The sheet without a last row that runs over line ends, for want of a quotation mark."""
    last = [column[-1].as_py() or "" for column in sheet.columns.values() if len(sheet.rows)]
    if not any("\n" in value for value in last):
        return sheet
    what = "a quotation mark is opened and never closed"
    row = BrokenRow(int(sheet.rows[-1]), delimiter.join(last), what)
    columns = {name: column[:-1] for name, column in sheet.columns.items()}
    return Sheet(sheet.file, columns, sheet.rows[:-1], (*sheet.broken, row))


def _blank(table: Any) -> Flags:
    """Which rows have no value at all, shape (n,)."""
    blank = np.ones(table.num_rows, np.bool_)
    for column in table.columns:
        if column.null_count == 0:
            return np.zeros(table.num_rows, np.bool_)
        blank &= pc.is_null(column).to_numpy(zero_copy_only=False)
    return blank


def _example(sheet: Sheet) -> str:
    """The first text with a letter beyond ASCII, as a clause of a sentence."""
    for name, column in sheet.columns.items():
        odd = pc.indices_nonzero(pc.invert(pc.string_is_ascii(column.fill_null(""))))
        if len(odd):
            at = odd[0].as_py()
            return f": row {sheet.rows[at]} has {name} {_short(column[at].as_py())!r}"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
