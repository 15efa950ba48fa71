"""The cash forecast worked out by hand: the curve, and what overrides it, to the cent."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from decisions.cash_forecast import CashForecast, cash_forecast
from decisions.forecast_json import forecast_json
from decisions.policy import ForecastPolicy, read_policy
from decisions.position import Position
from decisions.scoring import Portfolio, score_portfolio
from ledger.days import date_of, parse_day
from ledger.ledger import Ledger
from models.distribution import DelayDistribution
from models.grid import UPPER_ENDS
from models.scores import InvoiceScores, invoice_scores
from tests.decisions.portfolios import (
    DAY,
    TODAY,
    Rows,
    days_ago,
    invoice,
    ledger_of,
    open_with,
    payment,
    portfolio_of,
)
from tests.decisions.random_bundles import random_bundle
from tests.ledgers import LAST_DAY, RANDOM_LEDGERS, days, ledgers

POLICY = read_policy()
WEEKS = ForecastPolicy(weeks=5, billing_windows=1)
BUNDLE = random_bundle()

# TODAY is a Sunday: the weeks are 1-7, 8-14, 15-21, 22-28 July, and 29 July - 4 August.
TOMORROW = -1


def curve(position: Position) -> InvoiceScores:
    """Of items due tomorrow 60 % come 7 days late, 30 % from 22 to 30 days late, 10 % never."""
    left = np.select([UPPER_ENDS < 7, UPPER_ENDS < 30], [1.0, 0.4], 0.1)
    n = len(position.items)
    distribution = DelayDistribution(np.full(n, TOMORROW, np.int32), np.tile(np.log(left), (n, 1)))
    names = np.full(n, "normal", dtype=object)
    return invoice_scores(distribution, position.items.due_on, names, ((),) * n)


def forecast(
    tables: dict[str, Rows], day: int = DAY, policy: ForecastPolicy = WEEKS
) -> CashForecast:
    portfolio = portfolio_of(ledger_of(date_of(day).isoformat(), tables), POLICY, day)
    return cash_forecast(policy, replace(portfolio, invoice_scores=curve(portfolio.position)))


def total(found: CashForecast) -> list[int]:
    return (
        found.weeks_minor.sum(axis=1)
        + found.later_minor
        + found.expected_never_minor
        + found.disputed_minor
        + found.deductions_minor
        + found.undated_minor
    ).tolist()


PROMISE = {
    "promise_id": "R",
    "customer_id": "A",
    "made_on": days_ago(2),
    "promised_on": "2024-07-10",
    "amount": "400.00",
    "invoice_id": "I3",
}
TABLES: dict[str, Rows] = {
    "invoices": [
        invoice("I1", "A", "1000.00", due_days_ago=TOMORROW),
        invoice("I2", "A", "500.00", due_days_ago=TOMORROW),
        invoice("I3", "A", "700.00", due_days_ago=TOMORROW),
        invoice("I4", "B", "250.00", due_days_ago=-15, payment_method="direct_debit"),
        invoice("I5", "B", "1000.00", due_days_ago=20),
    ],
    "disputes": [
        {"dispute_id": "D", "invoice_id": "I2", "opened_on": days_ago(5), "amount": "300.00"}
    ],
    "promises": [PROMISE],
    "payments": [payment("P", "990.00", 10, invoice_id="I5")],
}


def test_each_part_of_an_item_arrives_where_it_is_expected() -> None:
    found = forecast(TABLES)
    # By the curve 1,000.00, 200.00 and 300.00. Of the 30 % from day 22 to 30, days 22 to 27 lie in
    # the fourth week: 0.4 x (1 - 0.25 ^ (6 / 9)) = 0.24126. Promised 400.00, debited 250.00.
    assert found.weeks_minor.tolist() == [
        [
            0,
            60_000 + 12_000 + 18_000 + 40_000,
            25_000,
            24_126 + 4_825 + 7_238,
            5_874 + 1_175 + 1_762,
        ]
    ]
    assert found.later_minor.tolist() == [0]
    assert found.expected_never_minor.tolist() == [10_000 + 2_000 + 3_000]
    assert found.disputed_minor.tolist() == [30_000]
    assert found.deductions_minor.tolist() == [1_000]
    assert found.undated_minor.tolist() == [0]
    assert found.open_items_minor.tolist() == total(found) == [246_000]


def test_what_comes_after_the_last_week_comes_later() -> None:
    found = forecast(TABLES, policy=replace(WEEKS, weeks=2))
    assert found.weeks_minor.tolist() == [[0, 130_000]]
    assert found.later_minor.tolist() == [25_000 + 36_189 + 8_811]
    assert total(found) == [246_000]


def test_weeks_are_those_of_the_calendar_and_the_first_begins_tomorrow() -> None:
    sunday = forecast(TABLES)
    assert [date_of(day).isoformat() for day in sunday.first_day[:2]] == [
        "2024-07-01",
        "2024-07-08",
    ]
    wednesday = forecast({"invoices": TABLES["invoices"][:1]}, parse_day("2024-07-03"))
    assert [date_of(day).isoformat() for day in wednesday.first_day[:2]] == [
        "2024-07-04",
        "2024-07-08",
    ]
    assert date_of(wednesday.last_day[0]) == date(2024, 7, 7)
    saturday = forecast({"invoices": TABLES["invoices"][:1]}, parse_day("2024-07-06"))
    assert saturday.first_day[0] == saturday.last_day[0] == parse_day("2024-07-07")
    weeks = forecast_json(sunday, DAY)["weeks"]
    assert weeks[0] == {"week": "2024-W27", "from": "2024-07-01", "through": "2024-07-07"}
    assert len(weeks) == 5


def test_a_promise_whose_day_has_passed_but_which_lives_is_expected_tomorrow() -> None:
    promise = PROMISE | {"made_on": days_ago(9), "promised_on": days_ago(2)}
    found = forecast({"invoices": TABLES["invoices"][2:3], "promises": [promise]})
    assert found.weeks_minor[0, 0] == 40_000
    over = PROMISE | {"made_on": days_ago(9), "promised_on": days_ago(4)}
    assert (
        forecast({"invoices": TABLES["invoices"][2:3], "promises": [over]}).weeks_minor[0, 0] == 0
    )


def test_of_two_promises_the_earlier_day_counts_first() -> None:
    early = PROMISE | {"promise_id": "S", "promised_on": "2024-07-03", "amount": "500.00"}
    found = forecast({"invoices": TABLES["invoices"][2:3], "promises": [PROMISE, early]})
    assert found.weeks_minor[0].tolist() == [50_000, 20_000, 0, 0, 0]
    assert total(found) == [70_000]


def test_a_promise_that_is_too_old_to_live_brings_nothing_on_its_day() -> None:
    lapsed = PROMISE | {"promise_id": "S", "made_on": days_ago(35)}
    live = PROMISE | {"promised_on": "2024-07-17", "amount": "700.00"}
    same_day = PROMISE | {"promise_id": "T", "invoice_id": "I2", "amount": "500.00"}
    old = invoice("I3", "A", "700.00", due_days_ago=TOMORROW, terms=60)
    invoices = [TABLES["invoices"][1], old]
    found = forecast({"invoices": invoices, "promises": [lapsed, live, same_day]})
    assert found.weeks_minor[0].tolist() == [0, 50_000, 70_000, 0, 0]


def test_a_returned_or_overdue_debit_follows_the_curve() -> None:
    tables = {
        "invoices": [
            invoice("I1", "A", "100.00", due_days_ago=TOMORROW, payment_method="direct_debit")
        ]
    }
    assert forecast(tables).weeks_minor[0].tolist() == [10_000, 0, 0, 0, 0]
    returned: Rows = [
        payment("P", "100.00", 6, invoice_id="I1"),
        payment("Q", "100.00", 2, reversal_of="P", reason="returned"),
    ]
    assert forecast(tables | {"payments": returned}).weeks_minor[0, :2].tolist() == [0, 6_000]
    overdue = invoice("I1", "A", "100.00", due_days_ago=0, payment_method="direct_debit")
    assert forecast({"invoices": [overdue]}).weeks_minor[0, 0] == 6_000


def test_rows_are_companies_and_currencies() -> None:
    tables = {
        "invoices": [
            invoice("I1", "A", "100.00", due_days_ago=TOMORROW, company="20"),
            invoice("I2", "A", "1000", due_days_ago=TOMORROW, company="10", currency="JPY"),
            invoice("I3", "B", "10.00", due_days_ago=TOMORROW, company="10"),
            invoice("I4", "B", "1.00", due_days_ago=TOMORROW),
        ],
        "fx_rates": [{"currency": "JPY", "on": TODAY, "rate": 0.006}],
    }
    said = forecast_json(forecast(tables), DAY)
    assert [(row["company"], row["currency"], row["open_items"]) for row in said["rows"]] == [
        ("10", "EUR", "10.00"),
        ("10", "JPY", "1000"),
        ("20", "EUR", "100.00"),
        ("", "EUR", "1.00"),
    ]
    assert [(row["currency"], row["weeks"][1]) for row in said["by_currency"]] == [
        ("EUR", "66.60"),
        ("JPY", "600"),
    ]
    assert said["basis"] == "known"


def test_without_a_delay_model_the_money_has_no_date() -> None:
    portfolio = portfolio_of(ledger_of(TODAY, TABLES), POLICY, DAY)
    unknown = replace(portfolio, invoice_scores=open_with(portfolio.position, np.nan))
    found = cash_forecast(WEEKS, unknown)
    assert found.undated_minor.tolist() == [100_000 + 20_000 + 30_000]
    assert found.weeks_minor.tolist() == [[0, 40_000, 25_000, 0, 0]]
    assert total(found) == [246_000]


def test_an_empty_ledger_has_an_empty_forecast() -> None:
    found = forecast({"customers": [{"customer_id": "A"}]})
    assert len(found) == 0
    said = forecast_json(found, DAY)
    assert (said["rows"], said["by_currency"]) == ([], [])
    assert "not forecast" in said["notes"][1]


# New billing: two stretches of two weeks, 3-16 June and 17-30 June.
BILLED: dict[str, Rows] = {
    "invoices": [
        {
            "invoice_id": name,
            "customer_id": "A",
            "issued_on": issued,
            "due_on": issued,
            "amount": "100.00",
        }
        for name, issued in (
            ("N0", "2024-06-03"),
            ("N1", "2024-06-18"),
            ("N2", "2024-06-18"),
            ("N3", "2024-06-10"),
            ("N4", "2024-06-04"),
        )
    ],
    "payments": [
        {"payment_id": name, "paid_on": paid, "amount": amount, "invoice_id": name}
        for name, paid, amount in (
            ("N1", "2024-06-20", "100.00"),
            ("N2", "2024-06-27", "60.00"),
            ("N3", "2024-06-18", "80.00"),  # billed in one stretch, paid in the other: not new
            ("N4", "2024-06-12", "40.00"),
        )
    ],
}
BILLED["allocations"] = [
    {
        "allocation_id": "K",
        "invoice_id": "N1",
        "kind": "deduction",
        "amount": "5.00",
        "allocated_on": "2024-06-21",
    }
]  # no cash
FORTNIGHT = ForecastPolicy(weeks=2, billing_windows=2)


def test_new_billing_brings_what_it_brought_in_past_stretches() -> None:
    found = forecast(BILLED, policy=FORTNIGHT)
    assert found.billing_windows == 2
    assert found.new_billing_minor.tolist() == [[10_000 / 2, (6_000 + 4_000) / 2]]
    last = forecast(BILLED, policy=replace(FORTNIGHT, billing_windows=1))
    assert last.new_billing_minor.tolist() == [[10_000, 6_000]]
    assert forecast_json(last, DAY)["rows"][0]["new_billing"] == ["100.00", "60.00"]


def test_new_billing_is_not_told_where_the_ledger_is_too_young() -> None:
    found = forecast(BILLED, policy=ForecastPolicy(weeks=5, billing_windows=2))
    assert found.billing_windows == 0
    assert forecast_json(found, DAY)["rows"][0]["new_billing"] is None
    without_first = {**BILLED, "invoices": BILLED["invoices"][1:]}
    assert forecast(without_first, policy=FORTNIGHT).billing_windows == 1


@RANDOM_LEDGERS
@given(ledgers(), days(last=LAST_DAY), st.sampled_from([1, 2, 13]))
def test_the_lines_sum_to_the_open_items_to_the_cent(ledger: Ledger, day: int, weeks: int) -> None:
    portfolio: Portfolio = score_portfolio(ledger, BUNDLE, POLICY, day)
    found = cash_forecast(ForecastPolicy(weeks, 2), portfolio)
    assert total(found) == found.open_items_minor.tolist()
    items = portfolio.position.items
    assert found.open_items_minor.sum() == items.residual_minor.sum()
    for part in (found.weeks_minor, found.later_minor, found.expected_never_minor):
        assert (part >= 0).all()
    promised = np.where(items.is_deduction, 0, items.promised_minor).sum()
    never_scored = found.undated_minor.sum()
    assert never_scored == 0
    assert found.weeks_minor.sum() + found.later_minor.sum() >= promised
