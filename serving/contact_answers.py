"""What is answered about a contact that was logged."""

from typing import Annotated

from pydantic import Field

from serving.wire import Id, Part


class ContactAnswer(Part):
    """A contact, which is stored."""

    contact_id: Id
    promise_id: Annotated[str | None, Field(description="Of the promise; null: none was made.")]
    dispute_id: Annotated[str | None, Field(description="Of the dispute; null: none was raised.")]
    customer_id: Id
    collector: str | None
    seq: Annotated[int, Field(description="Last write of the ledger.")]
    changed: Annotated[bool, Field(description="False: it was stored already, the same.")]
    warnings: Annotated[list[str], Field(description="What is to be known of it.")]
