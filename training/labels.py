"""What came of what was observed: the only code that looks past an observation's as_of."""

from dataclasses import dataclass

import numpy as np

from ledger.allocations import is_credit_note
from ledger.arrays import Array, Codes, Days, Flags, Rows
from ledger.days import month_index, month_start
from ledger.default import DefaultSpells
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.settlement import CANCELLED, OPEN, PAID, Settlements, settle, state_at

RECORDED_SHARE = 0.99
"""Share of payments that must be on the books before silence counts as no payment."""
MOST_RECORDING_DAYS = 30
"""Bound of that wait, for books whose past was recorded at one later time."""


@dataclass(frozen=True)
class DelayOutcomes:
    """What is known of every invoice at the close of the day `through`.

    Parameters
    ----------
    through
        Last known day: the day the ledger is complete through.
    observable
        Invoices that can be observed: no credit note, amount above zero. Shape (n,), as all below.
    observed_from
        First day at whose close the invoice was known: issued and recorded.
    due_on
        Day from which lateness counts.
    paid, paid_on
        Whether it was paid, and on which day, which means something only where it was.
    followed_through
        Last day the invoice was followed: the day it was cancelled, else `through`. Bad debt is
        followed to the end: never paid, not censored.
    recorded_through
        Last day whose payments are nearly all on the books: `RECORDED_SHARE` of the payments
        known were known within `through - recorded_through` days, at most
        `MOST_RECORDING_DAYS`. Of the days after it nothing is learned, for payments recorded
        late would read as no payments.
    settlements
        The changes behind all this, to ask what was known on a day.
    """

    through: int
    observable: Flags
    observed_from: Days
    due_on: Days
    paid: Flags
    paid_on: Days
    followed_through: Days
    recorded_through: int
    settlements: Settlements

    def __len__(self) -> int:
        return len(self.due_on)

    def days_late(self) -> Array:
        """Signed days from due date to payment, shape (n,); meaningless where not paid."""
        return self.paid_on - self.due_on

    def known_open(self, invoice: Rows, as_of: Days) -> Flags:
        """Which invoices were known at the close of a day, and open by what was known then.

        Shapes (m,). The one member that looks no further than `as_of`.
        """
        seen = self.observable[invoice] & (as_of >= self.observed_from[invoice])
        is_open: Flags = seen & (known_states(self.settlements, invoice, as_of) == OPEN)
        return is_open

    def known_later_than(self, invoice: Rows, k: int, as_of: Days) -> tuple[Flags, Flags]:
        """Whether invoices are later than due + `k` by what was known at the close of a day.

        And whether that can be told: not of an invoice cancelled by then. A payment recorded
        after that day counts as none. Shapes (m,).
        """
        last, has_changed = _last_changes(self.settlements, invoice, as_of)
        changes, bound = self.settlements, self.due_on[invoice] + k
        paid_in_time, cancelled = np.zeros((2, len(invoice)), np.bool_)
        at = last[has_changed]
        paid_in_time[has_changed] = changes.state[at] == PAID
        paid_in_time[has_changed] &= changes.paid_on[at] <= bound[has_changed]
        cancelled[has_changed] = changes.state[at] == CANCELLED
        return ~paid_in_time, self.observable[invoice] & ~cancelled

    def later_than(self, k: int) -> tuple[Flags, Flags]:
        """Whether each invoice was paid later than due + `k`, and whether that is known.

        Known where due + k lies on or before the last day the invoice was followed. Never paid
        counts as later. Both shape (n,).
        """
        bound = self.due_on + k
        paid_in_time = self.paid & (self.paid_on <= bound)
        return ~paid_in_time, self.observable & (bound <= self.followed_through)


def delay_outcomes(ledger: Ledger, definitions: Definitions) -> DelayOutcomes:
    """What came of every invoice of a ledger, by the last day the ledger is complete through."""
    through = ledger.extract.complete_through
    settlements = settle(ledger, definitions)
    invoices = ledger.invoices
    state, paid_on = state_at(settlements, len(invoices), through)
    followed = np.full(len(invoices), through, np.int32)
    known = settlements.known_on <= through
    last_change = followed.copy()
    last_change[settlements.invoice[known]] = settlements.known_on[known]
    return DelayOutcomes(
        through,
        ~is_credit_note(ledger) & (invoices["amount"] > 0) & (invoices.known_on <= through),
        invoices.known_on,
        due_days(ledger, definitions),
        state == PAID,
        paid_on,
        np.where(state == CANCELLED, last_change, followed),
        through - recording_days(settlements, through),
        settlements,
    )


def recording_days(settlements: Settlements, through: int, share: float = RECORDED_SHARE) -> int:
    """Days within which nearly all payments of invoices became known, by a day; 0 without any.

    The least number of days that `share` of them needed, at most `MOST_RECORDING_DAYS`.
    """
    paid = (settlements.state == PAID) & (settlements.known_on <= through)
    waited = (settlements.known_on - settlements.paid_on)[paid]
    if len(waited) == 0:
        return 0
    needed = int(np.quantile(waited, share, method="inverted_cdf"))
    return min(max(needed, 0), MOST_RECORDING_DAYS)


def known_states(settlements: Settlements, invoice: Rows, as_of: Days) -> Codes:
    """State of invoices by what was known at the close of a day, shape (m,)."""
    last, has_changed = _last_changes(settlements, invoice, as_of)
    states = np.full(len(invoice), OPEN, np.int32)
    states[has_changed] = settlements.state[last[has_changed]]
    return states


def _last_changes(settlements: Settlements, invoice: Rows, as_of: Days) -> tuple[Rows, Flags]:
    """Row of the last change known of each invoice at the close of a day, where there is one."""
    span = np.int64(2**32)
    changes = settlements.invoice * span + settlements.known_on
    last = np.searchsorted(changes, invoice * span + as_of, side="right") - 1
    has_changed = last >= 0
    has_changed[has_changed] = settlements.invoice[last[has_changed]] == invoice[has_changed]
    return last, has_changed


@dataclass(frozen=True)
class DefaultLabels:
    """Whether customers, not in default at a month end, defaulted within the horizon.

    Sorted by (customer, as_of). `spell` numbers the default that came first within the horizon,
    and means something only where `defaulted`. All shapes (n,).
    """

    customer: Codes
    as_of: Days
    defaulted: Flags
    spell: Rows

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: Array) -> "DefaultLabels":
        """The labels at `rows` (row numbers or a mask)."""
        return DefaultLabels(
            self.customer[rows], self.as_of[rows], self.defaulted[rows], self.spell[rows]
        )

    @property
    def defaults(self) -> int:
        """Number of defaults that some label counts."""
        return len(np.unique(self.spell[self.defaulted]))


def default_labels(
    ledger: Ledger,
    outcomes: DelayOutcomes,
    spells: DefaultSpells,
    horizon_days: int,
    active_days: int,
) -> DefaultLabels:
    """Labels of active customers at the month ends whose whole horizon is observed.

    Active are those of `active_customers`. A customer in default at the month end is left out.
    """
    first = int(outcomes.observed_from.min()) if len(outcomes) else outcomes.through
    nobody = _labels_at(first, np.empty(0, np.int32), spells, horizon_days)
    parts = [nobody] + [
        _labels_at(
            int(day),
            active_customers(ledger, outcomes, int(day), active_days),
            spells,
            horizon_days,
        )
        for day in month_ends(first, outcomes.through - horizon_days)
    ]
    labels = DefaultLabels(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in DefaultLabels.__annotations__
        )
    )
    return labels.take(np.lexsort((labels.as_of, labels.customer)))


def active_customers(
    ledger: Ledger, outcomes: DelayOutcomes, as_of: int, active_days: int
) -> Codes:
    """Customers with an open item at the close of a day, or one issued in the days before it."""
    every = np.arange(len(outcomes))
    days = np.full(len(outcomes), as_of, np.int32)
    issued_on = ledger.invoices["issued_on"]
    recent = outcomes.observable & (outcomes.observed_from <= as_of)
    recent &= issued_on > as_of - active_days
    active = recent | outcomes.known_open(every, days)
    return np.unique(ledger.invoices["customer_id"][active])


def month_ends(first: int, last: int) -> Days:
    """Last days of months from one day to another, both included."""
    one, other = month_index(np.array([first, last])).tolist()
    ends = month_start(np.arange(one, other + 1) + 1) - 1
    return ends[(first <= ends) & (ends <= last)].astype(np.int32)


def _labels_at(day: int, active: Codes, spells: DefaultSpells, horizon: int) -> DefaultLabels:
    """Labels of the active customers at one month end."""
    customer = active[~spells.in_default(active, np.full(len(active), day, np.int32))]
    ahead = np.flatnonzero((spells.default_on > day) & (spells.default_on <= day + horizon))
    defaulted, spell = np.zeros(len(customer), np.bool_), np.zeros(len(customer), np.int64)
    first_last = ahead[np.argsort(-spells.default_on[ahead], kind="stable")]
    is_active = np.isin(spells.customer[first_last], customer)
    place = np.searchsorted(customer, spells.customer[first_last[is_active]])
    defaulted[place], spell[place] = True, first_last[is_active]
    as_of = np.full(len(customer), day, np.int32)
    return DefaultLabels(customer, as_of, defaulted, spell)
