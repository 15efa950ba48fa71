"""Cash and losses of a simulated customer, invoice by invoice.

The last transfer for an invoice leaves at most 1.5 % of it; what comes before leaves at least a
quarter of what is to be paid. So `paid_on` of DOMAIN section 2 is the day that the law has drawn,
however the money is cut up.
"""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Minor, Rows
from training.simulation.delays import DISCOUNT, DISPUTED, SLOW
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.habits import Habits
from training.simulation.health import FAILED, STOPPED
from training.simulation.invoices import Invoices

PAYMENT, DISCOUNT_TAKEN, DEDUCTION, SMALL_DIFFERENCE, BAD_DEBT, LEFT_OPEN = range(6)
KINDS = ("payment", "discount", "deduction", "small_difference", "bad_debt")
"""Kinds of allocation; LEFT_OPEN is a short payment that nobody clears, and so none."""

DEDUCTION_SHARE, DISPUTED_DEDUCTION_SHARE = 0.015, 0.3
CLEARED_DIFFERENCE_SHARE = 0.5
"""Short payments of up to 1.5 % that are cleared as a small difference; the others stay open."""
DISPUTED_PART_SHARE = 0.35
"""Disputed invoices of which a part is paid before."""
SECOND_PART_SHARE = 0.3
WRITE_OFF_DAYS = (80, 240)
"""Days from failing to the write-off."""
FULL_WRITE_OFF_SHARE = 0.85


@dataclass(frozen=True)
class Transfers:
    """Money for single invoices, shapes (t,); `invoice` is a row of the customer's invoices."""

    invoice: Rows
    day: Rows
    minor: Minor


@dataclass(frozen=True)
class Reductions:
    """By how much the last transfer of each invoice falls short, and why; shapes (n,).

    `kind` is PAYMENT where it does not.
    """

    kind: Rows
    minor: Minor


def draw_reductions(
    invoices: Invoices, payable: Minor, fates: Fates, habits: Habits, rng: np.random.Generator
) -> Reductions:
    """Draw discounts taken, deductions and short payments; a direct debit is never short."""
    n = len(invoices)
    deducts = rng.random(n) < np.where(
        fates.way == DISPUTED, DISPUTED_DEDUCTION_SHARE, DEDUCTION_SHARE
    )
    falls_short = rng.random(n) < habits.short_pay_share
    is_cleared = rng.random(n) < CLEARED_DIFFERENCE_SHARE
    deduction = rng.uniform(0.03, 0.1, n)
    shortfall = rng.uniform(0.001, 0.015, n)
    kind = np.select(
        [fates.way == DISCOUNT, deducts, falls_short & is_cleared, falls_short],
        [DISCOUNT_TAKEN, DEDUCTION, SMALL_DIFFERENCE, LEFT_OPEN],
        PAYMENT,
    )
    if habits.direct_debit:
        kind = np.full(n, PAYMENT)
    share = np.select(
        [kind == DISCOUNT_TAKEN, kind == DEDUCTION, kind != PAYMENT],
        [invoices.discount_pct, deduction, shortfall],
        0.0,
    )
    return Reductions(kind, np.rint(payable * share).astype(np.int64))


def draw_parts(
    invoices: Invoices,
    payable: Minor,
    fates: Fates,
    habits: Habits,
    states: Rows,
    economy: Economy,
    rng: np.random.Generator,
) -> Transfers:
    """Draw one or two part payments of some invoices, around due and before the last transfer.

    A customer that has stopped or failed pays none.
    """
    n = len(invoices)
    chance = habits.part_pay_share + np.where(fates.way == DISPUTED, DISPUTED_PART_SHARE, 0.0)
    pays_parts = (rng.random(n) < chance) & (fates.cancelled_day < 0) & (not habits.direct_debit)
    first = np.maximum(invoices.issued_day + 2, invoices.due_day - 5)
    end = np.where(fates.paid_day < 0, invoices.due_day + 40, fates.paid_day)
    rows, days, minor = [], [], []
    for wanted in (pays_parts, pays_parts & (rng.random(n) < SECOND_PART_SHARE)):
        wait = np.floor(rng.random(n) * np.maximum(end - first, 0)).astype(np.int64)
        day = economy.next_business_day[first + wait]
        share = rng.uniform(0.15, 0.37, n)
        paying = np.flatnonzero(wanted & (day < end) & (states[day] < STOPPED))
        rows.append(paying)
        days.append(day[paying])
        minor.append(np.rint(payable * share).astype(np.int64)[paying])
    return Transfers(np.concatenate(rows), np.concatenate(days), np.concatenate(minor))


def draw_returned_debits(
    invoices: Invoices,
    payable: Minor,
    fates: Fates,
    habits: Habits,
    states: Rows,
    economy: Economy,
    rng: np.random.Generator,
) -> tuple[Transfers, Rows]:
    """Direct debits that the bank returns, and the day it does, before the last transfer."""
    attempt_day = economy.next_business_day[invoices.due_day]
    fails = (fates.way == SLOW) | (states[attempt_day] >= STOPPED)
    rows = np.flatnonzero(fails & (fates.cancelled_day < 0) & habits.direct_debit)
    returned = economy.next_business_day[attempt_day[rows] + rng.integers(2, 6, len(rows))]
    paid_day = fates.paid_day[rows]
    returned = np.where(paid_day < 0, returned, np.minimum(returned, paid_day - 1))
    return Transfers(rows, attempt_day[rows], payable[rows]), returned


def draw_write_offs(rest: Minor, fates: Fates, states: Rows, rng: np.random.Generator) -> Transfers:
    """Write-offs of what a failed customer never pays, all on one day, some in part only."""
    delay, share = int(rng.integers(*WRITE_OFF_DAYS)), rng.uniform(0.6, 0.9, len(rest))
    share[rng.random(len(rest)) < FULL_WRITE_OFF_SHARE] = 1.0
    failed = np.flatnonzero(states == FAILED)
    rows = np.flatnonzero(fates.is_lost) if len(failed) else np.empty(0, np.int64)
    day = np.full(len(rows), failed[0] + delay if len(failed) else 0)
    return Transfers(rows, day, np.rint(rest * share).astype(np.int64)[rows])
