"""What is answered about the whole portfolio: key figures, aging, cash forecast."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from serving.answers import Days
from serving.run_answers import NextCursor, RunReference
from serving.wire import Currency, DecimalText, Part, Share

Months = Annotated[str, Field(description="Calendar month.", examples=["2024-05"])]
DayCount = Annotated[float | None, Field(description="Days; null: no meaning.")]

Problems = Annotated[
    list[str],
    Field(description="Why there are no figures: an exchange rate is wanting; empty: there are."),
]


class RollForwardRow(Part):
    """From opening to closing balance, in one currency; what customers owe less of is negative."""

    currency: Currency
    opening: DecimalText
    invoices: DecimalText
    credit_notes: DecimalText
    cash: DecimalText
    refunds: DecimalText
    discounts: DecimalText
    deductions: DecimalText
    small_differences: DecimalText
    bad_debt: DecimalText
    netting: DecimalText
    fx: Annotated[DecimalText, Field(description="What changed with the rates alone.")]
    closing: DecimalText


class RollForward(Part):
    """What changed the balance in the last month."""

    opening_on: date
    closing_on: date
    by_currency: list[RollForwardRow]
    total: RollForwardRow


class KeyFigures(Part):
    """Key figures of receivables; money in `currency`, null where one has no meaning."""

    currency: Currency
    receivables: Annotated[DecimalText, Field(description="Gross less credits and cash.")]
    gross: Annotated[DecimalText, Field(description="Residuals of open items.")]
    overdue: DecimalText
    overdue_share: Annotated[Share | None, Field(description="Overdue / gross.")]
    sales: Annotated[DecimalText, Field(description="Credit sales, gross, of the three months.")]
    sales_from: date
    sales_through: date
    dso_days: Annotated[DayCount, Field(description="Receivables / sales x days.")]
    bpdso_days: Annotated[DayCount, Field(description="The same of what is not yet due.")]
    add_days: Annotated[DayCount, Field(description="The difference: average days delinquent.")]
    countback_dso_days: DayCount
    cei_month: Months
    cei_percent: Annotated[float | None, Field(description="Collection effectiveness index.")]
    average_payment_days: DayCount
    weighted_days_late: DayCount
    unpaid_month: Months
    unpaid_rate: Annotated[
        Share | None, Field(description="Still unpaid 90 days after due, of what was due.")
    ]
    roll_forward: RollForward


class KpisAnswer(Part):
    """The key figures of a run, basis posted: as recorded by its day."""

    run: RunReference
    as_of: date
    basis: Literal["posted"]
    ledger_through: date
    figures: Annotated[KeyFigures | None, Field(description="Null: see `problems`.")]
    problems: Problems


class AgingBuckets(Part):
    """Receivables by days past due, with credits and cash beside; money in `currency`."""

    currency: Currency
    buckets: Annotated[
        list[DecimalText],
        Field(description="Not due, up to each bound, beyond the last."),
    ]
    gross: Annotated[DecimalText, Field(description="Sum of the buckets.")]
    unapplied_credits: DecimalText
    unallocated_cash: DecimalText
    receivables: Annotated[DecimalText, Field(description="Gross less credits and cash.")]


class AgingRow(AgingBuckets):
    """The receivables of a customer, a company or in a currency."""

    label: Annotated[str, Field(description="Which; empty: items without a company.")]


class AgingAnswer(Part):
    """A page of the aging of a run, basis posted, in the reporting currency unless by currency."""

    run: RunReference
    as_of: date
    basis: Literal["posted"]
    ledger_through: date
    by: Literal["customer", "company", "currency"]
    bounds: Annotated[
        list[Days], Field(description="Last day past due of each bucket but the last.")
    ]
    rows: list[AgingRow]
    total: Annotated[AgingBuckets | None, Field(description="Of all rows; null: see `problems`.")]
    problems: Problems
    next_cursor: NextCursor


class ForecastWeek(Part):
    """An ISO week; the first begins tomorrow."""

    week: Annotated[str, Field(examples=["2024-W27"])]
    first_day: date
    last_day: date


class ForecastSums(Part):
    """Open items by when their money is expected; weeks and lines sum to `open_items`."""

    currency: Currency
    weeks: Annotated[list[DecimalText], Field(description="One for each week.")]
    later: Annotated[DecimalText, Field(description="After the last week.")]
    expected_never: DecimalText
    disputed: DecimalText
    deductions: Annotated[DecimalText, Field(description="Left of invoices that count as paid.")]
    undated: Annotated[DecimalText, Field(description="Of which no model says anything.")]
    open_items: DecimalText
    new_billing: Annotated[
        list[DecimalText] | None,
        Field(description="Of invoices yet to be issued, by week, beside; null: not forecast."),
    ]


class ForecastRow(ForecastSums):
    """The forecast of a company in a currency."""

    company: Annotated[str, Field(description="Empty: items without a company.")]


class CashForecastAnswer(Part):
    """When the money of open items arrives, as a run expected it, by ISO week; basis known."""

    run: RunReference
    as_of: date
    basis: Literal["known"]
    ledger_through: date
    weeks: list[ForecastWeek]
    rows: list[ForecastRow]
    by_currency: list[ForecastSums]
    notes: list[str]
