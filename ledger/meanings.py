"""What every column of a ledger means, in a sentence that whoever fills it in reads."""

_SHARED = {
    "customer_id": "Who owes it: a customer's number, the same in every table.",
    "invoice_id": "An invoice's number, the same in every table.",
    "currency": "ISO 4217; not given: its invoice's, its customer's, or the reporting currency.",
    "recorded_on": "Day on which the books learned of it; not given: the day on which it happened.",
}

_MEANINGS: dict[str, dict[str, str]] = {
    "customers": {
        "customer_id": "The customer's number, the same in every table.",
        "name": "Kept apart, and erased on request.",
        "country": "ISO 3166, two letters.",
        "language": "ISO 639, of letters to the customer.",
        "currency": "ISO 4217, in which the customer is usually billed.",
        "parent_id": "Customer of whose group it is a part.",
        "natural_person": "Whether it is a person and no company: then people decide.",
        "onboarded_on": "Since when it is a customer.",
        "collector": "Who collects from it; the worklist and a collector's key go by this name.",
        "email": "Kept apart, and erased on request.",
        "phone": "Kept apart, and erased on request.",
    },
    "customer_facts": {
        "customer_id": "Of whom it is said.",
        "name": "What is said: status, credit_limit, limit_valid_until, segment, terms_days, "
        "external_rating, dunning_block, limit_override with limit_override_by, _why and _until, "
        "or a name of the company's own.",
        "value": "As text: a number with a point, a day in ISO 8601; a status is active, on_hold, "
        "legal or insolvent.",
        "valid_from": "First day on which it holds, until the next of its name.",
    },
    "invoices": {
        "invoice_id": "One receivable with one due date; instalments are invoices of their own.",
        "issued_on": "Its date.",
        "due_on": "Last day to pay without being late.",
        "amount": "Gross, in major units of its currency.",
        "kind": "What it is; not given: an invoice.",
        "company": "Which of our companies sent it.",
        "document_no": "As the customer sees it.",
        "customer_reference": "The customer's order number or the like.",
        "terms_code": "Payment terms as the books name them.",
        "discount_until": "Last day on which cash discount may be taken.",
        "discount_pct": "Cash discount, percent of the amount.",
        "payment_method": "How it is to be paid.",
        "applies_to": "Invoice that a credit note settles in full on its day.",
        "delivered_on": "When the goods were delivered.",
    },
    "payments": {
        "payment_id": "The payment's number.",
        "paid_on": "Value date.",
        "amount": "In major units of its currency.",
        "customer_id": "Who paid; not needed where invoice_id says it.",
        "invoice_id": "Invoice that it settles, where it settles one; else see allocations.",
        "method": "How it was paid.",
        "reversal_of": "Payment that it takes back, such as a returned debit.",
        "reason": "Why it was taken back.",
    },
    "allocations": {
        "allocation_id": "The allocation's number.",
        "invoice_id": "Invoice of which it settles a part.",
        "kind": "With what it is settled.",
        "source_id": "The payment or credit note that is used.",
        "amount": "In major units of the invoice's currency; a negative one undoes.",
        "allocated_on": "Day on which it counts.",
    },
    "disputes": {
        "dispute_id": "The dispute's number.",
        "invoice_id": "Invoice that is disputed.",
        "opened_on": "When the customer objected.",
        "amount": "Disputed part, in major units of the invoice's currency; not given: all of it.",
        "reason": "Such as price, quality, delivery.",
        "closed_on": "When it ended.",
        "outcome": "How it ended.",
    },
    "promises": {
        "promise_id": "The promise's number.",
        "customer_id": "Who promised.",
        "made_on": "When it was made.",
        "promised_on": "Day by which the money is to come.",
        "amount": "In major units of the invoice's currency, else the customer's; not given: all "
        "that is due by then.",
        "invoice_id": "Invoice that it is about; not given: the oldest ones first.",
        "plan_id": "Payment plan of which it is an instalment.",
    },
    "contacts": {
        "contact_id": "The contact's number.",
        "customer_id": "With whom.",
        "contacted_on": "When.",
        "channel": "How.",
        "level": "Of the reminder, from 1.",
        "collector": "Who made it.",
        "outcome": "What came of it.",
        "callback_on": "When to call again.",
        "note": "Kept apart, and erased on request.",
    },
    "guarantees": {
        "guarantee_id": "The guarantee's number.",
        "customer_id": "For whose debts it stands.",
        "kind": "What it is.",
        "amount": "Its limit, in major units of the customer's currency.",
        "insured_share": "Share of a loss that it bears, 0 to 1; else its kind's in the policy.",
        "valid_from": "First day on which it stands.",
        "valid_until": "Last day; not given: it has none.",
        "max_overdue_days": "Days past due by which the insurer must hear of an overdue item.",
    },
    "fx_rates": {
        "currency": "ISO 4217.",
        "on": "Its day; it holds for a week at most.",
        "rate": "Reporting currency for one unit of the currency.",
    },
}


def meaning(table: str, column: str) -> str:
    """What a column of a table means; KeyError where there is none."""
    return _MEANINGS[table].get(column) or _SHARED[column]
