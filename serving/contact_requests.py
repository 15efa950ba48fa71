"""What a collector logs: a contact, and what came of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.schema import TABLES
from serving.wire import Day, Id, PositiveDecimalText, Strict, Text

MOST_LEVEL = 99

_CONTACTS = TABLES["contacts"]
CHANNELS = _CONTACTS.column("channel").choices
OUTCOMES = _CONTACTS.column("outcome").choices


class ContactPromise(Strict):
    """That the customer will pay."""

    promised_on: Annotated[
        Day, Field(description="Day by which it will be paid.", examples=["2024-07-12"])
    ]
    amount: Annotated[
        PositiveDecimalText | None,
        Field(
            description="In the currency of the invoice, else of the customer; not given: what is "
            "due by that day."
        ),
    ] = None
    invoice_id: Annotated[
        Id | None,
        Field(description="The invoice that will be paid; not given: the oldest items first."),
    ] = None


class ContactDispute(Strict):
    """That the customer disputes an invoice."""

    invoice_id: Annotated[Id, Field(description="Which.", examples=["I00042-00017"])]
    amount: Annotated[
        PositiveDecimalText | None,
        Field(description="In the invoice's currency; not given: all of it."),
    ] = None
    reason: Annotated[
        Text | None, Field(description="Why, in a word or a code.", examples=["price"])
    ] = None


class LogContactRequest(Strict):
    """A contact with a customer; a promise and a dispute are stored with it, or none of it is."""

    contact_id: Annotated[
        Id | None,
        Field(
            description="Its id, so that it may be sent again; not given: a new one.",
            examples=["crm-90121"],
        ),
    ] = None
    customer_id: Annotated[Id, Field(description="With whom.", examples=["C00042"])]
    contacted_on: Annotated[
        Day, Field(description="Day of the contact, at the latest today.", examples=["2024-06-28"])
    ]
    channel: Annotated[
        Literal[*CHANNELS],  # type: ignore[valid-type]
        Field(description="How."),
    ]
    outcome: Annotated[
        Literal[*OUTCOMES],  # type: ignore[valid-type]
        Field(description="What came of it."),
    ]
    level: Annotated[
        int | None,
        Field(ge=0, le=MOST_LEVEL, strict=True, description="Level of a reminder.", examples=[2]),
    ] = None
    collector: Annotated[
        Id | None,
        Field(description="Who spoke with the customer; a collector's key says it by itself."),
    ] = None
    callback_on: Annotated[Day | None, Field(description="When to call again.")] = None
    note: Annotated[
        Text | None, Field(description="Personal: it is kept apart, and can be erased.")
    ] = None
    promise: Annotated[ContactPromise | None, Field(description="A promise to pay.")] = None
    dispute: Annotated[ContactDispute | None, Field(description="A dispute.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = {"callback_on": self.callback_on}
        if self.promise is not None:
            days["promise.promised_on"] = self.promise.promised_on
        for name, day in days.items():
            if day is not None and day < self.contacted_on:
                raise ValueError(
                    f"{name} is {day}, before contacted_on ({self.contacted_on}); correct one"
                )
        return self
