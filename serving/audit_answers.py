"""What is answered about the audit trail."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from serving.wire import Part


class AuditAnswer(Part):
    """A record of the audit trail: who asked what when, by what it was answered, the answer."""

    audit_id: Annotated[str, Field(description="As the header `X-Audit-ID` of the answer said.")]
    seq: Annotated[int, Field(ge=1, description="Place in the trail.")]
    at: datetime
    kind: Annotated[str, Field(examples=["scores.invoices"])]
    actor: Annotated[str, Field(description="Id of a key, or user of the command line.")]
    request_id: str | None
    model_version: int | None
    model_sha256: str | None
    policy_version: str | None
    policy_sha256: str | None
    ledger_seq: Annotated[int | None, Field(description="Last write of the ledger that counted.")]
    code_version: str
    inputs: Annotated[Any, Field(description="What was asked; null: its digest alone is kept.")]
    inputs_sha256: str
    result: Annotated[Any, Field(description="What was answered.")]
    result_sha256: str
    key_id: Annotated[str, Field(description="Which key sealed it.")]
    anchor_id: Annotated[str, Field(description="In which anchor it is counted.")]
    previous_mac: Annotated[str, Field(description="Seal of the record before it.")]
    mac: Annotated[str, Field(description="Its seal.")]
    flaw: Annotated[
        str | None, Field(description="What is wrong with the record itself; null: it is sound.")
    ]
