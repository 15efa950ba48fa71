"""The reference of an explanation: the portfolio's median customer, beside each invoice."""

from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from features.frame import NAMES, FeatureFrame
from models.reference import OF_PORTFOLIO, SAME, reference_row, references_of
from tests.models.random_models import random_frame


def frame_of(customers: list[int], as_of: list[int], first_feature: list[float]) -> FeatureFrame:
    frame = random_frame(len(customers), seed=0)
    frame.values[:, 0] = first_feature
    seen = replace(
        frame.observations,
        customer=np.array(customers, np.int32),
        as_of=np.array(as_of, np.int32),
    )
    return replace(frame, observations=seen)


def test_each_customer_counts_once_with_its_latest_observation() -> None:
    frame = frame_of([1, 1, 1, 2, 3], [10, 30, 20, 10, 10], [99.0, 5.0, 98.0, 7.0, 1.0])
    assert reference_row(frame)[0] == 5.0


def test_of_two_observations_of_one_day_the_last_row_counts() -> None:
    frame = frame_of([1, 1, 2, 3], [10, 10, 10, 10], [99.0, 4.0, 7.0, 1.0])
    assert reference_row(frame)[0] == 4.0


def test_the_median_is_a_value_that_some_customer_has() -> None:
    frame = frame_of([1, 2, 3, 4], [10] * 4, [1.0, 2.0, 8.0, 9.0])
    assert reference_row(frame)[0] == 2.0


def test_what_most_customers_lack_the_median_customer_lacks() -> None:
    nan = float("nan")
    most = frame_of([1, 2, 3], [10] * 3, [nan, nan, 8.0])
    half = frame_of([1, 2], [10] * 2, [nan, 8.0])
    assert np.isnan(reference_row(most)[0])
    assert reference_row(half)[0] == 8.0


def test_a_frame_without_rows_has_a_reference_without_evidence() -> None:
    nothing = random_frame(3, seed=0).take(np.empty(0, np.int64))
    assert reference_row(nothing).shape == (len(NAMES),)
    assert np.isnan(reference_row(nothing)).all()


def test_the_reference_of_an_invoice_has_its_due_date_age_and_amount() -> None:
    frame, median = random_frame(20, seed=1), np.arange(len(NAMES), dtype=float)
    references = references_of(frame, median)
    for position, name in enumerate(NAMES):
        expected = frame.values[:, position] if name in SAME else np.full(20, position)
        assert np.array_equal(references[:, position], expected, equal_nan=True), name


def test_the_reference_of_a_customer_is_the_median_customer_in_the_same_portfolio() -> None:
    frame, median = random_frame(20, seed=1, of_invoices=False), np.arange(len(NAMES), dtype=float)
    references = references_of(frame, median)
    for position, name in enumerate(NAMES):
        own = name in OF_PORTFOLIO
        expected = frame.values[:, position] if own else np.full(20, position)
        assert np.array_equal(references[:, position], expected, equal_nan=True), name


@pytest.mark.parametrize("name", sorted(SAME))
def test_every_fact_kept_in_the_reference_is_in_the_catalogue(name: str) -> None:
    assert name in {feature.name for feature in CATALOGUE if feature.scope == "observation"}
