"""What may be asked: the bodies of requests."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.schema import PAYMENT_METHODS
from models.reasons import AT_MOST
from serving.ledger_rows import LedgerRows
from serving.wire import Currency, Day, Id, PositiveDecimalText, Strict, Text

MOST = 1_000
"""Invoices or customers in one request."""

MOST_STALE_DAYS = 31

AsOf = Annotated[
    Day | None,
    Field(
        description="Day at whose close to look; what was recorded later changes nothing. Not "
        "given: the last day the ledger is complete through.",
        examples=["2024-06-28"],
    ),
]
AllowStaleDays = Annotated[
    int,
    Field(
        ge=0,
        le=MOST_STALE_DAYS,
        strict=True,
        description="Days by which the ledger may fall short of `as_of`. Payments of those days "
        "that are not loaded yet read as lateness.",
    ),
]
Explain = Annotated[
    int,
    Field(
        ge=0,
        le=AT_MOST,
        strict=True,
        description="Reasons of each score, at most, strongest first.",
        examples=[3],
    ),
]
Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST)]


class InvoiceDocument(Strict):
    """A document that is not in the ledger yet: an invoice to be issued, an order, a quote."""

    invoice_id: Annotated[
        Id,
        Field(description="Its number; no invoice of the ledger has it.", examples=["Q-2024-17"]),
    ]
    customer_id: Annotated[
        Id,
        Field(
            description="Its customer. One that the ledger does not have is scored as new.",
            examples=["C00007"],
        ),
    ]
    issued_on: Annotated[
        Day, Field(description="Day of issue, at the latest `as_of`.", examples=["2024-06-28"])
    ]
    due_on: Annotated[Day, Field(description="Day it is due.", examples=["2024-07-28"])]
    amount: PositiveDecimalText
    currency: Annotated[
        Currency | None,
        Field(description="Not given: the customer's currency, else the reporting currency."),
    ] = None
    company: Annotated[Text | None, Field(description="Company of ours that issues it.")] = None
    terms_code: Annotated[Text | None, Field(description="Code of its terms.")] = None
    discount_until: Annotated[Day | None, Field(description="Last day of a cash discount.")] = None
    discount_pct: Annotated[
        float | None,
        Field(ge=0, le=100, allow_inf_nan=False, description="Cash discount, per cent."),
    ] = None
    payment_method: Annotated[
        str | None,
        StringConstraints(pattern=f"^({'|'.join(PAYMENT_METHODS)})$"),
        Field(description=f"One of {', '.join(PAYMENT_METHODS)}."),
    ] = None


class ScoreInvoicesRequest(Strict):
    """Which invoices to score: of the stored ledger, not in it yet, or of the ledger given here.

    Exactly one of `invoice_ids`, `invoices` and `ledger`.
    """

    as_of: AsOf = None
    allow_stale_days: AllowStaleDays = 0
    invoice_ids: Annotated[
        Ids | None, Field(description="Invoices of the stored ledger.", examples=[["I00007-00003"]])
    ] = None
    invoices: Annotated[
        list[InvoiceDocument] | None,
        Field(
            min_length=1,
            max_length=MOST,
            description="Documents that are not in the stored ledger, scored with the history of "
            "their customers there, as if all of them were issued.",
        ),
    ] = None
    ledger: Annotated[
        LedgerRows | None,
        Field(description="A whole ledger; its open invoices are scored. Nothing is stored."),
    ] = None
    explain: Explain = 0

    def __len__(self) -> int:
        subject = self.invoice_ids or self.invoices
        return MOST if subject is None else len(subject)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        _require_one(invoice_ids=self.invoice_ids, invoices=self.invoices, ledger=self.ledger)
        return self


class ScoreCustomersRequest(Strict):
    """Which customers to score: some of the stored ledger, or all of the ledger given here.

    Exactly one of `customer_ids` and `ledger`.
    """

    as_of: AsOf = None
    allow_stale_days: AllowStaleDays = 0
    customer_ids: Annotated[
        Ids | None, Field(description="Customers of the stored ledger.", examples=[["C00042"]])
    ] = None
    ledger: Annotated[
        LedgerRows | None,
        Field(description="A whole ledger; all its customers are scored. Nothing is stored."),
    ] = None
    explain: Explain = 0

    def __len__(self) -> int:
        return MOST if self.customer_ids is None else len(self.customer_ids)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        _require_one(customer_ids=self.customer_ids, ledger=self.ledger)
        return self


class CreditLimitsRequest(Strict):
    """For which customers of the stored ledger to compute credit limits."""

    as_of: AsOf = None
    allow_stale_days: AllowStaleDays = 0
    customer_ids: Annotated[
        Ids, Field(description="Customers of the stored ledger.", examples=[["C00042"]])
    ]


def _require_one(**subjects: object) -> None:
    given = [name for name, subject in subjects.items() if subject is not None]
    if len(given) != 1:
        got = " and ".join(given) or "none"
        raise ValueError(f"expected exactly one of {', '.join(subjects)}; got {got}")
