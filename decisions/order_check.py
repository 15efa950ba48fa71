"""The order check: may a customer's order go ahead on credit, and which rules say so."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from decisions.actions import BLOCKED
from decisions.chase import reporting_minor
from decisions.limit_inputs import terms_days
from decisions.order_limits import ApprovedLimit, limits_of
from decisions.order_policy import Bounds, OrderPolicy
from decisions.orders import GIVEN_PARTS, Order, Release
from decisions.position import Position
from decisions.scoring import Portfolio
from decisions.words import APPROVE, HOLD, ORDER_OUTCOMES, REFER
from ledger.days import date_of
from ledger.errors import DuecastError, LedgerError
from ledger.money import exponent, major, minor_of
from ledger.rates import in_reporting

Figure = Decimal | float | str | None
"""What a rule looks at: money as decimal of major units, days and shares as numbers, a status."""

PRECEDENCE = (
    "legal_or_insolvent",
    "natural_person",
    "release",
    "exclusion",
    "prepaid",
    "rules",
)
"""What may decide an order, the first that holds (DOMAIN section 3)."""


@dataclass(frozen=True)
class RuleFinding:
    """What a rule found and what it says of the order.

    `threshold` is the bound above which its outcome holds; where it approves, the bound above
    which it would not (None: there is none). `unit` is days, share, status or the currency.
    """

    rule: str
    outcome: str
    found: Figure
    threshold: Figure
    unit: str


@dataclass(frozen=True)
class OrderCheck:
    """What is said of an order, and what it rests on; money in minor units of `currency`.

    Parameters
    ----------
    order_id, customer_id, as_of
        What was asked, and the day at whose close the ledger was looked at.
    outcome, decided_by
        One of ORDER_OUTCOMES; which of PRECEDENCE decided.
    rules
        What each rule says, whether or not the rules decide.
    currency
        The reporting currency.
    amount_minor
        The order, at the rate of the day.
    exposure_minor, exposure_with_order_minor, exposure_basis
        The customer's exposure, and what it is made of.
    limit
        The approved limit that is used most; None where none was ever approved.
    limit_used
        Its share used with the order; infinite for a limit of zero, None without a limit.
    release
        The release that binds the order.
    """

    order_id: str
    customer_id: str
    as_of: int
    outcome: str
    decided_by: str
    rules: tuple[RuleFinding, ...]
    currency: str
    amount_minor: int
    exposure_minor: int
    exposure_with_order_minor: int
    exposure_basis: str
    limit: ApprovedLimit | None
    limit_used: float | None
    release: Release | None


def check_order(
    policy: OrderPolicy,
    portfolio: Portfolio,
    order: Order,
    releases: tuple[Release, ...] = (),
    *,
    released_on: date | None = None,
) -> OrderCheck:
    """Say whether an order may go ahead: approve, refer to a person, or hold.

    A customer in legal action or insolvent is held; a natural person is for a person to decide;
    then a release, an exclusion or cash received for a prepaid order approve; else the worst of
    all rules decides. A larger order, more overdue, more exposure or a lower limit never gives a
    milder outcome.

    Parameters
    ----------
    policy
        Bounds, in major units of the reporting currency, and exclusions.
    portfolio
        One that holds the order's customer, as `score_portfolio` makes it for that customer.
    order, releases
        What is asked, and the releases given; only those of the order that hold count.
    released_on
        Day on which they have to hold, which may be later than the ledger reaches; that of the
        portfolio if not given.

    Raises
    ------
    DuecastError
        If the portfolio does not hold the customer.
    LedgerError
        If the order's currency has no rate at most 7 days old.
    """
    position, credit = portfolio.position, portfolio.credit
    number = _number(portfolio, order)
    currency = position.currency
    amount = _reporting(position, order, order.amount_minor)
    given = sum(_reporting(position, order, getattr(order, name) or 0) for name in GIVEN_PARTS)
    exposure = int(credit.exposures.exposure_minor[number]) + given
    status = str(credit.accounts.status[number])
    limits = limits_of(portfolio, number, given)
    tightest = max(limits, key=lambda limit: limit.used(amount), default=None)
    used = None if tightest is None else tightest.used(amount)
    rules = (
        *_overdue_rules(policy, position, number, used),
        _by_word("account_status", _of_status(policy, status), status, "status"),
        _terms_rule(policy, position, number, order),
        *_limit_rules(policy, limits, used),
        _by_money("order_value", amount, policy.order_value, currency),
    )
    day = released_on or date_of(position.as_of)
    release = next((each for each in releases if each.binds(policy, order, day)), None)
    excluded = (
        str(credit.accounts.segment[number]) in policy.excluded_segments
        or order.customer_id in policy.excluded_customers
    )
    received = int(credit.exposures.unallocated_minor[number])
    outcome, decided_by = _decided(
        {
            "legal_or_insolvent": status in BLOCKED,
            "natural_person": bool(credit.natural_person[number]),
            "release": release is not None,
            "exclusion": excluded,
            "prepaid": order.prepaid and received >= policy.prepaid_cash_share * amount,
        },
        rules,
    )
    return OrderCheck(
        order.order_id,
        order.customer_id,
        position.as_of,
        outcome,
        decided_by,
        rules,
        currency,
        amount,
        exposure,
        exposure + amount,
        order.exposure_basis,
        tightest,
        used,
        release,
    )


def worst(outcomes: list[str]) -> str:
    """The worst of some outcomes.

    >>> worst(["approve", "hold", "refer"])
    'hold'
    """
    return max(outcomes, key=ORDER_OUTCOMES.index)


def _decided(holds: dict[str, bool], rules: tuple[RuleFinding, ...]) -> tuple[str, str]:
    outcomes = {"legal_or_insolvent": HOLD, "natural_person": REFER}
    for name, is_so in holds.items():
        if is_so:
            return outcomes.get(name, APPROVE), name
    return worst([rule.outcome for rule in rules]), PRECEDENCE[-1]


def _number(portfolio: Portfolio, order: Order) -> int:
    found = np.flatnonzero(portfolio.credit.accounts.customer_id == order.customer_id)
    if len(found) == 0:
        raise DuecastError(
            f"order {order.order_id}: customer {order.customer_id} is not in the portfolio; "
            "expected one that is; score the customer first"
        )
    return int(found[0])


def _reporting(position: Position, order: Order, minor: int) -> int:
    """Minor units of an order's currency in the reporting currency, at the rate of the day."""
    if order.currency == position.currency:
        return minor
    code = position.ledger.code("currency", order.currency)
    if code is None:
        raise LedgerError(
            [
                f"fx_rates: there is no rate from {order.currency} to {position.currency}; "
                f"expected one for {date_of(position.as_of)}; add it to fx_rates"
            ]
        )
    converted = in_reporting(
        position.ledger,
        np.array([code], np.int32),
        np.array([minor], np.int64),
        np.array([position.as_of], np.int32),
    )
    return int(converted[0])


def _overdue_rules(
    policy: OrderPolicy, position: Position, number: int, used: float | None
) -> tuple[RuleFinding, RuleFinding]:
    """Rules on days overdue, and on the amount overdue together with the share of limit used."""
    items = position.items
    undisputed = reporting_minor(position, items.residual_minor - items.disputed_minor)
    least = policy.min_item_amount * 10 ** exponent(position.currency)
    counts = ~items.is_deduction & (undisputed > least)
    counts &= items.days_past_due > policy.grace_days
    counts &= items.customer == position.customers[number]
    days = int(items.days_past_due[counts].max(initial=0))
    overdue = major(int(undisputed[counts].sum()), position.currency)
    share = used if used is not None and float(overdue) > policy.least_overdue else 0.0
    return (
        _by_number("days_overdue", days, policy.days_overdue, "days"),
        _by_number("overdue_and_limit_used", share, policy.overdue_and_limit_used, "share"),
    )


def _terms_rule(policy: OrderPolicy, position: Position, number: int, order: Order) -> RuleFinding:
    """Days by which the terms of the order are longer than those agreed."""
    agreed = float(terms_days(position)[number])
    longer = 0.0 if order.terms_days is None else max(order.terms_days - agreed, 0.0)
    return _by_number("terms_longer", longer, policy.terms_longer, "days")


def _limit_rules(
    policy: OrderPolicy, limits: list[ApprovedLimit], used: float | None
) -> tuple[RuleFinding, ...]:
    if used is None:
        return (_by_word("no_limit", policy.no_limit, "none", "status"),)
    expired = any(limit.expired for limit in limits)
    return (
        _by_word(
            "expired_limit",
            policy.expired_limit if expired else APPROVE,
            "expired" if expired else "valid",
            "status",
        ),
        _by_number("limit_used", used, policy.limit_used, "share"),
    )


def _of_status(policy: OrderPolicy, status: str) -> str:
    return HOLD if status in BLOCKED else policy.account_status.get(status, APPROVE)


def _by_word(rule: str, outcome: str, found: str, unit: str) -> RuleFinding:
    return RuleFinding(rule, outcome, found, None, unit)


def _by_number(rule: str, found: float, bounds: Bounds, unit: str) -> RuleFinding:
    outcome, threshold = bounds.outcome(found)
    return RuleFinding(rule, outcome, found, threshold, unit)


def _by_money(rule: str, found_minor: int, bounds: Bounds, currency: str) -> RuleFinding:
    outcome, threshold = bounds.outcome(float(major(found_minor, currency)))
    return RuleFinding(
        rule,
        outcome,
        major(found_minor, currency),
        major(minor_of(Decimal(repr(threshold)), currency), currency),
        currency,
    )
