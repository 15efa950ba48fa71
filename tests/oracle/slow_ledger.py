"""The rows of a ledger as plain Python objects, for the slow features."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from features.priors import MATURE_DAYS, RECORDING_DAYS
from ledger.allocations import PAYMENT, all_allocations
from ledger.applications import is_credit_note
from ledger.definitions import Definitions
from ledger.due import due_days
from ledger.ledger import Ledger
from ledger.rates import to_reporting
from ledger.settlement import CANCELLED, OPEN, PAID, settle

Facts = dict[tuple[int, str], list[tuple[int, int, str]]]


@dataclass
class Item:
    """One invoice: its facts, and every change of its state and of what was applied to it."""

    row: int
    id: str
    customer: int
    known_on: int
    issued_on: int
    due_on: int
    amount: int
    native: int
    priced: bool
    changes: list[tuple[int, int, int]]
    applied: list[tuple[int, int, bool]]

    @property
    def terms_days(self) -> int:
        return self.due_on - self.issued_on

    def at(self, day: int) -> tuple[int, int, int]:
        """State, paid_on and the day of the last change, as known at the close of a day."""
        state, paid_on, since = OPEN, 0, 0
        for known_on, new_state, new_paid_on in self.changes:
            if known_on <= day:
                state, paid_on, since = new_state, new_paid_on, known_on
        return state, paid_on, since

    def left(self, day: int) -> int:
        taken = sum(amount for known_on, amount, _ in self.applied if known_on <= day)
        rate = self.amount / (self.native or 1)
        return round((self.native - taken) * rate) if taken else self.amount

    def cash(self, day: int) -> int:
        return sum(amount for known_on, amount, cash in self.applied if cash and known_on <= day)

    def ever_part_paid(self, day: int) -> bool:
        days = {known_on for known_on, _, _ in self.applied if known_on <= day}
        return any(self.at(seen)[0] == OPEN and self.cash(seen) > 0 for seen in days)


def read_items(ledger: Ledger, definitions: Definitions) -> list[Item]:
    invoices = ledger.invoices
    due_on = due_days(ledger, definitions)
    amount, priced = to_reporting(
        ledger, invoices["currency"], invoices["amount"], invoices.known_on
    )
    names = ledger.text("invoices", "invoice_id")
    items = {
        row: Item(
            row,
            names[row],
            int(invoices["customer_id"][row]),
            int(invoices.known_on[row]),
            int(invoices["issued_on"][row]),
            int(due_on[row]),
            int(amount[row]),
            int(invoices["amount"][row]),
            bool(priced[row]),
            [],
            [],
        )
        for row in range(len(invoices))
        if not is_credit_note(ledger)[row]
    }
    settlements = settle(ledger, definitions)
    for s in range(len(settlements)):
        change = (
            int(settlements.known_on[s]),
            int(settlements.state[s]),
            int(settlements.paid_on[s]),
        )
        items[int(settlements.invoice[s])].changes.append(change)
    allocations = all_allocations(ledger)
    for a in range(len(allocations)):
        row = int(allocations.invoice[a])
        if row in items:
            cash = bool(allocations.kind[a] == PAYMENT)
            applied = (int(allocations.known_on[a]), int(allocations.amount_minor[a]), cash)
            items[row].applied.append(applied)
    return list(items.values())


def read_facts(ledger: Ledger) -> Facts:
    table, facts = ledger.customer_facts, defaultdict(list)
    names, values = ledger.text("customer_facts", "name"), ledger.text("customer_facts", "value")
    for row in range(len(table)):
        fact = (int(table.known_on[row]), int(table["valid_from"][row]), str(values[row]))
        facts[int(table["customer_id"][row]), str(names[row])].append(fact)
    return facts


def groups_of(
    ledger: Ledger, customer: int, definitions: Definitions
) -> tuple[str | None, str | None]:
    """Country of a customer, and the name its group of companies would have, where constant."""
    words = ledger.vocabularies["customer"]
    country, parent = None, str(words[customer])
    for row in range(len(ledger.customers)):
        if ledger.customers["customer_id"][row] == customer:
            country = str(ledger.text("customers", "country")[row]) or None
            parent = str(ledger.text("customers", "parent_id")[row]) or parent
    constant = definitions.constant_columns
    return country if "country" in constant else None, parent if "parent_id" in constant else None


def judge(ledger: Ledger, definitions: Definitions) -> list[tuple[int, set[Any], dict[str, int]]]:
    """Day, groups and counts of every invoice judged, twice each."""
    through, grace = ledger.extract.complete_through, definitions.grace_days
    facts = read_facts(ledger)
    parents = set(ledger.text("customers", "parent_id")) - {""}
    judged = []
    for item in read_items(ledger, definitions):
        country, parent = groups_of(ledger, item.customer, definitions)
        for after, mature in (
            (grace + RECORDING_DAYS, False),
            (MATURE_DAYS + RECORDING_DAYS, True),
        ):
            day = max(item.due_on + after, item.known_on)
            state, paid_on, _ = item.at(day)
            if day > through or state == CANCELLED:
                continue
            late = paid_on - item.due_on if state == PAID else 31
            late = min(max(late, -60), 31)
            counts = {"due": 1, "late": int(late > grace or state != PAID)}
            if mature:
                counts = {"mature": 1, "over_30": int(late > 30), "days_late": late}
            groups: set[Any] = {"portfolio"}
            if country is not None:
                groups.add(f"country={country}")
            if parent in parents:
                groups.add(f"parent={parent}")
            segment = fact_of(facts, item.customer, "segment", day)
            if segment is not None:
                groups.add(f"segment={segment}")
            judged.append((day, groups, counts))
    return judged


def fact_of(facts: Facts, customer: int, name: str, as_of: int) -> str | None:
    """A customer's fact: of those known, the one valid from the latest day."""
    known = [
        (valid_from, known_on, value)
        for known_on, valid_from, value in facts[customer, name]
        if known_on <= as_of
    ]
    return max(known)[2] if known else None
