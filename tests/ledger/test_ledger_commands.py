"""`duecast check` and `duecast ingest`, as a person and as a script call them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from duecast import app
from ledger.files import read_ledger
from tests.ledger.small_ledger import small_ledger, with_row


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what was printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_check_says_that_a_ledger_is_sound(tmp_path: Path) -> None:
    assert run("check", small_ledger(tmp_path)) == (0, "0 errors, 0 warnings\n")


def test_check_prints_every_problem_and_fails(tmp_path: Path) -> None:
    files = {
        **with_row("invoices.csv", "I4,C1,2024-04-01,31/04/2024,10.00"),
        **with_row("payments.csv", "P3,I-OLD,2024-04-01,1234.50"),
    }
    code, printed = run("check", small_ledger(tmp_path, files))
    assert code == 2
    assert [line.split() for line in printed.splitlines()[:3]] == [
        ["rule", "file", "rows", "amount"],
        ["error", "unreadable-value", "invoices.csv", "1", "10.00", "EUR"],
        ["warning", "outside-extract", "payments.csv", "1", "1,234.50", "EUR"],
    ]
    assert printed.splitlines()[4:] == [
        "error: invoices.csv row 5: due_on is '31/04/2024'; expected a date like 2024-02-29;"
        " correct it or set the row aside with --quarantine",
        "warning: payments.csv row 4: invoice_id is 'I-OLD', which invoices does not have; loaded,"
        " and kept aside from balances",
        "1 error, 1 warning",
    ]


def test_check_prints_json_for_machines(tmp_path: Path) -> None:
    files = with_row("invoices.csv", "I4,C1,2024-04-01,,10.00")
    code, printed = run("check", small_ledger(tmp_path, files), "--json")
    report = json.loads(printed)
    assert (code, report["ok"], report["errors"], report["warnings"]) == (2, False, 1, 0)
    assert report["findings"][0]["rule"] == "missing-value"
    assert report["findings"][0]["rows"] == [5]


def test_ingest_writes_the_ledger_and_says_so(tmp_path: Path) -> None:
    code, printed = run("ingest", small_ledger(tmp_path / "from"), "--to", tmp_path / "to")
    assert (code, printed) == (0, f"0 errors, 0 warnings\nwritten to {tmp_path / 'to'}\n")
    assert len(read_ledger(tmp_path / "to").invoices) == 3


def test_ingest_tells_what_it_set_aside(tmp_path: Path) -> None:
    files = with_row("invoices.csv", "I4,C1,2024-04-01,,10.00")
    source, to, aside = small_ledger(tmp_path / "from", files), tmp_path / "to", tmp_path / "a.csv"
    assert run("ingest", source, "--to", to)[0] == 2
    code, printed = run("ingest", source, "--to", to, "--quarantine", aside)
    assert code == 0
    assert "0 errors, 0 warnings, 1 row set aside" in printed
    code, printed = run("ingest", source, "--to", to, "--quarantine", aside, "--json")
    assert json.loads(printed)["set_aside"][0]["rule"] == "missing-value"


def test_ingest_takes_presets_mappings_and_controls(real_data: Path, tmp_path: Path) -> None:
    control = tmp_path / "control.csv"
    control.write_text("customer_id,open_balance\n")
    code, _ = run(
        *("ingest", real_data / "ibm", "--to", tmp_path / "ibm"),
        *("--preset", "ibm", "--control", control),
    )
    assert code == 0
