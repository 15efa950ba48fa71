"""What a check found: which rule was broken, where, how often, and how much money it touches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.errors import LedgerError
from ledger.rules import RULES, Severity

ROWS_NAMED = 5
"""How many row numbers a finding carries."""


@dataclass(frozen=True)
class Finding:
    """One rule broken in one file.

    Parameters
    ----------
    rule
        Its id in `ledger.rules.RULES`.
    table, file
        Where; empty for the ledger as a whole.
    sentence
        What, got, expected and the remedy, about the first row.
    rows
        The first few row numbers as a spreadsheet shows them: the header of a CSV file is row 1.
    count
        How many rows break the rule; 0 where it is about the file.
    money
        Sum of the amounts of these rows, major units by currency.
    """

    rule: str
    sentence: str
    table: str = ""
    file: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    money: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Whether it is an error or a warning."""
        return RULES[self.rule].severity


@dataclass(frozen=True)
class Report:
    """Everything a check found, in the order in which it was found."""

    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes the ledger unusable as it is."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is ordinary in an export, and was repaired or is to be known."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    def refuse_errors(self) -> None:
        """Raise a LedgerError that names every error, where there is one."""
        if self.errors:
            raise LedgerError([finding.sentence for finding in self.errors])

    def to_json(self) -> dict[str, Any]:
        """The report as plain values; money as decimal text."""
        return {
            "ok": not self.errors,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings": [
                {
                    "rule": finding.rule,
                    "severity": finding.severity.value,
                    "table": finding.table,
                    "file": finding.file,
                    "rows": list(finding.rows),
                    "count": finding.count,
                    "money": {name: str(sum_) for name, sum_ in finding.money.items()},
                    "sentence": finding.sentence,
                }
                for finding in self.findings
            ],
        }


def sentence(rule: str, place: str, what: str) -> str:
    """What is wrong at a place, with the remedy of the rule.

    >>> sentence("missing-value", "invoices.csv row 9", "due_on is missing; it is required")
    'invoices.csv row 9: due_on is missing; it is required; fill it in or set the row aside with
    --quarantine'
    """
    return f"{place}: {what}; {RULES[rule].remedy}"
