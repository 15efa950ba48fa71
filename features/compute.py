"""The one path from a ledger to features, for a million rows and for one."""

import numpy as np

from features.balances import build_balances
from features.behaviour import TALLY, write_behaviour
from features.calendars import build_calendar
from features.facts import numbers_at, words_at
from features.frame import NAMES, ROW, FeatureFrame, Observations
from features.habits import HABITS, write_habits
from features.history import build_history
from features.incidents import INCIDENTS, build_incidents, write_incidents
from features.likeness import ALIKE, write_likeness
from features.open_items import OWED, write_open_items
from features.portfolio import Judged, groups_of, write_portfolio
from features.priors import Priors
from features.recent import RECENT, write_recent
from features.relation import BILLED, write_relation
from features.siblings import build_due_days, write_siblings
from features.terms import write_terms
from ledger.allocations import all_allocations
from ledger.arrays import Floats
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.money import exponent
from ledger.schema import STATUSES
from ledger.settlement import settle

_DEFAULTS = Definitions()
_ON_HOLD = {status: int(status != "active") for status in STATUSES}


def compute_features(
    ledger: Ledger,
    observations: Observations,
    priors: Priors,
    definitions: Definitions = _DEFAULTS,
) -> FeatureFrame:
    """Features of every observation, from what was known at the close of its day."""
    allocations = all_allocations(ledger)
    settlements = settle(ledger, definitions, allocations)
    history = build_history(ledger, observations, definitions, settlements)
    visits, items, outcomes, changes = (
        history.visits,
        history.items,
        history.outcomes,
        history.changes,
    )
    n, grace_days = len(observations), definitions.grace_days
    values = np.empty((n, len(NAMES)))
    rows = values.view(ROW)[:, 0]
    weekday_share, month_day_share = np.empty((n, 7)), np.empty((n, 31))
    calendar = build_calendar(history)
    minor_units = 10.0 ** exponent(ledger.extract.reporting_currency)
    write_terms(
        rows, visits, items, calendar, numbers_at(ledger, history, "terms_days"), minor_units
    )
    write_behaviour(rows, visits, items, outcomes, changes, grace_days, np.zeros(3, TALLY))
    write_recent(rows, visits, items, outcomes, changes, grace_days, np.zeros(3, RECENT))
    write_likeness(rows, visits, items, outcomes, changes, np.zeros(2, ALIKE))
    write_habits(
        rows,
        weekday_share,
        month_day_share,
        visits,
        items,
        outcomes,
        changes,
        calendar,
        np.zeros(2, HABITS),
    )
    write_open_items(
        rows,
        visits,
        items,
        build_balances(ledger, history, allocations, settlements),
        numbers_at(ledger, history, "credit_limit"),
        grace_days,
        minor_units,
        np.zeros(2, OWED),
    )
    write_siblings(rows, visits, items, outcomes, changes, build_due_days(history))
    write_incidents(
        rows, visits, items, build_incidents(ledger, history, allocations), np.zeros(2, INCIDENTS)
    )
    on_hold = np.maximum(words_at(ledger, history, "status", _ON_HOLD), 0)
    write_relation(rows, visits, items, on_hold, np.zeros(2, BILLED))
    write_portfolio(
        rows,
        visits,
        groups_of(ledger, history, priors),
        Judged(priors.starts, priors.day, priors.total),
    )
    return _framed(ledger, observations, definitions, values, weekday_share, month_day_share)


def _framed(
    ledger: Ledger,
    observations: Observations,
    definitions: Definitions,
    values: Floats,
    weekday_share: Floats,
    month_day_share: Floats,
) -> FeatureFrame:
    """The frame, with the dates of the observed invoices beside their features."""
    has = observations.has_invoice
    of = observations.invoice[has]
    issued_on, due_on, until = (np.zeros(len(has), np.int32) for _ in range(3))
    has_discount = np.zeros(len(has), np.bool_)
    issued_on[has] = ledger.invoices["issued_on"][of]
    due_on[has] = due_days(ledger, definitions)[of]
    until[has] = ledger.invoices["discount_until"][of]
    has_discount[has] = ledger.invoices.known("discount_until")[of]
    return FeatureFrame(
        NAMES,
        values,
        observations,
        issued_on,
        due_on,
        until,
        has_discount,
        weekday_share,
        month_day_share,
    )
