"""The definitions a company may set: when an item is paid, late, in default."""

from dataclasses import dataclass

from ledger.errors import SettingsError

CONSTANT_COLUMNS = ("country", "parent_id")
"""Undated columns of `customers` that can be features, where they are said to be constant."""


@dataclass(frozen=True)
class Definitions:
    """Bounds of DOMAIN section 2 with their defaults; part of a recipe.

    Parameters
    ----------
    short_pay_abs, short_pay_pct
        An item counts as paid when at most max(`short_pay_abs` major units of its
        currency, `short_pay_pct` of its amount) is left.
    grace_days
        Late means days_late > `grace_days`.
    due_on_business_day
        Move a due date on a weekend to the following Monday.
    delinquency_threshold_days
        Days past due after which an item counts towards default.
    default_abs, default_rel
        Materiality of a default: amount in reporting currency, and share of receivables.
    pd_horizon_days
        Horizon of the probability of default.
    constant_columns
        Undated columns of `customers`, of `CONSTANT_COLUMNS`, that never change and so may be
        features: with any other, what is known of today would stand in the past.

    Raises
    ------
    SettingsError
        If a constant column is none that can be a feature.
    """

    short_pay_abs: float = 1.0
    short_pay_pct: float = 0.02
    grace_days: int = 0
    due_on_business_day: bool = False
    delinquency_threshold_days: int = 90
    default_abs: float = 500.0
    default_rel: float = 0.01
    pd_horizon_days: int = 180
    constant_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant_columns", tuple(self.constant_columns))
        unknown = sorted(set(self.constant_columns) - set(CONSTANT_COLUMNS))
        if unknown:
            raise SettingsError(
                [
                    f"definitions.constant_columns holds {name!r}; expected some of "
                    f"{', '.join(CONSTANT_COLUMNS)}; leave it out"
                    for name in unknown
                ]
            )
