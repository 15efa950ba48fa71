"""Forest and contributions against LightGBM, shap and the definition of the Shapley value."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import factorial
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from lightgbm import Booster, Dataset

from ledger.arrays import Array, Floats
from ledger.errors import DuecastError
from models.shapley import ROWS_AT_ONCE, Forest, contributions
from models.tree_walks import BLOCK, ZERO, shapley_weights


def table(seed: int, n: int, m: int, *, missing: float = 0.1) -> Floats:
    """Columns of normal numbers and of small integers by turns, some NaN and many zero."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, m))
    rows[:, ::2] = rng.integers(-2, 3, size=rows[:, ::2].shape)
    rows[rng.random(rows.shape) < missing] = np.nan
    return rows


def train(rows: Array, *, rounds: int = 20, seed: int = 0, **params: object) -> Booster:
    """A binary model of an outcome that depends on all columns, the missing ones too."""
    rng = np.random.default_rng(seed)
    known = np.where(np.isfinite(rows), rows, 0.7)
    signal = known @ np.cos(np.arange(rows.shape[1])) + known[:, 0] * known[:, -1]
    outcome = signal + rng.normal(size=len(rows)) > 0
    fixed = {"objective": "binary", "num_threads": 1, "verbose": -1, "min_data_in_leaf": 5}
    return lightgbm.train(fixed | params, Dataset(rows, outcome), rounds)


def awkward(forest: Forest, rows: Floats) -> Floats:
    """Rows with numbers on and next to thresholds and zero, and with infinities."""
    rng = np.random.default_rng(5)
    asked = forest.nodes[forest.nodes["left"] != forest.nodes["right"]]
    hard = rows.copy()
    for feature in range(rows.shape[1]):
        on = asked["threshold"][asked["feature"] == feature]
        edges = np.array([0.0, -0.0, ZERO, -ZERO, 1e-40, -1e-40, 2e-35, np.inf, -np.inf, np.nan])
        choices = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf), edges])
        hit = rng.random(len(rows)) < 0.5
        hard[hit, feature] = rng.choice(choices, hit.sum())
    return hard


def shapley_by_definition(booster: Booster, row: Floats, reference: Floats) -> Floats:
    """Every subset of the features, each mixed row scored by LightGBM itself."""
    m = len(row)
    subsets = [set(s) for size in range(m + 1) for s in combinations(range(m), size)]
    mixed = [[row[j] if j in s else reference[j] for j in range(m)] for s in subsets]
    margin = dict(zip(map(frozenset, subsets), booster.predict(mixed, raw_score=True), strict=True))
    values = np.zeros(m)
    for j in range(m):
        for s in subsets:
            if j not in s:
                share = factorial(len(s)) * factorial(m - len(s) - 1) / factorial(m)
                values[j] += share * (margin[frozenset(s | {j})] - margin[frozenset(s)])
    return values


HANDLING = {
    "NaN is missing": {},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "deep trees": {"num_leaves": 80, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0},
    "other objective": {"objective": "regression_l1"},
    "bagged columns": {"feature_fraction": 0.5, "bagging_fraction": 0.5, "bagging_freq": 1},
    "dropped trees": {"boosting": "dart"},
}


@pytest.mark.parametrize("params", HANDLING.values(), ids=HANDLING.keys())
def test_margins_are_those_of_lightgbm_bit_for_bit(params: dict[str, object]) -> None:
    rows = table(1, 1_000, 7)
    booster = train(rows, **params)
    forest = Forest.from_booster(booster)
    for scored in (rows, awkward(forest, rows)):
        np.testing.assert_array_equal(
            forest.predict(scored), booster.predict(scored, raw_score=True)
        )


def test_margins_stop_at_the_best_iteration_as_lightgbm_does() -> None:
    rows = table(2, 400, 4)
    booster = train(rows, rounds=30)
    booster.best_iteration = 7
    forest = Forest.from_booster(booster)
    assert len(forest.roots) == 7
    np.testing.assert_array_equal(forest.predict(rows), booster.predict(rows, raw_score=True))


def test_a_model_without_splits_gives_its_constant_and_no_contributions() -> None:
    rows = table(3, 100, 3)
    booster = train(rows, min_data_in_leaf=1_000)
    forest = Forest.from_booster(booster)
    assert forest.depths.tolist() == [0]
    np.testing.assert_array_equal(forest.predict(rows), booster.predict(rows, raw_score=True))
    assert not contributions(forest, rows, rows[::-1]).any()


@pytest.mark.parametrize("params", HANDLING.values(), ids=HANDLING.keys())
@pytest.mark.parametrize("m", [1, 2, 6])
def test_contributions_are_shapley_values_by_definition(m: int, params: dict[str, object]) -> None:
    rows = table(4, 500, m)
    booster = train(rows, **params)
    forest = Forest.from_booster(booster)
    hard = awkward(forest, rows)
    found = contributions(forest, hard[:12], rows[12:24])
    expected = [shapley_by_definition(booster, hard[i], rows[12 + i]) for i in range(12)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("seed", range(3))
def test_contributions_are_those_of_shap_against_one_background_row(seed: int) -> None:
    """To 1e-6, because shap's interventional walk holds thresholds and leaves in float32."""
    import shap  # its import warns of matplotlib's future

    rows = table(seed, 1_500, 20, missing=0.2)
    booster = train(rows, rounds=50, seed=seed, num_leaves=31)
    forest = Forest.from_booster(booster)
    for reference in rows[:3]:
        explainer = shap.TreeExplainer(
            booster, data=reference[None], feature_perturbation="interventional"
        )
        expected = explainer.shap_values(rows[3:100])
        found = contributions(forest, rows[3:100], np.tile(reference, (97, 1)))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_contributions_sum_to_the_difference_of_the_margins() -> None:
    rows = table(6, 2_000, 40)
    forest = Forest.from_booster(train(rows, rounds=100, num_leaves=63))
    references = rows[::-1]
    total = contributions(forest, rows, references).sum(axis=1)
    expected = forest.predict(rows) - forest.predict(references)
    np.testing.assert_allclose(total, expected, rtol=0, atol=1e-9)


def test_columns_of_one_feature_join_together() -> None:
    rows = np.column_stack([table(9, 600, 4), np.zeros((600, 2))])
    rows[:, 4], rows[:, 5] = 1.5 - rows[:, 0], 0.5 - rows[:, 2]
    booster = train(rows, rounds=30)
    partners = np.array([4, -1, 5, -1, 0, 2])
    features = [[0, 4], [1], [2, 5], [3]]
    found = contributions(Forest.from_booster(booster), rows[:12], rows[12:24], partners)
    for row, reference, values in zip(rows[:12], rows[12:24], found, strict=True):
        for feature, columns in enumerate(features):
            share_of_each = 0.0
            others = [f for f in range(4) if f != feature]
            for size in range(4):
                for team in combinations(others, size):
                    without, joined = reference.copy(), reference.copy()
                    own = [c for f in team for c in features[f]]
                    without[own] = joined[own] = row[own]
                    joined[columns] = row[columns]
                    worth = booster.predict([joined, without], raw_score=True)
                    share = factorial(size) * factorial(3 - size) / factorial(4)
                    share_of_each += share * (worth[0] - worth[1])
            assert values[columns].sum() == pytest.approx(share_of_each, abs=1e-9)


def test_a_feature_that_is_equal_on_both_sides_contributes_exactly_nothing() -> None:
    rows = table(7, 1_000, 10)
    forest = Forest.from_booster(train(rows))
    references = rows[::-1].copy()
    equal = np.random.default_rng(7).random(rows.shape) < 0.5
    references[equal] = rows[equal]
    found = contributions(forest, rows, references)
    assert np.isnan(rows[equal]).any()
    assert not found[equal].any()
    assert found[~equal].any()


def test_a_monotone_feature_never_has_the_wrong_sign() -> None:
    rows = table(8, 2_000, 6, missing=0)
    booster = train(rows, monotone_constraints=[1, 1, 0, 0, -1, 1], rounds=60)
    forest = Forest.from_booster(booster)
    references = rows[::-1]
    found = contributions(forest, rows, references)
    for feature, direction in ((0, 1), (1, 1), (4, -1), (5, 1)):
        more = np.sign(rows[:, feature] - references[:, feature])
        assert (found[:, feature] * more * direction >= -1e-12).all()
        assert found[:, feature].any()


def test_swapping_row_and_reference_turns_every_sign() -> None:
    rows = table(9, 600, 12)
    forest = Forest.from_booster(train(rows))
    there = contributions(forest, rows[:300], rows[300:])
    back = contributions(forest, rows[300:], rows[:300])
    np.testing.assert_allclose(there, -back, rtol=0, atol=1e-12)


def test_a_row_has_the_same_bits_alone_and_among_many() -> None:
    rows = table(10, 2 * ROWS_AT_ONCE + 3, 15)
    forest = Forest.from_booster(train(rows))
    references = rows[::-1]
    margins, values = forest.predict(rows), contributions(forest, rows, references)
    for few in (1, 2, BLOCK, BLOCK + 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1):
        for first in (0, BLOCK - 1, ROWS_AT_ONCE):
            part = slice(first, first + few)
            np.testing.assert_array_equal(forest.predict(rows[part]), margins[part])
            np.testing.assert_array_equal(
                contributions(forest, rows[part], references[part]), values[part]
            )


def test_threads_that_score_at_once_get_the_same_bits() -> None:
    rows = table(16, 3 * ROWS_AT_ONCE, 5)
    forest = Forest.from_booster(train(rows))
    expected = contributions(forest, rows, rows[::-1]).tobytes()
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(contributions, forest, rows, rows[::-1]) for _ in range(40)]
    assert {future.result().tobytes() for future in futures} == {expected}


def test_rows_are_left_as_they_were() -> None:
    rows = table(11, 200, 5)
    before = rows.copy()
    forest = Forest.from_booster(train(rows))
    contributions(forest, rows, rows[::-1])
    forest.predict(rows)
    np.testing.assert_array_equal(rows, before)
    assert rows.flags.writeable


def test_columns_in_any_order_of_memory_or_precision_are_read() -> None:
    rows = table(12, 200, 5).astype(np.float32)
    forest = Forest.from_booster(train(rows))
    expected = contributions(forest, rows, rows[::-1])
    turned = np.asfortranarray(rows.astype(np.float64))
    np.testing.assert_array_equal(contributions(forest, turned, turned[::-1]), expected)


def test_no_rows_have_no_margins_and_no_contributions() -> None:
    forest = Forest.from_booster(train(table(13, 200, 5)))
    assert forest.predict(np.empty((0, 5))).shape == (0,)
    assert contributions(forest, np.empty((0, 5)), np.empty((0, 5))).shape == (0, 5)


def conjunction(m: int) -> str:
    """A model of one tree: 1 where all `m` features are above 0.5, else 0."""
    head = {
        "version": ["v4"],
        "num_class": [1],
        "num_tree_per_iteration": [1],
        "label_index": [0],
        "max_feature_idx": [m - 1],
        "objective": ["regression"],
        "feature_names": [f"f{j}" for j in range(m)],
        "feature_infos": ["[0:1]"] * m,
    }
    tree = {
        "num_leaves": [m + 1],
        "num_cat": [0],
        "split_feature": range(m),
        "threshold": [0.5] * m,
        "decision_type": [8] * m,
        "left_child": range(-1, -m - 1, -1),
        "right_child": [*range(1, m), -m - 1],
        "leaf_value": [0] * m + [1],
    }

    def lines(fields: dict[str, Sequence[object]]) -> str:
        return "\n".join(f"{key}={' '.join(map(str, field))}" for key, field in fields.items())

    return f"tree\n{lines(head)}\n\nTree=0\n{lines(tree)}\n\n\nend of trees\n"


@pytest.mark.parametrize("m", [1, 100, 400])
def test_a_conjunction_of_many_features_is_shared_equally(m: int) -> None:
    text = conjunction(m)
    forest = Forest.from_model_text(text)
    ones, zeros = np.ones((1, m)), np.zeros((1, m))
    np.testing.assert_array_equal(
        forest.predict(ones), Booster(model_str=text).predict(ones, raw_score=True)
    )
    np.testing.assert_allclose(contributions(forest, ones, zeros), ones / m, rtol=1e-12)
    np.testing.assert_allclose(contributions(forest, zeros, ones), -ones / m, rtol=1e-12)


def test_weights_are_the_factorials_they_stand_for() -> None:
    weights = shapley_weights(12)
    for own in range(1, 13):
        for other in range(13 - own):
            expected = factorial(own - 1) * factorial(other) / factorial(own + other)
            assert weights[own, other] == pytest.approx(expected, rel=1e-14)


def test_a_table_of_another_shape_is_refused() -> None:
    forest = Forest.from_booster(train(table(14, 200, 5)))
    rows = np.zeros((3, 5))
    with pytest.raises(DuecastError, match=r"rows have shape \(3, 4\); expected \(n, 5\)"):
        forest.predict(rows[:, :4])
    with pytest.raises(DuecastError, match=r"references have shape \(5,\); expected \(n, 5\)"):
        contributions(forest, rows, rows[0])
    with pytest.raises(DuecastError, match="3 rows have 1 references; expected one for each row"):
        contributions(forest, rows, rows[:1])


IN_ANOTHER_PROCESS = """
import sys
import numpy as np
from models import tree_walks
from models.shapley import Forest, contributions

forest = Forest.from_model_text(sys.stdin.read())
rows = np.linspace(-2, 2, 700).reshape(100, 7)
for few in (rows[:3], rows):
    print(forest.predict(few).tobytes().hex())
    print(contributions(forest, few, few[::-1]).tobytes().hex())
for walk in (tree_walks.sum_margins, tree_walks.sum_shapley_values, tree_walks.shapley_weights):
    print(sum(walk.stats.cache_misses.values()))
"""


def test_another_process_compiles_nothing_and_gets_the_same_bits() -> None:
    text = train(table(15, 500, 7)).model_to_string()
    forest = Forest.from_model_text(text)
    rows = np.linspace(-2, 2, 700).reshape(100, 7)
    expected = []
    for few in (rows[:3], rows):
        expected.append(forest.predict(few).tobytes().hex())
        expected.append(contributions(forest, few, few[::-1]).tobytes().hex())
    other = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=Path(__file__).parents[2],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert other.stdout.split() == [*expected, "0", "0", "0"]
