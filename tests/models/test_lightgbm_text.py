"""Which LightGBM models are read, and what is said of the others."""

import lightgbm
import numpy as np
import pytest
from lightgbm import Booster, Dataset

from models.lightgbm_text import ModelTextError, read_trees

RNG = np.random.default_rng(0)
ROWS = np.column_stack([RNG.normal(size=400), RNG.integers(0, 6, 400)])
OUTCOME = (ROWS[:, 0] > 0).astype(float) + np.isin(ROWS[:, 1], [1, 4])


def train(*, category: bool = False, rounds: int = 3, **params: object) -> Booster:
    fixed = {"objective": "regression", "num_threads": 1, "verbose": -1}
    columns = [1] if category else []
    data = Dataset(ROWS, OUTCOME, categorical_feature=columns)
    return lightgbm.train(fixed | params, data, rounds)


def text() -> str:
    return train().model_to_string()


def problems(model_text: str) -> tuple[str, ...]:
    with pytest.raises(ModelTextError) as refused:
        read_trees(model_text)
    return refused.value.problems


def test_roots_depths_and_features_are_those_of_lightgbm() -> None:
    booster = train(rounds=8, num_leaves=9)
    nodes, roots, depths, n_features = read_trees(booster.model_to_string())
    frame = booster.trees_to_dataframe()
    by_tree = frame.groupby("tree_index")
    assert n_features == booster.num_feature()
    assert len(nodes) == len(frame)
    assert np.diff([*roots, len(nodes)]).tolist() == by_tree.size().tolist()
    assert depths.tolist() == (by_tree["node_depth"].max() - 1).tolist()


def test_a_categorical_split_is_refused() -> None:
    found = problems(train(category=True, min_data_per_group=1, cat_smooth=0).model_to_string())
    assert found[0] == ("Tree=0: a categorical split; expected numerical ones; encode the category")


def test_linear_leaves_are_refused() -> None:
    found = problems(train(linear_tree=True).model_to_string())
    assert all("linear leaves; expected constant ones" in problem for problem in found)


def test_several_outputs_and_averaged_trees_are_refused_together() -> None:
    booster = train(
        objective="multiclass", num_class=3, boosting="rf", bagging_freq=1, bagging_fraction=0.5
    )
    outputs, averaged = problems(booster.model_to_string())
    assert outputs.startswith("num_tree_per_iteration is 3; expected 1")
    assert averaged.startswith("the trees are averaged; expected a sum")


@pytest.mark.parametrize(
    "broken",
    ["", "{}", "tree\nversion=v4\n", text().split("end of trees")[0], "x" + text()],
    ids=["nothing", "JSON", "a head alone", "cut short", "another beginning"],
)
def test_what_is_no_whole_model_is_refused(broken: str) -> None:
    (problem,) = problems(broken)
    assert problem.startswith(f"model text begins {broken[:20]!r} and has ")
    assert problem.endswith("save the model again")


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("left_child=", "left_child=7 ", "left_child has"),
        ("leaf_value=", "leaf_value=one ", "could not convert"),
        ("threshold=", "limit=", "'threshold'"),
        ("left_child=1 ", "left_child=0 ", "not a tree"),
        ("split_feature=0 ", "split_feature=2 ", "a split asks a feature outside 0 to 1"),
    ],
)
def test_a_damaged_tree_is_refused_by_its_number(line: str, instead: str, said: str) -> None:
    whole = text()
    assert whole.count("\n" + line) >= 1
    head, damaged = whole.split("Tree=1\n")
    found = problems(f"{head}Tree=1\n{damaged.replace(line, instead, 1)}")
    assert len(found) == 1
    assert found[0].startswith("Tree=1: ")
    assert said in found[0]
