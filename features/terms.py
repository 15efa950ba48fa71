"""What the observed invoice says of itself, its age, and how it differs from the usual."""

import numba
import numpy as np

from features.calendars import Calendar
from features.frame import Record
from features.streams import Block, Items, Visits
from ledger.arrays import Array, Floats


@numba.njit(cache=True)
def write_terms(
    rows: Array,
    block: Block,
    visits: Visits,
    items: Items,
    calendar: Calendar,
    agreed_terms_days: Floats,
    minor_units: float,
) -> None:
    """Write terms, calendar, amount and age of the observed invoice; NaN where there is none.

    The usual terms are the mean, the usual amount the geometric mean of the customer's other
    invoices as known. `agreed_terms_days` holds each visit's (NaN: none), `minor_units` those of
    one major unit of the reporting currency.
    """
    for c in range(block.first, block.stop):
        item = items.starts[c]
        terms_days, logs, logged = 0, 0.0, 0
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of = visits.as_of[v]
            while item < items.starts[c + 1] and items.known_on[item] <= as_of:
                terms_days += items.due_on[item] - items.issued_on[item]
                if items.amount_minor[item] > 0:
                    logs += np.log(items.amount_minor[item])
                    logged += 1
                item += 1
            i, row = visits.item[v], rows[v - visits.starts[block.first]]
            if i < 0:
                _write_none(row)
                continue
            own_terms_days = items.due_on[i] - items.issued_on[i]
            others = item - items.starts[c] - 1
            row.terms_days = own_terms_days
            row.terms_over_agreed_days = own_terms_days - agreed_terms_days[v]
            row.terms_change_days = np.nan
            if others > 0:
                row.terms_change_days = own_terms_days - (terms_days - own_terms_days) / others
            row.discount_pct = items.discount_pct[i]
            row.discount_days_left = np.nan
            if items.has_discount[i]:
                row.discount_days_left = items.discount_until[i] - as_of
            row.drawn_by_seller = items.drawn_by_seller[i]
            row.amount = items.amount_minor[i] / minor_units if items.priced[i] else np.nan
            row.amount_ratio = np.nan
            if items.amount_minor[i] > 0 and logged > 1:
                own_log = np.log(items.amount_minor[i])
                row.amount_ratio = np.exp(own_log - (logs - own_log) / (logged - 1))
            _write_calendar(row, calendar, items.issued_on[i], items.due_on[i])
            row.days_since_issue = as_of - items.issued_on[i]
            row.days_past_due = as_of - items.due_on[i]


@numba.njit(cache=True)
def _write_calendar(row: Record, calendar: Calendar, issued_on: int, due_on: int) -> None:
    due = due_on - calendar.first_day
    row.due_weekday = calendar.weekday[due]
    row.due_month_day = calendar.month_day[due]
    row.due_days_to_month_end = calendar.days_to_month_end[due]
    row.issue_weekday = calendar.weekday[issued_on - calendar.first_day]


@numba.njit(cache=True)
def _write_none(row: Record) -> None:
    row.terms_days = np.nan
    row.terms_over_agreed_days = np.nan
    row.terms_change_days = np.nan
    row.discount_pct = np.nan
    row.discount_days_left = np.nan
    row.drawn_by_seller = np.nan
    row.amount = np.nan
    row.amount_ratio = np.nan
    row.due_weekday = np.nan
    row.due_month_day = np.nan
    row.due_days_to_month_end = np.nan
    row.issue_weekday = np.nan
    row.days_since_issue = np.nan
    row.days_past_due = np.nan
