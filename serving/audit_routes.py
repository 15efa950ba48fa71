"""Routes of the audit trail: one record."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from decisions.audit_anchor import read_key
from decisions.audit_chain import flaw
from decisions.audit_log import find
from decisions.audit_view import facts
from serving.audit_answers import AuditAnswer
from serving.problems import RefusedError
from serving.responses import json_response
from serving.wire import NO_NUL

router = APIRouter(prefix="/v1/audit", tags=["Audit"])


@router.get("/{audit_id}", response_model=AuditAnswer)
def read_audit(
    request: Request,
    audit_id: Annotated[
        str,
        Path(
            max_length=100,
            pattern=NO_NUL,
            description="Header `X-Audit-ID` of the answer.",
            examples=["5c0f2a8f0a7f4b62a9b5d3b1f4f3c7de"],
        ),
    ],
) -> Response:
    """Read what was recorded of an answer: who asked what, by what it was answered, the answer.

    Whether the whole trail is as it was, `duecast audit verify` says.
    """
    state = request.app.state
    record = find(state.readiness.engine(), audit_id)
    if record is None:
        detail = f"there is no audit record {audit_id!r}; give the id that an answer named"
        raise RefusedError("no-such-record", detail)
    found = flaw(record, read_key(state.settings.home))
    return json_response(AuditAnswer.model_validate({**facts(record), "flaw": found}))
