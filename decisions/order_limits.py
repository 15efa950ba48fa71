"""The approved limits that hold for an order: the customer's own, and its parent's."""

from dataclasses import dataclass
from decimal import Decimal

from decisions.accounts import fact_numbers
from decisions.exposure import parents
from decisions.limit_inputs import CREDIT_LIMIT, approved_limits, overrides
from decisions.scoring import Portfolio
from ledger.money import exponent, minor_of


@dataclass(frozen=True)
class ApprovedLimit:
    """A limit that holds for an order, money in minor units of the reporting currency.

    Parameters
    ----------
    customer_id
        Whose limit it is: the customer's, or its parent's for the whole group.
    limit_minor
        The amount approved.
    expired
        Whether its last day has passed.
    exposure_minor
        What counts against it, without the order.
    """

    customer_id: str
    limit_minor: int
    expired: bool
    exposure_minor: int

    def used(self, order_minor: int) -> float:
        """Share used with the order; infinite where the limit is zero and the exposure is not."""
        exposure = max(self.exposure_minor + order_minor, 0)
        if self.limit_minor == 0:
            return float("inf") if exposure else 0.0
        return exposure / self.limit_minor


def limits_of(portfolio: Portfolio, number: int, given_minor: int) -> list[ApprovedLimit]:
    """The customer's own limit and its parent's, where they were ever approved.

    A parent's limit holds for the whole group, the parent itself included. `number` is the
    customer's in the portfolio; `given_minor`, minor units of the reporting currency, is exposure
    that the ledger does not have.
    """
    position, inputs = portfolio.position, portfolio.credit.limit_inputs
    customer = position.customers[number : number + 1]
    parent, has_parent = parents(position.ledger, customer)
    group = round(float(inputs.group_exposure[number]) * 10 ** exponent(position.currency))
    own = int(portfolio.credit.exposures.exposure_minor[number])
    measured = [(customer, own if has_parent[0] else group)]
    if has_parent[0]:
        measured.append((parent, group))
    found = []
    for codes, exposure in measured:
        holder = position.of_customers(codes)
        override, is_overridden = overrides(holder)
        approved, is_approved = fact_numbers(holder, CREDIT_LIMIT)
        if not (is_overridden[0] or is_approved[0]):
            continue
        limit = override[0] if is_overridden[0] else max(approved[0], 0.0)
        in_force = is_overridden[0] or approved_limits(holder)[1][0]
        holder_id = str(position.ledger.vocabularies["customer"][codes[0]])
        minor = minor_of(Decimal(repr(float(limit))), position.currency)
        found.append(ApprovedLimit(holder_id, minor, not in_force, exposure + given_minor))
    return found
