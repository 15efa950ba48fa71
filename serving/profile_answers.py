"""What is answered about one customer: the profile."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from decisions.words import PAYMENT_CLASSES
from serving.alert_answers import AlertAnswer
from serving.answers import Days, Grade, Rules
from serving.portfolio_answers import AgingBuckets
from serving.run_answers import RunReference
from serving.score_answers import LimitTerms, Reasons
from serving.wire import Money, Part, Share
from serving.worklist_answers import WorklistItem, WorklistRow

DefaultShare = Annotated[Share | None, Field(description="Probability of default; 1 in default.")]


class ProfileAccount(Part):
    """Who a customer is, and who looks after it."""

    name: str
    collector: Annotated[str, Field(description="Empty: nobody's.")]
    status: str
    natural_person: Annotated[bool, Field(description="Whether only a person may decide.")]
    do_not_contact: bool


class ProfileExposure(Part):
    """What a customer owes, in the reporting currency."""

    exposure: Annotated[Money, Field(description="Residuals less credits and unallocated cash.")]
    exposure_basis: Literal["receivables_only"]
    residual: Money
    overdue: Money
    open_credits: Money
    unallocated_cash: Money


class ProfileAging(AgingBuckets):
    """What a customer owes by days past due, basis posted."""

    as_of: date
    basis: Literal["posted"]
    bounds: Annotated[
        list[Days], Field(description="Last day past due of each bucket but the last.")
    ]


class ProfileKpis(Part):
    """How a customer pays."""

    days_late: Annotated[
        float | None,
        Field(description="Amount-weighted days late, of what was paid or is expected."),
    ]
    payment_class: Literal[*PAYMENT_CLASSES, ""]  # type: ignore[valid-type]
    cleared_items: int
    overdue_share: Annotated[float | None, Field(description="Overdue / residual; null: no debt.")]


class ProfileScores(Part):
    """How likely a customer defaults, and what is at stake."""

    pd: DefaultShare
    in_default: bool
    grade: Grade
    grade_rules: Rules
    expected_loss: Money | None
    guaranteed: Money | None


class ProfileLimit(Part):
    """The credit limit that the policy computes, and the approved one."""

    limit: Annotated[Money, Field(description="The least of the terms, rounded down.")]
    binding: Annotated[str, Field(description="What decides: a term, `override` or `parent`.")]
    terms: LimitTerms
    rules: Rules
    credit_limit: Annotated[Money | None, Field(description="The approved limit in force.")]
    proposed: Annotated[bool, Field(description="Whether the change is large enough to propose.")]
    freeze: Annotated[bool, Field(description="Whether the exposure lies above the limit.")]
    refer: Annotated[bool, Field(description="Whether a person has to decide.")]


class ProfileItem(WorklistItem):
    """An open item, when its money will arrive, and why."""

    expected_days_late: float | None
    days_late_p10: Days | None
    days_late_p50: Days | None
    days_late_p90: Days | None
    reasons: Reasons


class ProfileDay(Part):
    """What a run said of a customer."""

    as_of: date
    pd: DefaultShare
    in_default: bool
    grade: Grade
    exposure: Money
    overdue: Money
    limit: Money
    credit_limit: Money | None


class ProfileContact(Part):
    """A contact with the customer."""

    contact_id: str
    contacted_on: date
    channel: str | None
    outcome: str | None
    level: Annotated[int | None, Field(description="Level of a reminder.")]
    collector: str | None
    callback_on: date | None
    note: str | None


class ProfilePromise(Part):
    """A promise to pay."""

    promise_id: str
    made_on: date
    promised_on: date
    amount: Annotated[Money | None, Field(description="Null: what is due by that day.")]
    invoice_id: Annotated[str | None, Field(description="Null: the oldest items first.")]


class ProfileDispute(Part):
    """A dispute about an invoice."""

    dispute_id: str
    invoice_id: str
    opened_on: date
    amount: Annotated[Money | None, Field(description="Null: all of it.")]
    reason: str | None
    closed_on: date | None
    outcome: str | None


class ProfileContacts(Part):
    """What was spoken with a customer, the last first, as the ledger has it now."""

    contacts: list[ProfileContact]
    promises: list[ProfilePromise]
    disputes: list[ProfileDispute]


class ProfileAnswer(Part):
    """What a score run says of one customer; what is posted is said to be."""

    run: RunReference
    customer_id: str
    account: ProfileAccount
    exposure: ProfileExposure
    aging: Annotated[ProfileAging | None, Field(description="Null: nothing is owed.")]
    kpis: ProfileKpis
    scores: ProfileScores
    limit: ProfileLimit
    reasons: Annotated[Reasons, Field(description="Of the probability of default.")]
    items: Annotated[list[ProfileItem], Field(description="Open items, by due date.")]
    worklist: Annotated[WorklistRow | None, Field(description="Null: nothing is to be done.")]
    alerts: list[AlertAnswer]
    contacts: Annotated[
        ProfileContacts | None,
        Field(description="Not of the run: as the ledger has them now. Null for the role o2c."),
    ]
    history: Annotated[
        list[ProfileDay], Field(description="This run and those before it, the latest first.")
    ]
