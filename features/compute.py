"""The one path from a ledger to features."""

import numpy as np

from features.behaviour import TALLY, write_behaviour
from features.frame import NAMES, ROW, FeatureFrame, Observations
from features.habits import write_habits
from features.history import NEVER, History, build_history, due_days
from features.open_items import write_open_items
from features.priors import Priors
from features.terms import DAY_FACTS, write_terms
from ledger.arrays import Array
from ledger.days import day_of_month, days_to_month_end, weekday
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.money import exponent

_DEFAULTS = Definitions()


def compute_features(
    ledger: Ledger,
    observations: Observations,
    priors: Priors,
    definitions: Definitions = _DEFAULTS,
) -> FeatureFrame:
    """Features of every observation, from what was known at the close of its day."""
    history = build_history(ledger, observations, definitions)
    n = len(observations)
    values = np.empty((n, len(NAMES)))
    rows = values.view(ROW)[:, 0]
    weekday_share, month_day_share = np.empty((n, 7)), np.empty((n, 31))
    first_day, calendar = _calendar(history)
    minor_units = 10.0 ** exponent(ledger.extract.reporting_currency)
    items, visits = history.items, history.visits
    write_terms(rows, visits, items, calendar, first_day, minor_units)
    write_behaviour(
        rows,
        visits,
        items,
        history.outcomes,
        history.undone,
        definitions.grace_days,
        np.zeros(1, TALLY),
        np.zeros(1, TALLY),
    )
    write_habits(
        rows,
        weekday_share,
        month_day_share,
        visits,
        items,
        history.outcomes,
        history.undone,
        calendar,
        first_day,
    )
    cleared = np.full(len(items.row), NEVER, np.int64)
    np.minimum.at(cleared, history.outcomes.item, history.outcomes.known_on)
    write_open_items(rows, visits, items, cleared, minor_units)
    _write_portfolio(rows, observations, priors)
    invoices = ledger.invoices
    row = np.where(observations.has_invoice, observations.invoice, 0)
    if len(invoices) == 0:
        nothing = np.zeros(n, np.int32)
        issued, due, until, has = nothing, nothing, nothing, np.zeros(n, np.bool_)
    else:
        issued, due = invoices["issued_on"][row], due_days(ledger, definitions)[row]
        until = invoices["discount_until"][row]
        has = invoices.known("discount_until")[row] & observations.has_invoice
    return FeatureFrame(
        NAMES, values, observations, issued, due, until, has, weekday_share, month_day_share
    )


def _calendar(history: History) -> tuple[int, Array]:
    days = np.concatenate(
        [history.items.issued_on, history.items.due_on, history.outcomes.paid_on]
    )
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    span = np.arange(first, last + 1, dtype=np.int32)
    calendar = np.empty(len(span), DAY_FACTS)
    calendar["weekday"] = weekday(span)
    calendar["month_day"] = day_of_month(span)
    calendar["days_to_month_end"] = days_to_month_end(span)
    return first, calendar


def _write_portfolio(rows: Array, observations: Observations, priors: Priors) -> None:
    for window in (30, 90, 365):
        late, days_late = priors.rates(observations.as_of, window)
        rows[f"portfolio_late_share_{window}d"] = late
        if window == 365:
            rows["portfolio_days_late_365d"] = days_late
            n = rows["outcomes"]
            own_late = np.nan_to_num(rows["late_share"] * n)
            own_days = np.nan_to_num(rows["days_late_mean"] * n)
            rows["late_share_shrunk"] = (own_late + 10.0 * late) / (n + 10.0)
            rows["days_late_shrunk"] = (own_days + 10.0 * days_late) / (n + 10.0)
