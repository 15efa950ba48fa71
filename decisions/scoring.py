"""The one path from a ledger to scores and decisions, for a portfolio and for one customer."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from decisions.credit import Credit, decide_credit
from decisions.exposure import exposures, family, group_exposures
from decisions.policy import Policy
from decisions.position import Position, position_of
from features.compute import compute_features
from features.frame import of_customers, of_invoices
from features.priors import Priors, build_priors
from ledger.arrays import Codes, Rows
from ledger.default import default_spells
from ledger.ledger import Ledger
from models.bundle import ModelBundle
from models.distribution import DelayDistribution
from models.grid import INTERVALS, LOWER_ENDS
from models.scores import CustomerScores, InvoiceScores
from models.scores import invoice_scores as scores_of
from models.sentences import Language

UNSCORED = "none"
"""Confidence in a deduction: its invoice counts as paid, so nothing is expected of it."""


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Scores and decisions for some customers and all their open items, on one day.

    Parameters
    ----------
    position
        What they owe; `position.items` are m open items, `position.customers` n customers.
    invoice_scores
        Of the items, length m; NaN for deductions.
    customer_scores, credit
        Of the customers, length n.
    priors_from
        Whose experience the portfolio's rates are: the ledger's, or the bundle's snapshot for a
        ledger that came with a request.
    notes
        What could not be said, and why.
    """

    position: Position
    invoice_scores: InvoiceScores
    customer_scores: CustomerScores
    credit: Credit
    priors_from: Literal["ledger", "bundle"]
    notes: tuple[str, ...]


def score_portfolio(
    ledger: Ledger,
    bundle: ModelBundle,
    policy: Policy,
    as_of: int,
    explain: int = 0,
    *,
    customers: Codes | None = None,
    priors: Priors | None = None,
    language: Language = "en",
) -> Portfolio:
    """Score and decide on customers with all their open items, at the close of a day.

    A customer gets the same bits alone and among all others. Whether `as_of` is a day the ledger
    is complete through is the caller's to ask (`ledger.completeness`).

    Parameters
    ----------
    ledger
        What is known after `as_of` changes nothing.
    bundle, policy
        What to expect, and how the business decides.
    explain, language
        At most so many reasons for each item and each customer, and their language.
    customers
        Codes of those to score; all if not given.
    priors
        Outcomes of the portfolio: those built from the whole ledger, or `bundle.priors` for a
        ledger that came with a request. Built from the ledger if not given.

    Raises
    ------
    LedgerError
        Naming every currency of an open balance for which there is no rate at most 7 days old.
    """
    definitions = bundle.definitions
    if priors is None:
        priors = build_priors(ledger, definitions)
    if customers is not None:
        ledger = ledger.of_customers(family(ledger, customers))
    whole = position_of(ledger.known_at(as_of), as_of, definitions)
    position = whole if customers is None else whole.of_customers(customers)
    number, is_here = whole.place(position.customers)
    group_exposure = np.zeros(len(number), np.int64)
    group_exposure[is_here] = group_exposures(whole, exposures(whole))[number[is_here]]
    invoice_scores = score_items(position, bundle, priors, explain, language)
    customer_scores = score_customers(position, bundle, priors, explain, language)
    return Portfolio(
        position,
        invoice_scores,
        customer_scores,
        decide_credit(policy, position, group_exposure, invoice_scores, customer_scores),
        "bundle" if priors is bundle.priors else "ledger",
        notes(bundle),
    )


def score_items(
    position: Position,
    bundle: ModelBundle,
    priors: Priors,
    explain: int = 0,
    language: Language = "en",
) -> InvoiceScores:
    """Scores of the open items of a position; of deductions nothing is expected."""
    items = position.items
    rows = np.flatnonzero(~items.is_deduction)
    observed = of_invoices(
        items.customer[rows], items.invoice[rows], np.full(len(rows), position.as_of, np.int32)
    )
    frame = compute_features(position.ledger, observed, priors, position.definitions)
    scores = bundle.score_invoices(frame, explain, language)
    return scores if len(rows) == len(items) else _beside_unscored(position, rows, scores)


def score_customers(
    position: Position,
    bundle: ModelBundle,
    priors: Priors,
    explain: int = 0,
    language: Language = "en",
) -> CustomerScores:
    """Scores of the customers of a position."""
    observed = of_customers(position.customers, position.days)
    frame = compute_features(position.ledger, observed, priors, position.definitions)
    spells = default_spells(position.ledger, position.definitions, books=position.books)
    in_default = spells.in_default(position.customers, position.days)
    return bundle.score_customers(frame, explain, language, in_default)


def notes(bundle: ModelBundle) -> tuple[str, ...]:
    """What a bundle cannot say, or only in part, and why."""
    instead = {
        "delay": "no payment dates; the worklist takes every item to stay open",
        "default": "no PD except in default; grades come from the scorecard, limits have no risk "
        "term",
    }
    return (
        *(
            f"There is no {name} model ({reason}): {instead[name]}."
            for name, reason in bundle.absent.items()
        ),
        *bundle.notes,
    )


def _beside_unscored(position: Position, rows: Rows, scores: InvoiceScores) -> InvoiceScores:
    """Scores of some of the items, with nothing said of the others."""
    items = position.items
    log_survival = np.full((len(items), INTERVALS), np.nan)
    log_survival[rows] = scores.distribution.log_survival
    # Before the grid, so that no day of it is known to have passed unpaid.
    start = np.full(len(items), LOWER_ENDS[0], np.int32)
    start[rows] = scores.distribution.start
    confidence = np.full(len(items), UNSCORED, dtype=object)
    confidence[rows] = scores.confidence
    reasons = dict(zip(rows.tolist(), scores.reasons, strict=True))
    return scores_of(
        DelayDistribution(start, log_survival),
        items.due_on,
        confidence,
        tuple(reasons.get(row, ()) for row in range(len(items))),
    )
