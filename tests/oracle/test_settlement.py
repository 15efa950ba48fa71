"""Settlements again in plain slow Python, from scratch for every day."""

from hypothesis import given

from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.settlement import settle
from tests.ledgers import RANDOM_LEDGERS, ledgers
from tests.plain_books import PlainBooks, days_of, is_note

STATES = ("open", "paid", "cancelled", "written off")
DEFINITIONS = Definitions()

Changes = list[tuple[str, int, str, int | None]]


@RANDOM_LEDGERS
@given(ledgers())
def test_settlements_are_those_of_each_day_worked_out_from_scratch(ledger: Ledger) -> None:
    assert settled(ledger) == settled_plainly(ledger)


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
