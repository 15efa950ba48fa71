"""Which lower threshold would make enough defaults of a ledger that has too few."""

from dataclasses import dataclass, replace

from ledger.books import books_of
from ledger.default import default_spells
from ledger.ledger import Ledger
from training.labels import DelayOutcomes, default_labels
from training.recipe import Recipe

LOWER_THRESHOLDS = (60, 45, 30, 15)
"""Values of `delinquency_threshold_days` that may be proposed, highest first."""


@dataclass(frozen=True)
class LowerThreshold:
    """A `delinquency_threshold_days`, and the defaults that labels would count with it."""

    days: int
    defaults: int

    def __str__(self) -> str:
        return (
            f"with delinquency_threshold_days = {self.days} there would be {self.defaults}: "
            "set it in the recipe if that is what default shall mean"
        )


def lower_threshold(
    ledger: Ledger, outcomes: DelayOutcomes, recipe: Recipe
) -> LowerThreshold | None:
    """Highest threshold below the recipe's with `default.min_defaults` defaults; None if none.

    Defaults are derived and counted anew for each of `LOWER_THRESHOLDS`, as `default_labels`
    does for training. Nothing is trained with it: that is for the recipe to say.
    """
    books, settings = books_of(ledger), recipe.default
    for days in LOWER_THRESHOLDS:
        if days >= recipe.definitions.delinquency_threshold_days:
            continue
        definitions = replace(recipe.definitions, delinquency_threshold_days=days)
        spells = default_spells(ledger, definitions, books=books)
        horizon_days = definitions.pd_horizon_days
        labels = default_labels(ledger, outcomes, spells, horizon_days, settings.active_days)
        if labels.defaults >= settings.min_defaults:
            return LowerThreshold(days, labels.defaults)
    return None
