"""The part of the policy that decides orders, `[orders]`."""

from dataclasses import dataclass, fields

from decisions.policy_values import Count, Money, Share, strangers
from decisions.words import APPROVE, HOLD, ORDER_OUTCOMES, ORDER_STATUSES, REFER


@dataclass(frozen=True)
class Bounds:
    """Bounds above which a rule refers an order to a person, and above which it holds it."""

    refer_above: Money
    hold_above: Money

    def outcome(self, found: float) -> tuple[str, float]:
        """The outcome of a figure, and the bound that made it, else the next one above it.

        >>> Bounds(1.0, 1.2).outcome(1.0), Bounds(1.0, 1.2).outcome(1.5)
        (('approve', 1.0), ('hold', 1.2))
        """
        if found > self.hold_above:
            return HOLD, self.hold_above
        return (REFER if found > self.refer_above else APPROVE), self.refer_above


@dataclass(frozen=True)
class OrderPolicy:
    """Bounds of the order check (DOMAIN section 3); money in major reporting units."""

    min_item_amount: Money
    grace_days: Count
    least_overdue: Money
    excluded_customers: tuple[str, ...]
    excluded_segments: tuple[str, ...]
    prepaid_cash_share: Share
    release_tolerance_share: Share
    release_days: Count
    no_limit: str
    expired_limit: str
    account_status: dict[str, str]
    days_overdue: Bounds
    terms_longer: Bounds
    overdue_and_limit_used: Bounds
    order_value: Bounds
    limit_used: Bounds


def order_contradictions(orders: OrderPolicy) -> list[str]:
    """What is wrong with values that are each right alone."""
    found = strangers("orders.account_status", orders.account_status, ORDER_STATUSES)
    words = {
        "no_limit": orders.no_limit,
        "expired_limit": orders.expired_limit,
        **{f"account_status.{status}": word for status, word in orders.account_status.items()},
    }
    found += [
        f"orders.{name} is {word!r}; expected one of {', '.join(ORDER_OUTCOMES)}; correct it"
        for name, word in words.items()
        if word not in ORDER_OUTCOMES
    ]
    for field in fields(orders):
        bounds = getattr(orders, field.name)
        if isinstance(bounds, Bounds) and bounds.refer_above > bounds.hold_above:
            found.append(
                f"orders.{field.name}.refer_above is {bounds.refer_above:g}, above hold_above "
                f"{bounds.hold_above:g}; expected at most that; correct one of them"
            )
    return found
