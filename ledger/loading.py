"""From what files gave to a ledger and a report: everything wrong, repaired or set aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.arrays import Flags
from ledger.coding import draft_of
from ledger.drafts import Draft, Part, rows_in_words
from ledger.findings import Finding, Report, sentence
from ledger.identity import identity_findings, repeats
from ledger.ledger import Extract, Ledger
from ledger.rate_findings import currency_findings, rate_gaps
from ledger.relations import relation_findings
from ledger.repairs import repair
from ledger.rules import RULES, Severity
from ledger.schema import TABLES

NO_EXTRACT = Extract("XXX", 0)
"""Stands in for an unusable ledger.toml, so that the files can be checked all the same."""


@dataclass(frozen=True)
class Loaded:
    """A repaired ledger and the report of its check.

    Where the report has errors, `ledger` lacks the rows concerned and is not to be used.
    """

    ledger: Ledger
    report: Report


def load_parts(
    parts: Sequence[Part],
    extract: Extract | None,
    problems: Iterable[Finding] = (),
    *,
    set_aside: bool = False,
) -> Loaded:
    """Check the parts of a ledger by every rule, and repair what is ordinary.

    Parameters
    ----------
    extract
        None where ledger.toml cannot be used; then only the files themselves are checked.
    problems
        What was found when the files were read; it comes first in the report.
    set_aside
        Leave out the rows with errors instead of refusing the ledger. A row of a file that feeds
        several tables is left out of all of them.
    """
    found = [*problems, *_broken_rows(parts)]
    draft = draft_of(parts, extract or NO_EXTRACT, found)
    sound = _without_errors(draft, found)
    once = {}
    for table in TABLES:
        repeated = repeats(sound.ledger.tables[table])
        found += identity_findings(sound, table, repeated)
        once[table] = ~repeated.again
    sound = _without_errors(sound.take(once), found)
    if extract is not None:
        found += currency_findings(sound)
        sound = _without_errors(sound, found)
        found += relation_findings(sound, sound.ledger if set_aside else draft.ledger)
        found += rate_gaps(sound)
    return Loaded(repair(sound.ledger), _report(found, set_aside))


def _report(found: Sequence[Finding], set_aside: bool) -> Report:
    if not set_aside:
        return Report(tuple(found))
    aside = tuple(f for f in found if RULES[f.rule].by_row)
    return Report(tuple(f for f in found if not RULES[f.rule].by_row), aside)


def _broken_rows(parts: Sequence[Part]) -> list[Finding]:
    sheets: dict[str, Part] = {part.sheet.file: part for part in reversed(parts)}
    found = []
    for file, part in sheets.items():
        if part.sheet.broken:
            first = part.sheet.broken[0]
            rows = np.array([row.row for row in part.sheet.broken], np.int64)
            text = sentence("broken-row", f"{file} {rows_in_words(rows)}", first.what)
            found.append(Finding("broken-row", text, part.table, file, rows))
    return found


def _without_errors(draft: Draft, found: Sequence[Finding]) -> Draft:
    """The draft without the rows that have errors, and without tables that lack a column."""
    errors = [f for f in found if RULES[f.rule].severity is Severity.ERROR]
    return draft.take({table: ~_erroneous(draft, table, errors) for table in TABLES})


def _erroneous(draft: Draft, table: str, errors: Sequence[Finding]) -> Flags:
    """Which rows of a table errors concern: its own, or those of the file's row it came from."""
    derived = {
        (part.sheet.file, part.table)
        for origin in draft.origins.values()
        for part in origin.parts
        if part.derived
    }
    origin, numbers = draft.origins[table], draft.row_numbers(table)
    erroneous = np.zeros(len(numbers), np.bool_)
    for i, part in enumerate(origin.parts):
        mine = origin.part == i
        for error in errors:
            own = error.table == table
            shared = not part.derived and (error.file, error.table) not in derived
            if error.file == part.sheet.file and (own or shared):
                unusable = own and error.rule == "missing-column"
                erroneous |= mine & (unusable | np.isin(numbers, error.rows))
    return erroneous
