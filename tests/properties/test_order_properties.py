"""Order checks: whatever makes an order riskier never makes the answer milder."""

from dataclasses import dataclass, replace
from datetime import date

import hypothesis.strategies as st
from hypothesis import given, settings

from decisions.order_check import check_order
from decisions.orders import Order, release_of
from decisions.policy import read_policy
from decisions.words import ORDER_OUTCOMES
from tests.decisions.portfolios import DAY, TODAY, Rows, fact, invoice, ledger_of, portfolio_of

POLICY = read_policy()
DATE = date.fromisoformat(TODAY)
EXAMPLES = settings(derandomize=True, database=None, deadline=None, max_examples=60)

Items = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Case:
    """A customer of some items (cents, days past due), its limit, cash and facts; its order."""

    items: Items
    limit: int | None
    limit_until_days: int | None
    cash: int
    status: str
    person: str
    amount: int
    terms_days: int
    prepaid: bool
    open_orders: int
    released: int | None


MONEY = st.sampled_from([0, 100, 4_999, 5_001, 99_999, 100_001, 700_000, 5_000_000, 90_000_000])
CASES = st.builds(
    Case,
    items=st.lists(
        st.tuples(MONEY.filter(bool), st.sampled_from([-20, 0, 3, 6, 11, 40, 46, 200])), max_size=3
    ).map(tuple),
    limit=st.none() | MONEY,
    limit_until_days=st.sampled_from([None, None, -1, 0, 9]),
    cash=MONEY,
    status=st.sampled_from(["active", "active", "active", "on_hold", "legal"]),
    person=st.sampled_from(["false", "false", "false", "true"]),
    amount=MONEY,
    terms_days=st.sampled_from([0, 30, 31, 90]),
    prepaid=st.booleans(),
    open_orders=MONEY,
    released=st.none() | MONEY,
)


def euros(cents: int) -> str:
    return f"{cents / 100:.2f}"


def outcome(case: Case) -> int:
    """Position of the answer, the mildest being 0."""
    tables: dict[str, Rows] = {
        "customers": [{"customer_id": "A", "natural_person": case.person}],
        "customer_facts": [fact("A", "status", case.status), fact("A", "terms_days", "30")],
        "invoices": [
            invoice(f"I{number}", "A", euros(cents), due_days_ago=days)
            for number, (cents, days) in enumerate(case.items)
        ],
    }
    if case.limit is not None:
        tables["customer_facts"].append(fact("A", "credit_limit", euros(case.limit)))
    if case.limit_until_days is not None:
        until = date.fromordinal(DATE.toordinal() + case.limit_until_days).isoformat()
        tables["customer_facts"].append(fact("A", "limit_valid_until", until))
    if case.cash:
        paid = {"payment_id": "P", "paid_on": TODAY, "customer_id": "A"}
        tables["payments"] = [{**paid, "amount": euros(case.cash)}]
    order = Order("O", "A", case.amount, "EUR", case.terms_days, case.prepaid, case.open_orders)
    asked = replace(order, amount_minor=case.released or 0)
    release = release_of(POLICY.orders, asked, DATE, "Ada", "known well")
    portfolio = portfolio_of(ledger_of(TODAY, tables), POLICY, DAY)
    releases = () if case.released is None else (release,)
    return ORDER_OUTCOMES.index(check_order(POLICY.orders, portfolio, order, releases).outcome)


@EXAMPLES
@given(CASES, st.integers(1, 10_000_000))
def test_a_larger_order_never_gets_a_milder_answer(case: Case, more: int) -> None:
    assert outcome(replace(case, amount=case.amount + more)) >= outcome(case)


@EXAMPLES
@given(CASES, MONEY.filter(bool), st.integers(1, 90))
def test_more_overdue_never_gets_a_milder_answer(case: Case, cents: int, days: int) -> None:
    assert outcome(replace(case, items=(*case.items, (cents, days)))) >= outcome(case)


@EXAMPLES
@given(CASES, st.integers(1, 90))
def test_older_debts_never_get_a_milder_answer(case: Case, days: int) -> None:
    older = tuple((cents, since + days) for cents, since in case.items)
    assert outcome(replace(case, items=older)) >= outcome(case)


@EXAMPLES
@given(CASES, st.integers(1, 10_000_000))
def test_more_exposure_never_gets_a_milder_answer(case: Case, more: int) -> None:
    assert outcome(replace(case, open_orders=case.open_orders + more)) >= outcome(case)


@EXAMPLES
@given(CASES, MONEY, MONEY)
def test_a_lower_limit_never_gets_a_milder_answer(case: Case, one: int, other: int) -> None:
    lower, higher = sorted((one, other))
    assert outcome(replace(case, limit=lower)) >= outcome(replace(case, limit=higher))


@EXAMPLES
@given(CASES, st.sampled_from([0, 30, 31, 90]), st.integers(1, 90))
def test_longer_terms_never_get_a_milder_answer(case: Case, terms: int, longer: int) -> None:
    short, long = replace(case, terms_days=terms), replace(case, terms_days=terms + longer)
    assert outcome(long) >= outcome(short)
