"""The delay model: LightGBM's own margins, calibrated; a row alone has the bits of the batch."""

import lightgbm
import numpy as np
import pytest

from features.frame import FeatureFrame
from ledger.arrays import Array
from models.calibration import HazardCalibration
from models.delay import CHUNK, DelayModel
from models.grid import INTERVALS, UPPER_ENDS
from models.intervals import design, elapsed_days
from models.lightgbm_text import ModelTextError
from tests.models.random_models import CALIBRATION, delay_model, random_frame

FRAME = random_frame(CHUNK + 37, seed=21)


def every_number(model: DelayModel, frame: FeatureFrame) -> Array:
    distribution = model.distribution(frame)
    return np.column_stack(
        [
            model.hazards(frame),
            distribution.cdf,
            distribution.expected_days_late(),
            distribution.quantile(0.5).values,
            distribution.later_than(0),
            distribution.crps(np.full(len(frame), 3, np.int32)),
        ]
    )


def test_logits_are_lightgbms_margins_calibrated() -> None:
    model, frame = delay_model(), FRAME.take(np.arange(50))
    row, interval = np.repeat(np.arange(50), INTERVALS), np.tile(np.arange(INTERVALS), 50)
    booster = lightgbm.Booster(model_str=model.text)
    margins = booster.predict(design(frame, row, interval), raw_score=True, num_threads=1)
    expected = CALIBRATION.intercept[interval] + CALIBRATION.slope[interval] * margins
    live = UPPER_ENDS[interval] > elapsed_days(frame)[row]
    assert model.logits(frame).ravel()[live].tolist() == expected[live].tolist()


def test_a_row_alone_has_the_bits_of_the_batch() -> None:
    model = delay_model()
    together = every_number(model, FRAME)
    for row in (0, 1, CHUNK - 1, CHUNK, len(FRAME) - 1):
        alone = every_number(model, FRAME.take(np.array([row])))
        assert np.array_equal(alone[0], together[row])


def test_the_order_of_rows_changes_no_bit() -> None:
    order = np.random.default_rng(0).permutation(len(FRAME))
    shuffled = every_number(delay_model(), FRAME.take(order))
    assert np.array_equal(shuffled, every_number(delay_model(), FRAME)[order])


def test_an_elapsed_interval_has_no_hazard() -> None:
    hazards = delay_model().hazards(FRAME)
    elapsed = UPPER_ENDS <= elapsed_days(FRAME)[:, None]
    assert (hazards[elapsed] == 0).all()
    assert (hazards[~elapsed] > 0).all()


def test_no_rows_have_no_hazards() -> None:
    nothing = FRAME.take(np.empty(0, np.int64))
    assert delay_model().hazards(nothing).shape == (0, INTERVALS)
    assert len(delay_model().distribution(nothing)) == 0


def test_a_text_that_is_no_model_is_refused() -> None:
    with pytest.raises(ModelTextError, match="expected 'tree'"):
        DelayModel("forest", HazardCalibration())
