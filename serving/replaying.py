"""Recorded answers, computed again: from the ledger, the model and the policy of then."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel

from decisions import run_replay
from decisions.audit_chain import AuditError, AuditRecord
from decisions.audit_replay import Replayer
from decisions.champion import champion_of
from decisions.policy_records import load_policy
from features.stored_ledger import StoredLedger
from ledger.settings import Settings
from ledger.store import open_store
from models.sentences import Language
from serving.answering import answer_customers, answer_invoices, answer_limits
from serving.desk import Desk
from serving.order_checks import answer_check
from serving.order_requests import CreditCheckQuestion
from serving.requests import CreditLimitsRequest, ScoreCustomersRequest, ScoreInvoicesRequest
from serving.wire import Part

Answer = Callable[[Desk, Any, Language], Part]

KINDS: Mapping[str, tuple[type[BaseModel], Answer]] = {
    "scores.invoices": (ScoreInvoicesRequest, answer_invoices),
    "scores.customers": (ScoreCustomersRequest, answer_customers),
    "credit.limits": (CreditLimitsRequest, lambda desk, body, _: answer_limits(desk, body)),
    "credit.checks": (CreditCheckQuestion, answer_check),
}
"""How what was asked is read, and answered, by kind of record."""


def replayers(settings: Settings) -> Mapping[str, Replayer]:
    """What computes answers again, by kind of record."""
    answers = {kind: partial(_answer_again, settings) for kind in KINDS}
    return {**answers, run_replay.KIND: partial(run_replay.made_again, settings)}


def _answer_again(settings: Settings, record: AuditRecord) -> Any:
    asked = json.loads(record.inputs or b"null")
    request, answer = KINDS[record.kind]
    desk = _desk_of(settings, record)
    found = answer(desk, request.model_validate(asked["asked"]), asked["language"] or "en")
    return json.loads(found.model_dump_json())


def _desk_of(settings: Settings, record: AuditRecord) -> Desk:
    """What the answer rested on.

    Raises
    ------
    AuditError
        If the record does not say it.
    DuecastError
        If the model or the policy is not at hand.
    """
    version, model, policy = record.model_version, record.model_sha256, record.policy_sha256
    if version is None or model is None or policy is None:
        raise AuditError(f"record {record.audit_id} names no model or no policy; expected both")
    engine = open_store(settings)
    found = champion_of(settings, version, model)
    return Desk(
        found,
        load_policy(engine, policy),
        StoredLedger(engine, found.bundle.definitions),
        record.at,
        at_seq=record.ledger_seq,
    )
