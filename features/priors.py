"""What became of due invoices, day by day, in the portfolio and in groups of customers.

Every invoice is judged twice, by what is known at the close of a fixed day after its due date:
so that near the last known day the early payers are not all there is. First at three days (a
weekend) after the days of grace, late or on time; then, mature, at 33 days, how late, where
what was not paid within 30 days counts as 31.
"""

from dataclasses import dataclass, field

import numba
import numpy as np
import pandas as pd

from features.streams import EARLIEST
from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.days import datetimes
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.facts import fact_changes
from ledger.ledger import Ledger
from ledger.order import order_by, starts_of
from ledger.settlement import CANCELLED, OPEN, PAID, Settlements, settle

RECORDING_DAYS = 3
"""Days that a payment has to become known before an invoice is judged."""

MATURE_DAYS = 30
"""Days past due at which an invoice is mature: later is later than can be told."""

COUNTS = ("due", "late", "mature", "over_30", "days_late")
DUE, LATE, MATURE, OVER_30, DAYS_LATE = range(len(COUNTS))

PORTFOLIO = "portfolio"
_DEFAULTS = Definitions()


@dataclass(frozen=True)
class Priors:
    """Daily counts of what became of invoices, by group and by the day they were judged.

    Parameters
    ----------
    groups
        Sorted names: `portfolio`, `country=FR`, `parent=C1`, `segment=retail`; shape (g,).
    starts
        Rows of group k are `starts[k]:starts[k + 1]`, shape (g + 1,).
    day
        Days on which at least one was judged, rising within a group, shape (n,).
    counts
        Of each day, shape (n, 5): invoices judged late or on time, those late; invoices mature,
        those not paid within 30 days, and their days late in sum.
    total
        The same, summed up from the first day of the group, with a row of zeros before each
        group's first: row r of group k is `total[r + k + 1]`. Shape (n + g, 5).
    """

    groups: Array
    starts: Rows
    day: Days
    counts: Minor
    total: Minor = field(init=False)

    def __post_init__(self) -> None:
        total = np.zeros((len(self.day) + len(self.groups), len(COUNTS)), np.int64)
        for k in range(len(self.groups)):
            rows = slice(self.starts[k], self.starts[k + 1])
            at = slice(self.starts[k] + k + 1, self.starts[k + 1] + k + 1)
            np.cumsum(self.counts[rows], axis=0, out=total[at])
        object.__setattr__(self, "total", total)

    def numbers_of(self, groups: Array) -> Rows:
        """Number of each named group, -1 for those nothing is known of, shape (k,)."""
        if len(self.groups) == 0 or len(groups) == 0:
            return np.full(len(groups), -1, np.int64)
        number = np.minimum(np.searchsorted(self.groups, groups), len(self.groups) - 1)
        return np.where(self.groups[number] == groups, number, -1)

    def to_frame(self) -> pd.DataFrame:
        """One row for each group and day, for a snapshot."""
        group = np.repeat(self.groups, np.diff(self.starts))
        days = datetimes(self.day).astype("datetime64[s]")
        columns = {name: self.counts[:, column] for column, name in enumerate(COUNTS)}
        return pd.DataFrame({"group": pd.Series(group, dtype=object), "day": days, **columns})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Priors":
        """Return the priors that `to_frame` wrote."""
        day = frame["day"].to_numpy().astype("datetime64[D]").astype(np.int32)
        counts = frame[list(COUNTS)].to_numpy(np.int64)
        return priors_of_counts(frame["group"].to_numpy(dtype=object), day, counts)


def build_priors(ledger: Ledger, definitions: Definitions = _DEFAULTS) -> Priors:
    """Judge every invoice of a ledger, by the last day the ledger is complete through.

    What was cancelled by the day it is judged does not count. An invoice counts for the
    portfolio, its customer's country, its customer's parent (or the customer itself, where it is
    the parent of another) and the segment its customer was in on the day it was judged.
    """
    settlements = settle(ledger, definitions)
    judged = [
        _judge(ledger, definitions, settlements, definitions.grace_days + RECORDING_DAYS),
        _judge(ledger, definitions, settlements, MATURE_DAYS + RECORDING_DAYS, mature=True),
    ]
    customer, day, counts = (np.concatenate(columns) for columns in zip(*judged, strict=True))
    parts = [
        _by_day(words, member, day, counts)
        for words, member in _memberships(ledger, customer, day, definitions)
    ]
    names, days, sums = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return priors_of_counts(names, days, sums)


def priors_of_counts(group: Array, day: Days, counts: Minor) -> Priors:
    """Priors of the counts of groups (names) on days, one row for each, in any order."""
    groups, number = np.unique(group, return_inverse=True)
    return _sorted(groups, number.astype(np.int64), day, counts)


def _by_day(words: Array, member: Rows, day: Days, counts: Minor) -> tuple[Array, Days, Minor]:
    """Name, day and summed counts of each group (position in `words`, -1: none) and day."""
    inside = np.flatnonzero(member >= 0)
    order = inside[order_by(member[inside], day[inside])]
    member, day = member[order], day[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (member[1:] != member[:-1]) | (day[1:] != day[:-1])
    at = np.flatnonzero(first)
    sums = np.add.reduceat(counts[order], at) if len(at) else counts[:0]
    return words[member[at]], day[at], sums


def _sorted(groups: Array, group: Rows, day: Days, counts: Minor) -> Priors:
    order = order_by(group, day)
    return Priors(groups, starts_of(group[order], len(groups)), day[order], counts[order])


def _judge(
    ledger: Ledger,
    definitions: Definitions,
    settlements: Settlements,
    after_days: int,
    *,
    mature: bool = False,
) -> tuple[Codes, Days, Minor]:
    """Customer, day and counts of the invoices judged so many days after they were due."""
    invoices = ledger.invoices
    due_on = due_days(ledger, definitions)
    day = np.maximum(due_on + after_days, invoices.known_on)
    state, paid_on = _known_states(
        settlements.invoice, settlements.known_on, settlements.state, settlements.paid_on, day
    )
    counts_at_all = ~is_credit_note(ledger) & (state != CANCELLED)
    of = np.flatnonzero(counts_at_all & (day <= ledger.extract.complete_through))
    unpaid = state[of] != PAID
    late = np.where(unpaid, MATURE_DAYS + 1, paid_on[of].astype(np.int64) - due_on[of])
    late = np.clip(late, EARLIEST, MATURE_DAYS + 1)
    counts = np.zeros((len(of), len(COUNTS)), np.int64)
    if mature:
        counts[:, MATURE] = 1
        counts[:, OVER_30] = late > MATURE_DAYS
        counts[:, DAYS_LATE] = late
    else:
        counts[:, DUE] = 1
        counts[:, LATE] = unpaid | (late > definitions.grace_days)
    return invoices["customer_id"][of], day[of], counts


@numba.njit(cache=True)
def _known_states(
    invoice: Array, known_on: Array, state: Array, paid_on: Array, day: Array
) -> tuple[Array, Array]:
    """State and paid_on of every invoice, each as known at the close of its own day."""
    states = np.full(len(day), OPEN, np.int32)
    paid = np.zeros(len(day), np.int32)
    for s in range(len(invoice)):
        if known_on[s] <= day[invoice[s]]:
            states[invoice[s]] = state[s]
            paid[invoice[s]] = paid_on[s]
    return states, paid


def _memberships(
    ledger: Ledger, customer: Codes, day: Days, definitions: Definitions
) -> list[tuple[Array, Rows]]:
    """Names of the groups of each kind, and the group of each customer on its day (-1: none)."""
    found: list[tuple[Array, Rows]] = [
        (np.array([PORTFOLIO], dtype=object), np.zeros(len(customer), np.int64))
    ]
    if len(customer) == 0:
        return found
    country, parent, has_country, has_parent = undated_groups(ledger, definitions)
    named = ledger.vocabularies["customers.country"]
    found.append((_names("country", named), np.where(has_country, country, -1)[customer]))
    words = ledger.vocabularies["customer"]
    is_parent = np.zeros(len(words), np.bool_)
    is_parent[parent[has_parent]] = True
    own = np.where(is_parent, np.arange(len(words)), -1)
    found.append((_names("parent", words), np.where(has_parent, parent, own)[customer]))
    changes = fact_changes(ledger, "segment")
    if len(changes):
        span = np.int64(2**32)
        at = (
            np.searchsorted(
                changes.customer * span + changes.known_on, customer * span + day, side="right"
            )
            - 1
        )
        known = (at >= 0) & (changes.customer[at] == customer)
        found.append((_names("segment", changes.words), np.where(known, changes.value[at], -1)))
    return found


def _names(kind: str, words: Array) -> Array:
    return np.array([f"{kind}={word}" for word in words], dtype=object)


def undated_groups(ledger: Ledger, definitions: Definitions) -> tuple[Codes, Codes, Flags, Flags]:
    """Codes of country and parent of each customer code, and whether each is known.

    Known are only those that the definitions declare constant (DOMAIN section 1).
    """
    customers = ledger.customers
    size = len(ledger.vocabularies["customer"])
    country, parent = np.zeros(size, np.int32), np.zeros(size, np.int32)
    has_country, has_parent = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    code = customers["customer_id"]
    if "country" in definitions.constant_columns:
        country[code], has_country[code] = customers["country"], customers.known("country")
    if "parent_id" in definitions.constant_columns:
        parent[code], has_parent[code] = customers["parent_id"], customers.known("parent_id")
    return country, parent, has_country, has_parent
