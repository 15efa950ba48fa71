"""The recommended action for each customer, and the rules that chose it."""

from dataclasses import dataclass

import numpy as np

from decisions.grade import named_rules
from decisions.policy import WorklistPolicy
from decisions.words import (
    ALLOCATE_CASH,
    CONTACTS,
    DISPUTE_DESK,
    NO_CONTACT,
    REFER,
    STAGES,
    WAIT_FOR_DEBIT,
    WAIT_FOR_PROMISE,
)
from ledger.arrays import Array, Codes, Flags, Minor

BEFORE_DUE = STAGES.index("before_due")

PAUSES = {
    "disputed": DISPUTE_DESK,
    "deduction": DISPUTE_DESK,
    "live_promise": WAIT_FOR_PROMISE,
    "direct_debit_pending": WAIT_FOR_DEBIT,
    "covered_by_credits": ALLOCATE_CASH,
}
"""Rules that pause a part of an item, and what to do where nothing is left to ask for."""

DEDUCTION = tuple(PAUSES).index("deduction")

BLOCKED = ("insolvent", "legal")
"""Account statuses in which a customer is not to be contacted."""


@dataclass(frozen=True, eq=False)
class Cases:
    """What actions depend on, for n customers; money in minor units of the reporting currency.

    Parameters
    ----------
    status, dunning_block
        How the account stands.
    natural_person, has_natural_person
        Whether only a person may decide, and whether the ledger says so.
    overdue_minor, unallocated_minor
        Residuals past due, and cash on account.
    asked_minor, stage
        What is to be asked for, and the stage of the oldest item that is worth it: position in
        STAGES, meaningless where nothing is asked for.
    paused_minor
        Parts of the overdue that are paused, in the order of PAUSES, shape (n, 5).
    expected_loss_minor
        Zero where there is none.
    """

    status: Array
    dunning_block: Flags
    natural_person: Flags
    has_natural_person: Flags
    overdue_minor: Minor
    unallocated_minor: Minor
    asked_minor: Minor
    stage: Codes
    paused_minor: Minor
    expected_loss_minor: Minor

    def __len__(self) -> int:
        return len(self.status)


@dataclass(frozen=True, eq=False)
class Recommendations:
    """What to do about n customers: one of ACTIONS, "" for nothing, and the rules; shapes (n,)."""

    action: Array
    rules: tuple[tuple[str, ...], ...]


def silent_accounts(status: Array, dunning_block: Flags) -> Flags:
    """Which customers are not to be contacted, shape (n,)."""
    return np.isin(status.astype(str), BLOCKED) | dunning_block


def recommend(policy: WorklistPolicy, cases: Cases, minor_units: float) -> Recommendations:
    """Recommend an action for each customer: that of the first rule that holds.

    In this order: an account that is not to be contacted; cash on account that may well pay what
    is overdue, deductions apart; nothing to ask for, because the overdue is paused (the largest
    part decides); an expected loss that calls for an escalation; else the stage. Where that would
    be a contact and the customer is a natural person, a person decides: refer. Parts that are
    paused are named besides. Less than `least_amount` is left alone.

    Parameters
    ----------
    policy
        Bounds, in major units of the reporting currency.
    cases
        Customers, n of them.
    minor_units
        Minor units in a major unit of the reporting currency.
    """
    least = max(policy.least_amount * minor_units, 1.0)
    overdue, asked = cases.overdue_minor >= least, cases.asked_minor >= least
    largest = np.argmax(cases.paused_minor, axis=1)
    waits = ~asked & (cases.paused_minor.max(axis=1) >= least)
    late_minor = cases.overdue_minor - cases.paused_minor[:, DEDUCTION]
    enough_cash = cases.unallocated_minor >= policy.unallocated_share * late_minor
    costly = cases.expected_loss_minor >= policy.escalate_expected_loss * minor_units
    choices: list[tuple[str, str, Flags]] = [
        *((f"account_{name}", NO_CONTACT, overdue & (cases.status == name)) for name in BLOCKED),
        ("dunning_block", NO_CONTACT, overdue & cases.dunning_block),
        (
            "unallocated_cash",
            ALLOCATE_CASH,
            (late_minor >= least) & (cases.unallocated_minor > 0) & enough_cash,
        ),
        *(
            (rule, action, waits & (largest == place))
            for place, (rule, action) in enumerate(PAUSES.items())
        ),
        ("expected_loss", CONTACTS[-1], asked & costly & (cases.stage > BEFORE_DUE)),
        *(
            (f"stage_{name}", CONTACTS[place], asked & (cases.stage == place))
            for place, name in enumerate(STAGES)
        ),
    ]
    n = len(cases)
    action = np.full(n, "", dtype=object)
    chosen_by: dict[str, Flags] = {}
    for rule, choice, where in choices:
        chosen_by[rule] = where & (action == "")
        action[chosen_by[rule]] = choice
    referred = cases.natural_person & np.isin(action.astype(str), CONTACTS)
    persons = {
        "natural_person": referred & cases.has_natural_person,
        "natural_person_unknown": referred & ~cases.has_natural_person,
    }
    paused = {
        rule: (action != "") & (cases.paused_minor[:, place] > 0) & ~chosen_by[rule]
        for place, rule in enumerate(PAUSES)
    }
    first, then = named_rules({**persons, **chosen_by}, n), named_rules(paused, n)
    return Recommendations(
        np.where(referred, REFER, action),
        tuple((*one, *other) for one, other in zip(first, then, strict=True)),
    )
