"""The reports of the ledger as JSON: dates as ISO text, money as decimal text."""

from typing import Any

from ledger.aging import Aging
from ledger.days import date_of
from ledger.kpis import Kpis
from ledger.money import major
from ledger.movements import LINES
from ledger.rollforward import Rolled, RollForward


def kpis_json(figures: Kpis, rolled: RollForward) -> dict[str, Any]:
    """Key figures and a roll-forward; null where a figure has no meaning."""
    currency = figures.currency
    return {
        **_origin(figures),
        "currency": currency,
        "receivables": _money(figures.receivables_minor, currency),
        "gross": _money(figures.gross_minor, currency),
        "overdue": _money(figures.overdue_minor, currency),
        "overdue_share": figures.overdue_share,
        "sales": _money(figures.sales_minor, currency),
        "sales_from": _date(figures.sales_months[0]),
        "sales_through": _date(figures.sales_months[1]),
        "dso_days": figures.dso_days,
        "bpdso_days": figures.bpdso_days,
        "add_days": figures.add_days,
        "countback_dso_days": figures.countback_dso_days,
        "cei_month": _date(figures.last_month[0])[:7],
        "cei_percent": figures.cei_percent,
        "average_payment_days": figures.average_payment_days,
        "weighted_days_late": figures.weighted_days_late,
        "unpaid_month": _date(figures.unpaid_month)[:7],
        "unpaid_rate": figures.unpaid_rate,
        "roll_forward": {
            "opening_on": _date(rolled.opening_on),
            "closing_on": _date(rolled.closing_on),
            "by_currency": [_rolled_json(row) for row in rolled.by_currency],
            "total": _rolled_json(rolled.total),
        },
    }


def aging_json(rows: Aging, total: Aging) -> dict[str, Any]:
    """An aging and its total; buckets from the items not due to the oldest."""
    return {
        **_origin(total),
        "bounds": list(total.bounds),
        "by": rows.by,
        "rows": _aging_rows(rows),
        "total": _aging_rows(total)[0],
    }


def _aging_rows(aged: Aging) -> list[dict[str, Any]]:
    return [
        {
            aged.by: label,
            "currency": currency,
            "buckets": [_money(amount, currency) for amount in buckets],
            "gross": _money(gross, currency),
            "unapplied_credits": _money(credits, currency),
            "unallocated_cash": _money(cash, currency),
            "receivables": _money(receivables, currency),
        }
        for label, currency, buckets, gross, credits, cash, receivables in zip(
            aged.label,
            aged.currency,
            aged.buckets_minor,
            aged.gross_minor,
            aged.unapplied_credits_minor,
            aged.unallocated_cash_minor,
            aged.receivables_minor,
            strict=True,
        )
    ]


def _rolled_json(row: Rolled) -> dict[str, str]:
    lines = zip(LINES, row.lines_minor, strict=True)
    return {
        "currency": row.currency,
        "opening": _money(row.opening_minor, row.currency),
        **{name: _money(amount, row.currency) for name, amount in lines},
        "closing": _money(row.closing_minor, row.currency),
    }


def _origin(report: Kpis | Aging) -> dict[str, str]:
    return {
        "as_of": _date(report.as_of),
        "basis": report.basis,
        "ledger_through": _date(report.ledger_through),
    }


def _date(day: int) -> str:
    return date_of(day).isoformat()


def _money(minor: int, currency: str) -> str:
    return str(major(minor, currency))
