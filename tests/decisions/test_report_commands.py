"""`duecast kpis` and `duecast aging` as a person and as a script see them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decisions.report_commands import app
from ledger.errors import DuecastError
from ledger.files import write_ledger
from tests.written import written_ledger


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = written_ledger(
        "2024-03-31",
        invoices="""
            invoice_id customer_id issued_on  due_on     amount currency company
            I1         A           2024-01-10 2024-02-09 600.00 EUR      10
            I2         B           2024-03-10 2024-04-09 400.00 EUR      20
            I3         B           2024-02-10 2024-02-20 10000  JPY      20
        """,
        payments="""
            payment_id paid_on    amount customer_id
            P1         2024-03-20 50.00  A
        """,
        fx_rates="""
            currency on         rate
            JPY      2024-02-10 0.006
            JPY      2024-02-20 0.006
            JPY      2024-02-29 0.006
            JPY      2024-03-30 0.007
        """,
    )
    path = tmp_path_factory.mktemp("reports") / "ledger"
    write_ledger(ledger, path)
    return path


def run(command: str, directory: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, [command, str(directory), *arguments])
    if isinstance(result.exception, DuecastError):
        raise result.exception
    return result


def test_kpis_print_basis_day_and_reach(directory: Path) -> None:
    result = run("kpis", directory, "--as-of", "2024-03-31")
    assert result.exit_code == 0
    said = "As of 2024-03-31, basis posted, ledger complete through 2024-03-31."
    assert said in result.stdout.replace("\n", " ")
    assert "receivables" in result.stdout
    assert "1,020.00" in result.stdout  # 600.00 + 400.00 + 70.00 - 50.00
    assert "Roll-forward 2024-02-29 to 2024-03-31" in result.stdout


def test_kpis_as_json_have_money_as_text_and_null_for_what_has_no_meaning(directory: Path) -> None:
    found = json.loads(run("kpis", directory, "--as-of", "2024-03-31", "--json").stdout)
    assert (found["as_of"], found["basis"], found["ledger_through"]) == (
        "2024-03-31",
        "posted",
        "2024-03-31",
    )
    assert found["receivables"] == "1020.00"
    assert found["sales"] == "1060.00"
    assert found["dso_days"] == pytest.approx(1020 / 1060 * 91)
    assert found["average_payment_days"] is None
    total = found["roll_forward"]["total"]
    # 10,000 JPY are worth 10.00 more than a month ago.
    assert (total["opening"], total["invoices"], total["cash"]) == ("660.00", "400.00", "-50.00")
    assert (total["fx"], total["closing"]) == ("10.00", "1020.00")


def test_aging_has_a_row_for_each_customer_and_the_total(directory: Path) -> None:
    found = json.loads(run("aging", directory, "--as-of", "2024-03-31", "--json").stdout)
    assert [row["customer"] for row in found["rows"]] == ["A", "B"]
    assert found["rows"][0]["buckets"] == ["0.00", "0.00", "600.00", "0.00", "0.00"]
    assert found["rows"][0]["unallocated_cash"] == "50.00"
    assert found["total"]["receivables"] == "1020.00"
    table = run("aging", directory, "--as-of", "2024-03-31").stdout
    for word in ("not due", "31-60", "> 90", "total, EUR", "-50.00", "1,020.00"):
        assert word in table


def test_aging_by_currency_stays_in_each_currency(directory: Path) -> None:
    arguments = ("--as-of", "2024-03-31", "--by", "currency", "--bounds", "10,45", "--json")
    found = json.loads(run("aging", directory, *arguments).stdout)
    assert found["bounds"] == [10, 45]
    jpy = found["rows"][1]
    assert (jpy["currency"], jpy["buckets"]) == ("JPY", ["0", "0", "10000", "0"])


def test_a_day_after_the_ledger_ends_is_refused_unless_accepted(directory: Path) -> None:
    with pytest.raises(DuecastError, match="--allow-stale 2"):
        run("aging", directory, "--as-of", "2024-04-02")
    assert run("aging", directory, "--as-of", "2024-04-02", "--allow-stale", "2").exit_code == 0


def test_without_bounds_the_policy_s_make_the_buckets(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[aging]\nbounds_days = [15]\n")
    monkeypatch.setenv("DUECAST_POLICY", str(policy))
    found = json.loads(run("aging", directory, "--as-of", "2024-03-31", "--json").stdout)
    assert found["bounds"] == [15]


def test_without_a_day_the_last_of_the_ledger_is_looked_at(directory: Path) -> None:
    for command in ("kpis", "aging"):
        found = json.loads(run(command, directory, "--json").stdout)
        assert found["as_of"] == "2024-03-31"


def test_a_day_before_the_first_invoice_is_refused(directory: Path) -> None:
    with pytest.raises(DuecastError, match="as_of is 2001-01-01, but the first invoice"):
        run("kpis", directory, "--as-of", "2001-01-01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--bounds", "30,20"), "--bounds is '30,20'; expected growing days"),
        (("--bounds", "0"), "--bounds is '0'"),
        (("--bounds", "soon"), "--bounds is 'soon'"),
    ],
)
def test_bounds_that_make_no_buckets_are_refused(
    directory: Path, arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DuecastError, match=message):
        run("aging", directory, "--as-of", "2024-03-31", *arguments)


def test_a_day_that_is_none_and_a_ledger_that_is_not_there_are_refused(directory: Path) -> None:
    assert run("kpis", directory, "--as-of", "31/03/2024").exit_code == 2
    with pytest.raises(DuecastError, match="no such directory"):
        run("kpis", directory / "elsewhere", "--as-of", "2024-03-31")
