"""The default recipe, made small enough for tests."""

from typing import Any

from ledger.configuration import merged
from training.recipe import Recipe, read_recipe, recipe_of

TREES = {"max_rounds": 30, "patience_rounds": 5, "rounds_unjudged": 20}


def small_recipe(**changes: Any) -> Recipe:
    """The default recipe with few trees on one thread, and with some of it changed."""
    small = {
        "threads": 1,
        "delay": {"trees": TREES, "ablation_rows": 0},
        "default": {"trees": TREES},
    }
    return recipe_of(merged(merged(read_recipe().as_dict(), small), changes))
