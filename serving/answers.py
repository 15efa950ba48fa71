"""What is answered: the bodies of responses."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from decisions.words import ACTIONS, GRADES, PAYMENT_CLASSES, STAGES
from serving.wire import Currency, Money, Part, Share

Days = Annotated[int, Field(description="Days; negative is early.")]
InvoiceState = Literal[
    "paid", "cancelled", "written_off", "credit_note", "not_yet_known", "settled"
]
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
    basis: Annotated[
        Literal["known"], Field(description="What was recorded on or before `as_of` counts.")
    ] = "known"
    priors_from: PriorsFrom
    notes: Annotated[list[str], Field(description="What could not be said, and why.")]


class ReasonAnswer(Part):
    """Why a score differs from that of the reference."""

    feature: Annotated[str, Field(examples=["days_late_mean"])]
    family: str
    value: Annotated[float | None, Field(description="The feature; null: no evidence.")]
    reference: Annotated[float | None, Field(description="What it is in the reference.")]
    contribution: Annotated[
        float, Field(description="What the family adds to the score, against the reference.")
    ]
    unit: Annotated[str, Field(description="Of the contribution: days, or percentage points.")]
    sentence: Annotated[str, Field(description="In the language that was asked for.")]


Reasons = Annotated[list[ReasonAnswer], Field(description="Strongest first.")]


class ScoredInvoice(Part):
    """When the money of one open invoice will arrive. Null: the model says nothing."""

    invoice_id: str
    customer_id: str
    due_on: date
    days_past_due: Days
    amount: Money
    residual: Annotated[Money, Field(description="What is still open of it.")]
    is_deduction: Annotated[
        bool, Field(description="Left after the invoice counts as paid; nothing is expected of it.")
    ]
    expected_days_late: Annotated[
        float | None, Field(description="Mean days late, what is later than 365 counting as 365.")
    ]
    days_late_p10: Days | None
    days_late_p50: Annotated[int | None, Field(description="Median; null beyond 365 days.")]
    days_late_p90: Days | None
    expected_payment_date: Annotated[date | None, Field(description="Due date plus the median.")]
    p_later_than: Annotated[
        dict[str, Share | None],
        Field(
            description="Probability of more than so many days late.",
            examples=[{"0": 0.41, "30": 0.07, "90": 0.01}],
        ),
    ]
    p_unpaid_365: Annotated[
        Share | None, Field(description="Probability of not being paid 365 days after due.")
    ]
    confidence: Confidence
    reasons: Reasons


class UnscoredInvoice(Part):
    """An invoice of the ledger that is not open at `as_of`, and so has no score."""

    invoice_id: str
    state: Annotated[
        InvoiceState,
        Field(
            description="`not_yet_known`: recorded after `as_of`; `settled`: nothing is left of it."
        ),
    ]
    paid_on: Annotated[date | None, Field(description="Where it is paid.")] = None


class InvoiceScoresAnswer(Part):
    """Scores of invoices, in the order asked; of a ledger, by customer and due date."""

    provenance: Provenance
    scores: list[ScoredInvoice]
    not_scored: list[UnscoredInvoice]


class ScoredCustomer(Part):
    """How likely a customer defaults, and what is at stake. Null: not known."""

    customer_id: str
    exposure: Annotated[Money, Field(description="Residuals less credits and unallocated cash.")]
    exposure_basis: Literal["receivables_only"]
    residual: Money
    overdue: Money
    open_credits: Money
    unallocated_cash: Money
    pd: Annotated[Share | None, Field(description="Probability of default; 1 in default.")]
    in_default: bool
    grade: Literal[*GRADES]  # type: ignore[valid-type]
    grade_rules: Rules
    payment_class: Literal[*PAYMENT_CLASSES, ""]  # type: ignore[valid-type]
    days_late: Annotated[
        float | None,
        Field(description="Amount-weighted days late, of what was paid or is expected."),
    ]
    cleared_items: int
    status: str
    natural_person: Annotated[bool, Field(description="Whether only a person may decide.")]
    expected_loss: Annotated[
        Money | None, Field(description="pd x loss given default of today's exposure.")
    ]
    reasons: Reasons


class CustomerScoresAnswer(Part):
    """Scores of customers, in the order asked; of a ledger, by customer id."""

    provenance: Provenance
    scores: list[ScoredCustomer]


class LimitTerms(Part):
    """The terms of a limit before rounding; null: does not apply."""

    need: Money | None
    risk: Money | None
    history: Money | None
    grade_cap: Money | None
    segment_cap: Money | None


class CustomerLimit(Part):
    """The credit limit that the policy computes for a customer."""

    customer_id: str
    limit: Annotated[Money, Field(description="The least of the terms, rounded down.")]
    binding: Annotated[str, Field(description="What decides: a term, `override` or `parent`.")]
    terms: LimitTerms
    rules: Rules
    credit_limit: Annotated[Money | None, Field(description="The approved limit in force.")]
    proposed: Annotated[bool, Field(description="Whether the change is large enough to propose.")]
    freeze: Annotated[bool, Field(description="Whether the exposure lies above the limit.")]
    refer: Annotated[bool, Field(description="Whether a person has to decide.")]
    exposure: Money
    exposure_basis: Literal["receivables_only"]
    guaranteed: Money
    pd: Share | None
    grade: Literal[*GRADES]  # type: ignore[valid-type]


class CreditLimitsAnswer(Part):
    """Credit limits of customers, in the order asked."""

    provenance: Provenance
    limits: list[CustomerLimit]


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


class WorklistEntry(Part):
    """A customer to turn to: with what, and why."""

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
    grade: Literal[*GRADES]  # type: ignore[valid-type]
    rules: Rules
    reasons: Annotated[list[str], Field(description="Sentences, strongest first.")]
    language: str
    last_contact_on: date | None
    callback_on: date | None
    items: list[WorklistItem]


class RunReference(Part):
    """The score run that a worklist reads."""

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


class WorklistAnswer(Part):
    """A page of a worklist, in the order to work."""

    run: RunReference
    entries: list[WorklistEntry]
    next_cursor: Annotated[
        str | None, Field(description="Where the next page begins; null: there is none.")
    ]


class ModelAnswer(Part):
    """The champion."""

    name: Literal["duecast"] = "duecast"
    version: int
    sha256: str
    champion_since: Annotated[
        datetime | None, Field(description="When it was promoted; null: not recorded.")
    ]
    serving_since: Annotated[datetime, Field(description="When this process began to use it.")]
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


class ProbeAnswer(Part):
    """That the service is there, or ready."""

    status: Literal["alive", "ready"]


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
