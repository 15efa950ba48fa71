"""The reports that a score run keeps beside its tables: key figures, aging, forecast, alerts."""

from collections.abc import Callable
from typing import Any

from decisions.alerts import RunBefore, alerts, alerts_json
from decisions.cash_forecast import cash_forecast
from decisions.forecast_json import forecast_json
from decisions.policy import Policy
from decisions.scoring import Portfolio
from ledger.aging import By, aging
from ledger.books import Books, books_of
from ledger.days import date_of
from ledger.definitions import Definitions
from ledger.errors import LedgerError
from ledger.kpis import kpis
from ledger.report_json import aging_json, kpis_json
from ledger.rollforward import roll_forward

KPIS, AGING, FORECAST, ALERTS = "kpis.json", "aging.json", "forecast.json", "alerts.json"

AGINGS: tuple[By, ...] = ("customer", "company", "currency")
"""What the aging of a run has rows for."""


def run_reports(
    policy: Policy, portfolio: Portfolio, since: int, before: RunBefore | None
) -> dict[str, dict[str, Any]]:
    """The reports of a run as JSON values, by the names of their files.

    Key figures and aging have the basis posted, of what was recorded by the day of the run: what
    `duecast kpis` and `duecast aging` printed then. Where an old rate is wanting for one of them
    it holds the `problems` instead of figures.
    """
    position = portfolio.position
    through = position.ledger.extract.complete_through
    books = books_of(position.ledger, "posted")
    day = date_of(position.as_of).isoformat()
    found = alerts(policy, portfolio, since, before)
    return {
        KPIS: _or_problems(lambda: _kpis(books, position.as_of), books, day),
        AGING: _or_problems(lambda: _aging(policy, books, position.as_of), books, day),
        FORECAST: forecast_json(cash_forecast(policy.forecast, portfolio), through),
        ALERTS: {
            "as_of": day,
            "since": date_of(since).isoformat(),
            "basis": "known",
            "ledger_through": date_of(through).isoformat(),
            "compared": before is not None,
            "alerts": alerts_json(found),
        },
    }


def _kpis(books: Books, as_of: int) -> dict[str, Any]:
    figures = kpis(books.ledger, as_of, Definitions(), books=books)
    first_day, last_day = figures.last_month
    rolled = roll_forward(books.ledger, first_day - 1, last_day, books=books)
    return kpis_json(figures, rolled)


def _aging(policy: Policy, books: Books, as_of: int) -> dict[str, Any]:
    """The agings of AGINGS, each with its rows, and one total."""
    bounds = policy.aging.bounds_days
    total = aging(books.ledger, as_of, Definitions(), bounds=bounds, books=books)
    found = {
        by: aging_json(
            aging(books.ledger, as_of, Definitions(), by=by, bounds=bounds, books=books), total
        )
        for by in AGINGS
    }
    shared = {name: value for name, value in found["company"].items() if name not in ("by", "rows")}
    return {**shared, "rows": {f"by_{by}": report["rows"] for by, report in found.items()}}


def _or_problems(report: Callable[[], dict[str, Any]], books: Books, day: str) -> dict[str, Any]:
    try:
        return report()
    except LedgerError as error:
        return {
            "as_of": day,
            "basis": books.basis,
            "ledger_through": date_of(books.ledger.extract.complete_through).isoformat(),
            "problems": list(error.problems),
        }
