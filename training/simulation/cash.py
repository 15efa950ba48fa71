"""Payments of a simulated customer, bundled by day, and what each of them cleared."""

from dataclasses import dataclass, fields

import numpy as np

from ledger.arrays import Flags, Minor, Rows
from training.simulation.delays import HABITUAL
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.habits import Habits
from training.simulation.invoices import Invoices
from training.simulation.transfers import (
    BAD_DEBT,
    LEFT_OPEN,
    PAYMENT,
    SMALL_DIFFERENCE,
    Reductions,
    Transfers,
    draw_parts,
    draw_reductions,
    draw_returned_debits,
    draw_write_offs,
)

ON_ACCOUNT_SHARE = 0.008
"""Payments that bring more than is due."""
UNASSIGNED_SHARE, UNASSIGNED_DAYS = 0.02, (3, 29)
"""Payments that nobody assigns to their invoices for some days."""
RECORD_DAYS = (0.45, 0.35, 0.15, 0.05)
"""Chance that a payment is recorded 0, 1, 2, 3 days after its value date, if not late."""
LATE_RECORD_SHARE, LATE_RECORD_DAYS = 0.006, (10, 41)
DIFFERENCE_DAYS = (0, 21)
"""Days after the payment on which a small difference is cleared."""


@dataclass(frozen=True)
class Payments:
    """Payments of a customer by value date, shapes (p,).

    `reverses` is the row of the payment undone, -1 for none; its amount is negative.
    """

    day: Rows
    minor: Minor
    recorded_day: Rows
    reverses: Rows
    by_debit: Flags


@dataclass(frozen=True)
class Clearings:
    """What payments, reductions and write-offs cleared, in the order they happened, shapes (a,).

    `invoice` is a row of the customer's invoices, `payment` a row of its payments or -1, `kind` a
    position in KINDS.
    """

    invoice: Rows
    kind: Rows
    payment: Rows
    minor: Minor
    day: Rows
    recorded_day: Rows


def draw_cash(
    invoices: Invoices,
    credited_minor: Minor,
    fates: Fates,
    habits: Habits,
    states: Rows,
    economy: Economy,
    rng: np.random.Generator,
) -> tuple[Payments, Clearings]:
    """Cut the cash of each invoice into transfers, bundle them by day, and clear the invoices.

    Parameters
    ----------
    credited_minor
        Sum of credit notes applied to each invoice, shape (n,).
    states
        Health of the customer by day.
    """
    payable = invoices.amount_minor - credited_minor
    reductions = draw_reductions(invoices, payable, fates, habits, rng)
    parts = draw_parts(invoices, payable, fates, habits, states, economy, rng)
    rest = payable - np.bincount(parts.invoice, parts.minor, len(invoices)).astype(np.int64)
    paid = np.flatnonzero(fates.is_paid)
    transfers = Transfers(
        np.concatenate([paid, parts.invoice]),
        np.concatenate([fates.paid_day[paid], parts.day]),
        np.concatenate([(rest - reductions.minor)[paid], parts.minor]),
    )
    debits, returned_day = draw_returned_debits(
        invoices, payable, fates, habits, states, economy, rng
    )
    payments, payment = _bundle(transfers, debits, returned_day, fates, habits, rng)
    waits = (rng.random(len(payments.day)) < UNASSIGNED_SHARE) & (payments.reverses < 0)
    assigned_day = payments.recorded_day + waits * rng.integers(*UNASSIGNED_DAYS, len(payments.day))
    cash = Clearings(
        invoice=np.concatenate([transfers.invoice, debits.invoice, debits.invoice]),
        kind=np.full(len(payment), PAYMENT),
        payment=payment,
        minor=np.concatenate([transfers.minor, debits.minor, -debits.minor]),
        day=payments.day[payment],
        recorded_day=assigned_day[payment],
    )
    reduced = _reduced(paid, reductions, fates, assigned_day[payment[: len(paid)]], rng)
    losses = draw_write_offs(rest, fates, states, rng)
    lost = Clearings(
        invoice=losses.invoice,
        kind=np.full(len(losses.invoice), BAD_DEBT),
        payment=np.full(len(losses.invoice), -1),
        minor=losses.minor,
        day=losses.day,
        recorded_day=losses.day,
    )
    return payments, _in_order([cash, reduced, lost])


def _bundle(
    transfers: Transfers,
    debits: Transfers,
    returned_day: Rows,
    fates: Fates,
    habits: Habits,
    rng: np.random.Generator,
) -> tuple[Payments, Rows]:
    """Payments, and the payment of each transfer, each debit and each return, in this order.

    What a customer transfers on one day is one payment; a direct debit is one each.
    """
    if habits.direct_debit:
        bundle_day, bundle = transfers.day, np.arange(len(transfers.day))
        invoice = transfers.invoice
        by_debit = (fates.way[invoice] == HABITUAL) & (transfers.day == fates.planned_day[invoice])
    else:
        bundle_day, bundle = np.unique(transfers.day, return_inverse=True)
        by_debit = np.zeros(len(bundle_day), dtype=bool)
    bundles, returns = len(bundle_day), len(debits.day)
    minor = np.bincount(bundle, transfers.minor, bundles).astype(np.int64)
    brings_more = (rng.random(bundles) < ON_ACCOUNT_SHARE) & (not habits.direct_debit)
    extra = np.rint(minor * rng.uniform(0.01, 0.1, bundles)).astype(np.int64)

    day = np.concatenate([bundle_day, debits.day, returned_day])
    recorded_day = day + _draw_record_days(len(day), rng)
    debit = np.arange(bundles, bundles + returns)
    recorded_day[debit + returns] = np.maximum(recorded_day[debit + returns], recorded_day[debit])
    order = np.argsort(day, kind="stable")
    place = np.empty(len(day), np.int64)
    place[order] = np.arange(len(day))
    reverses = np.full(len(day), -1)
    reverses[debit + returns] = place[debit]
    payments = Payments(
        day=day[order],
        minor=np.concatenate([minor + brings_more * extra, debits.minor, -debits.minor])[order],
        recorded_day=recorded_day[order],
        reverses=reverses[order],
        by_debit=np.concatenate([by_debit, np.ones(2 * returns, dtype=bool)])[order],
    )
    return payments, place[np.concatenate([bundle, np.arange(bundles, len(day))])]


def _draw_record_days(payments: int, rng: np.random.Generator) -> Rows:
    days = rng.choice(len(RECORD_DAYS), payments, p=RECORD_DAYS)
    late = rng.random(payments) < LATE_RECORD_SHARE
    return np.where(late, rng.integers(*LATE_RECORD_DAYS, payments), days)


def _reduced(
    paid: Rows, reductions: Reductions, fates: Fates, assigned_day: Rows, rng: np.random.Generator
) -> Clearings:
    """What clears the rest that last transfers left, on their day or, small differences, later."""
    kind, day = reductions.kind[paid], fates.paid_day[paid]
    later = rng.integers(*DIFFERENCE_DAYS, len(paid))
    day = np.where(kind == SMALL_DIFFERENCE, day + later, day)
    minor = reductions.minor[paid]
    posted = (kind != PAYMENT) & (kind != LEFT_OPEN) & (minor > 0)
    return Clearings(
        invoice=paid[posted],
        kind=kind[posted],
        payment=np.full(posted.sum(), -1),
        minor=minor[posted],
        day=day[posted],
        recorded_day=np.maximum(assigned_day, day)[posted],
    )


def _in_order(parts: list[Clearings]) -> Clearings:
    """All clearings by day; on one day returned debits and what is no cash come first."""
    invoice, kind, payment, minor, day, recorded_day = (
        np.concatenate([getattr(part, column.name) for part in parts])
        for column in fields(Clearings)
    )
    order = np.lexsort((invoice, (kind == PAYMENT) & (minor > 0), day))
    return Clearings(
        invoice[order], kind[order], payment[order], minor[order], day[order], recorded_day[order]
    )
