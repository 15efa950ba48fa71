"""Settlements again in plain slow Python, from scratch for every day."""

from random import Random

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.days import date_of
from ledger.definitions import Definitions
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.settlement import settle
from tests.ledgers import FIRST_DAY, LAST_DAY, RANDOM_LEDGERS, ledgers
from tests.plain_books import PlainBooks, days_of, is_note

STATES = ("open", "paid", "cancelled", "written off")
DEFINITIONS = Definitions()

Changes = list[tuple[str, int, str, int | None]]


@RANDOM_LEDGERS
@given(ledgers())
def test_settlements_are_those_of_each_day_worked_out_from_scratch(ledger: Ledger) -> None:
    assert settled(ledger) == settled_plainly(ledger)


@settings(RANDOM_LEDGERS, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_an_invoice_may_be_cleared_in_many_parts(seed: int) -> None:
    ledger = paid_in_parts(Random(seed))
    assert settled(ledger) == settled_plainly(ledger)


def paid_in_parts(random: Random, parts: int = 30) -> Ledger:
    """One invoice, paid and refunded, credited and charged again, known in another order."""
    kinds = ("payment", "payment", "payment", "payment", "discount", "bad_debt")
    rows = []
    for part in range(parts):
        day = FIRST_DAY + random.randint(0, 60)
        rows.append(
            {
                "allocation_id": f"A{part}",
                "invoice_id": "I1",
                "kind": random.choice(kinds),
                "amount": str(random.choice((50, 30, 20, -20, -40))),
                "allocated_on": date_of(day).isoformat(),
                "recorded_on": date_of(day + random.randint(0, 40)).isoformat(),
            }
        )
    issued_on = date_of(FIRST_DAY).isoformat()
    invoice = {"invoice_id": "I1", "customer_id": "A", "amount": "100"}
    return ledger_from_frames(
        {
            "invoices": pd.DataFrame([{**invoice, "issued_on": issued_on, "due_on": issued_on}]),
            "allocations": pd.DataFrame(rows),
        },
        Extract("EUR", LAST_DAY),
    )


def settled(ledger: Ledger) -> Changes:
    found = settle(ledger, DEFINITIONS)
    names = ledger.text("invoices", "invoice_id")[found.invoice]
    return sorted(
        (str(name), int(day), STATES[state], int(paid_on) if STATES[state] == "paid" else None)
        for name, day, state, paid_on in zip(
            names, found.known_on, found.state, found.paid_on, strict=True
        )
    )


def settled_plainly(ledger: Ledger) -> Changes:
    changes: Changes = []
    last: dict[str, tuple[str, int | None]] = {}
    for day in days_of(ledger):
        books = PlainBooks(ledger, day)
        for invoice in books.invoices:
            name = invoice["invoice_id"]
            state = books.state(invoice, DEFINITIONS)
            if not is_note(invoice) and state != last.get(name, ("open", None)):
                last[name] = state
                changes.append((name, day, *state))
    return sorted(changes)
