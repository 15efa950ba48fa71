"""Portfolios with scores given by hand, so that every number of a decision can be worked out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from decisions.credit import decide_credit
from decisions.exposure import exposures, group_exposures
from decisions.policy import Policy
from decisions.position import Position, position_of
from decisions.scoring import Portfolio
from ledger.days import date_of, parse_day
from ledger.definitions import Definitions
from ledger.frames import ledger_from_frames
from ledger.ledger import Extract, Ledger
from models.distribution import DelayDistribution
from models.grid import INTERVALS
from models.scores import CustomerScores, InvoiceScores, invoice_scores

Rows = list[dict[str, Any]]

TODAY = "2024-06-30"
DAY = parse_day(TODAY)


def days_ago(days: int) -> str:
    return date_of(DAY - days).isoformat()


def invoice(
    name: str, customer: str, amount: str, *, due_days_ago: int, terms: int = 30, **more: Any
) -> dict[str, Any]:
    return {
        "invoice_id": name,
        "customer_id": customer,
        "issued_on": days_ago(due_days_ago + terms),
        "due_on": days_ago(due_days_ago),
        "amount": amount,
        **more,
    }


def payment(name: str, amount: str, paid_days_ago: int, **more: Any) -> dict[str, Any]:
    return {"payment_id": name, "paid_on": days_ago(paid_days_ago), "amount": amount, **more}


def fact(customer: str, name: str, value: str) -> dict[str, Any]:
    return {"customer_id": customer, "name": name, "value": value, "valid_from": days_ago(100)}


def ledger_of(through: str, tables: Mapping[str, Rows]) -> Ledger:
    """A ledger in euros of rows given as dictionaries."""
    frames = {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items()}
    return ledger_from_frames(frames, Extract("EUR", parse_day(through)))


def open_with(position: Position, p_open: float) -> InvoiceScores:
    """Scores of items that are still open tomorrow, and ever after, with one probability."""
    items = position.items
    log_survival = np.full((len(items), INTERVALS), np.log(p_open))
    distribution = DelayDistribution(np.full(len(items), -91, np.int32), log_survival)
    confidence = np.full(len(items), "normal", dtype=object)
    return invoice_scores(distribution, items.due_on, confidence, ((),) * len(items))


def with_pd(position: Position, probability: float | None) -> CustomerScores:
    """Scores of customers that all have one PD, or none."""
    n = len(position.customers)
    known = probability is not None
    return CustomerScores(
        np.full(n, probability if known else np.nan, np.float64),
        np.full(n, known),
        np.zeros(n, np.bool_),
        ((),) * n,
    )


def portfolio_of(
    ledger: Ledger,
    policy: Policy,
    day: int,
    *,
    p_open: float = 0.5,
    probability: float | None = 0.02,
) -> Portfolio:
    """The portfolio of a ledger at the close of a day, every item and customer scored alike."""
    position = position_of(ledger.known_at(day), day, Definitions())
    groups = group_exposures(position, exposures(position))
    of_items, of_customers = open_with(position, p_open), with_pd(position, probability)
    credit = decide_credit(policy, position, groups, of_items, of_customers)
    return Portfolio(position, of_items, of_customers, credit, "ledger", ())
