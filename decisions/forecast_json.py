"""The cash forecast as JSON, as a run keeps it: dates as ISO text, money as decimal text."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from decisions.cash_forecast import CashForecast
from ledger.arrays import Minor, Rows
from ledger.days import date_of
from ledger.money import major

LINES = ("later", "expected_never", "disputed", "deductions", "undated")
"""The lines of a forecast beside its weeks; with them they sum to the open items."""

NO_BILLING = (
    "New billing is not forecast: the ledger does not cover one past stretch of {weeks} weeks."
)
NOTES = (
    "Open items gross: credits and cash on account are not taken off.",
    "New billing is what the same weeks brought of invoices issued in them, mean of the last "
    "{windows} stretches of {weeks} weeks; it is not part of the open items.",
)


def forecast_json(forecast: CashForecast, ledger_through: int) -> dict[str, Any]:
    """A forecast by company and currency, and by currency; what new billing it could not tell."""
    said = {"windows": forecast.billing_windows, "weeks": len(forecast.last_day)}
    billing = NOTES[1] if forecast.billing_windows else NO_BILLING
    return {
        "as_of": _date(forecast.as_of),
        "basis": "known",
        "ledger_through": _date(ledger_through),
        "weeks": [
            {"week": f"{_date(last, '%G-W%V')}", "from": _date(first), "through": _date(last)}
            for first, last in zip(forecast.first_day, forecast.last_day, strict=True)
        ],
        "rows": [
            {"company": str(forecast.companies[row]), **_row(forecast, [row])}
            for row in range(len(forecast))
        ],
        "by_currency": [
            _row(forecast, np.flatnonzero(forecast.currencies == currency))
            for currency in np.unique(forecast.currencies.astype(str))
        ],
        "notes": [NOTES[0], billing.format(**said)],
    }


def _row(forecast: CashForecast, rows: Sequence[int] | Rows) -> dict[str, Any]:
    """Some rows of a forecast, all in one currency, as one."""
    currency = str(forecast.currencies[rows[0]])

    def money(minor: Minor) -> str:
        return str(major(int(minor), currency))

    weeks = forecast.weeks_minor[rows].sum(axis=0)
    billing = forecast.new_billing_minor[rows].sum(axis=0)
    return {
        "currency": currency,
        "weeks": [money(amount) for amount in weeks],
        **{line: money(getattr(forecast, f"{line}_minor")[rows].sum()) for line in LINES},
        "open_items": money(forecast.open_items_minor[rows].sum()),
        "new_billing": [money(amount) for amount in billing] if forecast.billing_windows else None,
    }


def _date(day: int, form: str = "%Y-%m-%d") -> str:
    return date_of(day).strftime(form)
