"""What is answered about an order."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from decisions.order_check import PRECEDENCE
from decisions.words import ORDER_OUTCOMES
from serving.answers import Grade, Provenance, Rules
from serving.score_answers import Reasons
from serving.wire import Id, Money, Part, Share

Outcome = Literal[*ORDER_OUTCOMES]  # type: ignore[valid-type]


class RuleAnswer(Part):
    """What a rule found, and what it says of the order."""

    rule: Annotated[str, Field(examples=["days_overdue"])]
    outcome: Outcome
    found: Annotated[
        float | str | None,
        Field(description="Money is decimal text; null: a share of a limit of zero."),
    ]
    threshold: Annotated[
        float | str | None,
        Field(description="Above which its outcome holds, or, where it approves, would not."),
    ]
    unit: Annotated[str, Field(description="days, share, status, or a currency.")]


class ReleaseAnswer(Part):
    """The release that binds an order."""

    amount: Money
    given_on: date
    until: date
    released_by: str
    why: str


class CreditCheckAnswer(Part):
    """Whether an order may go ahead on credit. Nothing is reserved for it."""

    provenance: Provenance
    order_id: Id
    customer_id: Id
    checked_at: Annotated[
        datetime, Field(description="When; of an order asked again, the first time.")
    ]
    outcome: Annotated[Outcome, Field(description="refer: a person has to decide.")]
    decided_by: Annotated[
        Literal[*PRECEDENCE],  # type: ignore[valid-type]
        Field(description="What decided, the first of these that holds."),
    ]
    rules: Annotated[
        list[RuleAnswer], Field(description="Every rule, whether or not the rules decide.")
    ]
    order_amount: Annotated[Money, Field(description="In the reporting currency.")]
    exposure: Annotated[Money, Field(description="Without the order.")]
    exposure_with_order: Money
    exposure_basis: Annotated[
        str, Field(description="What it is made of.", examples=["receivables_only"])
    ]
    approved_limit: Annotated[
        Money | None, Field(description="That used most; null: none was ever approved.")
    ]
    limit_of: Annotated[str | None, Field(description="Whose it is: the customer or its parent.")]
    limit_expired: bool | None
    limit_exposure: Annotated[
        Money | None, Field(description="What counts against it, without the order.")
    ]
    limit_used: Annotated[
        float | None,
        Field(ge=0, description="Share used with the order; null: no limit, or one of zero."),
    ]
    release: ReleaseAnswer | None
    natural_person: Annotated[bool, Field(description="Whether only a person may decide.")]
    pd: Annotated[Share | None, Field(description="Probability of default; 1 in default.")]
    in_default: bool
    grade: Grade
    grade_rules: Rules
    reasons: Annotated[
        Reasons, Field(description="Of the probability of default, for the person who decides.")
    ]
