"""Everything that happened between the seller and one simulated customer."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Minor, Rows
from training.simulation.cash import Clearings, Payments, draw_cash
from training.simulation.collections import Contacts, Disputes, draw_contacts, draw_disputes
from training.simulation.credits import Credits, draw_credits
from training.simulation.customers import Profile
from training.simulation.economy import Economy
from training.simulation.facts import Fact, Guarantee, draw_facts, draw_guarantees
from training.simulation.fates import Fates
from training.simulation.habits import Habits
from training.simulation.invoices import Invoices
from training.simulation.transfers import DEDUCTION

LATE_INVOICE_SHARE, LATE_INVOICE_DAYS = 0.01, (1, 4)
"""Invoices that are recorded only some days after issue."""


@dataclass(frozen=True)
class Books:
    """One customer's documents, cash, disputes, contacts and dated master data.

    They run on after the end of the ledger. `invoice_recorded_day` is by invoice, shape (n,).
    """

    profile: Profile
    invoices: Invoices
    invoice_recorded_day: Rows
    credits: Credits
    payments: Payments
    clearings: Clearings
    disputes: Disputes
    contacts: Contacts
    facts: list[Fact]
    guarantees: list[Guarantee]

    @property
    def payable_minor(self) -> Minor:
        """Amount of each invoice without what is credited, shape (n,)."""
        return self.invoices.amount_minor - self.credits.credited_minor(len(self.invoices))

    @property
    def insolvent_day(self) -> int | None:
        """Day on which the customer became insolvent; None where it did not."""
        return next((fact.day for fact in self.facts if fact.value == "insolvent"), None)


def draw_books(
    profile: Profile,
    habits: Habits,
    states: Rows,
    invoices: Invoices,
    fates: Fates,
    economy: Economy,
    rng: np.random.Generator,
) -> Books:
    """Draw all that is booked around invoices whose fates are drawn already."""
    credits = draw_credits(invoices, fates, economy, rng)
    credited = credits.credited_minor(len(invoices))
    payments, clearings = draw_cash(invoices, credited, fates, habits, states, economy, rng)
    deducted = np.isin(np.arange(len(invoices)), clearings.invoice[clearings.kind == DEDUCTION])
    is_late = rng.random(len(invoices)) < LATE_INVOICE_SHARE
    lag = rng.integers(*LATE_INVOICE_DAYS, len(invoices))
    return Books(
        profile=profile,
        invoices=invoices,
        invoice_recorded_day=invoices.issued_day + is_late * lag,
        credits=credits,
        payments=payments,
        clearings=clearings,
        disputes=draw_disputes(invoices, deducted, fates, rng),
        contacts=draw_contacts(invoices, fates, habits.direct_debit, economy, rng),
        facts=draw_facts(profile, habits.fragility, states, economy, rng),
        guarantees=draw_guarantees(profile, economy, rng),
    )
