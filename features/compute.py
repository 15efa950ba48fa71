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
from features.observable import require_observable
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
    """Features of every observation, from what was known at the close of its day.

    A pure function of `ledger.known_at(as_of)` for each row, bit for bit; nor does any other row
    or customer, or the order of either, change a bit. An observed invoice is no part of its own
    history, whatever became of it by then. NaN means no evidence. The catalogue says what each
    feature is; the modules named after its families, how it is counted.

    Parameters
    ----------
    ledger
        History of at least the observed customers.
    observations
        Of n invoices or customers, in any order.
    priors
        What was known of the portfolio, of this ledger or of another (a bundle's snapshot).
    definitions
        When an invoice is paid, and when late.

    Returns
    -------
    One row for each observation, in their order.

    Raises
    ------
    ObservationError
        Where an observation is about an invoice that is not yet known at the close of its day,
        belongs to another customer or is a credit note.
    """
    require_observable(ledger, observations)
    allocations = all_allocations(ledger)
    settlements = settle(ledger, definitions, allocations)
    history = build_history(ledger, observations, definitions, settlements)
    calendar = build_calendar(history)
    visits, items = history.visits, history.items
    outcomes, changes = history.outcomes, history.changes
    grace_days = definitions.grace_days
    minor_units = 10.0 ** exponent(ledger.extract.reporting_currency)

    n = len(observations)
    values = np.empty((n, len(NAMES)))
    weekday_share, month_day_share = np.empty((n, 7)), np.empty((n, 31))
    rows = values.view(ROW)[:, 0]

    agreed_terms_days = numbers_at(ledger, history, "terms_days")
    write_terms(rows, visits, items, calendar, agreed_terms_days, minor_units)
    write_behaviour(rows, visits, items, outcomes, changes, grace_days, np.zeros(3, TALLY))
    write_recent(rows, visits, items, outcomes, changes, grace_days, np.zeros(3, RECENT))
    write_likeness(rows, visits, items, outcomes, changes, np.zeros(2, ALIKE))
    shares = (weekday_share, month_day_share)
    write_habits(rows, *shares, visits, items, outcomes, changes, calendar, np.zeros(2, HABITS))
    balances = build_balances(ledger, history, allocations, settlements)
    credit_limit = numbers_at(ledger, history, "credit_limit")
    write_open_items(
        rows, visits, items, balances, credit_limit, grace_days, minor_units, np.zeros(2, OWED)
    )
    write_siblings(rows, visits, items, outcomes, changes, build_due_days(history))
    incidents = build_incidents(ledger, history)
    write_incidents(rows, visits, items, incidents, np.zeros(2, INCIDENTS))
    on_hold = np.maximum(words_at(ledger, history, "status", _ON_HOLD), 0)
    write_relation(rows, visits, items, on_hold, np.zeros(2, BILLED))
    judged = Judged(priors.starts, priors.day, priors.total)
    write_portfolio(rows, visits, groups_of(ledger, history, priors), judged)
    return _framed(ledger, observations, definitions, values, *shares)


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
