"""The worklist: which customers to turn to today, in which order, with what, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from decisions.actions import PAUSES, Cases, recommend, silent_accounts
from decisions.chase import Chase, chase
from decisions.contacts import LastContacts, last_contacts
from decisions.grade import named_rules
from decisions.policy import Policy, WorklistPolicy
from decisions.scoring import Portfolio
from decisions.urgency import URGENCIES, urgencies
from decisions.words import CONTACTS, REFER, STAGES
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.money import exponent
from models.reasons import AT_MOST

REASONS = AT_MOST


@dataclass(frozen=True, eq=False)
class Worklist:
    """One entry for each customer that something is to be done about, in the order to work.

    Money is in minor units of the reporting currency. All shapes (k,).

    Parameters
    ----------
    portfolio, chased, contacts
        What the entries are about: customers are numbers in `portfolio.position.customers`, items
        positions in its `items`.
    since
        Day of the last run.
    customer
        Number of each entry's customer.
    is_reserved
        Whether it has one of the places before the ranking.
    priority_minor, asked_minor, overdue_minor
        What asking today is worth, what to ask for, and all that is past due.
    oldest_days_past_due
        Of its open items, deductions apart.
    lead_item
        The item that weighs most.
    action, stage
        One of ACTIONS; one of STAGES, "" where nothing is asked for.
    rules
        Names of the rules that made it urgent, chose the action or paused a part.
    reasons
        At most four sentences: of the lead item's delay, then of the customer's PD.
    """

    portfolio: Portfolio
    chased: Chase
    contacts: LastContacts
    since: int
    customer: Rows
    is_reserved: Flags
    priority_minor: Minor
    asked_minor: Minor
    overdue_minor: Minor
    oldest_days_past_due: Days
    lead_item: Rows
    action: Array
    stage: Array
    rules: tuple[tuple[str, ...], ...]
    reasons: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.customer)


def worklist(policy: Policy, portfolio: Portfolio, since: int) -> Worklist:
    """The worklist of a portfolio; `since` is the day of the last run.

    Entries with a reserved place come first, the most urgent rule first; then, as among equals,
    the highest priority, the largest overdue, the customer's id. A collector's reserved places
    are at most `reserved_share` of the capacity.
    """
    position, credit = portfolio.position, portfolio.credit
    items, accounts = position.items, credit.accounts
    silent = silent_accounts(accounts.status, accounts.dunning_block)
    owner, _ = position.place(items.customer)
    chased = chase(policy.worklist, position, portfolio.invoice_scores, silent[owner])
    contacts = last_contacts(position)
    unit = 10.0 ** exponent(position.currency)
    cases = _cases(policy.worklist, portfolio, chased, unit)
    advice = recommend(policy.worklist, cases, unit)
    reachable = np.isin(advice.action.astype(str), (*CONTACTS, REFER))
    urgent = {
        name: where & reachable
        for name, where in urgencies(policy, position, chased, contacts, since).items()
    }
    priority = position.sum_by_customer(items.customer, chased.priority_minor)
    listed = np.flatnonzero(advice.action != "")
    ranked = listed[np.lexsort((listed, -cases.overdue_minor[listed], -priority[listed]))]
    rows, is_reserved = _reserved_first(policy.worklist, ranked, urgent, accounts.collector)
    lead, oldest = _leads(portfolio, chased, owner)
    stage = np.where(cases.asked_minor > 0, np.array(STAGES, dtype=object)[cases.stage], "")
    why = named_rules(urgent, len(cases))
    return Worklist(
        portfolio,
        chased,
        contacts,
        since,
        rows,
        is_reserved,
        priority[rows],
        cases.asked_minor[rows],
        cases.overdue_minor[rows],
        oldest[rows],
        lead[rows],
        advice.action[rows],
        stage[rows],
        tuple((*why[row], *advice.rules[row]) for row in rows),
        tuple(_sentences(portfolio, int(row), int(lead[row])) for row in rows),
    )


def _cases(policy: WorklistPolicy, portfolio: Portfolio, chased: Chase, unit: float) -> Cases:
    position, credit = portfolio.position, portfolio.credit
    items = position.items
    overdue = items.days_past_due > 0
    paused = [
        position.sum_by_customer(items.customer, chased.paused_minor[rule] * overdue)
        for rule in PAUSES
    ]
    return Cases(
        credit.accounts.status,
        credit.accounts.dunning_block,
        credit.natural_person,
        credit.accounts.has_natural_person,
        credit.exposures.overdue_minor,
        credit.exposures.unallocated_minor,
        position.sum_by_customer(items.customer, chased.asked_minor),
        _customer_stages(policy, portfolio, chased, unit),
        np.column_stack(paused),
        np.where(credit.has_expected_loss, credit.expected_loss_minor, 0),
    )


def _customer_stages(
    policy: WorklistPolicy, portfolio: Portfolio, chased: Chase, unit: float
) -> Codes:
    """Stage of the oldest item asked for of at least `least_amount`, else of the oldest, (n,).

    Zero where nothing is asked for.
    """
    position = portfolio.position
    customers = len(position.customers)
    stage = np.zeros(customers, np.int32)
    for least in (1.0, policy.least_amount * unit):
        counts = chased.asked_minor >= max(least, 1.0)
        number, _ = position.place(position.items.customer[counts])
        oldest = np.full(customers, -1, np.int32)
        np.maximum.at(oldest, number, chased.stage[counts])
        stage = np.where(oldest >= 0, oldest, stage)
    return stage


def _reserved_first(
    policy: WorklistPolicy, ranked: Rows, urgent: Mapping[str, Flags], collector: Array
) -> tuple[Rows, Flags]:
    """Ranked customers with those first that get a reserved place, and which do, both (k,).

    Of each collector's customers the most urgent get one, as many as the policy reserves.
    """
    places = int(np.floor(round(policy.capacity * policy.reserved_share, 9)))
    none = len(URGENCIES)
    urgency = np.select([urgent[name][ranked] for name in URGENCIES], range(none), none)
    by_urgency = np.argsort(urgency, kind="stable")
    by_urgency = by_urgency[urgency[by_urgency] < none]
    _, name = np.unique(collector[ranked[by_urgency]].astype(str), return_inverse=True)
    by_name = np.argsort(name, kind="stable")
    nth = np.arange(len(name)) - np.searchsorted(name[by_name], name[by_name])
    is_reserved = np.zeros(len(ranked), np.bool_)
    is_reserved[by_urgency[by_name[nth < places]]] = True
    order = np.argsort(np.where(is_reserved, urgency, none), kind="stable")
    return ranked[order], is_reserved[order]


def _leads(portfolio: Portfolio, chased: Chase, owner: Rows) -> tuple[Rows, Days]:
    """Item of each customer that weighs most, and days past due of the oldest; 0 without items.

    The highest priority weighs most, then the largest residual, then the oldest. Deductions are
    not the oldest unless there is nothing else.
    """
    position = portfolio.position
    items = position.items
    customers = len(position.customers)
    order = np.lexsort(
        (np.arange(len(items)), -items.residual_reporting_minor, -chased.priority_minor, owner)
    )
    lead, oldest = np.zeros(customers, np.int64), np.zeros(customers, np.int32)
    lead[owner[order[::-1]]] = order[::-1]
    for counts in (items.is_deduction, ~items.is_deduction):
        by_age = np.flatnonzero(counts)[::-1]
        oldest[owner[by_age]] = items.days_past_due[by_age]
    return lead, oldest


def _sentences(portfolio: Portfolio, customer: int, item: int) -> tuple[str, ...]:
    """Why an item comes late, then why its customer may default, in other families.

    Only what makes it worse: a collector is not told what speaks for the customer.
    """
    delay = [reason for reason in portfolio.invoice_scores.reasons[item] if reason.contribution > 0]
    told = {reason.family for reason in delay}
    default = [
        reason
        for reason in portfolio.customer_scores.reasons[customer]
        if reason.contribution > 0 and reason.family not in told
    ]
    return tuple(reason.sentence for reason in (*delay, *default)[:REASONS])
