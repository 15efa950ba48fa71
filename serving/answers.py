"""What is answered, whatever was asked: what it rests on, the model, problems."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from decisions.words import GRADES
from serving.refusal import Refusal
from serving.wire import Part

Days = Annotated[int, Field(description="Days; negative is early.")]
PriorsFrom = Annotated[
    Literal["ledger", "bundle"],
    Field(
        description="Whose experience the portfolio's rates are: the stored ledger's, or for a "
        "ledger in the request the snapshot in the model's bundle."
    ),
]
Confidence = Annotated[
    Literal["normal", "low", "none"],
    Field(description="`low`: the customer has cleared fewer than three items."),
]
Grade = Literal[*GRADES]  # type: ignore[valid-type]
Rules = Annotated[list[str], Field(description="Names of the rules that shaped it.")]


class ModelReference(Part):
    """The model that an answer rests on."""

    name: Literal["duecast"] = "duecast"
    version: Annotated[int, Field(description="Registered version.", examples=[3])]
    sha256: Annotated[str, Field(description="Content hash of the bundle.")]


class PolicyReference(Part):
    """The policy that an answer was decided by."""

    owner: str
    version: Annotated[str, Field(examples=["2026.1"])]
    effective_from: date


class Provenance(Part):
    """What an answer rests on."""

    model: ModelReference
    policy: PolicyReference
    as_of: Annotated[date, Field(description="Day at whose close was looked.")]
    ledger_through: Annotated[
        date, Field(description="Last day that the ledger is complete through.")
    ]
    ledger_seq: Annotated[
        int | None,
        Field(
            description="Last write of the stored ledger that counts; null: a ledger in the "
            "request."
        ),
    ]
    basis: Annotated[
        Literal["known"], Field(description="What was recorded on or before `as_of` counts.")
    ] = "known"
    priors_from: PriorsFrom
    notes: Annotated[list[str], Field(description="What could not be said, and why.")]


class RefusedChampion(Part):
    """A champion that cannot be used, so that the one before it goes on."""

    version: int
    sha256: str
    why: Annotated[str, Field(description="What its checks found.")]
    since: datetime


class ModelAnswer(Part):
    """The model in use: the champion, or the one before it."""

    name: Literal["duecast"] = "duecast"
    version: int
    sha256: str
    champion_since: Annotated[
        datetime | None, Field(description="When it was promoted; null: not recorded.")
    ]
    serving_since: Annotated[datetime, Field(description="When this process began to use it.")]
    refused: Annotated[
        RefusedChampion | None,
        Field(description="The version that is champion, where it cannot be used."),
    ]
    window: Annotated[dict[str, date], Field(description="Data it was trained on.")]
    data_sha256: str
    absent: Annotated[
        dict[str, str], Field(description="Models it lacks, with the reason of each.")
    ]
    metrics: dict[str, Any]
    definitions: Annotated[
        dict[str, Any], Field(description="When an item is paid, late, in default.")
    ]
    card: Annotated[str, Field(description="The model card, Markdown.")]


class AliveAnswer(Part):
    """That the service is there."""

    status: Literal["alive"] = "alive"


class ReadyAnswer(Part):
    """That scores can be asked for."""

    status: Literal["ready"] = "ready"
    refused: Annotated[
        RefusedChampion | None, Field(description="The champion, where it cannot be used.")
    ] = None


def refused_champion(refusal: Refusal | None) -> RefusedChampion | None:
    """The champion that is not taken up, as it is answered."""
    return None if refusal is None else RefusedChampion(**vars(refusal))


class FlawAnswer(Part):
    """One thing wrong with a request."""

    detail: str
    pointer: Annotated[
        str | None, Field(description="Place in the body, a JSON pointer as a URI fragment.")
    ] = None
    parameter: Annotated[str | None, Field(description="Parameter of the query.")] = None


class ProblemAnswer(Part):
    """Problem details as in RFC 9457."""

    type: Annotated[str, Field(examples=["urn:duecast:problem:invalid-request"])]
    title: str
    status: int
    detail: str
    request_id: Annotated[str, Field(description="Also in the service's log.")]
    errors: Annotated[list[FlawAnswer] | None, Field(description="All of them at once.")] = None
