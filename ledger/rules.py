"""The rules of a ledger: what each means, whether breaking it is an error, and what follows."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """Whether a ledger that breaks a rule is refused or loaded."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """One rule: what it finds, and the remedy or what duecast does about it.

    `by_row` says of an error that the rows which break the rule can be set aside.
    """

    severity: Severity
    meaning: str
    remedy: str
    by_row: bool = False


def _error(meaning: str, remedy: str) -> Rule:
    return Rule(Severity.ERROR, meaning, remedy)


def _row_error(meaning: str, remedy: str) -> Rule:
    return Rule(Severity.ERROR, meaning, f"{remedy} or set the row aside with --quarantine", True)


def _warning(meaning: str, remedy: str) -> Rule:
    return Rule(Severity.WARNING, meaning, remedy)


RULES: dict[str, Rule] = {
    "no-ledger": _error(
        "there is no such directory, or a file where one is expected", "give a ledger's directory"
    ),
    "unusable-extract": _error(
        "`ledger.toml`, or [extract] of a mapping, is missing or cannot be used", "correct it"
    ),
    "missing-table": _error("no file of invoices", "add the file"),
    "two-files": _error("a table as CSV and as Parquet", "remove one of them"),
    "unreadable-file": _error(
        "a file that is not what its name says: binary, damaged, in another encoding",
        "export it again as CSV (UTF-8) or Parquet",
    ),
    "empty-file": _error(
        "a file without a byte, not even a header", "export it again, or remove it"
    ),
    "missing-column": _error("a required column that the file does not have", "add the column"),
    "unknown-column": _error(
        "a column that no ledger knows; a misspelt name would else be ignored in silence",
        "correct its name, remove it, or map it with duecast ingest --mapping",
    ),
    "repeated-column": _error("two columns of one name", "remove or rename one of them"),
    "wrong-type": _error(
        "a column none of whose values can be read",
        "correct the column, or say how it is written in a mapping (duecast ingest --mapping)",
    ),
    "broken-row": _row_error("a row with too many or too few fields", "correct it"),
    "missing-value": _row_error("a required value that is missing", "fill it in"),
    "unreadable-value": _row_error("a value that cannot be read", "correct it"),
    "conflicting-id": _row_error("one id with two contents", "keep the right one"),
    "unknown-currency": _row_error(
        "a currency without a rate to the reporting currency", "add its rates to fx_rates"
    ),
    "missing-rate": _error(
        "a clearing between two currencies on a day without a rate of the last 7 days",
        "add it to fx_rates",
    ),
    "unbalanced": _error(
        "an open balance other than the books' (--control)",
        "find what is missing or booked twice before using the ledger",
    ),
    "unusable-control": _error(
        "a control file that cannot be used", "correct the control file, or leave out --control"
    ),
    "guessed-encoding": _warning(
        "a file that is not UTF-8",
        "write it as UTF-8, or name its encoding in a mapping, if names look wrong",
    ),
    "guessed-decimal-comma": _warning(
        "amounts with a decimal comma",
        "name the decimal sign in a mapping if amounts look wrong",
    ),
    "unread-file": _warning("a CSV or Parquet file that is no table of a ledger", "not read"),
    "duplicate-row": _warning("the same row more than once", "loaded once"),
    "unknown-customer": _warning(
        "a customer whom `customers` does not have",
        "loaded as a customer of whom only the id is known",
    ),
    "negative-invoice": _warning("an invoice with a negative amount", "loaded as a credit note"),
    "due-before-issue": _warning("a due date before the issue date", "loaded as it is"),
    "payment-before-issue": _warning(
        "a payment before the invoice was issued", "loaded; behaviour uses the later day"
    ),
    "outside-extract": _warning(
        "a row that names an invoice or payment which the ledger does not have",
        "loaded, and kept aside from balances",
    ),
    "future-document": _warning(
        "a document dated or recorded after `complete_through`", "loaded, and unseen until then"
    ),
    "over-allocated": _warning("an invoice cleared by more than its amount", "loaded as it is"),
    "rate-gap": _warning(
        "a day without an exchange rate of the last 7 days",
        "loaded; add rates, for what has none is not converted",
    ),
}
"""Every rule by its id, errors first."""
