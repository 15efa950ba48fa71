"""Calibration: from what the trees say to probabilities that come true."""

from dataclasses import dataclass

import numpy as np

from ledger.arrays import Array, Floats
from ledger.errors import DuecastError
from models.grid import INTERVALS
from models.survival import beta_logits, probabilities


@dataclass(frozen=True)
class HazardCalibration:
    """Intercept and slope on the logit of the hazard, per block of intervals.

    The calibrated logit of interval k is intercept + slope x logit, with the numbers of the
    block that holds k. Slopes are positive, so that the map is smooth and increasing.

    Parameters
    ----------
    first_intervals
        Number of the first interval of each block, rising from 0.
    intercepts, slopes
        One for each block.

    Raises
    ------
    DuecastError
        If the blocks do not rise from 0 within the grid, a slope is not positive, a number is
        not finite, or the lengths differ.
    """

    first_intervals: tuple[int, ...] = (0,)
    intercepts: tuple[float, ...] = (0.0,)
    slopes: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        first = self.first_intervals
        if not (
            len(first) == len(self.intercepts) == len(self.slopes)
            and first[:1] == (0,)
            and all(a < b for a, b in zip(first, (*first[1:], INTERVALS), strict=True))
            and np.isfinite([*self.intercepts, *self.slopes]).all()
            and min(self.slopes) > 0
        ):
            raise DuecastError(
                f"calibration of the hazard has blocks {first}, intercepts {self.intercepts} and "
                f"slopes {self.slopes}; expected blocks that rise from 0 below {INTERVALS}, and "
                "for each a finite intercept and a positive slope; fit it again"
            )

    @property
    def block(self) -> Array:
        """Block of each interval, shape (INTERVALS,)."""
        return np.searchsorted(self.first_intervals, np.arange(INTERVALS), side="right") - 1

    @property
    def intercept(self) -> Floats:
        """Intercept of each interval, shape (INTERVALS,)."""
        return np.array(self.intercepts, float)[self.block]

    @property
    def slope(self) -> Floats:
        """Slope of each interval, shape (INTERVALS,)."""
        return np.array(self.slopes, float)[self.block]

    def logits(self, margins: Floats, interval: Array) -> Floats:
        """Calibrated logits of margins of the trees, each of the interval beside it, (k,)."""
        return self.intercept[interval] + self.slope[interval] * margins


@dataclass(frozen=True)
class ProbabilityCalibration:
    """Beta calibration: logit = a ln p - b ln(1 - p) + c, where p is what the trees say.

    Increasing for a, b >= 0 with a + b > 0. Where a = b it is Platt's, with slope a and
    intercept c. (Kull, Silva Filho, Flach: Beta calibration, AISTATS 2017.)

    Raises
    ------
    DuecastError
        If a or b is negative, both are zero or a number is not finite.
    """

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    def __post_init__(self) -> None:
        if not (
            np.isfinite([self.a, self.b, self.c]).all()
            and min(self.a, self.b) >= 0 < self.a + self.b
        ):
            raise DuecastError(
                f"calibration of the default has a={self.a}, b={self.b}, c={self.c}; expected "
                "finite numbers, a and b not negative and not both zero; fit it again"
            )

    def logits(self, margins: Floats) -> Floats:
        """Calibrated logits of margins of the trees, shape (n,)."""
        return beta_logits(margins, self.a, self.b, self.c)

    def slopes(self, margins: Floats) -> Floats:
        """Derivative of the logit by the margin, shape (n,)."""
        share = probabilities(margins)
        return self.a * (1.0 - share) + self.b * share
