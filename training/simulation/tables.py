"""The rows of one simulated customer in the tables and columns of DOMAIN section 1."""

from typing import Any

import numpy as np

from ledger.arrays import Array, Flags, Floats, Rows
from training.simulation.books import Books
from training.simulation.collections import DISPUTE_OUTCOMES, DISPUTE_REASONS
from training.simulation.customers import Profile
from training.simulation.economy import Economy
from training.simulation.transfers import KINDS

Columns = dict[str, Any]
"""Columns of one table: arrays, lists, or one value that holds for every row.

Days count from the first day of the ledger, NaN for none; money is in minor units.
"""


def rows_of(books: Books) -> list[tuple[str, Columns]]:
    """Rows of a customer with the name of their table; a table may come twice."""
    return [
        ("customers", _customer(books.profile)),
        ("customer_facts", _facts(books)),
        ("invoices", _invoices(books)),
        ("invoices", _credit_notes(books)),
        ("payments", _payments(books)),
        ("allocations", _allocations(books)),
        ("disputes", _disputes(books)),
        ("promises", _promises(books)),
        ("contacts", _contacts(books)),
        ("guarantees", _guarantees(books)),
    ]


def _customer(profile: Profile) -> Columns:
    mailbox = profile.name.lower().replace(" ", ".")
    return {
        "customer_id": [profile.customer_id],
        "name": profile.name,
        "country": profile.country,
        "language": profile.language,
        "currency": profile.currency,
        "parent_id": profile.parent_id,
        "natural_person": profile.natural_person,
        "onboarded_on": np.array([profile.joined_day]),
        "collector": profile.collector,
        "email": f"payables@{mailbox}.example",
        "phone": f"+00 555 {profile.index + 1:06d}",
    }


def _facts(books: Books) -> Columns:
    profile, facts = books.profile, books.facts
    return {
        "customer_id": [profile.customer_id] * len(facts),
        "name": [fact.name for fact in facts],
        "value": [fact.value for fact in facts],
        "valid_from": np.array([fact.day for fact in facts]),
        "recorded_on": np.array([fact.recorded_day for fact in facts]),
    }


def _invoices(books: Books) -> Columns:
    profile, invoices = books.profile, books.invoices
    terms, percents = invoices.terms_days.tolist(), (100 * invoices.discount_pct).tolist()
    offers = invoices.discount_day > 0
    return {
        "invoice_id": invoice_ids(profile, len(invoices)),
        "customer_id": profile.customer_id,
        "issued_on": invoices.issued_day,
        "due_on": invoices.due_day,
        "amount": invoices.amount_minor,
        "currency": profile.currency,
        "kind": "invoice",
        "company": _company(profile),
        "document_no": _ids(f"{_company(profile)}-R", profile, len(invoices)),
        "customer_reference": [f"PO{profile.index + 1}{n:05d}" for n in range(len(invoices))],
        "terms_code": [
            f"{percent:.0f}/10 NET{days}" if percent else f"NET{days}"
            for days, percent in zip(terms, percents, strict=True)
        ],
        "discount_until": _days_where(offers, invoices.discount_day),
        "discount_pct": np.where(offers, invoices.discount_pct, np.nan),
        "payment_method": profile.payment_method,
        "applies_to": None,
        "delivered_on": invoices.issued_day - 1,
        "recorded_on": books.invoice_recorded_day,
    }


def _credit_notes(books: Books) -> Columns:
    """Netting has no document."""
    profile, credits = books.profile, books.credits
    notes = np.flatnonzero(~credits.is_netting)
    day = credits.day[notes]
    return {
        "invoice_id": _note_ids(profile, len(credits.day))[notes],
        "customer_id": profile.customer_id,
        "issued_on": day,
        "due_on": day,
        "amount": credits.note_minor[notes],
        "currency": profile.currency,
        "kind": "credit_note",
        "company": _company(profile),
        "document_no": _ids(f"{_company(profile)}-N", profile, len(credits.day))[notes],
        "recorded_on": day,
    }


def _payments(books: Books) -> Columns:
    profile, payments = books.profile, books.payments
    ids = _payment_ids(profile, len(payments.day))
    undone = payments.reverses >= 0
    own = "transfer" if profile.payment_method == "direct_debit" else profile.payment_method
    return {
        "payment_id": ids,
        "paid_on": payments.day,
        "amount": payments.minor,
        "customer_id": profile.customer_id,
        "currency": profile.currency,
        "method": np.where(payments.by_debit, "direct_debit", own).astype(object),
        "reversal_of": _text_where(undone, ids[payments.reverses]),
        "reason": ["debit returned" if reverses else None for reverses in undone],
        "recorded_on": payments.recorded_day,
    }


def _allocations(books: Books) -> Columns:
    """Notes and netting, then what came with cash, by day."""
    profile, credits, clearings = books.profile, books.credits, books.clearings
    applied = np.flatnonzero(credits.applied_minor > 0)
    netted = credits.is_netting[applied]
    notes = _note_ids(profile, len(credits.day))[applied]
    invoice = invoice_ids(profile, len(books.invoices))
    payment = _payment_ids(profile, int(clearings.payment.max(initial=-1)) + 1)
    kinds = np.array(KINDS, dtype=object)
    return {
        "allocation_id": _ids("A", profile, len(applied) + len(clearings.day)),
        "invoice_id": invoice[np.concatenate([credits.invoice[applied], clearings.invoice])],
        "kind": np.concatenate(
            [np.where(netted, "netting", "credit_note").astype(object), kinds[clearings.kind]]
        ),
        "source_id": np.concatenate(
            [
                _text_where(~netted, notes),
                [payment[row] if row >= 0 else None for row in clearings.payment],
            ]
        ),
        "amount": np.concatenate([credits.applied_minor[applied], clearings.minor]),
        "allocated_on": np.concatenate([credits.day[applied], clearings.day]),
        "recorded_on": np.concatenate([credits.day[applied], clearings.recorded_day]),
    }


def _disputes(books: Books) -> Columns:
    profile, disputes = books.profile, books.disputes
    return {
        "dispute_id": _ids("D", profile, len(disputes.invoice)),
        "invoice_id": invoice_ids(profile, len(books.invoices))[disputes.invoice],
        "opened_on": disputes.opened_day,
        "amount": disputes.minor,
        "reason": [DISPUTE_REASONS[k] for k in disputes.reason],
        "closed_on": disputes.closed_day,
        "outcome": [DISPUTE_OUTCOMES[k] for k in disputes.outcome],
        "recorded_on": disputes.recorded_day,
    }


def _contacts(books: Books) -> Columns:
    profile, contacts = books.profile, books.contacts
    return {
        "contact_id": _ids("T", profile, len(contacts.day)),
        "customer_id": profile.customer_id,
        "contacted_on": contacts.day,
        "channel": contacts.channel,
        "level": contacts.level,
        "collector": np.where(contacts.by_own_collector, profile.collector, "pool").astype(object),
        "outcome": contacts.outcome,
        "callback_on": _days_where(contacts.callback_day >= 0, contacts.callback_day),
    }


def _promises(books: Books) -> Columns:
    """Each over what is payable of the invoice that caused the contact."""
    profile, contacts = books.profile, books.contacts
    made = np.flatnonzero(contacts.promised_day >= 0)
    invoice = contacts.invoice[made]
    ids = invoice_ids(profile, len(books.invoices))
    return {
        "promise_id": _ids("M", profile, len(made)),
        "customer_id": profile.customer_id,
        "made_on": contacts.day[made],
        "promised_on": contacts.promised_day[made],
        "amount": books.payable_minor[invoice],
        "invoice_id": _text_where(contacts.names_invoice[made], ids[invoice]),
        "recorded_on": contacts.day[made],
    }


def _guarantees(books: Books) -> Columns:
    profile, guarantees = books.profile, books.guarantees
    return {
        "guarantee_id": _ids("G", profile, len(guarantees)),
        "customer_id": profile.customer_id,
        "kind": [guarantee.kind for guarantee in guarantees],
        "amount": np.array([guarantee.minor for guarantee in guarantees], np.int64),
        "insured_share": [guarantee.insured_share for guarantee in guarantees],
        "valid_from": np.array([guarantee.day for guarantee in guarantees]),
        "valid_until": np.array([guarantee.until_day for guarantee in guarantees]),
        "max_overdue_days": [guarantee.max_overdue_days for guarantee in guarantees],
        "recorded_on": np.array([guarantee.day for guarantee in guarantees]),
    }


def fx_rate_columns(economy: Economy) -> list[Columns]:
    """Weekly rows of `fx_rates` for each currency other than the reporting one."""
    return [
        {"currency": [currency] * len(rates), "on": economy.rate_days, "rate": rates}
        for currency, rates in economy.rates.items()
    ]


def invoice_ids(profile: Profile, count: int) -> Array:
    """Ids of a customer's first invoices, shape (count,)."""
    return _ids("I", profile, count)


def _note_ids(profile: Profile, count: int) -> Array:
    return _ids("N", profile, count)


def _payment_ids(profile: Profile, count: int) -> Array:
    return _ids("P", profile, count)


def _ids(prefix: str, profile: Profile, count: int) -> Array:
    stem = f"{prefix}{profile.customer_id[1:]}-"
    return np.array([f"{stem}{n + 1:05d}" for n in range(count)], dtype=object)


def _company(profile: Profile) -> str:
    return "1200" if profile.country in ("US", "JP") else "1000"


def _text_where(known: Flags, text: Array) -> Array:
    found = np.full(len(text), None, dtype=object)
    found[known] = text[known]
    return found


def _days_where(known: Flags, day: Rows) -> Floats:
    return np.where(known, day, np.nan)
