"""Tuning: what is tried, what is kept, and that an interrupted one goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.fated_ledgers import THROUGH, fated_ledger
from tests.training.small_recipe import small_recipe
from training.recipe import Recipe
from training.tune import Tried, tuned

LEDGER = fated_ledger(600)
RECIPE = small_recipe()


def tune(storage: Path, trials: int, recipe: Recipe = RECIPE) -> tuple[Recipe, list[Tried]]:
    tried: list[Tried] = []
    address = f"sqlite:///{storage}"
    return tuned(LEDGER, THROUGH, recipe, trials, address, tried.append), tried


def test_the_best_of_all_trials_is_kept_and_the_recipes_own_trees_are_the_first(
    tmp_path: Path,
) -> None:
    found, tried = tune(tmp_path / "a.db", 3)
    assert [trial.number for trial in tried] == [0, 1, 2, 3]
    assert tried[0].trees == RECIPE.delay.trees
    best = min((trial for trial in tried if not trial.given_up), key=lambda trial: trial.log_loss)
    assert found == replace(RECIPE, delay=replace(RECIPE.delay, trees=best.trees))
    again, same = tune(tmp_path / "b.db", 3)
    assert (again, same) == (found, tried)


def test_an_interrupted_tuning_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def stop(trial: Tried) -> None:
        if trial.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuned(LEDGER, THROUGH, RECIPE, 3, f"sqlite:///{tmp_path / 'a.db'}", stop)
    _, rest = tune(tmp_path / "a.db", 3)
    assert [trial.number for trial in rest] == [2, 3]
    _, none = tune(tmp_path / "a.db", 3)
    assert none == []
    _, other = tune(tmp_path / "a.db", 1, replace(RECIPE, seed=8))
    assert [trial.number for trial in other] == [0, 1]


def test_trees_that_fall_behind_are_given_up(tmp_path: Path) -> None:
    slow = replace(RECIPE.delay.trees, max_rounds=60, learning_rate=0.2)
    _, tried = tune(tmp_path / "a.db", 12, replace(RECIPE, delay=replace(RECIPE.delay, trees=slow)))
    assert any(trial.given_up for trial in tried)
    assert not all(trial.given_up for trial in tried)


def test_with_too_few_payments_there_is_nothing_to_tune(tmp_path: Path) -> None:
    thin = replace(RECIPE, delay=replace(RECIPE.delay, min_paid=10_000))
    assert tune(tmp_path / "a.db", 3, thin) == (thin, [])
