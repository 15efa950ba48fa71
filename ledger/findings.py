"""What a check found: which rule was broken, where, how often, and how much money it touches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from ledger.arrays import Rows
from ledger.errors import LedgerError
from ledger.rules import RULES, Severity

ROWS_NAMED = 5
"""How many row numbers of a finding a report names."""


def no_rows() -> Rows:
    """No row numbers."""
    return np.empty(0, np.int64)


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
        Numbers of the rows that break the rule, as a spreadsheet shows them: the header of a CSV
        file is row 1. None where it is about the file.
    money
        Sum of the amounts of these rows, major units by currency.
    """

    rule: str
    sentence: str
    table: str = ""
    file: str = ""
    rows: Rows = field(default_factory=no_rows, compare=False)
    money: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows break the rule; 0 where it is about the file."""
        return len(self.rows)

    @property
    def severity(self) -> Severity:
        """Whether it is an error or a warning."""
        return RULES[self.rule].severity

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values, with its first few row numbers; money as decimal text."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "table": self.table,
            "file": self.file,
            "rows": self.rows[:ROWS_NAMED].tolist(),
            "count": self.count,
            "money": {currency: str(amount) for currency, amount in self.money.items()},
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Report:
    """Everything a check found, in the order in which it was found.

    `set_aside` are the errors whose rows were left out, so that they are errors no more.
    """

    findings: tuple[Finding, ...] = ()
    set_aside: tuple[Finding, ...] = ()

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
            "findings": [finding.to_json() for finding in self.findings],
            "set_aside": [finding.to_json() for finding in self.set_aside],
        }


def sentence(rule: str, place: str, what: str) -> str:
    """What is wrong at a place, with the remedy of the rule.

    >>> sentence("missing-value", "invoices.csv row 9", "due_on is missing; it is required")
    'invoices.csv row 9: due_on is missing; it is required; fill it in or set the row aside with
    --quarantine'
    """
    return f"{place}: {what}; {RULES[rule].remedy}"
