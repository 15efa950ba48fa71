"""Routes of credit: limits."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from serving import examples
from serving.customer_answers import limits_of_customers
from serving.questions import Asked, OpenDesk
from serving.requests import CreditLimitsRequest
from serving.responses import json_response
from serving.score_answers import CreditLimitsAnswer

router = APIRouter(prefix="/v1/credit", tags=["Credit"])


@router.post("/limits", response_model=CreditLimitsAnswer)
def compute_limits(
    asked: Annotated[CreditLimitsRequest, Body(openapi_examples=examples.CREDIT_LIMITS)],
    request: Request,
    desk: OpenDesk,
) -> Response:
    """Compute credit limits by the policy, with every term and what decides."""
    answer = limits_of_customers(
        desk, asked.customer_ids, Asked(asked.as_of, asked.allow_stale_days)
    )
    request.app.state.meters.scored.labels("limits").inc(len(answer.limits))
    return json_response(answer)
