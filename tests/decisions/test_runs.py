"""Score runs: whole or not at all, the same bits again, and never two of the same."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pyarrow.parquet as pq
import pytest

from decisions.champion import Champion
from decisions.policy import read_policy
from decisions.records import runs
from decisions.runs import (
    CUSTOMERS,
    INVOICES,
    WORKLIST,
    NoRunError,
    Run,
    find_run,
    make_run,
)
from ledger.ledger import Ledger
from ledger.settings import Settings
from ledger.store import open_store
from models.scores import LATER_THAN
from tests.decisions.random_bundles import random_bundle
from tests.ledgers import LAST_DAY, random_ledger

ROOT = Path(__file__).resolve().parents[2]
POLICY = read_policy()
NOW = datetime(2025, 2, 5, 6, 30)
SOURCE = "ledger"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return random_ledger(Random(5), customers=6, invoices=30)


@pytest.fixture(scope="module")
def model() -> Champion:
    return Champion(3, "ab" * 32, random_bundle())


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def run_on(home: Settings, ledger: Ledger, model: Champion, day: int = LAST_DAY) -> Run:
    return make_run(home, ledger, model, POLICY, day, 4, NOW, source=SOURCE, made_by="me")


def bytes_of(run: Run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(run.directory.iterdir())}


def test_a_run_scores_every_open_item_and_customer_once(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    run = run_on(home, ledger, model)
    invoices, customers = (run.table(name).to_pandas() for name in (INVOICES, CUSTOMERS))
    assert len(invoices) == run.record.invoices > 0
    assert invoices["invoice_id"].is_unique
    assert len(customers) == run.record.customers == len(ledger.customers)
    assert customers["customer_id"].is_unique
    assert set(invoices["customer_id"]) <= set(customers["customer_id"])
    assert set(run.table(WORKLIST).column("customer_id").to_pylist()) <= set(
        customers["customer_id"]
    )


def test_invoices_have_the_columns_of_every_prediction_file(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    names = run_on(home, ledger, model).table(INVOICES).column_names
    assert names[:9] == [
        "invoice_id",
        "customer_id",
        "as_of",
        "cutoff",
        "expected_days_late",
        "days_late_p10",
        "days_late_p50",
        "days_late_p90",
        "p_later_than_0",
    ]
    assert names[8 : 8 + len(LATER_THAN)] == [f"p_later_than_{k}" for k in LATER_THAN]
    assert names[8 + len(LATER_THAN) :][:2] == ["p_unpaid_365", "pd"]


def test_the_same_run_made_again_is_the_one_that_is_there(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    first = run_on(home, ledger, model)
    changed = {path.name: path.stat().st_mtime_ns for path in first.directory.iterdir()}
    again = make_run(
        home,
        ledger,
        model,
        POLICY,
        LAST_DAY,
        4,
        NOW + timedelta(days=1),
        source=SOURCE,
        made_by="tests",
    )
    assert again == first
    assert {path.name: path.stat().st_mtime_ns for path in again.directory.iterdir()} == changed
    assert len(runs(open_store(home))) == 1


def test_the_same_run_in_another_home_has_the_same_bytes(
    home: Settings, ledger: Ledger, model: Champion, tmp_path: Path
) -> None:
    elsewhere = Settings(home=tmp_path / "elsewhere")
    assert bytes_of(run_on(home, ledger, model)) == bytes_of(run_on(elsewhere, ledger, model))


def test_a_table_that_is_read_and_written_again_has_the_same_bytes(
    home: Settings, ledger: Ledger, model: Champion, tmp_path: Path
) -> None:
    run = run_on(home, ledger, model)
    for name in (INVOICES, CUSTOMERS, WORKLIST):
        pq.write_table(run.table(name), tmp_path / name)
        assert (tmp_path / name).read_bytes() == (run.directory / name).read_bytes()


def test_another_day_model_policy_or_number_of_reasons_is_another_run(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    stricter = replace(POLICY, limits=replace(POLICY.limits, headroom=1.0))
    made = [
        run_on(home, ledger, model),
        run_on(home, ledger, model, LAST_DAY - 1),
        run_on(home, ledger, replace(model, sha256="cd" * 32)),
        make_run(home, ledger, model, stricter, LAST_DAY, 4, NOW, source=SOURCE, made_by="me"),
        make_run(home, ledger, model, POLICY, LAST_DAY, 2, NOW, source=SOURCE, made_by="me"),
    ]
    assert len({run.record.run_id for run in made}) == len(made) == len(runs(open_store(home)))


def test_what_is_recorded_later_makes_no_other_run(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    day = LAST_DAY - 40
    assert run_on(home, ledger, model, day) == run_on(home, ledger.known_at(day), model, day)


def test_promises_count_as_broken_from_the_day_of_the_run_before(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    first = run_on(home, ledger, model, LAST_DAY - 5)
    second = run_on(home, ledger, model, LAST_DAY)
    looked_back = timedelta(days=POLICY.worklist.first_run_looks_back_days)
    assert first.record.since == first.record.as_of - looked_back
    assert second.record.since == first.record.as_of


def test_runs_of_another_ledger_are_none_of_this_one(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    alone = run_on(home, ledger, model)
    elsewhere = "another"
    make_run(home, ledger, model, POLICY, LAST_DAY - 5, 4, NOW, source=elsewhere, made_by="me")
    other = make_run(home, ledger, model, POLICY, LAST_DAY, 4, NOW, source=elsewhere, made_by="me")
    assert other.record.run_id != alone.record.run_id
    assert other.record.since == other.record.as_of - timedelta(days=5)
    assert run_on(home, ledger, model).record == alone.record
    assert find_run(home, SOURCE) == alone
    with pytest.raises(NoRunError):
        find_run(home, SOURCE, run_id=other.record.run_id)


def test_the_last_run_of_the_last_day_answers(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    last = run_on(home, ledger, model, LAST_DAY)
    earlier = run_on(home, ledger, model, LAST_DAY - 5)
    assert find_run(home, SOURCE) == last
    assert find_run(home, SOURCE, as_of=earlier.record.as_of) == earlier
    assert find_run(home, SOURCE, run_id=earlier.record.run_id) == earlier


def test_no_run_says_how_to_make_one(home: Settings) -> None:
    with pytest.raises(NoRunError, match="no score run; make one with `duecast worklist LEDGER"):
        find_run(home, SOURCE)
    with pytest.raises(NoRunError, match="as of 2024-02-29"):
        find_run(home, SOURCE, as_of=date(2024, 2, 29))


def test_a_damaged_run_is_no_answer_and_is_made_again(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    run = run_on(home, ledger, model)
    intact = bytes_of(run)
    with (run.directory / INVOICES).open("r+b") as file:
        file.write(b"\0")
    with pytest.raises(NoRunError, match="missing or altered"):
        find_run(home, SOURCE)
    again = run_on(home, ledger, model)
    assert bytes_of(again) == intact
    assert find_run(home, SOURCE) == again


def test_a_bundle_without_models_still_gives_a_worklist(home: Settings, ledger: Ledger) -> None:
    nothing = Champion(1, "00" * 32, random_bundle(delay=False, default=False))
    run = run_on(home, ledger, nothing)
    invoices, customers = (run.table(name).to_pandas() for name in (INVOICES, CUSTOMERS))
    assert invoices["expected_payment_date"].isna().all()
    assert (invoices["p_still_open"] == 1.0).all()
    known = customers["pd"].notna()
    assert (known == customers["in_default"]).all()
    by_card = customers.loc[~known, "grade_rules"].map(list)
    assert all("scorecard" in rules for rules in by_card)
    assert customers.loc[~known, "expected_loss"].isna().all()
    assert len(run.table(WORKLIST)) > 0
    notes = " ".join(run.facts["notes"])
    assert "no delay model (no invoice was ever paid)" in notes
    assert "grades come from the scorecard" in notes


def test_an_empty_ledger_is_scored_too(home: Settings, ledger: Ledger, model: Champion) -> None:
    run = run_on(home, ledger, model, LAST_DAY - 4000)
    assert (run.record.invoices, len(run.table(WORKLIST))) == (0, 0)
    assert isinstance(run.table(INVOICES).to_pandas(), pd.DataFrame)


DYING = f"""
import resource, signal, sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from decisions.runs import STEPS
from tests.decisions.test_runs import *

def at_most_2_kilobytes(step):
    if step == STEPS[1]:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

home, ledger = Settings(home=Path(sys.argv[1])), random_ledger(Random(5), 6, 30)
model = Champion(3, "ab" * 32, random_bundle())
make_run(
    home, ledger, model, POLICY, LAST_DAY, 4, NOW, at_most_2_kilobytes, source=SOURCE, made_by="me"
)
"""


def test_a_run_killed_while_it_is_written_leaves_nothing_to_be_seen(
    home: Settings, ledger: Ledger, model: Champion
) -> None:
    died = subprocess.run(
        [sys.executable, "-c", DYING, str(home.home)], capture_output=True, timeout=120, check=False
    )
    assert died.returncode == -signal.SIGXFSZ, died.stderr.decode()
    begun = [path.name for path in (home.home / "runs").iterdir()]
    assert len(begun) == 1
    assert begun[0].startswith(".making-")
    assert runs(open_store(home)) == ()
    with pytest.raises(NoRunError):
        find_run(home, SOURCE)
    run = run_on(home, ledger, model)
    assert find_run(home, SOURCE) == run
