"""From what is asked to what is answered, for the routes and for whoever computes it again."""

from models.sentences import Language
from serving.customer_answers import (
    limits_of_customers,
    scores_of_customers,
    scores_of_ledger_customers,
)
from serving.desk import Desk
from serving.invoice_scores import scores_of_documents, scores_of_ids, scores_of_ledger
from serving.ledger_rows import ledger_of_rows
from serving.questions import Asked
from serving.requests import CreditLimitsRequest, ScoreCustomersRequest, ScoreInvoicesRequest
from serving.score_answers import CreditLimitsAnswer, CustomerScoresAnswer, InvoiceScoresAnswer


def answer_invoices(
    desk: Desk, body: ScoreInvoicesRequest, language: Language
) -> InvoiceScoresAnswer:
    """What is answered about the invoices of a request."""
    asked = Asked(body.as_of, body.allow_stale_days, body.explain, language)
    if body.invoice_ids is not None:
        return scores_of_ids(desk, body.invoice_ids, asked)
    if body.invoices is not None:
        return scores_of_documents(desk, body.invoices, asked)
    return scores_of_ledger(desk, ledger_of_rows(body.ledger), asked)


def answer_customers(
    desk: Desk, body: ScoreCustomersRequest, language: Language
) -> CustomerScoresAnswer:
    """What is answered about the customers of a request."""
    asked = Asked(body.as_of, body.allow_stale_days, body.explain, language)
    if body.customer_ids is not None:
        return scores_of_customers(desk, body.customer_ids, asked)
    return scores_of_ledger_customers(desk, ledger_of_rows(body.ledger), asked)


def answer_limits(desk: Desk, body: CreditLimitsRequest) -> CreditLimitsAnswer:
    """What is answered about the credit limits of a request."""
    asked = Asked(body.as_of, body.allow_stale_days)
    return limits_of_customers(desk, body.customer_ids, asked)
