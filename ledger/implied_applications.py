"""Every application of a ledger: as stated, and as simple files imply them."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ledger.applications import (
    CREDIT_NOTE,
    PAYMENT,
    Applications,
    currency_of_invoices,
    is_credit_note,
    reversed_payments,
    rows_of,
    stated_applications,
)
from ledger.arrays import Array, Codes, Days, Flags, Minor, Rows
from ledger.ledger import Ledger
from ledger.rates import exchanged

_NEVER = np.int32(np.iinfo(np.int32).max)


def all_applications(ledger: Ledger) -> Applications:
    """Applications as stated, and those that the shortcuts of simple files imply.

    A payment with an `invoice_id` and a credit note with `applies_to` clear that invoice in full
    on that day. A payment with `reversal_of` undoes what the payment it reverses was applied to,
    in proportion where it returns only a part; several reversals undo no more than the whole.
    As soon as a stated allocation is known that names such a source (a cash allocation, for a
    payment), what the source implied is withdrawn. So what is known of a day never depends on
    what came later: the applications of `ledger.known_at(day)` are those known on that day.

    Raises
    ------
    LedgerError
        Where a payment in another currency than its invoice's has no rate to be converted at.
    """
    stated = stated_applications(ledger)
    payments, notes = len(ledger.payments), len(ledger.invoices)
    by_cash = stated.has_payment & (stated.kind == PAYMENT)
    cash_named_on = _first_named(payments, stated.payment, by_cash, stated.known_on)
    note_named_on = _first_named(notes, stated.credit_note, stated.has_credit_note, stated.known_on)
    found = _joined(
        [
            stated,
            *_until(_by_payments(ledger), cash_named_on),
            *_until(_by_credit_notes(ledger), note_named_on),
        ]
    )
    if not ledger.payments.known("reversal_of").any():
        return found
    named_on = _first_named(payments, stated.payment, stated.has_payment, stated.known_on)
    undone = _joined(_until(_undone(ledger, found), named_on))
    restored = _joined(_until(_undone(ledger, undone), named_on))
    return _joined([found, undone, restored])


def _joined(parts: Iterable[Applications]) -> Applications:
    parts = list(parts)
    return Applications(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Applications.__dataclass_fields__
        )
    )


def _until(implied: Applications, named_on: Days) -> list[Applications]:
    """Implied applications, and their withdrawal on the day their source is named."""
    rows = np.where(implied.has_payment, implied.payment, implied.credit_note)
    end = named_on[rows]
    implied, end = implied.take(implied.known_on < end), end[implied.known_on < end]
    ended = implied.take(end < _NEVER)
    withdrawn = replace(
        ended,
        amount_minor=-ended.amount_minor,
        source_minor=-ended.source_minor,
        known_on=end[end < _NEVER],
    )
    return [implied, withdrawn]


def _first_named(sources: int, source: Rows, named: Flags, known_on: Days) -> Days:
    """First day on which it was known that a stated allocation names each source."""
    first = np.full(sources, _NEVER)
    np.minimum.at(first, source[named], known_on[named])
    return first


def _by_payments(ledger: Ledger) -> Applications:
    """Payments that say themselves which invoice they pay."""
    payments = ledger.payments
    of = np.flatnonzero(payments.known("invoice_id") & ~payments.known("reversal_of"))
    return _in_full(
        ledger,
        PAYMENT,
        invoices=payments["invoice_id"][of],
        amount=payments["amount"][of],
        currency=payments["currency"][of],
        on=payments["paid_on"][of],
        known_on=payments.known_on[of],
        payment=of,
    )


def _by_credit_notes(ledger: Ledger) -> Applications:
    """Credit notes that say themselves which invoice they credit."""
    invoices = ledger.invoices
    of = np.flatnonzero(invoices.known("applies_to") & is_credit_note(ledger))
    return _in_full(
        ledger,
        CREDIT_NOTE,
        invoices=invoices["applies_to"][of],
        amount=np.abs(invoices["amount"][of]),
        currency=invoices["currency"][of],
        on=invoices["issued_on"][of],
        known_on=invoices.known_on[of],
        credit_note=of,
    )


def _in_full(
    ledger: Ledger,
    kind: int,
    *,
    invoices: Codes,
    amount: Minor,
    currency: Codes,
    on: Days,
    known_on: Days,
    payment: Rows | None = None,
    credit_note: Rows | None = None,
) -> Applications:
    """Apply the whole of each source to the invoice it names."""
    n = len(invoices)
    invoice, has_invoice = rows_of(ledger, "invoices", "invoice_id", invoices)
    owed_in = currency_of_invoices(ledger, invoice, has_invoice, currency)
    nothing = np.zeros(n, np.int64)
    return Applications(
        invoice,
        has_invoice,
        np.full(n, kind, np.int32),
        exchanged(ledger, amount, currency, owed_in, on),
        amount,
        on,
        on,
        known_on,
        nothing if payment is None else payment,
        np.full(n, payment is not None),
        nothing if credit_note is None else credit_note,
        np.full(n, credit_note is not None),
    )


def _undone(ledger: Ledger, applied: Applications) -> Applications:
    """What the reversals of payments undo of what was applied with them."""
    payments = ledger.payments
    target, reverses = reversed_payments(ledger)
    reversal = np.flatnonzero(reverses)
    order = np.lexsort(
        (payments["payment_id"][reversal], payments.known_on[reversal], target[reversal])
    )
    reversal = reversal[order]
    target = target[reversal]
    returned = np.zeros(len(payments), np.bool_)
    returned[target] = True
    applied = applied.take(
        np.flatnonzero(applied.has_payment)[returned[applied.payment[applied.has_payment]]]
    )
    first = np.searchsorted(target, applied.payment, side="left")
    count = np.searchsorted(target, applied.payment, side="right") - first
    pair = np.repeat(np.arange(len(applied)), count)
    nth = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    by = np.repeat(first, count) + nth
    share_before, share_after = _shares_returned(ledger, reversal, target)
    applied, by_payment = applied.take(pair), reversal[by]

    def undo(minor: Minor) -> Minor:
        now, before = np.rint(minor * share_after[by]), np.rint(minor * share_before[by])
        undone: Minor = (before - now).astype(np.int64)
        return undone

    return replace(
        applied,
        amount_minor=undo(applied.amount_minor),
        source_minor=undo(applied.source_minor),
        allocated_on=np.maximum(payments["paid_on"][by_payment], applied.allocated_on),
        value_on=np.maximum(payments["paid_on"][by_payment], applied.value_on),
        known_on=np.maximum.reduce(
            [
                payments.known_on[by_payment],
                payments.known_on[applied.payment],
                applied.known_on,
            ]
        ),
        payment=by_payment,
    )


def _shares_returned(ledger: Ledger, reversal: Rows, target: Rows) -> tuple[Array, Array]:
    """Share of a payment returned before each of its reversals and after it, at most one."""
    size = np.abs(ledger.payments["amount"])
    returned = size[reversal]
    total = np.cumsum(returned)
    starts = np.searchsorted(target, target, side="left")
    before_payment = (total - returned)[starts] if len(starts) else total
    after = total - before_payment
    whole = np.maximum(size[target], 1)
    return np.minimum((after - returned) / whole, 1.0), np.minimum(after / whole, 1.0)
