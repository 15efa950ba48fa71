"""Calibration: what it computes, and what it refuses."""

import numpy as np
import pytest

from ledger.errors import DuecastError
from models.calibration import HazardCalibration, ProbabilityCalibration
from models.grid import INTERVALS
from models.survival import probabilities

MARGINS = np.linspace(-30, 30, 601)


def test_each_interval_has_the_numbers_of_its_block() -> None:
    calibration = HazardCalibration((0, 3, 10), (0.5, -1.0, 0.0), (1.0, 2.0, 0.5))
    assert calibration.intercept.shape == calibration.slope.shape == (INTERVALS,)
    assert calibration.intercept[[0, 2, 3, 9, 10, -1]].tolist() == [0.5, 0.5, -1, -1, 0, 0]
    logits = calibration.logits(np.array([1.0, 1.0, -4.0]), np.array([2, 3, 35]))
    assert logits.tolist() == [1.5, 1.0, -2.0]


def test_without_numbers_nothing_is_corrected() -> None:
    assert HazardCalibration().logits(MARGINS, np.zeros(601, np.int64)).tolist() == MARGINS.tolist()
    assert ProbabilityCalibration().logits(MARGINS) == pytest.approx(MARGINS, abs=1e-12)


@pytest.mark.parametrize(
    "blocks",
    [
        ((), (), ()),
        ((1,), (0.0,), (1.0,)),
        ((0, 0), (0.0, 0.0), (1.0, 1.0)),
        ((0, 5, 3), (0.0,) * 3, (1.0,) * 3),
        ((0, INTERVALS), (0.0, 0.0), (1.0, 1.0)),
        ((0,), (0.0, 0.0), (1.0,)),
        ((0,), (0.0,), (0.0,)),
        ((0,), (0.0,), (-1.0,)),
        ((0,), (float("nan"),), (1.0,)),
        ((0,), (0.0,), (float("inf"),)),
    ],
)
def test_blocks_that_are_no_increasing_map_of_the_grid_are_refused(blocks: tuple) -> None:
    with pytest.raises(DuecastError, match="expected blocks that rise from 0"):
        HazardCalibration(*blocks)


def test_beta_calibration_with_equal_powers_is_platts() -> None:
    assert ProbabilityCalibration(1.7, 1.7, -0.4).logits(MARGINS) == pytest.approx(
        1.7 * MARGINS - 0.4, abs=1e-12
    )


@pytest.mark.parametrize("a, b", [(1.2, 0.3), (0.0, 2.0), (2.0, 0.0)])
def test_beta_calibration_rises_and_its_slope_is_its_derivative(a: float, b: float) -> None:
    calibration = ProbabilityCalibration(a, b, 0.1)
    share = probabilities(MARGINS[200:401])
    expected = a * np.log(share) - b * np.log1p(-share) + 0.1
    assert calibration.logits(MARGINS[200:401]) == pytest.approx(expected, abs=1e-9)
    assert (np.diff(calibration.logits(MARGINS)) >= 0).all()
    step = 1e-6
    rise = calibration.logits(MARGINS + step) - calibration.logits(MARGINS - step)
    assert calibration.slopes(MARGINS) == pytest.approx(rise / (2 * step), abs=1e-6)


@pytest.mark.parametrize("numbers", [(-0.1, 1, 0), (0, 0, 1), (1, float("nan"), 0)])
def test_a_falling_or_flat_calibration_is_refused(numbers: tuple) -> None:
    with pytest.raises(DuecastError, match="a and b not negative and not both zero"):
        ProbabilityCalibration(*numbers)


def test_probabilities_do_not_overflow() -> None:
    extreme = np.array([-1e6, -745.0, 0.0, 745.0, 1e6, -np.inf])
    assert probabilities(extreme)[[0, 2, 3, 4, 5]].tolist() == [0, 0.5, 1, 1, 0]
