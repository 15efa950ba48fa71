"""Work on the receivables of a simulated customer: disputes, contacts, promises.

Disputes of invoices that go the disputed way, and promises, carry news of the payment to come;
they change nothing of it.
"""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Flags, Minor, Rows
from training.simulation.delays import DISPUTED, SLOW
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.invoices import Invoices

DISPUTE_REASONS = ("price", "quantity", "quality", "delivery", "missing order number")
DISPUTE_OUTCOMES = ("rejected", "partly accepted", "credited")
REJECTED, PARTLY_ACCEPTED, CREDITED = range(3)
IDLE_DISPUTE_SHARE = 0.006
"""Invoices disputed without any effect on their payment."""
CANCELLED_DISPUTE_SHARE = 0.5
"""Cancelled invoices that were disputed before."""

CONTACT_DAYS = (6, 14, 28, 42, 60, 80)
"""Days past due on which a collector would act; the step is the level of the contact."""
CONTACT_SHARE = 0.7
CHANNELS = (
    ("reminder", "mail"),
    ("mail", "call"),
    ("call", "call"),
    ("call", "letter"),
    ("letter", "visit"),
    ("letter", "call"),
)
"""Two channels of equal chance for each level."""
CONTACT_OUTCOMES = {
    "no_answer": 0.34,
    "reached": 0.24,
    "promise": 0.24,
    "callback": 0.07,
    "refused": 0.03,
    "already_paid": 0.03,
    "invoice_not_received": 0.03,
    "wrong_contact": 0.02,
}
HONEST_SHARE = 0.7
"""Promises that name about the day of payment, where it is near."""
PROMISE_HORIZON_DAYS = 24


@dataclass(frozen=True)
class Disputes:
    """Disputes, shapes (d,); `outcome` is a position in DISPUTE_OUTCOMES."""

    invoice: Rows
    opened_day: Rows
    closed_day: Rows
    minor: Minor
    reason: Rows
    outcome: Rows
    recorded_day: Rows


@dataclass(frozen=True)
class Contacts:
    """Contacts by day, at most one a day, shapes (c,).

    `invoice` is the one that caused the contact. `callback_day` and `promised_day` are -1 where
    there is none; `names_invoice` says whether the promise names its invoice.
    """

    invoice: Rows
    day: Rows
    level: Rows
    channel: list[str]
    outcome: list[str]
    callback_day: Rows
    promised_day: Rows
    names_invoice: Flags
    by_own_collector: Flags


def draw_disputes(
    invoices: Invoices, deducted: Flags, fates: Fates, rng: np.random.Generator
) -> Disputes:
    """Draw disputes, each opened after issue and closed before the invoice ends.

    Parameters
    ----------
    deducted
        Invoices whose payment fell short by a deduction, shape (n,).
    """
    n = len(invoices)
    cancelled = fates.cancelled_day >= 0
    chance = np.where(cancelled, CANCELLED_DISPUTE_SHARE, IDLE_DISPUTE_SHARE)
    disputed = ((fates.way == DISPUTED) & ~cancelled) | (rng.random(n) < chance)
    opens_after = 2 + np.floor(rng.random(n) * invoices.terms_days).astype(np.int64)
    opened = invoices.issued_day + opens_after
    paid_or_far = np.where(fates.paid_day < 0, opened + rng.integers(25, 100, n), fates.paid_day)
    end = np.where(cancelled, fates.cancelled_day, paid_or_far)
    lasts = np.ceil((end - opened) * rng.uniform(0.7, 1.0, n)).astype(np.int64)
    idle = (fates.way != DISPUTED) & ~cancelled
    lasts = np.where(idle, np.minimum(lasts, rng.integers(2, 12, n)), lasts)
    share = np.where(rng.random(n) < 0.6, 1.0, rng.uniform(0.1, 0.8, n))
    reason = rng.integers(0, len(DISPUTE_REASONS), n)
    recorded = opened + rng.integers(0, 3, n)
    outcome = np.select([cancelled, deducted], [CREDITED, PARTLY_ACCEPTED], REJECTED)
    rows = np.flatnonzero(disputed & (opened < end))
    return Disputes(
        rows,
        opened[rows],
        (opened + lasts)[rows],
        np.rint(invoices.amount_minor * share).astype(np.int64)[rows],
        reason[rows],
        outcome[rows],
        recorded[rows],
    )


def draw_contacts(
    invoices: Invoices,
    fates: Fates,
    direct_debit: bool,
    economy: Economy,
    rng: np.random.Generator,
) -> Contacts:
    """Draw contacts about overdue invoices, and the promises they bring.

    Direct debits are pursued only after a return.
    """
    n, steps = len(invoices), len(CONTACT_DAYS)
    end = np.where(fates.paid_day < 0, economy.ledger_days, fates.paid_day)
    end = np.where(fates.cancelled_day >= 0, fates.cancelled_day, end)
    pursued = (fates.way == SLOW) | (fates.paid_day != fates.planned_day) | (not direct_debit)
    day = economy.next_business_day[invoices.due_day[:, None] + np.array(CONTACT_DAYS)]
    acts = (rng.random((n, steps)) < CONTACT_SHARE) & (day < end[:, None]) & pursued[:, None]
    invoice, level = np.nonzero(acts)
    order = np.lexsort((invoice, -level, day[invoice, level]))
    invoice, level = invoice[order], level[order]
    _, first = np.unique(day[invoice, level], return_index=True)
    invoice, level = invoice[first], level[first]
    made = day[invoice, level]

    m = len(invoice)
    which = rng.integers(0, 2, m)
    words = list(CONTACT_OUTCOMES)
    outcome = rng.choice(len(words), m, p=list(CONTACT_OUTCOMES.values()))
    paid_day = fates.paid_day[invoice]
    is_near = (paid_day > made) & (paid_day <= made + PROMISE_HORIZON_DAYS)
    is_honest = is_near & (rng.random(m) < HONEST_SHARE)
    about = np.maximum(paid_day + rng.integers(-3, 4, m), made + 1)
    promised = np.where(is_honest, about, made + rng.integers(3, 15, m))
    callback = made + rng.integers(1, 8, m)
    return Contacts(
        invoice=invoice,
        day=made,
        level=level + 1,
        channel=[CHANNELS[step][choice] for step, choice in zip(level, which, strict=True)],
        outcome=[words[k] for k in outcome],
        callback_day=np.where(outcome == words.index("callback"), callback, -1),
        promised_day=np.where(outcome == words.index("promise"), promised, -1),
        names_invoice=rng.random(m) < 0.8,
        by_own_collector=rng.random(m) < 0.9,
    )
