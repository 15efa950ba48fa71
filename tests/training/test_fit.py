"""Boosters: streamed rows are those of an array, and the same data gives the same bytes."""

import numpy as np
import pytest

from features.priors import build_priors
from models.calibration import HazardCalibration
from models.delay import DelayModel
from tests.training.fated_ledgers import fated_ledger
from tests.training.small_recipe import small_recipe
from training.delay_rows import DelayRows, delay_rows
from training.fit import CHUNK_ROWS, DesignRows, TreeData, parameters_of
from training.labels import delay_outcomes

RECIPE = small_recipe()


@pytest.fixture(scope="module")
def rows() -> DelayRows:
    ledger = fated_ledger(1200)
    outcomes = delay_outcomes(ledger, RECIPE.definitions)
    return delay_rows(ledger, outcomes, build_priors(ledger, RECIPE.definitions), RECIPE)


def fitted(rows: DelayRows, design: DesignRows | np.ndarray) -> str:
    parameters = parameters_of(RECIPE.delay.trees, rows.invoices, len(rows.periods), RECIPE)
    data = TreeData(design, rows.periods.paid, rows.periods.weight, parameters)
    return data.fit(10, parameters)


def first_tree(text: str) -> str:
    return text.partition("\nTree=0\n")[2].partition("\nTree=1\n")[0].partition("\nend of")[0]


def test_streamed_rows_make_the_trees_that_an_array_makes(rows: DelayRows) -> None:
    streamed = DesignRows(rows.frame, rows.periods)
    assert len(streamed) > 1.5 * CHUNK_ROWS
    whole = streamed[0 : len(streamed)]
    assert fitted(rows, streamed) == fitted(rows, whole)
    np.testing.assert_array_equal(streamed[CHUNK_ROWS + 7], whole[CHUNK_ROWS + 7])


def test_the_trees_know_the_interval(rows: DelayRows) -> None:
    model = DelayModel(fitted(rows, DesignRows(rows.frame, rows.periods)), HazardCalibration())
    assert np.ptp(model.hazards(rows.frame.take(np.arange(5))), axis=1).min() > 0.05


def test_judged_trees_have_seen_nothing_of_the_later_rows(rows: DelayRows) -> None:
    periods = rows.periods
    parameters = parameters_of(RECIPE.delay.trees, rows.invoices, len(periods), RECIPE)
    design = DesignRows(rows.frame, periods)
    other_labels = np.where(rows.later, ~periods.paid, periods.paid)
    one, other = (
        TreeData(design, labels, periods.weight, parameters).judge(
            rows.earlier, rows.later, parameters, RECIPE.delay.trees
        )
        for labels in (periods.paid, other_labels)
    )
    assert one is not None
    assert other is not None
    assert first_tree(one.text) == first_tree(other.text)
    assert one.log_loss < other.log_loss


def test_earlier_rows_were_known_before_the_later_invoices_were_seen(rows: DelayRows) -> None:
    later_looks = np.unique(rows.periods.look[rows.later])
    assert rows.periods.ends_on[rows.earlier].max() < rows.first_seen[later_looks].min()
    assert 0.1 < rows.later.mean() < 0.25


def test_larger_ledgers_get_larger_trees() -> None:
    trees = RECIPE.delay.trees
    small, large = (parameters_of(trees, n, 10 * n, RECIPE) for n in (1_000, 60_000))
    assert small["num_leaves"] < large["num_leaves"]
    assert small["min_data_in_leaf"] < large["min_data_in_leaf"]
