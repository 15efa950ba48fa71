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
from models.shapley import ROWS_AT_ONCE, Forest, contributions, interval_contributions
from models.tree_walks import BLOCK, ZERO, Pairs, shapley_weights


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


N_INTERVALS, COUNTED_FROM = 7, np.array([-1, 0, -1, 2])


def interval_pairs(n: int, seed: int) -> Pairs:
    """Rows of 4 features and some intervals, two of whose 4 covariates count from a feature."""
    rng = np.random.default_rng(seed)
    rows, references = table(seed, n, 4), table(seed + 1, n, 4)
    ends = np.linspace(-2, 2, N_INTERVALS)
    covariates = np.where(rng.random((n, N_INTERVALS, 4)) < 0.1, np.nan, ends[:, None])
    covariates[..., 2] = rng.integers(0, 3, (n, N_INTERVALS))
    beside = covariates.copy()
    for covariate in (1, 3):
        feature = COUNTED_FROM[covariate]
        covariates[..., covariate] = ends - rows[:, feature, None]
        beside[..., covariate] = ends - references[:, feature, None]
    weights = rng.normal(size=(n, N_INTERVALS))
    weights[rng.random(weights.shape) < 0.2] = 0.0
    return Pairs(rows, references, covariates, beside, weights, COUNTED_FROM)


def interval_forest(seed: int, **params: object) -> tuple[Booster, Forest]:
    pairs = interval_pairs(300, seed)
    features = np.repeat(pairs.rows, N_INTERVALS, axis=0)
    booster = train(np.column_stack([features, pairs.covariates.reshape(-1, 4)]), **params)
    return booster, Forest.from_booster(booster)


def interval_by_interval(booster: Booster, pairs: Pairs, i: int) -> Floats:
    """Weighted sum of the Shapley values of one row in each interval, over all subsets."""

    def worth(team: Sequence[int], interval: int) -> float:
        mixed = [*pairs.references[i], *pairs.reference_covariates[i, interval]]
        for feature in team:
            mixed[feature] = pairs.rows[i, feature]
            for covariate in np.flatnonzero(feature == COUNTED_FROM):
                mixed[4 + covariate] = pairs.covariates[i, interval, covariate]
        return float(booster.predict([mixed], raw_score=True)[0])

    values = np.zeros(4)
    for interval, weight in enumerate(pairs.weights[i]):
        for feature in range(4):
            others = [f for f in range(4) if f != feature]
            for size in range(4):
                for team in combinations(others, size):
                    share = factorial(size) * factorial(3 - size) / factorial(4)
                    gain = worth([*team, feature], interval) - worth(team, interval)
                    values[feature] += weight * share * gain
    return values


@pytest.mark.parametrize("seed", range(3))
def test_intervals_that_go_together_give_the_sum_of_each_alone(seed: int) -> None:
    booster, forest = interval_forest(seed, num_leaves=40, rounds=10)
    pairs = interval_pairs(6, seed + 100)
    found = interval_contributions(forest, pairs)
    expected = [interval_by_interval(booster, pairs, i) for i in range(6)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert np.abs(found).max() > 0.1


def test_an_interval_alone_without_covariates_that_count_is_a_row_of_its_own() -> None:
    _, forest = interval_forest(5)
    pairs = interval_pairs(40, 6)._replace(counted_from=np.full(4, -1))
    expected = np.zeros((40, 4))
    for interval in range(N_INTERVALS):
        same = pairs.covariates[:, interval]
        alone = contributions(
            forest, np.column_stack([pairs.rows, same]), np.column_stack([pairs.references, same])
        )
        expected += pairs.weights[:, interval, None] * alone[:, :4]
    found = interval_contributions(forest, pairs)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_a_row_with_intervals_has_the_same_bits_alone_and_among_many() -> None:
    _, forest = interval_forest(7)
    pairs = interval_pairs(2 * BLOCK + 3, 8)
    together = interval_contributions(forest, pairs)
    for part in (slice(0, 1), slice(BLOCK - 1, BLOCK + 1), slice(1, 2 * BLOCK + 3)):
        own = dict(zip(Pairs._fields, (own[part] for own in pairs[:-1]), strict=False))
        alone = interval_contributions(forest, pairs._replace(**own))
        np.testing.assert_array_equal(alone, together[part])


def test_intervals_of_another_shape_are_refused() -> None:
    _, forest = interval_forest(7)
    pairs = interval_pairs(3, 8)
    with pytest.raises(DuecastError, match=r"weights have shape \(2, 7\); expected \(3, 7\)"):
        interval_contributions(forest, pairs._replace(weights=pairs.weights[:2]))
    with pytest.raises(DuecastError, match=r"covariates have shape \(3, 6, 4\)"):
        interval_contributions(forest, pairs._replace(covariates=pairs.covariates[:, 1:]))


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
    with pytest.raises(DuecastError, match=r"references have shape \(5,\); expected \(3, 5\)"):
        contributions(forest, rows, rows[0])
    with pytest.raises(DuecastError, match=r"references have shape \(1, 5\); expected \(3, 5\)"):
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
