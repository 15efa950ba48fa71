"""The answer to an order check as JSON: money as decimal text, days as ISO dates."""

import math
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from decisions.order_check import Figure, OrderCheck
from ledger.days import date_of
from ledger.money import major


def order_check_json(check: OrderCheck) -> dict[str, Any]:
    """An order check for machines; a share of a limit of zero is null, and so is what is none."""

    def money(minor: int) -> str:
        return str(major(minor, check.currency))

    limit, release = check.limit, check.release
    return {
        "order_id": check.order_id,
        "customer_id": check.customer_id,
        "as_of": date_of(check.as_of).isoformat(),
        "outcome": check.outcome,
        "decided_by": check.decided_by,
        "rules": [
            {**asdict(rule), "found": _figure(rule.found), "threshold": _figure(rule.threshold)}
            for rule in check.rules
        ],
        "reporting_currency": check.currency,
        "order_amount": money(check.amount_minor),
        "exposure": money(check.exposure_minor),
        "exposure_with_order": money(check.exposure_with_order_minor),
        "exposure_basis": check.exposure_basis,
        "approved_limit": None if limit is None else money(limit.limit_minor),
        "limit_of": None if limit is None else limit.customer_id,
        "limit_expired": None if limit is None else limit.expired,
        "limit_exposure": None if limit is None else money(limit.exposure_minor),
        "limit_used": None if check.limit_used is None else _figure(check.limit_used),
        "release": None
        if release is None
        else {
            "amount": str(major(release.amount_minor, release.currency)),
            "currency": release.currency,
            "given_on": release.given_on.isoformat(),
            "until": release.until.isoformat(),
            "released_by": release.released_by,
            "why": release.why,
        },
    }


def _figure(figure: Figure) -> float | str | None:
    if isinstance(figure, Decimal):
        return str(figure)
    return None if isinstance(figure, float) and not math.isfinite(figure) else figure
