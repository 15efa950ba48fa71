"""Exposure: what customers owe, less what lies in their favour (DOMAIN section 3)."""

from dataclasses import dataclass

import numpy as np

from decisions.position import Position
from ledger.arrays import Codes, Flags, Minor
from ledger.cash import ON_ACCOUNT
from ledger.ledger import Ledger

BASIS = "receivables_only"
"""What an exposure is made of: no bills, deliveries or orders that the ledger does not have."""


@dataclass(frozen=True, eq=False)
class Exposures:
    """What n customers owe at the close of a day, minor units of the reporting currency, (n,).

    Parameters
    ----------
    residual_minor
        Residuals of open items, gross.
    overdue_minor
        Those of items past due.
    credit_minor
        Open credit notes and what was paid or credited beyond an invoice.
    unallocated_minor
        Cash on account; below zero where a refund or a reversal is not allocated.
    """

    residual_minor: Minor
    overdue_minor: Minor
    credit_minor: Minor
    unallocated_minor: Minor

    @property
    def exposure_minor(self) -> Minor:
        """Residuals less credits and unallocated cash; below zero where we owe the customer."""
        return self.residual_minor - self.credit_minor - self.unallocated_minor


def exposures(position: Position) -> Exposures:
    """Exposure of each customer of a position."""
    items, credits = position.items, position.credits
    overdue = items.days_past_due > 0
    cash = credits.kind == ON_ACCOUNT
    return Exposures(
        position.sum_by_customer(items.customer, items.residual_reporting_minor),
        position.sum_by_customer(items.customer, items.residual_reporting_minor * overdue),
        position.sum_by_customer(credits.customer, credits.reporting_minor * ~cash),
        position.sum_by_customer(credits.customer, credits.reporting_minor * cash),
    )


def parents(ledger: Ledger, customer: Codes) -> tuple[Codes, Flags]:
    """Parent (code) of each customer (code), and whether it has one, both shape (n,)."""
    size = len(ledger.vocabularies["customer"])
    parent, known = np.zeros(size, np.int32), np.zeros(size, np.bool_)
    table = ledger.customers
    parent[table["customer_id"]] = table["parent_id"]
    known[table["customer_id"]] = table.known("parent_id")
    known &= parent != np.arange(size)
    return parent[customer], known[customer]


def family(ledger: Ledger, customer: Codes) -> Codes:
    """Customers (codes), their parents, and all who share one of these as a parent, sorted."""
    table = ledger.customers
    parent, has_parent = parents(ledger, customer)
    heads = np.unique(np.concatenate([customer, parent[has_parent]]))
    child = table.known("parent_id") & np.isin(table["parent_id"], heads)
    return np.unique(np.concatenate([heads, table["customer_id"][child]])).astype(np.int32)


def group_exposures(position: Position, owed: Exposures) -> Minor:
    """Exposure of the group of each customer: its parent, or itself, with all its children, (n,).

    Minor units of the reporting currency. The position must hold the families of the customers
    that are asked for, `owed` are its exposures.
    """
    parent, has_parent = parents(position.ledger, position.customers)
    head = np.where(has_parent, parent, position.customers)
    total = np.zeros(len(position.ledger.vocabularies["customer"]), np.int64)
    np.add.at(total, head, owed.exposure_minor)
    return total[head]
