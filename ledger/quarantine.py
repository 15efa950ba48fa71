"""Rows set aside: written with the reason and everything the file said, so that nothing is lost."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ledger.errors import LedgerError
from ledger.findings import Finding
from ledger.sheets import Sheet

COLUMNS = ("file", "row", "rule", "reason", "values")


def write_quarantine(path: Path, set_aside: Sequence[Finding], sheets: Iterable[Sheet]) -> None:
    """Write a CSV file of the rows that were set aside, one for each rule that a row breaks.

    Columns: file, row, rule, reason (the sentence of the report, which tells of the first such
    row), values (JSON: what the file says, by its own column names; of a row with too many or
    too few fields its text, under an empty name). Without rows, just the header.

    Raises
    ------
    LedgerError
        If the file cannot be written.
    """
    by_file = {sheet.file: sheet for sheet in sheets}
    lines = (
        (finding.file, row, finding.rule, finding.sentence, json.dumps(said, ensure_ascii=False))
        for finding in set_aside
        for row, said in _contents(by_file[finding.file], finding)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(lines)
    except OSError as error:
        problem = f"{path} cannot be written ({error.strerror}); give a file that can"
        raise LedgerError([problem]) from error


def _contents(sheet: Sheet, finding: Finding) -> Iterator[tuple[int, dict[str, str]]]:
    broken = {row.row: row.text for row in sheet.broken}
    for row in finding.rows.tolist():
        if row in broken:
            yield row, {"": broken[row]}
        else:
            yield row, sheet.values(int(np.searchsorted(sheet.rows, row)))
