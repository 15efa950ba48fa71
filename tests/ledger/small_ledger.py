"""A ledger of three invoices as text files, to be damaged one file at a time."""

from collections.abc import Mapping
from pathlib import Path

from ledger.findings import Finding

FILES: Mapping[str, str] = {
    "ledger.toml": 'reporting_currency = "EUR"\ncomplete_through = 2024-12-31\n',
    "customers.csv": "customer_id,name\nC1,Ada\nC2,Bob\n",
    "invoices.csv": (
        "invoice_id,customer_id,issued_on,due_on,amount\n"
        "I1,C1,2024-01-01,2024-01-31,100.00\n"
        "I2,C1,2024-02-01,2024-03-02,250.50\n"
        "I3,C2,2024-03-01,2024-03-31,80.00\n"
    ),
    "payments.csv": (
        "payment_id,invoice_id,paid_on,amount\nP1,I1,2024-02-05,100.00\nP2,I2,2024-03-01,250.50\n"
    ),
}


def small_ledger(directory: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the ledger with some of its files replaced, added or (None) left out."""
    directory.mkdir(exist_ok=True)
    for name, text in {**FILES, **(files or {})}.items():
        if isinstance(text, bytes):
            (directory / name).write_bytes(text)
        elif text is not None:
            (directory / name).write_text(text, encoding="utf-8", newline="")
    return directory


def with_row(name: str, row: str) -> dict[str, str]:
    """The text of a file of the ledger with one more row, to be given to `small_ledger`."""
    return {name: f"{FILES[name]}{row}\n"}


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [finding.sentence for finding in findings]
    return findings[0]
