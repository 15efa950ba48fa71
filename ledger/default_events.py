"""What can bring a customer into default or out of it, day by day as it became known."""

from typing import NamedTuple

import numpy as np

from ledger.applications import is_credit_note
from ledger.arrays import Array, Codes, Days, Minor, Rows
from ledger.books import Books
from ledger.definitions import Definitions
from ledger.disputes import disputes_of
from ledger.due import due_days
from ledger.facts import fact_changes
from ledger.money import LARGEST_MINOR
from ledger.movements import LINES
from ledger.settlement import OPEN, settle

OWED, CREDITED, PAST_DUE, SETTLED, DISPUTED, WRITTEN_OFF, INSOLVENT = range(7)


class DefaultEvents(NamedTuple):
    """Events of customers, sorted by (customer, day); what comes on one day counts together.

    `kind` says what `amount_minor` is: OWED, what more is owed of an invoice; CREDITED, the same
    of a credit note or of cash on account; DISPUTED, what more of an invoice is disputed;
    WRITTEN_OFF, bad debt. PAST_DUE: from now on the invoice is so long past due that it counts;
    SETTLED, INSOLVENT: 1 if it now is, 0 if no longer. `item` are rows of `ledger.invoices`,
    `currency` codes, where the kind has them. All shapes (n,).
    """

    customer: Codes
    day: Days
    kind: Codes
    item: Rows
    currency: Codes
    amount_minor: Minor


def default_events(books: Books, definitions: Definitions) -> DefaultEvents:
    """Collect the events of a ledger up to the day it is complete through."""
    parts = [
        _movements(books),
        _past_due(books, definitions),
        _settlements(books, definitions),
        _disputes(books),
        _bad_debts(books),
        _insolvencies(books),
    ]
    through = books.ledger.extract.complete_through
    customer, day, kind, item, currency, amount = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    rows = np.flatnonzero(day <= through)
    order = rows[np.argsort(customer[rows] * np.int64(2**32) + day[rows])]
    return DefaultEvents(
        customer[order], day[order], kind[order], item[order], currency[order], amount[order]
    )


def _events(
    customer: Codes,
    day: Days,
    kind: Array | int,
    item: Array | int = 0,
    currency: Array | int = 0,
    amount: Array | int = 0,
) -> DefaultEvents:
    n = len(customer)
    return DefaultEvents(
        customer.astype(np.int32),
        day.astype(np.int32),
        np.broadcast_to(np.asarray(kind, np.int32), n),
        np.broadcast_to(np.asarray(item, np.int64), n),
        np.broadcast_to(np.asarray(currency, np.int32), n),
        np.broadcast_to(np.asarray(amount, np.int64), n),
    )


def _movements(books: Books) -> DefaultEvents:
    ledger, moved = books.ledger, books.movements
    is_item = np.zeros(len(ledger.invoices) + len(ledger.payments), np.bool_)
    is_item[: len(ledger.invoices)] = ~is_credit_note(ledger)
    owed = is_item[moved.item]
    return _events(
        moved.customer,
        books.moved_on,
        np.where(owed, OWED, CREDITED),
        np.where(owed, moved.item, 0),
        moved.currency,
        moved.amount_minor,
    )


def _past_due(books: Books, definitions: Definitions) -> DefaultEvents:
    invoices = books.ledger.invoices
    items = np.flatnonzero(~is_credit_note(books.ledger))
    day = due_days(books.ledger, definitions) + definitions.delinquency_threshold_days + 1
    return _events(
        invoices["customer_id"][items],
        day[items],
        PAST_DUE,
        items,
        invoices["currency"][items],
    )


def _settlements(books: Books, definitions: Definitions) -> DefaultEvents:
    settled = settle(books.ledger, definitions, books.allocations)
    invoices = books.ledger.invoices
    return _events(
        invoices["customer_id"][settled.invoice],
        settled.known_on,
        SETTLED,
        settled.invoice,
        invoices["currency"][settled.invoice],
        settled.state != OPEN,
    )


def _disputes(books: Books) -> DefaultEvents:
    invoices = books.ledger.invoices
    disputes = disputes_of(books.ledger, books.basis)
    # No amount is larger: all there is of the invoice, whatever that will be.
    amount = np.where(disputes.in_full, LARGEST_MINOR, disputes.amount_minor)
    closed = disputes.has_until
    item = np.concatenate([disputes.invoice, disputes.invoice[closed]])
    return _events(
        invoices["customer_id"][item],
        np.concatenate([disputes.from_day, disputes.until_day[closed]]),
        DISPUTED,
        item,
        invoices["currency"][item],
        np.concatenate([amount, -amount[closed]]),
    )


def _bad_debts(books: Books) -> DefaultEvents:
    moved = books.movements
    rows = np.flatnonzero((moved.line == LINES.index("bad_debt")) & (moved.amount_minor < 0))
    return _events(
        moved.customer[rows],
        books.moved_on[rows],
        WRITTEN_OFF,
        moved.item[rows],
        moved.currency[rows],
        -moved.amount_minor[rows],
    )


def _insolvencies(books: Books) -> DefaultEvents:
    status = fact_changes(books.ledger, "status")
    insolvent = status.words[status.value] == "insolvent" if len(status) else status.value
    return _events(status.customer, status.known_on, INSOLVENT, amount=insolvent)
