"""Routes of contacts: what happened is logged."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from serving import examples
from serving.callers import caller_of
from serving.contact_answers import ContactAnswer
from serving.contact_requests import LogContactRequest
from serving.contacts import log_contact
from serving.responses import json_response

router = APIRouter(prefix="/v1", tags=["Collection"])


@router.post("/contacts", response_model=ContactAnswer)
def post_contact(
    asked: Annotated[LogContactRequest, Body(openapi_examples=examples.LOG_CONTACT)],
    request: Request,
) -> Response:
    """Log a contact with a customer, and the promise and the dispute that came of it.

    All of it is stored or none, and the answer comes after the commit. With a `contact_id` it may
    be sent again: the same changes nothing, another corrects it, and a promise or dispute that it
    has no more is withdrawn. A collector's key logs contacts with its own customers.
    """
    state = request.app.state
    engine = state.readiness.engine()
    return json_response(log_contact(engine, asked, caller_of(request), state.now()))
