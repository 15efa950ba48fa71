"""A large ledger, loaded: drawn column by column and integer-coded, without a file in between."""

import numpy as np

from ledger.arrays import Array
from ledger.ledger import Extract, Ledger, empty_ledger
from ledger.schema import TABLES
from ledger.table import DTYPES, Column, Table, empty_column

FIRST_DAY, DAYS = 18_262, 1_460
"""Four years from 2020-01-01."""

INVOICES_PER_CUSTOMER = 33
COUNTRIES = tuple(f"{code:02d}" for code in range(40))
SEGMENTS = ("corporate", "large", "public", "small")


def loaded_ledger(invoices: int, seed: int = 7) -> Ledger:
    """Four years of invoices of customers as unequal as they are: the largest has about 2 %.

    Half of the customers pay on one weekday, one invoice in 20 in two parts, one payment in 200
    bounces and comes again, one in three is recorded a day or three later. Some invoices are
    disputed, credited or never paid; some customers have a parent, a limit, a segment.
    """
    rng = np.random.default_rng(seed)
    customers = max(invoices // INVOICES_PER_CUSTOMER, 2)
    weight = rng.lognormal(0, 1.6, customers)
    customer = rng.choice(customers, invoices, p=weight / weight.sum())
    issued_on = np.sort(FIRST_DAY + rng.integers(0, DAYS, invoices))
    usual_terms = rng.choice([14, 30, 30, 45, 60], customers)
    terms = np.where(rng.random(invoices) < 0.9, usual_terms[customer], 30)
    amount = np.rint(rng.lognormal(7, 1.3, invoices) * 100).astype(np.int64) + 1_000
    usual_late = rng.normal(2, 8, customers)
    paid_on = issued_on + terms + np.rint(usual_late[customer] + rng.gumbel(0, 5, invoices))
    paid_on = np.maximum(paid_on.astype(np.int64), issued_on + 1)
    payday, has_payday = rng.integers(0, 5, customers), rng.random(customers) < 0.5
    paid_on += np.where(has_payday[customer], (payday[customer] - paid_on - 3) % 7, 0)
    has_discount = rng.random(invoices) < 0.1
    tables = {
        "customers": table(
            "customers",
            customers,
            customer_id=np.arange(customers),
            country=rng.integers(0, len(COUNTRIES), customers),
            parent_id=(
                rng.integers(0, customers // 15 + 1, customers),
                rng.random(customers) < 0.1,
            ),
        ),
        "customer_facts": facts(rng, customers),
        "invoices": table(
            "invoices",
            invoices,
            invoice_id=np.arange(invoices),
            customer_id=customer,
            issued_on=issued_on,
            due_on=issued_on + terms,
            amount=amount,
            currency=np.zeros(invoices),
            kind=(rng.random(invoices) >= 0.01).astype(int),
            payment_method=(rng.integers(0, 2, invoices), rng.random(invoices) < 0.5),
            discount_until=(issued_on + 10, has_discount),
            discount_pct=(np.full(invoices, 2.0), has_discount),
        ),
        "payments": payments(rng, paid_on, amount),
        "disputes": disputes(rng, issued_on),
    }
    return assembled(tables, customers, invoices)


def facts(rng: np.random.Generator, customers: int) -> Table:
    """A segment and a limit for each customer of the first half, changed once for some."""
    known = customers // 2
    of = np.concatenate([np.arange(known), np.arange(known), np.arange(known // 4)])
    late = np.arange(len(of)) >= 2 * known
    is_limit = np.arange(len(of)) < known
    segment = len(LIMITS) + rng.integers(0, len(SEGMENTS), len(of))
    return table(
        "customer_facts",
        len(of),
        customer_id=of,
        name=1 - is_limit,
        value=np.where(is_limit, rng.integers(0, len(LIMITS), len(of)), segment),
        valid_from=FIRST_DAY + np.where(late, rng.integers(1, DAYS, len(of)), 0),
    )


LIMITS = ("10000", "100000", "50000")


def payments(rng: np.random.Generator, paid_on: Array, amount: Array) -> Table:
    """One payment of most invoices, two of some; a few are returned and come again."""
    through = FIRST_DAY + DAYS
    row = np.flatnonzero((paid_on <= through) & (rng.random(len(paid_on)) < 0.985))
    in_parts = rng.random(len(row)) < 0.05
    part = np.where(in_parts, amount[row] // 2, amount[row])
    rest = row[in_parts]
    bounced = np.flatnonzero(rng.random(len(row)) < 0.005)
    again = row[bounced]
    invoice = np.concatenate([row, rest, again, again])
    on = np.concatenate([paid_on[row], paid_on[rest] + 9, paid_on[again] + 4, paid_on[again] + 15])
    paid = np.concatenate([part, amount[rest] - amount[rest] // 2, part[bounced], part[bounced]])
    n = len(invoice)
    first_bounce = len(row) + len(rest)
    reverses = (np.arange(n) >= first_bounce) & (np.arange(n) < first_bounce + len(again))
    target = np.zeros(n, np.int64)
    target[reverses] = bounced
    return table(
        "payments",
        n,
        payment_id=np.arange(n),
        invoice_id=invoice,
        paid_on=on,
        amount=paid,
        currency=np.zeros(n),
        reversal_of=(target, reverses),
        recorded_on=on + rng.choice([0, 0, 0, 0, 1, 3], n),
    )


def disputes(rng: np.random.Generator, issued_on: Array) -> Table:
    """One invoice in a hundred, for a month or so."""
    invoice = np.flatnonzero(rng.random(len(issued_on)) < 0.01)
    n = len(invoice)
    opened_on = issued_on[invoice] + rng.integers(5, 60, n)
    return table(
        "disputes",
        n,
        dispute_id=np.arange(n),
        invoice_id=invoice,
        opened_on=opened_on,
        closed_on=(opened_on + rng.integers(3, 60, n), rng.random(n) < 0.9),
    )


def table(name: str, rows: int, /, **columns: Array | tuple[Array, Array]) -> Table:
    """A table of values, or of values and masks."""
    found = {}
    for spec in TABLES[name].columns:
        if spec.name not in columns:
            found[spec.name] = empty_column(spec, rows)
            continue
        column = columns[spec.name]
        values, known = column if isinstance(column, tuple) else (column, np.ones(rows, np.bool_))
        found[spec.name] = Column(np.where(known, values, 0).astype(DTYPES[spec.kind]), known)
    return Table(TABLES[name], found, rows)


def assembled(tables: dict[str, Table], customers: int, invoices: int) -> Ledger:
    """The ledger of some tables, with a word for each of their codes."""

    def numbered(prefix: str, n: int) -> Array:
        return np.array([f"{prefix}{i:08d}" for i in range(n)], dtype=object)

    def words(*of: str) -> Array:
        return np.array(of, dtype=object)

    empty = empty_ledger(Extract("EUR", FIRST_DAY + DAYS))
    vocabularies = {
        **empty.vocabularies,
        "customer": numbered("C", customers),
        "invoice": numbered("I", invoices),
        "payment": numbered("P", len(tables["payments"])),
        "disputes.dispute_id": numbered("D", len(tables["disputes"])),
        "currency": words("EUR"),
        "invoices.kind": words("credit_note", "invoice"),
        "invoices.payment_method": words("direct_debit", "transfer"),
        "customers.country": words(*COUNTRIES),
        "customer_facts.name": words("credit_limit", "segment"),
        "customer_facts.value": words(*LIMITS, *SEGMENTS),
    }
    return Ledger(empty.extract, {**empty.tables, **tables}, vocabularies)
