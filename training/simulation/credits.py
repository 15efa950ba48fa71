"""Credit notes and netting of a simulated customer: whole invoices cancelled, parts credited."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Flags, Minor, Rows
from training.simulation.economy import Economy
from training.simulation.fates import Fates
from training.simulation.invoices import Invoices

NETTED_SHARE = 0.15
"""Share of cancelled invoices that are netted rather than credited."""
PART_CREDITED_SHARE = 0.03
LARGER_NOTE_SHARE = 0.1
"""Share of credit notes that hold more than is applied."""
LOOSE_NOTE_SHARE = 0.004
"""Credit notes that are never applied, for each invoice."""


@dataclass(frozen=True)
class Credits:
    """What cleared invoices without cash, one row for each credit note or netting, shapes (m,).

    `invoice` is a row of the customer's invoices; a note of which 0 is applied only copies its
    day. What a note holds beyond `applied_minor` stays unapplied.
    """

    invoice: Rows
    day: Rows
    note_minor: Minor
    applied_minor: Minor
    is_netting: Flags

    def credited_minor(self, invoices: int) -> Minor:
        """Sum applied to each invoice, shape (invoices,)."""
        return np.bincount(self.invoice, self.applied_minor, invoices).astype(np.int64)


def draw_credits(
    invoices: Invoices, fates: Fates, economy: Economy, rng: np.random.Generator
) -> Credits:
    """Draw the notes of a customer: whole invoices, parts before due and payment, loose ones."""
    n = len(invoices)
    cancelled_day, paid_day = fates.cancelled_day, fates.paid_day
    before = np.where(paid_day < 0, invoices.due_day, np.minimum(paid_day, invoices.due_day))
    wait = np.floor(rng.random(n) * (before - invoices.issued_day)).astype(np.int64)
    part_day = economy.next_business_day[invoices.issued_day + 1 + wait]
    in_part = (rng.random(n) < PART_CREDITED_SHARE) & (part_day < before) & (cancelled_day < 0)
    part_share = rng.uniform(0.05, 0.35, n)
    excess_share = np.where(rng.random(n) < LARGER_NOTE_SHARE, rng.uniform(0.02, 0.1, n), 0.0)
    is_loose = rng.random(n) < LOOSE_NOTE_SHARE
    is_netted = rng.random(n) < NETTED_SHARE

    amount = invoices.amount_minor
    part_minor = np.rint(amount * part_share).astype(np.int64)
    excess_minor = np.rint(amount * excess_share).astype(np.int64)
    whole, part, loose = map(np.flatnonzero, (cancelled_day >= 0, in_part, is_loose))
    return Credits(
        invoice=np.concatenate([whole, part, loose]),
        day=np.concatenate([cancelled_day[whole], part_day[part], part_day[loose]]),
        note_minor=np.concatenate(
            [amount[whole], (part_minor + excess_minor)[part], part_minor[loose]]
        ),
        applied_minor=np.concatenate(
            [amount[whole], part_minor[part], np.zeros(len(loose), np.int64)]
        ),
        is_netting=np.concatenate([is_netted[whole], np.zeros(len(part) + len(loose), dtype=bool)]),
    )
