"""The recipe: how models are made, as one frozen value read from TOML."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from ledger.configuration import Within, merged, read_table, read_toml
from ledger.definitions import Definitions
from ledger.errors import SettingsError

DEFAULT_RECIPE = Path(__file__).with_name("recipe.toml")


Count = Annotated[int, Within(1)]
Share = Annotated[float, Within(0, 1)]
HoldoutShare = Annotated[float, Within(0.05, 0.5)]
Weight = Annotated[float, Within(0)]


@dataclass(frozen=True)
class Trees:
    """Size and shape of a LightGBM booster; `training/recipe.toml` holds the values.

    The capacity follows the ledger: one leaf for `items_per_leaf` invoices (or customer-months)
    trained on, within `min_leaves` and `max_leaves`; a leaf holds at least
    `rows_in_leaf_per_sqrt` x sqrt(rows). With fewer than `random_splits_below` of them each split
    chooses among one random threshold for each feature (Geurts, Ernst, Wehenkel: Extremely
    randomized trees, 2006), which small ledgers need and large ones do not. Each split chooses
    among `columns_by_split` of the columns, drawn anew, so that no tree goes without the
    interval. Rounds are the best on later rows, found when `patience_rounds` more do not improve,
    or `rounds_unjudged` where too few rows are later.
    """

    learning_rate: Annotated[float, Within(1e-4, 1)]
    items_per_leaf: Count
    min_leaves: Annotated[int, Within(2)]
    max_leaves: Annotated[int, Within(2)]
    rows_in_leaf_per_sqrt: Weight
    l2: Weight
    bagging_share: Annotated[float, Within(0.1, 1)]
    max_bins: Annotated[int, Within(2, 255)]
    random_splits_below: Annotated[int, Within(0)]
    columns_by_split: Annotated[float, Within(0.01, 1)]
    max_rounds: Count
    patience_rounds: Count
    rounds_unjudged: Count


@dataclass(frozen=True)
class Moments:
    """Days on which an open invoice is observed, beside its issue, and the weight of each.

    Each invoice is observed on `looks_per_invoice` of the days, drawn by a hash.
    """

    issue_weight: Weight
    looks_per_invoice: Count
    days_past_due: tuple[int, ...]
    weights: tuple[Weight, ...]


@dataclass(frozen=True)
class DelayRecipe:
    """How the delay model is made."""

    max_rows: Count
    min_paid: Count
    holdout_share: HoldoutShare
    calibration_bounds: tuple[int, ...]
    calibration_min_paid: Count
    calibration_prior: Weight
    ablation_rows: Annotated[int, Within(0)]
    moments: Moments
    trees: Trees


@dataclass(frozen=True)
class DefaultRecipe:
    """How the default model is made."""

    min_defaults: Count
    max_rows: Count
    active_days: Count
    holdout_share: HoldoutShare
    calibration_prior: Weight
    trees: Trees


@dataclass(frozen=True)
class Recipe:
    """How models are made, apart from the data."""

    seed: Annotated[int, Within(0)]
    threads: Count
    definitions: Definitions
    delay: DelayRecipe
    default: DefaultRecipe

    def as_dict(self) -> dict[str, Any]:
        """The recipe as nested dictionaries of JSON values."""
        return asdict(self)


def read_recipe(path: Path | None = None) -> Recipe:
    """Recipe of a TOML file; what the file does not give is as in `training/recipe.toml`.

    Raises
    ------
    SettingsError
        Naming every key that is unknown and every value that cannot be used.
    """
    given = read_toml(DEFAULT_RECIPE)
    source = DEFAULT_RECIPE
    if path is not None:
        given, source = merged(given, read_toml(path)), path
    return recipe_of(given, source.name)


def recipe_of(given: Mapping[str, Any], source: str = "recipe") -> Recipe:
    """Recipe of nested dictionaries, all of its keys given.

    Raises
    ------
    SettingsError
        Naming every key that is missing or unknown and every value that cannot be used.
    """
    problems: list[str] = []
    values = read_table(Recipe, given, "", problems)
    if not problems:
        problems += _contradictions(given)
    if problems:
        raise SettingsError([f"{source}: {problem}" for problem in problems])
    recipe: Recipe = values
    return recipe


def _contradictions(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with values that are each right alone."""
    problems = []
    moments = given["delay"]["moments"]
    if len(moments["days_past_due"]) != len(moments["weights"]):
        problems.append(
            f"delay.moments has {len(moments['days_past_due'])} days_past_due and "
            f"{len(moments['weights'])} weights; expected as many; give one weight for each day"
        )
    bounds = given["delay"]["calibration_bounds"]
    if sorted(set(bounds)) != list(bounds):
        problems.append(
            f"delay.calibration_bounds is {list(bounds)}; expected rising days; put them in order"
        )
    for name in ("delay", "default"):
        trees = given[name]["trees"]
        if trees["min_leaves"] > trees["max_leaves"]:
            problems.append(
                f"{name}.trees.min_leaves is {trees['min_leaves']}, above max_leaves "
                f"{trees['max_leaves']}; expected at most that; correct one of them"
            )
    return problems
