"""Routes of credit: limits and order checks."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from decisions.audit_log import anchor_committed, append_within
from decisions.order_records import keep_check
from ledger.store import writing
from serving import examples
from serving.answering import answer_limits
from serving.order_answers import CreditCheckAnswer
from serving.order_checks import answer_of, checked_order
from serving.order_requests import CreditCheckRequest
from serving.questions import AskedLanguage, OpenDesk
from serving.recorded import answered, entry_of, recorded
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
    with request.app.state.turns.of(len(asked.customer_ids)):
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


@router.post("/checks", response_model=CreditCheckAnswer)
def check_order(
    asked: Annotated[CreditCheckRequest, Body(openapi_examples=examples.CREDIT_CHECKS)],
    request: Request,
    desk: OpenDesk,
    language: AskedLanguage,
) -> Response:
    """Check whether an order may go ahead on credit: approve, refer to a person, or hold.

    The worst of all rules decides, unless something comes before them: legal action or insolvency,
    a natural person, a release (`duecast release`), an exclusion, cash received for a prepaid
    order. The same order asked again gets the same answer, unless it was released since or that
    release has ended; a changed one is checked anew. Nothing is reserved.
    """
    state = request.app.state
    engine, home = state.readiness.engine(), state.settings.home
    with state.turns.of(1):
        found = checked_order(desk, engine, asked, state.now())
    with state.meters.stage("record"):
        with writing(engine, "audit") as connection:
            kept = keep_check(connection, found)
            body = answer_of(kept, language).model_dump_json().encode()
            inputs = {"asked": kept.question, "language": language}
            entry = entry_of(request, "credit.checks", inputs, body, rests_on=kept.rests_on)
            made = append_within(connection, home, entry)
        anchor_committed(home, made)
    state.meters.scored.labels("checks").inc()
    return answered(body, made.audit_id, language)
