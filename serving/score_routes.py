"""Routes of scores: invoices and customers."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from models.sentences import Language
from serving import examples
from serving.customer_answers import scores_of_customers, scores_of_ledger_customers
from serving.desk import Desk
from serving.invoice_scores import scores_of_documents, scores_of_ids, scores_of_ledger
from serving.ledger_rows import ledger_of_rows
from serving.questions import Asked, AskedLanguage, OpenDesk
from serving.requests import ScoreCustomersRequest, ScoreInvoicesRequest
from serving.responses import json_response
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
    answer = _invoices(desk, asked, language)
    request.app.state.meters.scored.labels("invoices").inc(len(answer.scores))
    return json_response(answer, language)


@router.post("/customers", response_model=CustomerScoresAnswer)
def score_customers(
    asked: Annotated[ScoreCustomersRequest, Body(openapi_examples=examples.SCORE_CUSTOMERS)],
    request: Request,
    desk: OpenDesk,
    language: AskedLanguage,
) -> Response:
    """Score customers: how likely they default, what is at stake, and why."""
    answer = _customers(desk, asked, language)
    request.app.state.meters.scored.labels("customers").inc(len(answer.scores))
    return json_response(answer, language)


def _invoices(desk: Desk, body: ScoreInvoicesRequest, language: Language) -> InvoiceScoresAnswer:
    asked = Asked(body.as_of, body.allow_stale_days, body.explain, language)
    if body.invoice_ids is not None:
        return scores_of_ids(desk, body.invoice_ids, asked)
    if body.invoices is not None:
        return scores_of_documents(desk, body.invoices, asked)
    return scores_of_ledger(desk, ledger_of_rows(body.ledger), asked)


def _customers(desk: Desk, body: ScoreCustomersRequest, language: Language) -> CustomerScoresAnswer:
    asked = Asked(body.as_of, body.allow_stale_days, body.explain, language)
    if body.customer_ids is not None:
        return scores_of_customers(desk, body.customer_ids, asked)
    return scores_of_ledger_customers(desk, ledger_of_rows(body.ledger), asked)
