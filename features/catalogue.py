"""Every feature, defined once."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Scope = Literal["observation", "interval"]
Direction = Literal[-1, 0, 1]


@dataclass(frozen=True)
class Feature:
    """One feature: what it is called, measured in, and how a collector reads it.

    Parameters
    ----------
    name, unit, family
        The field's term, its unit, and the family whose members speak in one sentence.
    direction
        +1 where more of it means later or riskier, -1 safer, 0 either.
    sentence_en, sentence_fr
        What a collector reads; `{value}` and `{reference}` stand for formatted values.
    scope
        `observation`: one value per row of a frame; `interval`: derived for each interval of
        days by `models.intervals`.
    """

    name: str
    unit: str
    family: str
    direction: Direction
    sentence_en: str
    sentence_fr: str
    scope: Scope = "observation"


def _family(
    family: str, *rows: tuple[str, str, Direction, str, str], scope: Scope = "observation"
) -> tuple[Feature, ...]:
    """Features of one family from (name, unit, direction, English, French)."""
    return tuple(
        Feature(name, unit, family, direction, english, french, scope)
        for name, unit, direction, english, french in rows
    )


_V = "{value}, against {reference}"

CATALOGUE: tuple[Feature, ...] = (
    *_family(
        "terms",
        ("terms_days", "days", 0, "terms of {value}, against {reference}", "x"),
        ("amount", "money", 0, _V, "x"),
        ("amount_ratio", "ratio", 0, _V, "x"),
    ),
    *_family(
        "calendar",
        ("due_weekday", "weekday", 0, _V, "x"),
        ("due_month_day", "day of month", 0, _V, "x"),
        ("due_days_to_month_end", "days", 0, _V, "x"),
        ("issue_weekday", "weekday", 0, _V, "x"),
    ),
    *_family(
        "age",
        ("days_since_issue", "days", 0, _V, "x"),
        ("days_past_due", "days", 0, _V, "x"),
    ),
    *_family(
        "behaviour",
        ("outcomes", "count", 0, _V, "x"),
        ("days_late_mean", "days", 1, _V, "x"),
        ("days_late_spread", "days", 0, _V, "x"),
        ("days_late_median", "days", 0, _V, "x"),
        ("days_late_p90", "days", 0, _V, "x"),
        ("days_late_worst", "days", 1, _V, "x"),
        ("late_share", "share", 1, _V, "x"),
        ("late_share_30", "share", 1, _V, "x"),
        ("on_day_share", "share", 0, _V, "x"),
        *((f"days_late_last_{k}", "days", 0, _V, "x") for k in range(1, 6)),
        *((f"days_late_decayed_{h}", "days", 0, _V, "x") for h in (15, 60, 180)),
        *((f"late_share_decayed_{h}", "share", 0, _V, "x") for h in (15, 60, 180)),
        *((f"outcomes_{w}d", "count", 0, _V, "x") for w in (30, 90, 365)),
        *((f"days_late_mean_{w}d", "days", 0, _V, "x") for w in (30, 90, 365)),
        *((f"late_share_{w}d", "share", 0, _V, "x") for w in (30, 90, 365)),
    ),
    *_family(
        "habits",
        ("due_weekday_share", "share", 0, _V, "x"),
        ("days_to_weekday", "days", 0, _V, "x"),
        ("days_since_payment", "days", 0, _V, "x"),
    ),
    *_family(
        "open items",
        ("open_items", "count", 0, _V, "x"),
        ("open_amount", "money", 0, _V, "x"),
        ("overdue_items", "count", 0, _V, "x"),
        ("overdue_amount_share", "share", 1, _V, "x"),
        ("overdue_days_oldest", "days", 1, _V, "x"),
        ("overdue_days_newest", "days", 0, _V, "x"),
    ),
    *_family(
        "relation",
        ("tenure_days", "days", -1, _V, "x"),
        ("days_since_invoice", "days", 0, _V, "x"),
    ),
    *_family(
        "portfolio",
        *((f"portfolio_late_share_{w}d", "share", 0, _V, "x") for w in (30, 90, 365)),
        ("portfolio_days_late_365d", "days", 0, _V, "x"),
        ("late_share_shrunk", "share", 0, _V, "x"),
        ("days_late_shrunk", "days", 0, _V, "x"),
    ),
    *_family(
        "interval",
        ("interval_end", "days", 0, _V, "x"),
        ("interval_days", "days", 0, _V, "x"),
        ("interval_weekday", "weekday", 0, _V, "x"),
        ("interval_month_day", "day of month", 0, _V, "x"),
        ("interval_days_to_month_end", "days", 0, _V, "x"),
        ("interval_weekday_share", "share", 0, _V, "x"),
        ("interval_month_day_share", "share", 0, _V, "x"),
        ("interval_holds_discount", "flag", 0, _V, "x"),
        ("interval_days_since_as_of", "days", 0, _V, "x"),
        scope="interval",
    ),
)
"""The features in the order of the columns of a FeatureFrame, those of intervals last."""


def fingerprint() -> str:
    """Digest of the catalogue: a bundle refuses features of another."""
    rows = [[f.name, f.unit, f.family, f.direction, f.scope] for f in CATALOGUE]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
