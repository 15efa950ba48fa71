"""Orders that ask to be delivered on credit, and releases of orders by a person."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal

from decisions.exposure import BASIS
from decisions.order_policy import OrderPolicy
from ledger.errors import ProblemsError
from ledger.money import LARGEST_MINOR, exponent

GIVEN_PARTS = {
    "bills_not_due_minor": "bills_not_due",
    "delivered_not_billed_minor": "delivered_not_billed",
    "open_orders_minor": "open_orders",
}
"""Parts of an exposure that a ledger does not have, and their names in an exposure's basis."""


@dataclass(frozen=True)
class Order:
    """An order as the order entry asks about it; money in minor units of its currency.

    Parameters
    ----------
    order_id, customer_id
        Whose order it is.
    amount_minor, currency
        What it is worth, gross.
    terms_days
        Days to pay that it grants; None: those agreed.
    prepaid
        Whether it is to be paid before delivery.
    open_orders_minor, delivered_not_billed_minor, bills_not_due_minor
        What else the customer owes or will owe, this order apart; None where it is not said.

    Raises
    ------
    ProblemsError
        Naming every amount or number of days that an order cannot have.
    """

    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    terms_days: int | None = None
    prepaid: bool = False
    open_orders_minor: int | None = None
    delivered_not_billed_minor: int | None = None
    bills_not_due_minor: int | None = None

    def __post_init__(self) -> None:
        problems = [
            f"order {self.order_id}: {name} is {value}; expected minor units from 0 to "
            f"{LARGEST_MINOR}; correct it"
            for name in ("amount_minor", *GIVEN_PARTS)
            if (value := getattr(self, name)) is not None and not 0 <= value <= LARGEST_MINOR
        ]
        if self.terms_days is not None and self.terms_days < 0:
            problems.append(
                f"order {self.order_id}: terms_days is {self.terms_days}; expected days from 0; "
                "correct it"
            )
        if problems:
            raise ProblemsError(problems)

    @property
    def exposure_basis(self) -> str:
        """What the exposure is made of: receivables, and the parts that the order says."""
        given = [word for name, word in GIVEN_PARTS.items() if getattr(self, name) is not None]
        return "+".join(["receivables", *given]) if given else BASIS


@dataclass(frozen=True)
class Release:
    """A person's word that an order may go ahead; minor units of its currency.

    It holds from `given_on` to `until`, both included, whatever the rules say of the order then.
    """

    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    given_on: date
    until: date
    released_by: str
    why: str

    def binds(self, policy: OrderPolicy, order: Order, day: date) -> bool:
        """Whether it releases an order on a day: the same one, grown by no more than allowed."""
        most = self.amount_minor * (1 + policy.release_tolerance_share)
        return (
            (self.order_id, self.customer_id) == (order.order_id, order.customer_id)
            and self.currency == order.currency
            and order.amount_minor <= round(most, 6)
            and self.given_on <= day <= self.until
        )


def amount_problem(amount: Decimal, currency: str) -> str:
    """What keeps an amount in major units from being one of an order; empty: nothing.

    >>> amount_problem(Decimal("1.50"), "EUR"), amount_problem(Decimal("1.5"), "JPY")
    ('', 'is 1.5; JPY has at most 0 decimals; round it')
    """
    digits = exponent(currency)
    if not amount.is_finite() or amount < 0:
        return f"is {amount}; expected zero or more; correct it"
    if amount.scaleb(digits) > LARGEST_MINOR:
        return f"is {amount}, larger than a ledger can hold; correct it"
    if amount != round(amount, digits):
        return f"is {amount}; {currency} has at most {digits} decimals; round it"
    return ""


def release_of(
    policy: OrderPolicy, order: Order, given_on: date, released_by: str, why: str
) -> Release:
    """The release of an order as it stands, for as many days as the policy allows."""
    until = given_on + timedelta(days=policy.release_days)
    return Release(
        order.order_id,
        order.customer_id,
        order.amount_minor,
        order.currency,
        given_on,
        until,
        released_by,
        why,
    )


def asked_sha256(order: Order, as_of: date | None, releases: Sequence[Release]) -> str:
    """SHA-256 of what is asked, by which a question is known to have been answered before.

    That is the order, the day asked about (None: today, whichever that is) and the releases it
    has; a release given since makes it another question. 64 hexadecimal digits.
    """
    asked = [asdict(order), as_of, [asdict(release) for release in releases]]
    text = json.dumps(asked, default=date.isoformat, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
