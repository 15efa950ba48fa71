"""Default spells again, day by day in plain Python over every day of the ledger."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from ledger.applications import is_credit_note
from ledger.books import Books, books_of
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.disputes import disputed_minor
from ledger.facts import status_at
from ledger.ledger import Ledger
from ledger.money import exponent
from ledger.movements import LINES, payers
from ledger.settlement import OPEN, Settlements, settle, state_at
from ledger.table import Column
from tests.ledgers import FIRST_DAY, LAST_DAY, RANDOM_LEDGERS, ledgers

DEFINITIONS = Definitions(default_abs=20.0, default_rel=0.2)
ABS_MINOR = 100 * DEFINITIONS.default_abs
RATE = 0.9

Pair = tuple[int, int]
Spells = list[tuple[int, int, int | None]]


@settings(RANDOM_LEDGERS, max_examples=40)
@given(ledgers())
def test_spells_are_those_of_every_day_looked_at_by_itself(ledger: Ledger) -> None:
    # Between the days on which something happens, rates are not looked at: so they stand still.
    ledger = with_constant_rates(ledger)
    found = default_spells(ledger, DEFINITIONS)
    spells = [
        (int(customer), int(default_on), int(cured_on) if cured else None)
        for customer, default_on, cured_on, cured in zip(
            found.customer, found.default_on, found.cured_on, found.has_cured, strict=True
        )
    ]
    assert spells == spells_plainly(ledger)


def with_constant_rates(ledger: Ledger) -> Ledger:
    rates = ledger.fx_rates
    constant = Column(np.full(len(rates), RATE), np.ones(len(rates), np.bool_))
    return replace(ledger, tables={**ledger.tables, "fx_rates": rates.replace(rate=constant)})


def spells_plainly(ledger: Ledger) -> Spells:
    books = books_of(ledger)
    settlements = settle(ledger, DEFINITIONS, books.allocations)
    customers = len(ledger.vocabularies["customer"])
    dirty = [
        dirty_customers(books, settlements, day) for day in range(FIRST_DAY - 40, LAST_DAY + 1)
    ]
    spells: Spells = []
    for customer in range(customers):
        since: int | None = None
        clean_days = 0
        for day, of_day in enumerate(dirty, start=FIRST_DAY - 40):
            if since is not None and clean_days == 90:
                spells.append((customer, since, day))
                since = None
            clean_days = 0 if of_day[customer] else clean_days + 1
            if of_day[customer] and since is None:
                since = day
        if since is not None:
            spells.append((customer, since, None))
    return spells


def dirty_customers(books: Books, settlements: Settlements, day: int) -> list[bool]:
    """Which customers meet the definition of default at the close of one day."""
    ledger, invoices = books.ledger, books.ledger.invoices
    balance, on_account = books.balances(day)
    state, _ = state_at(settlements, len(invoices), day)
    disputed = disputed_minor(ledger, balance, day)
    is_note = is_credit_note(ledger)
    counted, credits, total = Counter[Pair](), Counter[Pair](), Counter[Pair]()
    for row in range(len(invoices)):
        pair = (int(invoices["customer_id"][row]), int(invoices["currency"][row]))
        total[pair] += int(balance[row])
        if is_note[row] or balance[row] < 0:
            credits[pair] += int(balance[row])
        elif day - invoices["due_on"][row] > 90 and state[row] == OPEN:
            counted[pair] += int(balance[row] - disputed[row])
    customer_of_payment = payers(ledger).customer
    for row in np.flatnonzero(on_account):
        pair = (int(customer_of_payment[row]), int(ledger.payments["currency"][row]))
        total[pair] += int(on_account[row])
        credits[pair] += int(on_account[row])
    late, owed = Counter[int](), Counter[int]()
    for customer, currency in total:
        net = counted[customer, currency] + min(credits[customer, currency], 0)
        late[customer] += reporting(ledger, max(net, 0), currency)
        owed[customer] += reporting(ledger, total[customer, currency], currency)
    moved = books.movements
    write_offs = np.flatnonzero((moved.line == LINES.index("bad_debt")) & (books.moved_on == day))
    dirty = {
        int(moved.customer[row])
        for row in write_offs
        if reporting(ledger, -int(moved.amount_minor[row]), int(moved.currency[row])) > ABS_MINOR
    }
    everyone = np.arange(len(ledger.vocabularies["customer"]), dtype=np.int32)
    status = status_at(ledger, everyone, np.full(len(everyone), day, np.int32))
    return [
        (late[customer] > ABS_MINOR and late[customer] > DEFINITIONS.default_rel * owed[customer])
        or customer in dirty
        or status[customer] == "insolvent"
        for customer in everyone.tolist()
    ]


def reporting(ledger: Ledger, minor: int, currency: int) -> int:
    """An amount in EUR cents at the rate of test ledgers, rounded half to even."""
    word = str(ledger.vocabularies["currency"][currency])
    return minor if word == "EUR" else round(minor * RATE * 10.0 ** (2 - exponent(word)))
