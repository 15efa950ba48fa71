"""Observations, and the features known of each."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from features.catalogue import CATALOGUE
from ledger.arrays import Array, Codes, Days, Flags, Floats, Rows
from ledger.errors import ProblemsError

NAMES: tuple[str, ...] = tuple(f.name for f in CATALOGUE if f.scope == "observation")
"""Columns of a frame, in the order of the catalogue."""

ROW = np.dtype([(name, np.float64) for name in NAMES])
"""A row of a frame by the names of its features, as kernels write it."""

Record: TypeAlias = Any
"""One element of a structured array, its fields attributes: what kernels count in and write to."""


class ObservationError(ProblemsError):
    """Observations that ask for what is not there."""


@dataclass(frozen=True)
class Observations:
    """Who is looked at, and when: (customer, invoice or none, as_of), each shape (n,).

    `customer` are codes of the "customer" vocabulary, `invoice` rows of `ledger.invoices`, which
    count only where `has_invoice`. `as_of` is the close of that day.
    """

    customer: Codes
    invoice: Rows
    has_invoice: Flags
    as_of: Days

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: Array) -> "Observations":
        """The observations at `rows` (row numbers or a mask)."""
        return Observations(
            self.customer[rows], self.invoice[rows], self.has_invoice[rows], self.as_of[rows]
        )


def of_invoices(customer: Codes, invoice: Rows, as_of: Days) -> Observations:
    """Observations of invoices, whose customers are given beside them."""
    return Observations(customer, invoice, np.ones(len(invoice), np.bool_), as_of)


def of_customers(customer: Codes, as_of: Days) -> Observations:
    """Observations of customers as a whole."""
    n = len(customer)
    return Observations(customer, np.zeros(n, np.int64), np.zeros(n, np.bool_), as_of)


@dataclass(frozen=True)
class FeatureFrame:
    """Features of n observations, one row each.

    Parameters
    ----------
    names
        Features of scope `observation`, in the order of the catalogue, length m.
    values
        Shape (n, m), float64, C order; NaN means no evidence.
    observations
        What the rows are about, length n.
    issued_on, due_on
        Of each row's invoice; meaningless where the observation has none. Shape (n,).
    discount_until, has_discount
        Last day of the invoice's discount, and whether it has one. Shape (n,).
    weekday_share, month_day_share
        Share of the customer's payment days, as known, on each weekday (Monday first) and each
        day of the month (1 first), for the covariates of an interval's date. Shapes (n, 7) and
        (n, 31); NaN where the customer never paid.
    """

    names: tuple[str, ...]
    values: Floats
    observations: Observations
    issued_on: Days
    due_on: Days
    discount_until: Days
    has_discount: Flags
    weekday_share: Floats
    month_day_share: Floats

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, name: str) -> Floats:
        """One feature of every row, shape (n,)."""
        return self.values[:, self.names.index(name)]

    def take(self, rows: Array) -> "FeatureFrame":
        """The frame at `rows` (row numbers or a mask)."""
        return FeatureFrame(
            self.names,
            self.values[rows],
            self.observations.take(rows),
            self.issued_on[rows],
            self.due_on[rows],
            self.discount_until[rows],
            self.has_discount[rows],
            self.weekday_share[rows],
            self.month_day_share[rows],
        )
