"""Why a customer comes before the ranking: what must not wait, whatever the money says."""

import numpy as np

from decisions.chase import Chase
from decisions.contacts import LastContacts
from decisions.guarantees import guarantees_in_force, insurer_deadlines
from decisions.policy import Policy, WorklistPolicy
from decisions.position import Position
from ledger.arrays import Codes, Flags
from ledger.money import exponent
from ledger.promises import BROKEN, promise_outcomes

URGENCIES = (
    "callback_due",
    "promise_broken",
    "debit_returned",
    "large_uncontacted",
    "insurer_deadline",
)
"""Rules that reserve a place, the most urgent first."""


def urgencies(
    policy: Policy, position: Position, chased: Chase, contacts: LastContacts, since: int
) -> dict[str, Flags]:
    """Which customers each of URGENCIES holds for, shape (n,) each.

    `since` is the day of the last run: promises broken after it count.
    """
    rules = policy.worklist
    _, deadline_near = insurer_deadlines(
        position,
        guarantees_in_force(position, policy.limits.insured_share),
        rules.insurer_notice_days,
    )
    return {
        "callback_due": contacts.has_callback & (contacts.callback_on <= position.as_of),
        "promise_broken": _promise_broken(position, since),
        "debit_returned": _debit_returned(position, chased, contacts),
        "large_uncontacted": _large_uncontacted(rules, position, chased, contacts),
        "insurer_deadline": deadline_near,
    }


def _promise_broken(position: Position, since: int) -> Flags:
    judged = promise_outcomes(position.ledger, books=position.books)
    fresh = (judged.outcome == BROKEN) & (judged.judged_on > since)
    fresh &= judged.judged_on <= position.as_of
    return _customers(position, judged.customer[fresh])


def _debit_returned(position: Position, chased: Chase, contacts: LastContacts) -> Flags:
    """Customers with an open item whose debit was returned and who were not contacted since."""
    customer = position.items.customer
    number, _ = position.place(customer)
    contacted = contacts.has_last[number] & (contacts.last_on[number] > chased.returned_on)
    return _customers(position, customer[chased.was_returned & ~contacted])


def _large_uncontacted(
    policy: WorklistPolicy, position: Position, chased: Chase, contacts: LastContacts
) -> Flags:
    """Customers asked for a large item that is overdue and uncontacted for long."""
    items = position.items
    number, _ = position.place(items.customer)
    since_contact = position.as_of - contacts.last_on[number]
    waiting = np.where(
        contacts.has_last[number],
        np.minimum(items.days_past_due, since_contact),
        items.days_past_due,
    )
    large = chased.asked_minor >= policy.large_item * 10.0 ** exponent(position.currency)
    found = large & (items.days_past_due > 0) & (waiting >= policy.uncontacted_days)
    return _customers(position, items.customer[found])


def _customers(position: Position, codes: Codes) -> Flags:
    """The customers named, as a mask over those of the position."""
    found = np.zeros(len(position.customers), np.bool_)
    number, is_here = position.place(codes)
    found[number[is_here]] = True
    return found
