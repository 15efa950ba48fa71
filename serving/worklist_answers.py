"""What is answered about collection: the worklist."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from decisions.words import ACTIONS, STAGES
from serving.answers import Confidence, Days, Grade, Rules
from serving.run_answers import NextCursor, RunReference
from serving.wire import Money, Part, Share


class WorklistItem(Part):
    """An open item of a customer to turn to."""

    invoice_id: str
    due_on: date
    days_past_due: Days
    amount: Money
    residual: Annotated[Money, Field(description="What is still open of it.")]
    disputed: Money
    promised: Annotated[Money, Field(description="Covered by a live promise.")]
    chaseable: Annotated[Money, Field(description="Residual less both.")]
    is_deduction: bool
    asked: Annotated[Money, Field(description="What to ask for, in the reporting currency.")]
    priority: Annotated[Money, Field(description="What asking today is worth.")]
    p_still_open: Annotated[
        Share, Field(description="Probability of being open after the policy's horizon.")
    ]
    expected_payment_date: date | None
    confidence: Confidence


class WorklistRow(Part):
    """A customer to turn to, and why."""

    rank: Annotated[int, Field(ge=1)]
    customer_id: str
    name: str
    collector: str
    action: Literal[*ACTIONS]  # type: ignore[valid-type]
    stage: Literal[*STAGES, ""]  # type: ignore[valid-type]
    is_reserved: Annotated[bool, Field(description="Whether it comes before the ranking.")]
    priority: Annotated[Money, Field(description="What asking today is worth.")]
    overdue: Money
    chaseable: Annotated[Money, Field(description="What to ask for.")]
    oldest_days_past_due: Days
    expected_payment_date: date | None
    expected_loss: Money | None
    grade: Grade
    rules: Rules
    reasons: Annotated[list[str], Field(description="Sentences, strongest first.")]
    language: str
    last_contact_on: date | None
    callback_on: date | None


class WorklistEntry(WorklistRow):
    """A customer to turn to: with what, and why."""

    items: list[WorklistItem]


class WorklistExport(Part):
    """What is recorded of a worklist that was given as a file."""

    run_id: str
    entries: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0, description="Length of the file.")]
    sha256: Annotated[str, Field(description="Of the file.")]


class WorklistAnswer(Part):
    """A page of a worklist, in the order to work."""

    run: RunReference
    entries: list[WorklistEntry]
    next_cursor: NextCursor
