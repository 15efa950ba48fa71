"""Terms and calendar of the observed invoice, and its age."""

import numba
import numpy as np

from features.history import Items, Visits
from ledger.arrays import Array

DAY_FACTS = np.dtype(
    [("weekday", np.int8), ("month_day", np.int8), ("days_to_month_end", np.int8)]
)
"""Place of a day in its week and month."""


@numba.njit(cache=True)
def write_terms(
    rows: Array, visits: Visits, items: Items, calendar: Array, first_day: int, minor_units: float
) -> None:
    """Write terms, calendar and age of each observation's invoice; NaN where it has none.

    `calendar` holds the DAY_FACTS of the days from `first_day` on; `minor_units` are those of
    one major unit of the reporting currency.
    """
    for c in range(len(visits.starts) - 1):
        logs, priced, known = 0.0, 0, items.starts[c]
        for v in range(visits.starts[c], visits.starts[c + 1]):
            as_of, i = visits.as_of[v], visits.item[v]
            row = rows[visits.place[v]]
            while known < items.starts[c + 1] and items.known_on[known] <= as_of:
                if items.amount_minor[known] > 0:
                    logs += np.log(items.amount_minor[known])
                    priced += 1
                known += 1
            row.terms_days = np.nan
            row.amount = np.nan
            row.amount_ratio = np.nan
            row.due_weekday = np.nan
            row.due_month_day = np.nan
            row.due_days_to_month_end = np.nan
            row.issue_weekday = np.nan
            row.days_since_issue = np.nan
            row.days_past_due = np.nan
            if i >= 0:
                due = calendar[items.due_on[i] - first_day]
                row.terms_days = items.due_on[i] - items.issued_on[i]
                row.due_weekday = due.weekday
                row.due_month_day = due.month_day
                row.due_days_to_month_end = due.days_to_month_end
                row.issue_weekday = calendar[items.issued_on[i] - first_day].weekday
                row.days_since_issue = as_of - items.issued_on[i]
                row.days_past_due = as_of - items.due_on[i]
                row.amount = items.amount_minor[i] / minor_units
                if items.amount_minor[i] > 0 and priced > 1:
                    own = np.log(items.amount_minor[i])
                    row.amount_ratio = np.exp(own - (logs - own) / (priced - 1))
