"""Routes of credit: limits."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from serving import examples
from serving.answering import answer_limits
from serving.questions import OpenDesk
from serving.recorded import recorded
from serving.requests import CreditLimitsRequest
from serving.score_answers import CreditLimitsAnswer

router = APIRouter(prefix="/v1/credit", tags=["Credit"])


@router.post("/limits", response_model=CreditLimitsAnswer)
def compute_limits(
    asked: Annotated[CreditLimitsRequest, Body(openapi_examples=examples.CREDIT_LIMITS)],
    request: Request,
    desk: OpenDesk,
) -> Response:
    """Compute credit limits by the policy, with every term and what decides."""
    answer = answer_limits(desk, asked)
    request.app.state.meters.scored.labels("limits").inc(len(answer.limits))
    return recorded(
        request,
        "credit.limits",
        asked,
        answer,
        desk=desk,
        ledger_seq=answer.provenance.ledger_seq,
    )
