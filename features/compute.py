"""The one path from a ledger to features, for a million rows and for one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.behaviour import TALLY, write_behaviour
from features.calendars import Calendar, build_calendar
from features.facts import numbers_at, words_at
from features.frame import NAMES, ROW, FeatureFrame, Observations
from features.habits import HABITS, write_habits
from features.history import History, build_history
from features.incidents import INCIDENTS, Incidents, build_incidents, write_incidents
from features.likeness import ALIKE, write_likeness
from features.observable import require_observable
from features.open_items import OWED, write_open_items
from features.portfolio import Groups, Judged, groups_of, write_portfolio
from features.priors import Priors
from features.recent import RECENT, write_recent
from features.relation import BILLED, write_relation
from features.siblings import DueDays, build_due_days, write_siblings
from features.streams import Block
from features.terms import write_terms
from ledger.arrays import Array, Floats, Rows
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.money import exponent
from ledger.schema import STATUSES

BLOCK_ROWS = 4096
"""Rows written together: so few that they stay in a near cache while families fill them in."""

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
    past = _past(ledger, observations, priors, definitions)
    visits = past.history.visits
    widths = (len(NAMES), 7, 31)
    parts = tuple(np.empty((len(observations), width)) for width in widths)
    for block in _blocks(visits.starts):
        places = visits.row[visits.starts[block.first] : visits.starts[block.stop]]
        written = tuple(np.empty((len(places), width)) for width in widths)
        _write(block, past, *written)
        for part, rows in zip(parts, written, strict=True):
            part[places] = rows
    return _framed(ledger, observations, definitions, *parts)


@dataclass(frozen=True)
class _Past:
    """All that kernels read: streams by customer, facts by visit, and what holds for every row."""

    history: History
    incidents: Incidents
    due_days: DueDays
    calendar: Calendar
    groups: Groups
    judged: Judged
    agreed_terms_days: Floats
    credit_limit: Floats
    on_hold: Rows
    grace_days: int
    minor_units: float


def _past(
    ledger: Ledger, observations: Observations, priors: Priors, definitions: Definitions
) -> _Past:
    """Sort what happened to the observed customers."""
    history = build_history(ledger, observations, definitions)
    return _Past(
        history,
        build_incidents(ledger, history),
        build_due_days(history),
        build_calendar(history),
        groups_of(ledger, history, priors, definitions),
        Judged(priors.starts, priors.day, priors.total),
        numbers_at(ledger, history, "terms_days"),
        numbers_at(ledger, history, "credit_limit"),
        np.maximum(words_at(ledger, history, "status", _ON_HOLD), 0),
        definitions.grace_days,
        10.0 ** exponent(ledger.extract.reporting_currency),
    )


def _blocks(starts: Rows) -> Iterator[Block]:
    """Customers in blocks of at most BLOCK_ROWS visits, or of one customer who has more."""
    first = 0
    while first < len(starts) - 1:
        last = int(np.searchsorted(starts, starts[first] + BLOCK_ROWS, side="right")) - 1
        stop = max(last, first + 1)
        yield Block(first, stop)
        first = stop


def _write(
    block: Block, past: _Past, values: Array, weekday_share: Array, month_day_share: Array
) -> None:
    """Write the features of a block of customers, family by family, in the order of visits."""
    rows = values.view(ROW)[:, 0]
    history, grace_days = past.history, past.grace_days
    visits, items = history.visits, history.items
    paid = (visits, items, history.outcomes, history.changes)
    shares = (weekday_share, month_day_share)
    write_terms(rows, block, visits, items, past.calendar, past.agreed_terms_days, past.minor_units)
    write_behaviour(rows, block, *paid, grace_days, np.zeros(3, TALLY))
    write_recent(rows, block, *paid, grace_days, np.zeros(3, RECENT))
    write_likeness(rows, block, *paid, np.zeros(2, ALIKE))
    write_habits(rows, block, *paid, past.calendar, *shares, np.zeros(2, HABITS))
    owing = (history.balances, past.credit_limit, grace_days, past.minor_units)
    write_open_items(rows, block, visits, items, *owing, np.zeros(2, OWED))
    write_siblings(rows, block, *paid, past.due_days)
    write_incidents(rows, block, visits, items, past.incidents, np.zeros(2, INCIDENTS))
    write_relation(rows, block, visits, items, past.on_hold, np.zeros(2, BILLED))
    write_portfolio(rows, block, visits, past.groups, past.judged)


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
