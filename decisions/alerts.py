"""Alerts: what a credit manager must hear of a run, against the run before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from decisions.accounts import fact_texts
from decisions.actions import BLOCKED
from decisions.alert_kinds import KINDS, SEVERITIES, Figure, alert_sentence
from decisions.guarantees import guarantees_in_force, insurer_deadlines
from decisions.limit_inputs import LIMIT_VALID_UNTIL
from decisions.policy import Policy
from decisions.scoring import Portfolio
from decisions.words import GRADES, PAYMENT_CLASSES
from ledger.arrays import Array, Flags, Rows
from ledger.days import date_of
from ledger.known_facts import day_in
from ledger.money import exponent, major
from ledger.promises import BROKEN, promise_outcomes


@dataclass(frozen=True)
class Alert:
    """What must be heard of a customer, an item or the portfolio (no customer).

    Parameters
    ----------
    kind, severity
        One of KINDS and one of SEVERITIES.
    customer_id, invoice_id
        What it is about; "" where it is about none.
    was, now, unit
        The figure in the run before (a bound where a state is judged; None where there is none),
        the figure of today, and the unit of both: share, count, day, word or a currency.
    is_new
        Whether the run before did not have it; None where there is none.
    sentence_en, sentence_fr
        What it says.
    """

    kind: str
    severity: str
    customer_id: str
    invoice_id: str
    was: Figure
    now: Figure
    unit: str
    is_new: bool | None
    sentence_en: str
    sentence_fr: str


@dataclass(frozen=True)
class RunBefore:
    """What alerts look at of the run before: its table of customers, and its alerts' keys."""

    customers: Any
    alerts: frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class _Found:
    """An alert before it is put into words; a customer's number, -1 for the portfolio."""

    kind: str
    customer: int
    was: Figure
    now: Figure
    unit: str
    invoice_id: str = ""


def alerts(
    policy: Policy, portfolio: Portfolio, since: int, before: RunBefore | None
) -> tuple[Alert, ...]:
    """Alerts of a portfolio, the most severe first; `since` is the day of the run before.

    Ordered by severity, kind, customer and invoice. What changed is told only where there is a
    run before; a customer that it does not have has neither a grade nor a pd to compare.
    """
    found = [
        *_limits(policy, portfolio),
        *_items_and_promises(policy, portfolio, since),
        *_deadlines(policy, portfolio),
        *_concentration(policy, portfolio),
    ]
    if before is not None:
        found += [
            *_accounts(portfolio, before.customers),
            *_customer_changes(policy, portfolio, before.customers),
            *_portfolio_changes(policy, portfolio, before.customers),
        ]
    ids = np.append(portfolio.credit.accounts.customer_id, "")
    told = [_told(each, str(ids[each.customer]), before) for each in found]
    kinds = tuple(KINDS)
    return tuple(
        sorted(
            told,
            key=lambda alert: (
                SEVERITIES.index(alert.severity),
                kinds.index(alert.kind),
                alert.customer_id,
                alert.invoice_id,
                str(alert.now),
            ),
        )
    )


def _told(found: _Found, customer_id: str, before: RunBefore | None) -> Alert:
    key = (found.kind, customer_id, found.invoice_id)
    figures = (found.kind, found.was, found.now, found.unit, found.invoice_id)
    return Alert(
        found.kind,
        KINDS[found.kind].severity,
        customer_id,
        found.invoice_id,
        found.was,
        found.now,
        found.unit,
        None if before is None else key not in before.alerts,
        alert_sentence(*figures, "en"),
        alert_sentence(*figures, "fr"),
    )


def _limits(policy: Policy, portfolio: Portfolio) -> Iterator[_Found]:
    """Exposure above the approved limit."""
    currency, inputs = portfolio.position.currency, portfolio.credit.limit_inputs
    unit = 10 ** exponent(currency)
    exposure = portfolio.credit.exposures.exposure_minor
    limit = np.rint(inputs.current_limit * unit)
    limit = np.where(inputs.has_override, np.rint(inputs.override * unit), limit)
    has_limit = inputs.has_current_limit | inputs.has_override
    for row in np.flatnonzero(has_limit & (exposure > limit)):
        yield _Found(
            "limit_exceeded",
            int(row),
            major(int(limit[row]), currency),
            major(int(exposure[row]), currency),
            currency,
        )


def _items_and_promises(policy: Policy, portfolio: Portfolio, since: int) -> Iterator[_Found]:
    """Large items that became overdue, and promises that were broken, since a day."""
    position, items = portfolio.position, portfolio.position.items
    currency = position.currency
    number, _ = position.place(items.customer)
    large = items.residual_reporting_minor >= policy.alerts.large_item * 10 ** exponent(currency)
    fresh = (items.days_past_due > 0) & (items.due_on >= since) & ~items.is_deduction
    names = position.ledger.text("invoices", "invoice_id")
    for item in np.flatnonzero(large & fresh):
        amount = major(int(items.residual_reporting_minor[item]), currency)
        invoice_id = str(names[items.invoice[item]])
        yield _Found("large_item_overdue", int(number[item]), None, amount, currency, invoice_id)
    judged = promise_outcomes(position.ledger, books=position.books)
    broken = (judged.outcome == BROKEN) & (judged.judged_on > since)
    broken &= judged.judged_on <= position.as_of
    count = position.sum_by_customer(judged.customer[broken], np.ones(broken.sum(), np.int64))
    for row in np.flatnonzero(count):
        yield _Found("promise_broken", int(row), None, float(count[row]), "count")


def _deadlines(policy: Policy, portfolio: Portfolio) -> Iterator[_Found]:
    """Deadlines of insurers, and limits and guarantees that end soon."""
    position, as_of = portfolio.position, portfolio.position.as_of
    in_force = guarantees_in_force(position, policy.limits.insured_share)
    deadline, is_near = insurer_deadlines(position, in_force, policy.worklist.insurer_notice_days)
    for row in np.flatnonzero(is_near):
        yield _Found("insurer_deadline", int(row), None, _date(deadline[row]), "day")
    until = fact_texts(position, LIMIT_VALID_UNTIL)
    for row in np.flatnonzero(until != ""):
        day = day_in(str(until[row]))
        if day is not None and as_of <= day <= as_of + policy.alerts.limit_expires_days:
            yield _Found("limit_expires", int(row), None, _date(day), "day")
    table = position.ledger.guarantees
    number, is_here = position.place(table["customer_id"])
    valid_until = table["valid_until"]
    ends = is_here & table.known("valid_until") & (table["valid_from"] <= as_of)
    ends &= (valid_until >= as_of) & (valid_until <= as_of + policy.alerts.guarantee_ends_days)
    first = np.full(len(position.customers), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, number[ends], valid_until[ends])
    for row in np.unique(number[ends]):
        yield _Found("guarantee_ends", int(row), None, _date(first[row]), "day")


def _concentration(policy: Policy, portfolio: Portfolio) -> Iterator[_Found]:
    exposure = np.maximum(portfolio.credit.exposures.exposure_minor, 0)
    share = exposure / max(int(exposure.sum()), 1)
    for row in np.flatnonzero((share >= policy.alerts.portfolio_concentration) & (exposure > 0)):
        yield _Found("concentration", int(row), None, float(share[row]), "share")


def _accounts(portfolio: Portfolio, before: Any) -> Iterator[_Found]:
    """Accounts that became blocked, and customers newly in default; new ones among them."""
    status_was = dict(_pairs(before, "status"))
    default_was = dict(_pairs(before, "in_default"))
    accounts, in_default = portfolio.credit.accounts, portfolio.customer_scores.in_default
    for row in np.flatnonzero(np.isin(accounts.status.astype(str), BLOCKED)):
        was, now = status_was.get(accounts.customer_id[row]), str(accounts.status[row])
        if was != now:
            yield _Found("account_blocked", int(row), was, now, "word")
    for row in np.flatnonzero(in_default):
        if not default_was.get(accounts.customer_id[row], False):
            yield _Found("in_default", int(row), None, "in_default", "word")


def _pairs(table: Any, name: str) -> Iterator[tuple[str, Any]]:
    return zip(table.column("customer_id").to_pylist(), table.column(name).to_pylist(), strict=True)


def _customer_changes(policy: Policy, portfolio: Portfolio, before: Any) -> Iterator[_Found]:
    """Grades, pd and payment classes that got worse."""
    credit, scores = portfolio.credit, portfolio.customer_scores
    place = pc.index_in(
        pa.array(credit.accounts.customer_id, pa.string()), before.column("customer_id")
    )
    both = np.flatnonzero(place.is_valid().to_numpy(zero_copy_only=False))
    was = before.take(place.drop_null())
    currency = portfolio.position.currency
    least = policy.alerts.least_exposure
    exposure = credit.exposures.exposure_minor[both] / 10.0 ** exponent(currency)
    weighty = np.maximum(exposure, _numbers(was, "exposure")) >= least
    pd_was, pd_now = _numbers(was, "pd"), scores.pd[both]
    # NaN, where either has no pd, is no rise; a hair below the bound counts as reaching it.
    risen = pd_now - pd_was >= policy.alerts.pd_rise - 1e-12
    for row in np.flatnonzero(weighty & risen):
        yield _Found("pd_rose", int(both[row]), float(pd_was[row]), float(pd_now[row]), "share")
    yield from _worse(
        "grade_fell", both, weighty, GRADES, was.column("grade"), credit.grades.letters()[both]
    )
    yield from _worse(
        "payment_class_worsened",
        both,
        weighty,
        PAYMENT_CLASSES,
        was.column("payment_class"),
        credit.payment_class_names()[both],
    )


def _worse(
    kind: str, rows: Rows, counts: Flags, order: Sequence[str], was: Any, now: Array
) -> Iterator[_Found]:
    """Words that stand later in an order than they did; other words are not compared."""
    rank = {word: number for number, word in enumerate(order)}
    for at, (old, new) in enumerate(zip(was.to_pylist(), now, strict=True)):
        if counts[at] and old in rank and new in rank and rank[new] > rank[old]:
            yield _Found(kind, int(rows[at]), old, str(new), "word")


def _portfolio_changes(policy: Policy, portfolio: Portfolio, before: Any) -> Iterator[_Found]:
    owed = portfolio.credit.exposures
    now = _share(float(owed.overdue_minor.sum()), float(owed.residual_minor.sum()))
    was = _share(_numbers(before, "overdue").sum(), _numbers(before, "residual").sum())
    if now - was >= policy.alerts.portfolio_overdue_rise:
        yield _Found("portfolio_overdue_rose", -1, was, now, "share")


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _numbers(table: Any, name: str) -> Array:
    """A column as floats, NaN where it has no value, shape (n,)."""
    column = table.column(name).cast(pa.float64()).combine_chunks()
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _date(day: int) -> str:
    return date_of(int(day)).isoformat()


def alerts_json(found: Sequence[Alert]) -> list[dict[str, Any]]:
    """Alerts as JSON values, money as decimal text."""
    return [
        {
            "kind": alert.kind,
            "severity": alert.severity,
            "customer_id": alert.customer_id,
            "invoice_id": alert.invoice_id,
            "was": _value(alert.was),
            "now": _value(alert.now),
            "unit": alert.unit,
            "is_new": alert.is_new,
            "sentence": {"en": alert.sentence_en, "fr": alert.sentence_fr},
        }
        for alert in found
    ]


def _value(figure: Figure) -> float | str | None:
    return str(figure) if isinstance(figure, Decimal) else figure
