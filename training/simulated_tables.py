"""The rows of one simulated customer in the tables and columns of DOMAIN section 1."""

from typing import Any

import numpy as np

from ledger.arrays import Array, Flags, Floats, Rows
from training.simulated_cash import Clearings, Payments
from training.simulated_collections import (
    DISPUTE_OUTCOMES,
    DISPUTE_REASONS,
    Contacts,
    Disputes,
)
from training.simulated_credits import Credits
from training.simulated_customers import Profile
from training.simulated_economy import Economy
from training.simulated_facts import Fact, Guarantee
from training.simulated_invoices import Invoices
from training.simulated_transfers import KINDS

Columns = dict[str, Any]
"""Columns of one table: arrays, lists, or one value that holds for every row.

Days count from the first day of the ledger, NaN for none; money is in minor units.
"""


def customer_columns(profile: Profile) -> Columns:
    """One row of `customers`."""
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


def fact_columns(profile: Profile, facts: list[Fact]) -> Columns:
    """Rows of `customer_facts`."""
    return {
        "customer_id": [profile.customer_id] * len(facts),
        "name": [fact.name for fact in facts],
        "value": [fact.value for fact in facts],
        "valid_from": np.array([fact.day for fact in facts]),
        "recorded_on": np.array([fact.recorded_day for fact in facts]),
    }


def invoice_columns(profile: Profile, invoices: Invoices, recorded_day: Rows) -> Columns:
    """Rows of `invoices` of kind invoice."""
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
        "document_no": [f"{_company(profile)}-{n + 1}" for n in range(len(invoices))],
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
        "recorded_on": recorded_day,
    }


def credit_note_columns(profile: Profile, credits: Credits) -> Columns:
    """Rows of `invoices` of kind credit_note; netting has none."""
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
        "document_no": [f"{_company(profile)}-N{note + 1}" for note in notes],
        "recorded_on": day,
    }


def payment_columns(profile: Profile, payments: Payments) -> Columns:
    """Rows of `payments`."""
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


def allocation_columns(
    profile: Profile, invoices: int, credits: Credits, clearings: Clearings
) -> Columns:
    """Rows of `allocations`: notes and netting, then what came with cash, by day."""
    applied = np.flatnonzero(credits.applied_minor > 0)
    netted = credits.is_netting[applied]
    notes = _note_ids(profile, len(credits.day))[applied]
    invoice = invoice_ids(profile, invoices)
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


def dispute_columns(profile: Profile, disputes: Disputes, invoices: int) -> Columns:
    """Rows of `disputes`."""
    return {
        "dispute_id": _ids("D", profile, len(disputes.invoice)),
        "invoice_id": invoice_ids(profile, invoices)[disputes.invoice],
        "opened_on": disputes.opened_day,
        "amount": disputes.minor,
        "reason": [DISPUTE_REASONS[k] for k in disputes.reason],
        "closed_on": disputes.closed_day,
        "outcome": [DISPUTE_OUTCOMES[k] for k in disputes.outcome],
        "recorded_on": disputes.recorded_day,
    }


def contact_columns(profile: Profile, contacts: Contacts) -> Columns:
    """Rows of `contacts`."""
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


def promise_columns(profile: Profile, contacts: Contacts, payable_minor: Rows) -> Columns:
    """Rows of `promises`, over what is payable of the invoice that caused the contact."""
    made = np.flatnonzero(contacts.promised_day >= 0)
    invoice = contacts.invoice[made]
    ids = invoice_ids(profile, len(payable_minor))
    return {
        "promise_id": _ids("M", profile, len(made)),
        "customer_id": profile.customer_id,
        "made_on": contacts.day[made],
        "promised_on": contacts.promised_day[made],
        "amount": payable_minor[invoice],
        "invoice_id": _text_where(contacts.names_invoice[made], ids[invoice]),
        "recorded_on": contacts.day[made],
    }


def guarantee_columns(profile: Profile, guarantees: list[Guarantee]) -> Columns:
    """Rows of `guarantees`."""
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
    """Rows of `fx_rates`, weekly, for each currency other than the reporting one."""
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


def _ids(letter: str, profile: Profile, count: int) -> Array:
    stem = f"{letter}{profile.customer_id[1:]}-"
    return np.array([f"{stem}{n + 1:05d}" for n in range(count)], dtype=object)


def _company(profile: Profile) -> str:
    return "1200" if profile.country in ("US", "JP") else "1000"


def _text_where(known: Flags, text: Array) -> Array:
    found = np.full(len(text), None, dtype=object)
    found[known] = text[known]
    return found


def _days_where(known: Flags, day: Rows) -> Floats:
    return np.where(known, day, np.nan)
