"""Routes of scores: invoices and customers."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from serving import examples
from serving.answering import answer_customers, answer_invoices
from serving.questions import AskedLanguage, OpenDesk
from serving.recorded import recorded
from serving.requests import ScoreCustomersRequest, ScoreInvoicesRequest
from serving.score_answers import CustomerScoresAnswer, InvoiceScoresAnswer

router = APIRouter(prefix="/v1/scores", tags=["Scores"])


@router.post("/invoices", response_model=InvoiceScoresAnswer)
def score_invoices(
    asked: Annotated[ScoreInvoicesRequest, Body(openapi_examples=examples.SCORE_INVOICES)],
    request: Request,
    desk: OpenDesk,
    language: AskedLanguage,
) -> Response:
    """Score invoices: when their money will arrive, and why.

    Of the stored ledger (`invoice_ids`), documents that are not in it yet (`invoices`), or the open
    invoices of a ledger in the request (`ledger`). Ids that the ledger does not have are refused
    with 422, all of them named; invoices that are not open are listed in `not_scored`.
    """
    with request.app.state.turns.of(len(asked)):
        answer = answer_invoices(desk, asked, language)
    request.app.state.meters.scored.labels("invoices").inc(len(answer.scores))
    return recorded(
        request,
        "scores.invoices",
        asked,
        answer,
        desk=desk,
        ledger_seq=answer.provenance.ledger_seq,
        keep_inputs=asked.ledger is None,
        language=language,
    )


@router.post("/customers", response_model=CustomerScoresAnswer)
def score_customers(
    asked: Annotated[ScoreCustomersRequest, Body(openapi_examples=examples.SCORE_CUSTOMERS)],
    request: Request,
    desk: OpenDesk,
    language: AskedLanguage,
) -> Response:
    """Score customers: how likely they default, what is at stake, and why."""
    with request.app.state.turns.of(len(asked)):
        answer = answer_customers(desk, asked, language)
    request.app.state.meters.scored.labels("customers").inc(len(answer.scores))
    return recorded(
        request,
        "scores.customers",
        asked,
        answer,
        desk=desk,
        ledger_seq=answer.provenance.ledger_seq,
        keep_inputs=asked.ledger is None,
        language=language,
    )
