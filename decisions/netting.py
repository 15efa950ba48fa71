"""Netting: what is left to chase once a customer's cash and credits are taken off."""

import numpy as np

from ledger.arrays import Minor
from ledger.balances import OpenItems
from ledger.cash import OpenCredits

_CURRENCIES = np.int64(2**16)


def netted_minor(items: OpenItems, credits: OpenCredits) -> Minor:
    """Part of each item's chaseable residual that its customer's credits cover, shape (n,).

    Unallocated cash, open credit notes and overpayments of a customer are netted in the currency
    of the items, against the oldest due first (ties by invoice id). Minor units of that currency;
    a balance of credits below zero covers nothing.
    """
    group, place = np.unique(
        items.customer.astype(np.int64) * _CURRENCIES + items.currency, return_inverse=True
    )
    pool = np.zeros(len(group), np.int64)
    of_credits = credits.customer.astype(np.int64) * _CURRENCIES + credits.currency
    at = np.searchsorted(group, of_credits)
    there = at < len(group)
    there[there] = group[at[there]] == of_credits[there]
    np.add.at(pool, at[there], credits.amount_minor[there])
    # Items come sorted by customer and due date, and a stable sort keeps that within a group.
    order = np.argsort(place, kind="stable")
    owed = items.chaseable_minor[order]
    total = np.cumsum(owed)
    first = np.searchsorted(place[order], np.arange(len(group)))
    before_group = (total - owed)[first] if len(group) else total
    older = total - owed - before_group[place[order]]
    netted = np.empty(len(items), np.int64)
    netted[order] = np.clip(pool[place[order]] - older, 0, owed)
    return netted
