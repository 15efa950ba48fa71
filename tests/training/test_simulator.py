"""The simulated ledger is one that duecast can read, and its truth is true."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ledger.checks import check
from ledger.days import day_of
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.errors import LedgerError, SettingsError
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.money import exponent
from ledger.schema import ALLOCATION_KINDS, STATUSES, TABLES
from ledger.settlement import PAID, settle, state_at
from training.simulation.simulator import Simulation, SimulationSettings, simulate, write_simulation

SETTINGS = SimulationSettings(customers=180, months=24)
SMALL = SimulationSettings(customers=8, months=6, seed=5)
CHANCES = {
    "p_late": 0,
    "p_late_4": 4,
    "p_late_30": 30,
    "p_late_60": 60,
    "p_late_90": 90,
    "p_unpaid_365": 365,
}


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(SETTINGS)


@pytest.fixture(scope="module")
def ledger(simulation: Simulation) -> Ledger:
    return ledger_from_frames(simulation.frames, extract_of(simulation))


def extract_of(simulation: Simulation) -> Extract:
    stated = simulation.ledger_toml
    return Extract(
        str(stated["reporting_currency"]),
        day_of(last_day(simulation)),
        None,
        str(stated["timezone"]),
    )


def last_day(simulation: Simulation) -> date:
    through = simulation.ledger_toml["complete_through"]
    assert isinstance(through, date)
    return through


def minor(amounts: pd.Series, currencies: pd.Series) -> np.ndarray:
    return np.array(
        [
            int(Decimal(amount).scaleb(exponent(currency)))
            for amount, currency in zip(amounts, currencies, strict=True)
        ],
        dtype=np.int64,
    )


def later_than(truth: pd.DataFrame, days: int) -> np.ndarray:
    return ((truth.days_late_final > days) | truth.days_late_final.isna()).to_numpy(float)


def test_the_same_settings_give_the_same_rows_and_another_seed_others() -> None:
    first, second = simulate(SMALL), simulate(SMALL)
    for table in TABLES:
        assert_frame_equal(first.frames[table], second.frames[table])
    assert_frame_equal(first.truth, second.truth)
    assert_frame_equal(first.default_truth, second.default_truth)
    other = simulate(SimulationSettings(customers=8, months=6, seed=6))
    assert not first.frames["invoices"].equals(other.frames["invoices"])


def test_more_customers_leave_the_rows_of_the_first_ones_as_they_are() -> None:
    few = simulate(SMALL)
    many = simulate(SimulationSettings(customers=11, months=6, seed=5))
    mine = set(few.frames["customers"].customer_id)
    for table, frame in few.frames.items():
        if "customer_id" in frame:
            more = many.frames[table]
            kept = more[more.customer_id.isin(mine)].reset_index(drop=True)
            assert_frame_equal(kept, frame)
    kept = many.truth[many.truth.customer_id.isin(mine)].reset_index(drop=True)
    assert_frame_equal(kept, few.truth)
    assert_frame_equal(many.frames["fx_rates"], few.frames["fx_rates"])


def test_every_table_has_the_columns_of_the_domain_and_the_ledger_reads_it(
    simulation: Simulation, ledger: Ledger
) -> None:
    assert set(simulation.frames) == set(TABLES)
    for name, frame in simulation.frames.items():
        assert list(frame.columns) == [column.name for column in TABLES[name].columns]
        assert len(ledger.tables[name]) == len(frame) > 0
        for column in TABLES[name].columns:
            assert not column.required or frame[column.name].notna().all(), column.name


def test_every_key_is_unique_and_every_reference_leads_somewhere(simulation: Simulation) -> None:
    frames = simulation.frames
    for name, frame in frames.items():
        assert not frame.duplicated(list(TABLES[name].key)).any(), name
    known = {
        "customer_id": set(frames["customers"].customer_id),
        "parent_id": set(frames["customers"].customer_id),
        "invoice_id": set(frames["invoices"].invoice_id),
        "reversal_of": set(frames["payments"].payment_id),
    }
    for frame in frames.values():
        for column in known.keys() & set(frame.columns):
            assert set(frame[column].dropna()) <= known[column]
    sources = frames["allocations"].dropna(subset="source_id")
    by_kind = sources.groupby("kind").source_id.agg(set)
    assert set(by_kind.index) == {"payment", "credit_note"}
    notes = frames["invoices"][frames["invoices"].kind == "credit_note"]
    assert by_kind["payment"] <= set(frames["payments"].payment_id)
    assert by_kind["credit_note"] <= set(notes.invoice_id)


def test_nothing_happens_or_is_recorded_after_the_ledger_is_complete(
    simulation: Simulation,
) -> None:
    end = pd.Timestamp(last_day(simulation))
    assert end == pd.Timestamp("2023-12-31")
    for name, frame in simulation.frames.items():
        for column in {TABLES[name].happened_on, "recorded_on", "closed_on"} & set(frame.columns):
            assert frame[column].max() <= end, f"{name}.{column}"
        if TABLES[name].happened_on and "recorded_on" in frame:
            assert (frame.recorded_on >= frame[TABLES[name].happened_on]).all()
    open_disputes = simulation.frames["disputes"].closed_on.isna()
    assert open_disputes.any()
    assert simulation.frames["disputes"].outcome[open_disputes].isna().all()


def test_money_has_the_digits_of_its_currency(simulation: Simulation) -> None:
    for table in ("invoices", "payments"):
        frame = simulation.frames[table]
        assert set(frame.currency) == {"EUR", "USD", "JPY"}
        yen = frame.currency == "JPY"
        assert frame.amount[yen].str.fullmatch(r"-?\d+").all()
        assert frame.amount[~yen].str.fullmatch(r"-?\d+\.\d\d").all()


def test_there_is_always_a_rate_at_most_seven_days_old(simulation: Simulation) -> None:
    rates = simulation.frames["fx_rates"]
    days = pd.date_range(SETTINGS.start, last_day(simulation))
    for currency in ("USD", "JPY"):
        known = rates.loc[rates.currency == currency, "on"].sort_values().to_numpy()
        latest = known[np.searchsorted(known, days.to_numpy(), side="right") - 1]
        assert (days.to_numpy() - latest).max() <= np.timedelta64(7, "D")
        assert known[0] <= days[0]


def test_allocations_never_exceed_the_invoice_the_payment_or_the_credit_note(
    simulation: Simulation,
) -> None:
    invoices = simulation.frames["invoices"]
    payments = simulation.frames["payments"]
    allocations = simulation.frames["allocations"].merge(
        invoices[["invoice_id", "currency"]], on="invoice_id"
    )
    allocations["minor"] = minor(allocations.amount, allocations.currency)
    in_order = allocations.sort_values(["allocated_on", "allocation_id"])
    cleared = in_order.groupby("invoice_id").minor.agg([lambda m: m.cumsum().max(), "min", "sum"])
    total = pd.Series(minor(invoices.amount, invoices.currency), invoices.invoice_id)
    assert (cleared.iloc[:, 0] <= total[cleared.index]).all()
    assert (cleared["sum"] >= 0).all()
    paid = pd.Series(minor(payments.amount, payments.currency), payments.payment_id)
    for kind, available in (("payment", paid), ("credit_note", total)):
        used = allocations[allocations.kind == kind].groupby("source_id").minor.sum()
        assert (used.abs() <= available[used.index].abs()).all()
        assert (np.sign(used) == np.sign(available[used.index])).all()


def test_the_ledger_finds_every_invoice_paid_on_the_day_the_truth_says(
    simulation: Simulation, ledger: Ledger
) -> None:
    end = day_of(last_day(simulation))
    state, paid_on = state_at(settle(ledger, Definitions()), len(ledger.invoices), end)
    found = pd.DataFrame(
        {
            "state": state,
            "found_on": pd.to_datetime(paid_on.astype("int64"), unit="D"),
        },
        index=ledger.text("invoices", "invoice_id"),
    ).loc[simulation.truth.invoice_id]
    truth = simulation.truth.set_index("invoice_id")
    is_paid = (truth.outcome == "paid") & (truth.paid_on_final <= pd.Timestamp(end, unit="D"))
    assert 0.9 < is_paid.mean() < 1
    assert (found.state == PAID)[is_paid].all()
    assert (found.found_on == truth.paid_on_final)[is_paid].all()
    not_yet_returned = (found.state == PAID) & ~is_paid
    methods = simulation.frames["invoices"].set_index("invoice_id").payment_method
    assert (methods[found.index[not_yet_returned]] == "direct_debit").all()
    assert (found.found_on[not_yet_returned] > pd.Timestamp(end - 10, unit="D")).all()
    assert not_yet_returned.sum() < 10


@pytest.mark.parametrize("name", CHANCES)
def test_the_true_chances_agree_with_what_happened_in_the_end(
    simulation: Simulation, name: str
) -> None:
    """In each bin, within four standard errors.

    What a healthy customer pays late it pays late by itself; the others' invoices fall together,
    so there customers are taken as the independent draws.
    """
    truth = simulation.truth
    happened = later_than(truth, CHANCES[name])
    bins = np.digitize(truth[name], [0.003, 0.01, 0.03, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9])
    healthy = (truth.health == "healthy").to_numpy()
    for bin_ in np.unique(bins[healthy]):
        chance = truth[name].to_numpy()[healthy & (bins == bin_)]
        if chance.sum() > 20 < (1 - chance).sum() and CHANCES[name] <= 30:
            error = (happened[healthy & (bins == bin_)] - chance).sum()
            assert abs(error) < 4 * np.sqrt((chance * (1 - chance)).sum()), f"{name}, bin {bin_}"
    for bin_ in [None, *np.unique(bins)]:
        inside = np.ones(len(truth), dtype=bool) if bin_ is None else bins == bin_
        if truth[name][inside].sum() < 20 or (1 - truth[name][inside]).sum() < 20:
            continue
        excess = (
            pd.Series((happened - truth[name])[inside]).groupby(truth.customer_id[inside]).sum()
        )
        assert abs(excess.sum()) < 4 * np.sqrt((excess**2).sum()), f"{name}, bin {bin_}"


def test_an_invoice_is_cancelled_only_before_its_money_would_have_come(
    simulation: Simulation,
) -> None:
    cancelled = simulation.truth[simulation.truth.outcome == "cancelled"]
    cleared = simulation.frames["allocations"].merge(cancelled, on="invoice_id")
    assert len(cleared) > 50
    assert set(cleared.kind) == {"credit_note", "netting"}
    assert not (cleared.paid_on_final <= cleared.allocated_on).any()


def test_chances_are_chances_and_fall_with_the_days(simulation: Simulation) -> None:
    chances = simulation.truth[list(CHANCES)].to_numpy()
    assert chances.min() >= 0 and chances.max() <= 1
    assert (np.diff(chances, axis=1) <= 1e-12).all()


def test_lateness_and_default_are_as_frequent_as_in_business(simulation: Simulation) -> None:
    truth, customers = simulation.truth, simulation.default_truth
    assert 0.35 < later_than(truth, 0).mean() < 0.45
    assert 0.04 < later_than(truth, 30).mean() < 0.08
    years = SETTINGS.months / 12
    defaulted = customers.defaulted_on <= pd.Timestamp(last_day(simulation))
    assert 0.03 < defaulted.mean() / years < 0.09


def test_a_shift_of_the_regime_makes_invoices_late_from_its_month_on() -> None:
    calm = simulate(SimulationSettings(customers=40, months=12, seed=9)).truth
    tense = simulate(
        SimulationSettings(customers=40, months=12, seed=9, regime_shift_month=6)
    ).truth
    relaxed = simulate(
        SimulationSettings(
            customers=40, months=12, seed=9, regime_shift_month=6, regime_shift_log_odds=-0.8
        )
    ).truth
    before = calm.issued_on < pd.Timestamp("2022-07-01")
    for shifted in (tense, relaxed):
        assert_frame_equal(calm[before], shifted[before])
    after = ~before
    mean = [truth.p_late[after].mean() for truth in (relaxed, calm, tense)]
    assert mean[0] < mean[1] - 0.05 < mean[2] - 0.1
    shift = (tense.climate_log_odds - calm.climate_log_odds)[after]
    assert np.allclose(shift, 0.8)
    realised = [later_than(truth[after], 0).mean() for truth in (relaxed, calm, tense)]
    assert realised[0] < realised[1] < realised[2]


def test_the_ledger_shows_every_case_that_the_domain_knows(simulation: Simulation) -> None:
    frames = simulation.frames
    assert set(frames["allocations"].kind) == set(ALLOCATION_KINDS) - {"fx"}
    assert set(frames["invoices"].kind) == {"invoice", "credit_note"}
    assert set(frames["customers"].language) == {"en", "fr"}
    assert frames["customers"].natural_person.any() and frames["customers"].parent_id.notna().any()
    assert {"14", "30", "45", "60"} <= set(frames["invoices"].terms_code.str[-2:].dropna())
    facts = frames["customer_facts"]
    assert set(facts.value[facts.name == "status"]) == set(STATUSES)
    assert {"segment", "credit_limit", "terms_days", "external_rating"} <= set(facts.name)
    reversals = frames["payments"].dropna(subset="reversal_of")
    assert len(reversals) > 10 and reversals.amount.str.startswith("-").all()
    paid = frames["allocations"][frames["allocations"].kind == "payment"]
    assert (paid[~paid.amount.str.startswith("-")].groupby("invoice_id").size() > 1).any()
    joined = frames["customers"].onboarded_on
    assert (joined > pd.Timestamp(SETTINGS.start)).any()
    assert {"insurance", "bank_guarantee", "deposit"} <= set(frames["guarantees"].kind)
    delays = (frames["payments"].recorded_on - frames["payments"].paid_on).dt.days
    assert (delays <= 3).mean() > 0.98 and delays.max() > 9


def test_promises_are_kept_and_broken(simulation: Simulation) -> None:
    named = simulation.frames["promises"].dropna(subset="invoice_id")
    named = named.merge(simulation.truth[["invoice_id", "paid_on_final"]], on="invoice_id")
    mature = named[named.promised_on <= pd.Timestamp(last_day(simulation)) - pd.Timedelta("9D")]
    kept = mature.paid_on_final <= mature.promised_on + pd.Timedelta("3D")
    assert 0.2 < kept.mean() < 0.8


def test_the_ledger_finds_every_default_on_the_day_the_truth_says(simulation: Simulation) -> None:
    """By what is dated on the ledger, whenever it was recorded."""
    dated = {
        name: frame.drop(columns="recorded_on", errors="ignore")
        for name, frame in simulation.frames.items()
    }
    ledger = ledger_from_frames(dated, extract_of(simulation))
    spells = default_spells(ledger, Definitions())
    found = pd.Series(
        pd.to_datetime(spells.default_on.astype("int64"), unit="D"),
        index=ledger.vocabularies["customer"][spells.customer],
    )
    first = found.groupby(level=0).min()
    truth = simulation.default_truth.set_index("customer_id").defaulted_on
    on_ledger = truth[truth <= pd.Timestamp(last_day(simulation))]
    assert len(on_ledger) > 15
    assert dict(first) == dict(on_ledger)


def test_the_files_hold_the_ledger_and_apart_from_it_the_truth(tmp_path: Path) -> None:
    simulation = simulate(SMALL)
    write_simulation(simulation, tmp_path / "made" / "here")
    folder = tmp_path / "made" / "here"
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{table}.csv" for table in TABLES} | {"ledger.toml", "truth"}
    stated = tomllib.loads((folder / "ledger.toml").read_text(encoding="utf-8"))
    assert stated == dict(simulation.ledger_toml)
    assert check(folder).findings == ()
    assert stated["complete_from"] == date(2022, 1, 1)
    assert stated["complete_through"] == date(2022, 6, 30)
    invoices = pd.read_csv(folder / "invoices.csv", dtype=str)
    assert invoices.amount.tolist() == simulation.frames["invoices"].amount.tolist()
    assert invoices.issued_on.str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    truth = pd.read_csv(folder / "truth" / "truth_invoices.csv")
    assert truth.invoice_id.tolist() == simulation.truth.invoice_id.tolist()
    assert np.allclose(truth.p_late, simulation.truth.p_late, rtol=0, atol=1e-15)
    customers = pd.read_csv(folder / "truth" / "truth_customers.csv")
    assert customers.customer_id.tolist() == simulation.frames["customers"].customer_id.tolist()


def test_a_customer_without_an_invoice_is_no_obstacle() -> None:
    simulation = simulate(
        SimulationSettings(customers=2, months=1, invoices_per_customer_month=1e-6)
    )
    assert len(simulation.truth) == 0
    assert len(simulation.frames["customers"]) == 2
    assert len(ledger_from_frames(simulation.frames, extract_of(simulation)).invoices) == 0


def test_another_reporting_currency_is_billed_to_most() -> None:
    simulation = simulate(
        SimulationSettings(customers=30, months=3, reporting_currency="USD", seed=1)
    )
    assert simulation.frames["customers"].currency.value_counts().index[0] == "USD"
    assert set(simulation.frames["fx_rates"].currency) == {"EUR", "JPY"}
    assert (simulation.frames["fx_rates"].query("currency == 'EUR'").rate > 1).all()


def test_wrong_settings_are_all_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        SimulationSettings(customers=0, months=12, regime_shift_month=12, reporting_currency="XXX")
    assert [problem.split()[2] for problem in refused.value.problems] == [
        "customers",
        "regime_shift_month",
        "reporting_currency",
    ]
    assert "expected at least 1" in refused.value.problems[0]


def test_what_is_no_simulated_ledger_is_not_written_over(tmp_path: Path) -> None:
    simulation = simulate(SMALL)
    write_simulation(simulation, tmp_path / "new")
    write_simulation(simulation, tmp_path / "new")
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "invoices.csv").write_text("mine\n")
    with pytest.raises(LedgerError, match="no simulated ledger; choose another directory"):
        write_simulation(simulation, tmp_path / "books")
    assert (tmp_path / "books" / "invoices.csv").read_text() == "mine\n"
