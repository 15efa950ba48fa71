"""Laws that the books of every ledger obey."""

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.aging import aging
from ledger.balances import open_items
from ledger.books import Basis, books_of
from ledger.cash import open_credits
from ledger.default import default_spells
from ledger.definitions import Definitions
from ledger.ledger import Ledger
from ledger.promises import promise_outcomes
from ledger.rates import in_reporting
from ledger.rollforward import roll_forward
from ledger.settlement import settle
from tests.ledgers import FIRST_DAY, LAST_DAY, RANDOM_LEDGERS, days, ledgers

DEFINITIONS = Definitions(default_abs=50.0)
FEW = settings(RANDOM_LEDGERS, max_examples=40)

Facts = list[tuple[Any, ...]]


def settled(ledger: Ledger, as_of: int) -> Facts:
    found = settle(ledger, DEFINITIONS)
    names = ledger.text("invoices", "invoice_id")[found.invoice]
    owners = ledger.text("invoices", "customer_id")[found.invoice]
    rows = zip(names, found.known_on, found.state, found.paid_on, owners, strict=True)
    return sorted(row for row in rows if row[1] <= as_of)


def in_default(ledger: Ledger, as_of: int) -> Facts:
    found = default_spells(ledger, DEFINITIONS)
    cured_on = np.where(found.has_cured & (found.cured_on <= as_of), found.cured_on, 0)
    rows = zip(names_of(ledger, found.customer), found.default_on, cured_on, strict=True)
    return sorted(row for row in rows if row[1] <= as_of)


def judged(ledger: Ledger, as_of: int) -> Facts:
    found = promise_outcomes(ledger)
    names = ledger.text("promises", "promise_id")[found.promise]
    rows = zip(names, found.judged_on, found.outcome, found.over_on, strict=True)
    return sorted(row for row in rows if row[1] <= as_of)


def judged_as_of(ledger: Ledger, as_of: int) -> Facts:
    found = promise_outcomes(ledger, as_of)
    names = ledger.text("promises", "promise_id")[found.promise]
    return sorted(zip(names, found.judged_on, found.outcome, strict=True))


def items(ledger: Ledger, as_of: int) -> Facts:
    found = open_items(ledger, as_of, DEFINITIONS)
    names = ledger.text("invoices", "invoice_id")[found.invoice]
    columns = [getattr(found, field.name) for field in fields(found)[3:]]
    owners = names_of(ledger, found.customer)
    return list(zip(names, owners, *columns, strict=True))


def credits(ledger: Ledger, as_of: int, basis: Basis = "known") -> Facts:
    found = open_credits(ledger, as_of, basis)
    owners = names_of(ledger, found.customer)
    columns = (found.kind, found.currency, found.amount_minor, found.reporting_minor)
    return sorted(zip(owners, *columns, strict=True))


def posted_credits(ledger: Ledger, as_of: int) -> Facts:
    return credits(ledger, as_of, "posted")


def names_of(ledger: Ledger, customer: Any) -> Any:
    return ledger.vocabularies["customer"][customer]


VIEWS: tuple[Callable[[Ledger, int], Facts], ...] = (
    settled,
    in_default,
    judged,
    judged_as_of,
    items,
    credits,
)


@FEW
@given(ledgers(), days())
def test_what_becomes_known_later_changes_nothing_today(ledger: Ledger, as_of: int) -> None:
    for view in VIEWS:
        assert view(ledger, as_of) == view(ledger.known_at(as_of), as_of), view.__name__


@FEW
@given(ledgers(), days())
def test_a_customers_own_part_of_the_ledger_gives_the_same_books(
    ledger: Ledger, as_of: int
) -> None:
    for code in range(len(ledger.vocabularies["customer"])):
        part = ledger.of_customers(np.array([code], np.int32))
        name = ledger.vocabularies["customer"][code]
        for view in (settled, in_default, items, credits, posted_credits):
            mine = [fact for fact in view(ledger, as_of) if name in fact]
            assert mine == [fact for fact in view(part, as_of) if name in fact], view.__name__


@FEW
@given(ledgers(), days(), st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(ledger: Ledger, as_of: int, seed: int) -> None:
    def shuffled(n: int) -> Any:
        return np.array(Random(seed).sample(range(n), n), np.int64)

    tables = {name: table.take(shuffled(len(table))) for name, table in ledger.tables.items()}
    for view in VIEWS:
        assert view(ledger, as_of) == view(replace(ledger, tables=tables), as_of), view.__name__


@RANDOM_LEDGERS
@given(ledgers(), days(), days())
def test_receivables_roll_forward_to_the_cent(ledger: Ledger, one: int, other: int) -> None:
    opening_on, closing_on = min(one, other), max(one, other)
    rolled = roll_forward(ledger, opening_on, closing_on)
    for row in (*rolled.by_currency, rolled.total):
        assert row.opening_minor + row.lines_minor.sum() == row.closing_minor
    by_currency = {row.currency: row.closing_minor for row in rolled.by_currency}
    aged = aging(ledger, closing_on, DEFINITIONS, by="currency")
    for word, receivables in zip(aged.label, aged.receivables_minor, strict=True):
        assert by_currency.get(word, 0) == receivables
    assert rolled.total.closing_minor == aging(ledger, closing_on, DEFINITIONS).receivables_minor[0]


@FEW
@given(ledgers(), days())
def test_two_roll_forwards_in_a_row_are_one(ledger: Ledger, between: int) -> None:
    books = books_of(ledger, "posted")
    first = roll_forward(ledger, FIRST_DAY - 100, between, books=books)
    second = roll_forward(ledger, between, LAST_DAY, books=books)
    whole = roll_forward(ledger, FIRST_DAY - 100, LAST_DAY, books=books)
    assert first.total.closing_minor == second.total.opening_minor
    joined = first.total.lines_minor + second.total.lines_minor
    assert joined.tolist() == whole.total.lines_minor.tolist()


@FEW
@given(ledgers(), days())
def test_every_aging_adds_up_to_the_same_receivables(ledger: Ledger, as_of: int) -> None:
    books = books_of(ledger, "posted")
    total = aging(ledger, as_of, DEFINITIONS, books=books)
    for by in ("customer", "company"):
        rows = aging(ledger, as_of, DEFINITIONS, by=by, books=books)  # type: ignore[arg-type]
        assert rows.buckets_minor.sum(axis=0).tolist() == total.buckets_minor[0].tolist()
        assert rows.receivables_minor.sum() == total.receivables_minor[0]
    open_ = open_items(ledger, as_of, DEFINITIONS, "posted", books=books)
    beside = open_credits(ledger, as_of, "posted", books=books)
    receivables = open_.residual_reporting_minor.sum() - beside.reporting_minor.sum()
    assert receivables == total.receivables_minor[0]


@FEW
@given(ledgers())
def test_once_all_is_recorded_both_bases_say_the_same(ledger: Ledger) -> None:
    long_after = LAST_DAY + 290
    known, posted = books_of(ledger), books_of(ledger, "posted")
    for before, after in zip(known.balances(long_after), posted.balances(long_after), strict=True):
        assert before.tolist() == after.tolist()


@FEW
@given(ledgers(), days())
def test_an_open_item_is_disputed_promised_or_chased_but_only_once(
    ledger: Ledger, as_of: int
) -> None:
    found = open_items(ledger, as_of, DEFINITIONS)
    parts = found.disputed_minor + found.promised_minor + found.chaseable_minor
    for part in (found.disputed_minor, found.promised_minor, found.chaseable_minor):
        assert (part >= 0).all()
    assert (found.residual_minor > 0).all()
    assert (parts[~found.is_deduction] == found.residual_minor[~found.is_deduction]).all()
    assert (found.chaseable_minor[found.is_deduction] == 0).all()
    day = np.full(len(found), as_of, np.int32)
    converted = in_reporting(ledger, found.currency, found.residual_minor, day)
    assert (converted == found.residual_reporting_minor).all()
