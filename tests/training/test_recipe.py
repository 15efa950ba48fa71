from dataclasses import replace
from pathlib import Path

import pytest

from ledger.definitions import Definitions
from ledger.errors import SettingsError
from training.recipe import read_recipe, recipe_of


def test_the_default_recipe_states_the_default_definitions() -> None:
    assert read_recipe().definitions == Definitions()


def test_a_recipe_survives_being_stored_in_a_bundle() -> None:
    recipe = read_recipe()
    assert recipe_of(recipe.as_dict()) == recipe


def test_a_file_changes_only_what_it_gives(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = 11\n[definitions]\ngrace_days = 3\n")
    recipe = read_recipe(file)
    assert recipe == replace(
        read_recipe(), seed=11, definitions=replace(Definitions(), grace_days=3)
    )


def test_every_problem_of_a_recipe_is_reported_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'sede = 11\nthreads = 0\n[delay]\nholdout_share = "a"\n'
        "[delay.trees]\nl2 = -1\n[default]\nx = 1\n"
    )
    with pytest.raises(SettingsError) as caught:
        read_recipe(file)
    assert len(caught.value.problems) == 5
    assert "mine.toml: sede is no key here" in str(caught.value)
    assert "delay.holdout_share is 'a'; expected a number from 0.05 to 0.5" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[delay.moments]\nweights = [1.0]\n", "give one weight for each day"),
        ("[delay]\ncalibration_bounds = [5, 1]\n", "put them in order"),
        ("[default.trees]\nmin_leaves = 40\n", "above max_leaves"),
        ("seed = \n", "expected TOML"),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=problem):
        read_recipe(file)


def test_a_recipe_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        read_recipe(Path("nowhere.toml"))
