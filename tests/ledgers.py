"""Random ledgers for property and oracle tests: small, with every table and every oddity.

`ledgers()` is a hypothesis strategy of them; a failing example is printed as the call of
`seeded_ledger` that makes it again. `RANDOM_LEDGERS` are the settings to test with: the same
examples on every run.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ledger.days import date_of, parse_day
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from ledger.money import major
from ledger.schema import ALLOCATION_KINDS, PAYMENT_METHODS, TABLES

FIRST_DAY = parse_day("2024-01-01")
LAST_DAY = FIRST_DAY + 400
"""Last day of the extract; a few rows of a random ledger lie after it."""

CURRENCIES = ("EUR", "EUR", "EUR", "USD", "JPY", "BHD")

RANDOM_LEDGERS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Rows = list[dict[str, Any]]


def ledgers(customers: int = 3, invoices: int = 10) -> st.SearchStrategy[Ledger]:
    """Ledgers of up to so many customers and invoices (credit notes not counted)."""
    seeds = st.integers(0, 2**32 - 1)
    return st.builds(seeded_ledger, seeds, st.just(customers), st.just(invoices))


def seeded_ledger(seed: int, customers: int = 3, invoices: int = 10) -> Ledger:
    """The random ledger of a seed."""
    return random_ledger(Random(seed), customers, invoices)


def days(first: int = FIRST_DAY, last: int = LAST_DAY) -> st.SearchStrategy[int]:
    """Days on which to look at a random ledger, as days since 1970-01-01."""
    return st.integers(first, last)


def random_ledger(random: Random, customers: int = 3, invoices: int = 10) -> Ledger:
    """A ledger of up to so many customers and invoices, in EUR, USD, JPY and BHD."""
    frames = random_frames(random, customers, invoices)
    return ledger_from_frames(frames, Extract("EUR", LAST_DAY))


def random_frames(
    random: Random, customers: int = 3, invoices: int = 10
) -> dict[str, pd.DataFrame]:
    """The tables of a random ledger as frames, rows in random order."""
    names = [f"C{number}" for number in range(1, random.randint(1, customers) + 1)]
    billed = [
        _invoice(random, number, names) for number in range(1, random.randint(0, invoices) + 1)
    ]
    notes = [_credit_note(random, number, names, billed) for number in range(random.randint(0, 3))]
    received: Rows = []
    allocated: Rows = []
    for invoice in billed:
        _settle(random, names, invoice, notes, received, allocated)
    _on_account(random, names, received)
    _reversals(random, names, received, allocated)
    tables = {
        "customers": [_customer(random, name, names) for name in names],
        "customer_facts": _facts(random, names),
        "invoices": billed + notes,
        "payments": received,
        "allocations": allocated,
        "disputes": _disputes(random, billed),
        "promises": _promises(random, names, billed, received),
        "contacts": _contacts(random, names),
        "guarantees": _guarantees(random, names),
        "fx_rates": _rates(random),
    }
    return {name: _frame(random, name, rows) for name, rows in tables.items()}


def _frame(random: Random, table: str, rows: Rows) -> pd.DataFrame:
    shuffled = list(rows)
    random.shuffle(shuffled)
    stated = {name for row in rows for name, value in row.items() if value is not None}
    columns = [column.name for column in TABLES[table].columns if column.name in stated]
    return pd.DataFrame(shuffled, columns=columns, dtype=object)


def _day(day: int) -> str:
    return date_of(day).isoformat()


def _maybe(random: Random, value: Any, one_in: int = 2) -> Any:
    """The value in one of so many cases, else nothing."""
    return value if random.randint(1, one_in) == 1 else None


def _recorded(random: Random, day: int) -> str | None:
    """Mostly the same day or a few days later, sometimes before it or long after."""
    late = random.choice((None, None, None, 0, 1, 2, 5, 30, 120, -3))
    return None if late is None else _day(day + late)


def _money(minor: int, currency: str) -> str:
    return str(major(minor, currency))


def _customer(random: Random, name: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "customer_id": name,
        "name": f"Customer {name}",
        "country": random.choice(("FR", "DE", None)),
        "currency": random.choice(("EUR", "JPY", None)),
        "parent_id": _maybe(random, random.choice(names), 3),
        "natural_person": random.choice(("true", "false", None)),
        "onboarded_on": _maybe(random, _day(FIRST_DAY - random.randint(0, 900))),
        "collector": random.choice(("ana", "bob", None)),
    }


def _facts(random: Random, names: Sequence[str]) -> Rows:
    values = {
        "status": ("active", "on_hold", "legal", "insolvent", "active"),
        "credit_limit": ("1000", "25000.50"),
        "segment": ("small", "large"),
        "dunning_block": ("true", "false"),
        "terms_days": ("30", "45"),
    }
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    for _ in range(random.randint(0, 6)):
        name, fact = random.choice(names), random.choice(tuple(values))
        day = FIRST_DAY + random.randint(-30, 420)
        rows[name, fact, day] = {
            "customer_id": name,
            "name": fact,
            "value": random.choice(values[fact]),
            "valid_from": _day(day),
            "recorded_on": _recorded(random, day),
        }
    return list(rows.values())


def _invoice(random: Random, number: int, names: Sequence[str]) -> dict[str, Any]:
    currency = random.choice(CURRENCIES)
    issued = FIRST_DAY + random.randint(0, 300)
    terms = random.choice((0, 10, 14, 30, 30, 60, -2))
    discount = random.choice((None, None, 7))
    return {
        "invoice_id": f"I{number:02d}",
        "customer_id": random.choice(names),
        "issued_on": _day(issued),
        "due_on": _day(issued + terms),
        "amount": _money(random.choice((90, 250, 10_000, 99_999, 150_000, 2_000_000)), currency),
        "currency": currency,
        "kind": random.choice(("invoice", None)),
        "company": random.choice(("1000", "2000", None)),
        "document_no": _maybe(random, f"9{number:04d}"),
        "terms_code": f"N{terms}",
        "discount_until": None if discount is None else _day(issued + discount),
        "discount_pct": None if discount is None else "2",
        "payment_method": random.choice((*PAYMENT_METHODS, None)),
        "delivered_on": _maybe(random, _day(issued + random.randint(-5, 40))),
        "recorded_on": _recorded(random, issued),
    }


def _credit_note(random: Random, number: int, names: Sequence[str], billed: Rows) -> dict[str, Any]:
    target = random.choice(billed) if billed and random.randint(0, 2) else None
    currency = random.choice(CURRENCIES) if target is None else target["currency"]
    issued = FIRST_DAY + random.randint(0, 380)
    amount = random.choice((50, 100, 10_000, 40_000))
    row = {
        "invoice_id": f"N{number:02d}",
        "customer_id": random.choice(names) if target is None else target["customer_id"],
        "issued_on": _day(issued),
        "due_on": _day(issued),
        "amount": _money(amount, currency),
        "currency": currency,
        "kind": "credit_note",
        "applies_to": None if target is None else _maybe(random, target["invoice_id"]),
        "recorded_on": _recorded(random, issued),
    }
    if row["applies_to"] and random.randint(1, 8) == 1:
        row["applies_to"] = "I-OUTSIDE"
    if random.randint(1, 6) == 1:
        row |= {"kind": "invoice", "amount": _money(-amount, currency)}
    return row


def _settle(
    random: Random,
    names: Sequence[str],
    invoice: dict[str, Any],
    notes: Rows,
    received: Rows,
    allocated: Rows,
) -> None:
    """Pay, part pay, overpay, net, credit or write off an invoice; sometimes leave it open."""
    currency = invoice["currency"]
    total = float(invoice["amount"])
    for _ in range(random.randint(0, 3)):
        day = parse_day(invoice["due_on"]) + random.randint(-20, 130)
        share = random.choice((1.0, 1.0, 0.99, 0.5, 0.5, 0.3, 0.02, 1.1, -0.3))
        paid = _rounded(total * share, currency)
        how = random.choice(("simple", "stated", "stated", "late", "none", "kind", "kind", "note"))
        if how in ("simple", "stated", "late"):
            payment = _payment(random, len(received), invoice["customer_id"], day, paid, currency)
            if random.randint(1, 12) == 1:
                payment |= {"currency": "EUR", "amount": f"{float(paid):.2f}"}
            if random.randint(1, 6) == 1:
                payment["customer_id"] = random.choice(names)
            if how != "stated":
                payment["invoice_id"] = invoice["invoice_id"]
                payment["customer_id"] = _maybe(random, payment["customer_id"])
            received.append(payment)
        if how in ("stated", "late"):
            at = day if how == "stated" else day + random.randint(0, 9)
            source = received[-1]["payment_id"]
            allocated.append(
                _allocation(random, len(allocated), invoice, "payment", source, at, paid)
            )
            if share == 0.99:
                rest = _rounded(total - float(paid), currency)
                allocated.append(
                    _allocation(random, len(allocated), invoice, "discount", source, at, rest)
                )
        elif how == "kind":
            kind = random.choice([kind for kind in ALLOCATION_KINDS if kind != "credit_note"])
            allocated.append(_allocation(random, len(allocated), invoice, kind, None, day, paid))
        elif how == "note":
            usable = [note for note in notes if note["currency"] == currency]
            if usable:
                note = random.choice(usable)
                part = _rounded(abs(float(note["amount"])) * random.choice((1.0, 0.5)), currency)
                at = max(day, parse_day(note["issued_on"]))
                source = note["invoice_id"]
                allocated.append(
                    _allocation(random, len(allocated), invoice, "credit_note", source, at, part)
                )


def _rounded(amount: float, currency: str) -> str:
    digits = {"JPY": 0, "BHD": 3}.get(currency, 2)
    return f"{amount:.{digits}f}"


def _payment(
    random: Random, number: int, customer: str, day: int, amount: str, currency: str
) -> dict[str, Any]:
    return {
        "payment_id": f"P{number:03d}",
        "paid_on": _day(day),
        "amount": amount,
        "customer_id": customer,
        "currency": currency,
        "method": random.choice(("transfer", "direct_debit", None)),
        "recorded_on": _recorded(random, day),
    }


def _allocation(
    random: Random,
    number: int,
    invoice: dict[str, Any],
    kind: str,
    source: str | None,
    day: int,
    amount: str,
) -> dict[str, Any]:
    outside = source and invoice["currency"] == "EUR" and random.randint(1, 20) == 1
    return {
        "allocation_id": f"A{number:03d}",
        "invoice_id": "I-OUTSIDE" if outside else invoice["invoice_id"],
        "kind": kind,
        "source_id": source,
        "amount": amount,
        "allocated_on": _day(day),
        "recorded_on": _recorded(random, day),
    }


def _on_account(random: Random, names: Sequence[str], received: Rows) -> None:
    """Cash that nobody has allocated, cash for an invoice of another extract, refunds."""
    for _ in range(random.randint(0, 2)):
        day = FIRST_DAY + random.randint(-10, 410)
        currency = random.choice(CURRENCIES)
        amount = _money(random.choice((5_000, 77_700, -2_000)), currency)
        payment = _payment(random, len(received), random.choice(names), day, amount, currency)
        if random.randint(1, 5) == 1:
            payment["invoice_id"] = "I-OUTSIDE"
        received.append(payment)


def _reversals(random: Random, names: Sequence[str], received: Rows, allocated: Rows) -> None:
    """Returned debits and bounced cheques, in full or in part, stated or implied."""
    for payment in list(received):
        if random.randint(1, 6) > 1 or float(payment["amount"]) <= 0:
            continue
        share = random.choice((1.0, 1.0, 1.0, 0.4))
        back = _rounded(float(payment["amount"]) * share, payment["currency"])
        day = parse_day(payment["paid_on"]) + random.randint(0, 30)
        payer = random.choice((payment["customer_id"], payment["customer_id"], *names))
        reversal = _payment(random, len(received), payer, day, back, payment["currency"])
        reversal |= {"reversal_of": payment["payment_id"], "reason": "returned"}
        if random.randint(0, 1):
            reversal["amount"] = f"-{back}"
        received.append(reversal)
        if random.randint(1, 5) == 1:
            again = {"payment_id": f"P{len(received):03d}", "paid_on": _day(day + 5)}
            received.append({**reversal, **again, "reversal_of": reversal["payment_id"]})
        stated = [row for row in allocated if row["source_id"] == payment["payment_id"]]
        if stated and random.randint(1, 3) == 1:
            undone = {
                **stated[0],
                "allocation_id": f"A{len(allocated):03d}",
                "source_id": reversal["payment_id"],
                "amount": f"-{stated[0]['amount']}".replace("--", ""),
                "allocated_on": _day(day),
                "recorded_on": _recorded(random, day),
            }
            allocated.append(undone)


def _disputes(random: Random, billed: Rows) -> Rows:
    rows = []
    for number in range(random.randint(0, 4) if billed else 0):
        invoice = random.choice(billed)
        day = parse_day(invoice["issued_on"]) + random.randint(0, 100)
        closed = random.choice((None, 0, 12, 60))
        part = _rounded(float(invoice["amount"]) * random.choice((0.2, 1.0)), invoice["currency"])
        rows.append(
            {
                "dispute_id": f"D{number}",
                "invoice_id": invoice["invoice_id"],
                "opened_on": _day(day),
                "amount": _maybe(random, part),
                "reason": random.choice(("price", "quantity", None)),
                "closed_on": None if closed is None else _day(day + closed),
                "outcome": None if closed is None else random.choice(("credited", "rejected")),
                "recorded_on": _recorded(random, day),
            }
        )
    return rows


def _promises(random: Random, names: Sequence[str], billed: Rows, received: Rows) -> Rows:
    """Promises about an invoice, an amount or all that is due, some made just before cash came."""
    rows = []
    for number in range(random.randint(0, 5)):
        day = FIRST_DAY + random.randint(20, 380)
        customer = random.choice(names)
        invoice = random.choice(billed) if billed and random.randint(0, 1) else None
        if invoice is not None:
            customer = invoice["customer_id"]
        if received and random.randint(0, 1):
            payment = random.choice(received)
            day = parse_day(payment["paid_on"]) - random.randint(0, 8)
            customer = payment["customer_id"] or customer
        amount = random.choice(("100", "1500", "20000"))
        rows.append(
            {
                "promise_id": f"R{number}",
                "customer_id": customer,
                "made_on": _day(day),
                "promised_on": _day(day + random.choice((0, 4, 7, 14, 45))),
                "amount": _maybe(random, amount),
                "invoice_id": None if invoice is None else invoice["invoice_id"],
                "plan_id": _maybe(random, "plan", 3),
                "recorded_on": _recorded(random, day),
            }
        )
    return rows


def _contacts(random: Random, names: Sequence[str]) -> Rows:
    rows = []
    for number in range(random.randint(0, 4)):
        day = FIRST_DAY + random.randint(0, 400)
        rows.append(
            {
                "contact_id": f"K{number}",
                "customer_id": random.choice(names),
                "contacted_on": _day(day),
                "channel": random.choice(("call", "mail", "reminder", None)),
                "level": random.choice((1, 2, None)),
                "outcome": random.choice(("reached", "no_answer", "promise", "callback", None)),
                "callback_on": _maybe(random, _day(day + 3), 4),
            }
        )
    return rows


def _guarantees(random: Random, names: Sequence[str]) -> Rows:
    rows = []
    for number in range(random.randint(0, 2)):
        day = FIRST_DAY + random.randint(-60, 300)
        rows.append(
            {
                "guarantee_id": f"G{number}",
                "customer_id": random.choice(names),
                "kind": random.choice(("insurance", "bank_guarantee", "deposit")),
                "amount": "5000",
                "insured_share": random.choice((0.9, None)),
                "valid_from": _day(day),
                "valid_until": _maybe(random, _day(day + 200)),
                "recorded_on": _recorded(random, day),
            }
        )
    return rows


def _rates(random: Random) -> Rows:
    """A rate every seventh day, from before the first row to after the last."""
    around = {"USD": 0.9, "JPY": 0.006, "BHD": 2.4}
    return [
        {"currency": currency, "on": _day(day), "rate": rate * (1 + random.randint(-5, 5) / 100)}
        for currency, rate in around.items()
        for day in range(FIRST_DAY - 70, LAST_DAY + 300, 7)
    ]
