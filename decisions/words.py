"""The words of decisions: grades, payment classes, stages of collection and actions."""

GRADES = ("A", "B", "C", "D", "E")
"""Grades from best to worst."""

PAYMENT_CLASSES = ("early", "on_time", "up_to_15", "up_to_30", "over_30")
"""How late a customer pays on average, weighted by amount: early, on time, up to 15 days, ..."""

STAGES = ("before_due", "reminder", "call", "firm_call", "final_notice", "escalation")
"""Stages of collection, which follow each other as an item gets older."""

CONTACTS = (
    "remind_before_due",
    "remind",
    "call",
    "firm_call",
    "final_notice",
    "escalate",
)
"""Actions that reach out to a customer, one for each of `STAGES`."""

REFER = "refer"
"""A person decides whether and how to reach out."""

ALLOCATE_CASH, DISPUTE_DESK = "allocate_cash", "dispute_desk"
WAIT_FOR_PROMISE, WAIT_FOR_DEBIT = "wait_for_promise", "wait_for_debit"
NO_CONTACT = "no_contact"

ACTIONS = (
    *CONTACTS,
    REFER,
    ALLOCATE_CASH,
    DISPUTE_DESK,
    WAIT_FOR_PROMISE,
    WAIT_FOR_DEBIT,
    NO_CONTACT,
)
"""What a worklist recommends."""

APPROVE, HOLD = "approve", "hold"

ORDER_OUTCOMES = (APPROVE, REFER, HOLD)
"""What is said of an order, from mildest to worst."""

ORDER_STATUSES = ("active", "on_hold")
"""Account statuses that a rule judges; in any other an order is held before the rules."""
