"""What each promise covers of a customer's open items, and how much of that was paid."""

from typing import NamedTuple

import numba
import numpy as np

from ledger.applications import BAD_DEBT, PAYMENT, is_credit_note
from ledger.arrays import Array, Codes, Days, Flags, Floats, Minor, Rows
from ledger.books import Books
from ledger.ledger import Ledger


class Claims(NamedTuple):
    """Promises as claims on the items of a customer, sorted by (owner, promised_on, id).

    `promise` are rows of `ledger.promises`, `owner` codes of the customer whose items they cover:
    the promised invoice's, else the promise's. `amount_minor` (of `currency`) counts where
    `has_amount`, `invoice` (row of `ledger.invoices`) where `has_invoice`, `plan` where
    `has_plan`. All shapes (n,).
    """

    promise: Rows
    owner: Codes
    made_on: Days
    promised_on: Days
    known_on: Days
    amount_minor: Minor
    has_amount: Flags
    currency: Codes
    invoice: Rows
    has_invoice: Flags
    plan: Codes
    has_plan: Flags


class Coverage(NamedTuple):
    """What claims covered, what of it was paid and what remains.

    `covered` says of each claim whether it covered anything, `paid_share` what share of that was
    paid in time (at most 1, the lowest over the currencies covered), both shape (claims,);
    `left_minor` is what is covered and not yet paid of each invoice, shape (invoices,).
    """

    covered: Flags
    paid_share: Floats
    left_minor: Minor


class _Items(NamedTuple):
    """Invoices of the ledger, oldest first within each customer."""

    invoice: Rows
    customer: Codes
    currency: Codes
    amount: Minor
    due_on: Days
    issued_on: Days
    known_on: Days


class _Clearings(NamedTuple):
    """Allocations of items, sorted by customer; `item` are positions in _Items.

    `is_relief` says which relieve of a promise: all but cash and bad debt.
    """

    customer: Codes
    item: Rows
    amount: Minor
    is_cash: Flags
    is_relief: Flags
    on: Days
    known_on: Days


class _OnAccount(NamedTuple):
    """What customers' payments brought and what was used of them, sorted by customer."""

    customer: Codes
    currency: Codes
    amount: Minor
    paid_on: Days
    known_on: Days


def claims_of(books: Books) -> Claims:
    """Every promise that can cover something: about an invoice of the ledger, or about none.

    A promised amount is in the invoice's currency, else the customer's, else the reporting one,
    and covers items in that currency only.
    """
    ledger = books.ledger
    promises, invoices = ledger.promises, ledger.invoices
    rows, found = ledger.row_of("invoices", "invoice_id")
    has_invoice = promises.known("invoice_id")
    invoice = np.zeros(len(promises), np.int64)
    invoice[has_invoice] = rows[promises["invoice_id"][has_invoice]]
    usable = ~has_invoice
    usable[has_invoice] = found[promises["invoice_id"][has_invoice]]
    inside = np.flatnonzero(has_invoice & usable)
    usable[inside] = ~is_credit_note(ledger)[invoice[inside]]
    owner = promises["customer_id"].copy()
    owner[inside] = invoices["customer_id"][invoice[inside]]
    currency, has_currency = _currency_of_customers(ledger, owner)
    currency[inside], has_currency[inside] = invoices["currency"][invoice[inside]], True
    usable &= has_currency | ~promises.known("amount")
    order = np.lexsort((promises["promise_id"], promises["promised_on"], owner))
    order = order[usable[order]]
    return Claims(
        order,
        owner[order],
        promises["made_on"][order],
        promises["promised_on"][order],
        (promises.known_on if books.basis == "known" else promises["made_on"])[order],
        np.abs(promises["amount"][order]),
        promises.known("amount")[order],
        currency[order],
        invoice[order],
        has_invoice[order],
        promises["plan_id"][order],
        promises.known("plan_id")[order],
    )


def coverage(
    books: Books, claims: Claims, counts: Flags, *, through: Days, known_through: Days
) -> Coverage:
    """Work out what each claim covered when it was made, and what was paid of that.

    A claim covers its invoice, else the owner's items oldest first up to its amount, after what
    earlier promises of the same plan cover; without an amount, all items due by promised_on.
    Covered is what was owed at the close of made_on, less what was credited by `through`. Paid
    is cash of value date in (made_on, through] on the items covered, and cash of that time still
    on account. Of each claim only what was known at the close of `known_through` counts.

    Only claims that count (`counts`) are worked out; the others just take their place in a plan.
    `counts`, `through` and `known_through` have shape (claims,).
    """
    ledger = books.ledger
    items = _items(books)
    size = len(ledger.vocabularies["customer"])
    claimed = np.zeros(size, np.bool_)
    claimed[claims.owner] = True
    clearings = _clearings(books, items, claimed)
    on_account = _on_account(books, claimed)
    left = np.zeros(len(ledger.invoices), np.int64)
    customers = np.arange(size + 1)
    place = np.zeros(len(ledger.invoices) + 1, np.int64)
    place[items.invoice] = np.arange(len(items.invoice))
    covered, share = _cover(
        claims._replace(invoice=place[claims.invoice]),
        counts,
        np.searchsorted(claims.owner, customers),
        through,
        known_through,
        items,
        np.searchsorted(items.customer, customers),
        clearings,
        np.searchsorted(clearings.customer, customers),
        on_account,
        np.searchsorted(on_account.customer, customers),
        len(ledger.vocabularies["currency"]),
        left,
    )
    return Coverage(covered, share, left)


def _currency_of_customers(ledger: Ledger, customer: Codes) -> tuple[Codes, Flags]:
    """Code of each customer's currency, else of the reporting one, and whether it has a code."""
    home = ledger.code("currency", ledger.extract.reporting_currency)
    currency = np.full(len(customer), home or 0, np.int32)
    has_currency = np.full(len(customer), home is not None)
    rows, listed = ledger.row_of("customers", "customer_id")
    of = np.flatnonzero(listed[customer])
    of = of[ledger.customers.known("currency")[rows[customer[of]]]]
    currency[of], has_currency[of] = ledger.customers["currency"][rows[customer[of]]], True
    return currency, has_currency


def _items(books: Books) -> _Items:
    ledger, invoices = books.ledger, books.ledger.invoices
    order = np.lexsort((invoices["invoice_id"], invoices["due_on"], invoices["customer_id"]))
    order = order[~is_credit_note(ledger)[order]]
    return _Items(
        order,
        invoices["customer_id"][order],
        invoices["currency"][order],
        invoices["amount"][order],
        invoices["due_on"][order],
        invoices["issued_on"][order],
        books.entered_on[order],
    )


def _clearings(books: Books, items: _Items, claimed: Flags) -> _Clearings:
    ledger, allocations = books.ledger, books.allocations
    place = np.zeros(len(ledger.invoices), np.int64)
    place[items.invoice] = np.arange(len(items.invoice))
    owner = ledger.invoices["customer_id"][allocations.invoice]
    rows = np.flatnonzero(claimed[owner] & ~is_credit_note(ledger)[allocations.invoice])
    rows = rows[np.argsort(owner[rows], kind="stable")]
    is_cash = allocations.kind[rows] == PAYMENT
    return _Clearings(
        owner[rows],
        place[allocations.invoice[rows]],
        allocations.amount_minor[rows],
        is_cash,
        ~is_cash & (allocations.kind[rows] != BAD_DEBT),
        np.where(is_cash, allocations.value_on[rows], allocations.allocated_on[rows]),
        allocations.known_on[rows],
    )


def _on_account(books: Books, claimed: Flags) -> _OnAccount:
    ledger, moved = books.ledger, books.movements
    payment = moved.item - len(ledger.invoices)
    rows = np.flatnonzero((payment >= 0) & claimed[moved.customer])
    rows = rows[np.argsort(moved.customer[rows], kind="stable")]
    return _OnAccount(
        moved.customer[rows],
        moved.currency[rows],
        -moved.amount_minor[rows],
        ledger.payments["paid_on"][payment[rows]],
        books.moved_on[rows],
    )


@numba.njit(cache=True)
def _cover(
    claims: Claims,
    counts: Array,
    claims_of_customer: Array,
    through: Array,
    known_through: Array,
    items: _Items,
    items_of_customer: Array,
    clearings: _Clearings,
    clearings_of_customer: Array,
    on_account: _OnAccount,
    on_account_of_customer: Array,
    currencies: int,
    left: Array,
) -> tuple[Array, Array]:
    """Whether each claim covered anything and what share was paid; adds what is left to `left`."""
    n = len(claims.owner)
    covered_any = np.zeros(n, np.bool_)
    share = np.ones(n)
    owed = np.zeros(len(items.invoice), np.int64)
    cash = np.zeros(len(items.invoice), np.int64)
    covered_in = np.zeros(currencies, np.int64)
    paid_in = np.zeros(currencies, np.int64)
    for c in range(n):
        if not counts[c]:
            continue
        owner, made_on, end = claims.owner[c], claims.made_on[c], through[c]
        first, last = items_of_customer[owner], items_of_customer[owner + 1]
        for i in range(first, last):
            seen = items.issued_on[i] <= made_on and items.known_on[i] <= known_through[c]
            owed[i] = items.amount[i] if seen else 0
            cash[i] = 0
        for k in range(clearings_of_customer[owner], clearings_of_customer[owner + 1]):
            if clearings.known_on[k] <= known_through[c] and clearings.on[k] <= end:
                i = clearings.item[k]
                if clearings.is_relief[k] or clearings.on[k] <= made_on:
                    owed[i] -= clearings.amount[k]
                elif clearings.is_cash[k]:
                    cash[i] += clearings.amount[k]
        skip = 0
        budget = claims.amount_minor[c] if claims.has_amount[c] else np.int64(2**62)
        if claims.has_plan[c] and not claims.has_invoice[c] and claims.has_amount[c]:
            for other in range(claims_of_customer[owner], c):
                if (
                    claims.has_plan[other]
                    and claims.plan[other] == claims.plan[c]
                    and claims.has_amount[other]
                    and not claims.has_invoice[other]
                    and claims.known_on[other] <= known_through[c]
                ):
                    skip += claims.amount_minor[other]
        covered_in[:] = 0
        paid_in[:] = 0
        for i in range(first, last):
            if claims.has_invoice[c]:
                if i != claims.invoice[c]:
                    continue
            elif claims.has_amount[c]:
                if items.currency[i] != claims.currency[c]:
                    continue
            elif items.due_on[i] > claims.promised_on[c]:
                continue
            passed = min(skip, max(owed[i], 0))
            skip -= passed
            covered = min(max(owed[i], 0) - passed, budget)
            if covered > 0:
                budget -= covered
                paid = max(min(cash[i] - passed, covered), 0)
                covered_any[c] = True
                covered_in[items.currency[i]] += covered
                paid_in[items.currency[i]] += paid
                left[items.invoice[i]] += covered - paid
        for k in range(on_account_of_customer[owner], on_account_of_customer[owner + 1]):
            in_time = made_on < on_account.paid_on[k] <= end
            if in_time and on_account.known_on[k] <= known_through[c]:
                paid_in[on_account.currency[k]] += on_account.amount[k]
        for code in range(currencies):
            if covered_in[code] > 0:
                share[c] = min(share[c], max(paid_in[code], 0) / covered_in[code])
    return covered_any, share
