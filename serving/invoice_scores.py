"""Scores of invoices: of the stored ledger, not in it yet, or of a ledger in the request."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from decisions.position import Position, position_of
from decisions.scoring import score_items
from features.priors import Priors
from features.stored_ledger import Snapshot
from ledger.arrays import Codes
from ledger.ledger import Ledger
from serving.desk import Desk
from serving.documents import with_documents
from serving.invoice_answers import scored_invoices, unscored_invoices
from serving.problems import Flaw, RefusedError, pointer
from serving.questions import Asked
from serving.requests import MOST, InvoiceDocument
from serving.score_answers import (
    InvoiceScoresAnswer,
    ScoredInvoice,
)


def scores_of_ids(desk: Desk, ids: Sequence[str], asked: Asked) -> InvoiceScoresAnswer:
    """Scores of invoices of the stored ledger, in the order asked.

    Raises
    ------
    RefusedError
        Naming every id that is no invoice of the ledger.
    """
    snapshot = desk.invoices(ids)
    _, known = snapshot.invoices(ids)
    if not known.all():
        flaws = [
            Flaw(f"no invoice {ids[at]!r} is in the ledger", pointer("invoice_ids", at))
            for at in np.flatnonzero(~known).tolist()
        ]
        raise RefusedError("unknown-id", "invoices that the ledger does not have", flaws)
    day = asked.day(snapshot.ledger)
    wanted = snapshot.ledger.codes("invoice", np.array(ids, dtype=object))[0]
    scored, position = _scored(desk, snapshot.ledger, day, snapshot.priors, asked, wanted)
    by_id = {score.invoice_id: score for score in scored}
    names = list(dict.fromkeys(ids))
    return InvoiceScoresAnswer(
        provenance=desk.provenance(day, snapshot),
        scores=[by_id[name] for name in names if name in by_id],
        not_scored=unscored_invoices(position, [name for name in names if name not in by_id]),
    )


def scores_of_documents(
    desk: Desk, documents: Sequence[InvoiceDocument], asked: Asked
) -> InvoiceScoresAnswer:
    """Scores of documents that are not in the stored ledger, in the order given.

    Raises
    ------
    RefusedError
        Naming every document that is in the ledger already, or cannot be scored on that day.
    """
    names = list(dict.fromkeys(document.customer_id for document in documents))
    snapshot = desk.invoices([document.invoice_id for document in documents], names)
    day = asked.day(snapshot.ledger)
    _refuse_taken(snapshot, documents)
    _, known = snapshot.customers(names)
    part, rows = with_documents(snapshot.ledger, documents, day)
    wanted = part.invoices["invoice_id"][rows]
    scored, _ = _scored(desk, part, day, snapshot.priors, asked, wanted)
    by_id = {score.invoice_id: score for score in scored}
    strangers = [names[at] for at in np.flatnonzero(~known)]
    return InvoiceScoresAnswer(
        provenance=desk.provenance(
            day,
            snapshot,
            *(f"The ledger has no customer {name!r}; scored as a new one." for name in strangers),
        ),
        scores=[by_id[document.invoice_id] for document in documents],
        not_scored=[],
    )


def scores_of_ledger(desk: Desk, ledger: Ledger, asked: Asked) -> InvoiceScoresAnswer:
    """Scores of every open invoice of a ledger that came with the request.

    Raises
    ------
    RefusedError
        If there are too many.
    """
    day = asked.day(ledger)
    scored, _ = _scored(desk, ledger, day, desk.champion.bundle.priors, asked)
    return InvoiceScoresAnswer(
        provenance=desk.provenance_of_request(day, ledger), scores=scored, not_scored=[]
    )


def _scored(
    desk: Desk,
    ledger: Ledger,
    as_of: int,
    priors: Priors,
    asked: Asked,
    wanted: Codes | None = None,
) -> tuple[list[ScoredInvoice], Position]:
    """Scores of the open items of a ledger, or of those wanted (codes), and its position."""
    bundle = desk.champion.bundle
    whole = position_of(ledger.known_at(as_of), as_of, bundle.definitions)
    position = whole
    if wanted is not None:
        codes = whole.ledger.invoices["invoice_id"][whole.items.invoice]
        position = replace(whole, items=whole.items.take(np.isin(codes, wanted)))
    elif len(whole.items) > MOST:
        found = f"the ledger has {len(whole.items)} open invoices; expected at most {MOST}"
        raise RefusedError(
            "invalid-request",
            "too many invoices in one request",
            [Flaw(f"{found}; send fewer customers at once", pointer("ledger", "invoices"))],
        )
    scores = score_items(position, bundle, priors, asked.explain, asked.language)
    return scored_invoices(position, scores), whole


def _refuse_taken(snapshot: Snapshot, documents: Sequence[InvoiceDocument]) -> None:
    """Refuse documents whose number an invoice, or another one of them, has."""
    names = [document.invoice_id for document in documents]
    _, taken = snapshot.invoices(names)
    flaws = [
        Flaw(
            f"invoice {names[at]!r} is in the ledger; score it with invoice_ids",
            pointer("invoices", at, "invoice_id"),
        )
        for at in np.flatnonzero(taken).tolist()
    ]
    flaws += [
        Flaw(f"{name!r} is given twice; number each once", pointer("invoices", at, "invoice_id"))
        for at, name in enumerate(names)
        if name in names[:at]
    ]
    if flaws:
        raise RefusedError("invalid-request", "documents that cannot be scored", flaws)
