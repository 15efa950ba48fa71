"""Answers that are recorded in the audit trail before they are given."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from decisions.audit_chain import AuditEntry, canonical_json
from decisions.audit_log import append
from decisions.policy import digest
from ledger.code_version import code_version
from ledger.moments import stored_utc
from models.sentences import Language
from serving.callers import caller_of
from serving.desk import Desk
from serving.wire import Part

AUDIT_ID = "X-Audit-ID"
"""Header that names the record of an answer."""


def recorded(
    request: Request,
    kind: str,
    asked: BaseModel,
    answer: Part,
    *,
    desk: Desk | None = None,
    ledger_seq: int | None = None,
    keep_inputs: bool = True,
    language: Language | None = None,
) -> Response:
    """The answer as JSON, once it is recorded; every float is read back as the same one.

    Parameters
    ----------
    kind
        What it is, such as `scores.invoices`.
    asked, answer
        Neither may hold what is personal: the record cannot be erased.
    desk
        By whose model and policy it was answered, if by any.
    ledger_seq
        Last write of the stored ledger that counted, if any did.
    keep_inputs
        Whether what was asked is kept; else its digest alone, and the answer cannot be computed
        again.
    language
        Of the answer, where it has any.

    Raises
    ------
    AuditError
        If it cannot be recorded: then it is not given.
    DatabaseError
        If the database cannot be used.
    """
    body = answer.model_dump_json().encode()
    audit_id = record(
        request,
        kind,
        {"asked": asked.model_dump(mode="json"), "language": language},
        body,
        rests_on=resting_on(desk, ledger_seq),
        keep_inputs=keep_inputs,
    )
    return answered(body, audit_id, language)


def record(
    request: Request,
    kind: str,
    inputs: object,
    result: bytes,
    *,
    rests_on: Mapping[str, Any],
    keep_inputs: bool = True,
) -> str:
    """The id of the record of an answer; see `recorded` and `entry_of`."""
    state = request.app.state
    entry = entry_of(request, kind, inputs, result, rests_on=rests_on, keep_inputs=keep_inputs)
    with state.meters.stage("record"):
        return append(state.readiness.engine(), state.settings.home, entry).audit_id


def entry_of(
    request: Request,
    kind: str,
    inputs: object,
    result: bytes,
    *,
    rests_on: Mapping[str, Any],
    keep_inputs: bool = True,
) -> AuditEntry:
    """What is to be recorded of an answer (JSON, UTF-8) to some inputs (JSON values)."""
    return AuditEntry(
        at=stored_utc(request.app.state.now()),
        kind=kind,
        actor=caller_of(request).key_id,
        inputs=canonical_json(inputs),
        result=result,
        request_id=request.state.request_id,
        keep_inputs=keep_inputs,
        **rests_on,
    )


def resting_on(desk: Desk | None = None, ledger_seq: int | None = None) -> dict[str, Any]:
    """What an answer of this code rests on, as fields of an `AuditEntry`; see `recorded`."""
    return {
        "model_version": desk.champion.version if desk else None,
        "model_sha256": desk.champion.sha256 if desk else None,
        "policy_version": desk.policy.version if desk else None,
        "policy_sha256": digest(desk.policy) if desk else None,
        "ledger_seq": ledger_seq,
        "code_version": code_version(),
    }


def answered(body: bytes, audit_id: str, language: Language | None = None) -> Response:
    """The response with a body (JSON, UTF-8) that is recorded."""
    headers = {AUDIT_ID: audit_id} | ({"Content-Language": language} if language else {})
    return Response(body, headers=headers, media_type="application/json")
