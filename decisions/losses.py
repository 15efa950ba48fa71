"""What an exposure costs when its customer defaults, after guarantees; and the way back."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats


@dataclass(frozen=True, eq=False)
class Cover:
    """Valid guarantees of n customers, k at most each; those that bear the largest share first.

    Parameters
    ----------
    amount
        Exposure that a guarantee covers, 0 where there is none; shape (n, k).
    share
        Share of a loss within that amount which it bears; shape (n, k).
    """

    amount: Floats
    share: Floats

    def __len__(self) -> int:
        return len(self.amount)

    @property
    def total(self) -> Floats:
        """Sum of the guarantees of each customer, shape (n,)."""
        total = np.zeros(len(self))
        for amount in self.amount.T:
            total = total + amount
        return total

    def take(self, rows: Array) -> "Cover":
        """The guarantees of the customers at `rows` (row numbers or a mask)."""
        return Cover(self.amount[rows], self.share[rows])


def cover_of(customer: Array, amount: Floats, share: Floats, customers: int) -> Cover:
    """Cover by guarantees that each belong to one of so many customers, numbered from 0.

    >>> cover_of(np.array([1, 1]), np.array([10.0, 20.0]), np.array([0.5, 0.9]), 2).amount
    array([[ 0.,  0.], [20., 10.]])
    """
    order = np.lexsort((amount, -share, customer))
    customer, amount, share = customer[order], amount[order], share[order]
    nth = np.arange(len(customer)) - np.searchsorted(customer, customer)
    shape = (customers, int(nth.max(initial=-1)) + 1)
    amounts, shares = np.zeros(shape), np.zeros(shape)
    amounts[customer, nth], shares[customer, nth] = amount, share
    return Cover(amounts, shares)


def losses(exposure: Floats, cover: Cover, lgd: Floats) -> Floats:
    """Loss given default of exposures; all shapes (n,), all money in one unit.

    With one guarantee I it is lgd x max(L - I, 0) + lgd x (1 - insured_share) x min(L, I), L the
    exposure; of several, the one that bears most is used first. Nothing is lost where nothing is
    owed.
    """
    left = np.maximum(exposure, 0.0)
    lost = np.zeros(len(left))
    for amount, share in zip(cover.amount.T, cover.share.T, strict=True):
        within = np.minimum(left, amount)
        lost += lgd * (1.0 - share) * within
        left = left - within
    return lost + lgd * left


def largest_exposure(loss: Floats, cover: Cover, lgd: Floats) -> Floats:
    """Largest exposure whose loss given default is at most `loss`; all shapes (n,).

    The inverse of `losses`; infinite where the loss is.
    """
    left = loss.copy()
    exposure = np.zeros(len(left))
    for amount, share in zip(cover.amount.T, cover.share.T, strict=True):
        rate = lgd * (1.0 - share)
        free = rate <= 0.0
        bearable = np.where(free, amount, left / np.where(free, 1.0, rate))
        within = np.minimum(amount, bearable)
        exposure += within
        left = np.where(free, left, np.maximum(left - rate * amount, 0.0))
    return exposure + left / lgd
