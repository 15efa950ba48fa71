"""What is answered about invoices and customers: scores and credit limits."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from decisions.words import PAYMENT_CLASSES
from serving.answers import Confidence, Days, Grade, Provenance, Rules
from serving.wire import Money, Part, Share

InvoiceState = Literal[
    "paid", "cancelled", "written_off", "credit_note", "not_yet_known", "settled"
]


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
    grade: Grade
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
    grade: Grade


class CreditLimitsAnswer(Part):
    """Credit limits of customers, in the order asked."""

    provenance: Provenance
    limits: list[CustomerLimit]
