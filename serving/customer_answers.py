"""Scores and credit limits of customers, from the tables that score runs are made of."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from decisions.limits import TERMS
from decisions.scoring import Portfolio, score_portfolio
from decisions.tables import customer_table
from features.stored_ledger import Snapshot
from ledger.ledger import Ledger
from serving.desk import Desk
from serving.problems import Flaw, RefusedError, pointer
from serving.questions import Asked
from serving.requests import MOST
from serving.score_answers import (
    CreditLimitsAnswer,
    CustomerLimit,
    CustomerScoresAnswer,
    LimitTerms,
    ScoredCustomer,
)
from serving.wire import Money

Row = Mapping[str, Any]
"""A row of `decisions.tables.customer_table`; money as decimals of the reporting currency."""


def scores_of_customers(desk: Desk, ids: Sequence[str], asked: Asked) -> CustomerScoresAnswer:
    """Scores of customers of the stored ledger, in the order asked.

    Raises
    ------
    RefusedError
        Naming every id that is no customer of the ledger.
    """
    portfolio, snapshot = decided_on(desk, ids, asked)
    return CustomerScoresAnswer(
        provenance=desk.provenance(portfolio.position.as_of, snapshot),
        scores=[_score(row) for row in _as_asked(portfolio, ids)],
    )


def scores_of_ledger_customers(desk: Desk, ledger: Ledger, asked: Asked) -> CustomerScoresAnswer:
    """Scores of every customer of a ledger that came with the request.

    Raises
    ------
    RefusedError
        If there are too many.
    """
    bundle, customers, day = desk.champion.bundle, len(ledger.customers), asked.day(ledger)
    if customers > MOST:
        found = f"the ledger has {customers} customers; expected at most {MOST}"
        raise RefusedError(
            "invalid-request",
            "too many customers in one request",
            [Flaw(f"{found}; send fewer at once", pointer("ledger", "customers"))],
        )
    portfolio = score_portfolio(
        ledger,
        bundle,
        desk.policy,
        day,
        asked.explain,
        priors=bundle.priors,
        language=asked.language,
    )
    return CustomerScoresAnswer(
        provenance=desk.provenance_of_request(day, ledger),
        scores=[_score(row) for row in customer_table(portfolio).to_pylist()],
    )


def limits_of_customers(desk: Desk, ids: Sequence[str], asked: Asked) -> CreditLimitsAnswer:
    """Credit limits of customers of the stored ledger, in the order asked.

    Raises
    ------
    RefusedError
        Naming every id that is no customer of the ledger.
    """
    portfolio, snapshot = decided_on(desk, ids, asked)
    return CreditLimitsAnswer(
        provenance=desk.provenance(portfolio.position.as_of, snapshot),
        limits=[_limit(row) for row in _as_asked(portfolio, ids)],
    )


def decided_on(
    desk: Desk,
    ids: Sequence[str],
    asked: Asked,
    place: Callable[[int], str] = lambda at: pointer("customer_ids", at),
) -> tuple[Portfolio, Snapshot]:
    """Some customers of the stored ledger, scored and decided on, and what of it was read.

    Parameters
    ----------
    place
        Where in the body each id stands.

    Raises
    ------
    RefusedError
        Naming every id that is no customer of the ledger.
    """
    snapshot = desk.customers(ids)
    codes, known = snapshot.customers(ids)
    if not known.all():
        flaws = [
            Flaw(f"no customer {ids[at]!r} is in the ledger", place(at))
            for at in np.flatnonzero(~known).tolist()
        ]
        raise RefusedError("unknown-id", "customers that the ledger does not have", flaws)
    portfolio = score_portfolio(
        snapshot.ledger,
        desk.champion.bundle,
        desk.policy,
        asked.day(snapshot.ledger),
        asked.explain,
        customers=np.unique(codes),
        priors=snapshot.priors,
        language=asked.language,
    )
    return portfolio, snapshot


def _as_asked(portfolio: Portfolio, ids: Sequence[str]) -> list[Row]:
    """Rows of the customers in the order asked, each once."""
    rows = {row["customer_id"]: row for row in customer_table(portfolio).to_pylist()}
    return [rows[name] for name in dict.fromkeys(ids)]


def _score(row: Row) -> ScoredCustomer:
    money = ("exposure", "residual", "overdue", "open_credits", "unallocated_cash", "expected_loss")
    return ScoredCustomer(**_of(ScoredCustomer, row) | {name: _money(row, name) for name in money})


def _limit(row: Row) -> CustomerLimit:
    money = ("limit", "credit_limit", "exposure", "guaranteed")
    named = {
        "binding": row["limit_binding"],
        "rules": row["limit_rules"],
        "proposed": row["limit_proposed"],
        "terms": LimitTerms(**{term: _money(row, f"limit_{term}") for term in TERMS}),
    }
    same = _of(CustomerLimit, row)
    return CustomerLimit(**same | named | {name: _money(row, name) for name in money})


def _of(model: type[ScoredCustomer] | type[CustomerLimit], row: Row) -> dict[str, Any]:
    """Columns of a row that an answer has under the same name."""
    return {name: row[name] for name in model.model_fields if name in row}


def _money(row: Row, column: str) -> Money | None:
    amount: Decimal | None = row[column]
    return None if amount is None else Money.of_decimal(amount, row["reporting_currency"])
