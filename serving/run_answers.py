"""What is answered about a score run, whatever is read of it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from serving.answers import ModelReference, PolicyReference, PriorsFrom
from serving.wire import Currency, Part

NextCursor = Annotated[
    str | None, Field(description="Where the next page begins; null: there is none.")
]


class RunReference(Part):
    """The score run that an answer reads."""

    run_id: str
    as_of: date
    ledger_through: date
    since: Annotated[date, Field(description="Day of the run before.")]
    basis: Literal["known"]
    reporting_currency: Currency
    priors_from: PriorsFrom
    model: ModelReference
    policy: PolicyReference
    notes: list[str]
