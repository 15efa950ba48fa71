"""The report of a check on a screen: a table of the rules broken, then each in a sentence."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ledger.findings import Finding, Report


def show_report(report: Report, console: Console) -> None:
    """Print what a check found, errors first."""
    sections = (
        ("error", "red", report.errors),
        ("set aside", "yellow", report.set_aside),
        ("warning", "yellow", report.warnings),
    )
    if any(findings for _, _, findings in sections):
        table = Table("", "rule", "file", "rows", "amount", box=None, header_style="bold")
        for column in table.columns[3:]:
            column.justify = "right"
        for name, colour, findings in sections:
            for finding in findings:
                table.add_row(f"[{colour}]{name}[/]", *_cells(finding))
        console.print(table)
        console.print()
    for name, colour, findings in sections:
        for finding in findings:
            text = f"[{colour}]{name}:[/] {escape(finding.sentence)}"
            console.print(text, soft_wrap=True, highlight=False)
    console.print(_summary(report))


def _cells(finding: Finding) -> tuple[str, str, str, str]:
    money = "\n".join(f"{amount:,} {currency}" for currency, amount in finding.money.items())
    count = f"{finding.count:,}" if finding.count else ""
    return finding.rule, escape(finding.file), count, money


def _summary(report: Report) -> str:
    parts = [_count(len(report.errors), "error"), _count(len(report.warnings), "warning")]
    rows = sum(finding.count for finding in report.set_aside)
    if rows:
        parts.append(f"{_count(rows, 'row')} set aside")
    return ", ".join(parts)


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
