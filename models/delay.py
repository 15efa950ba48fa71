"""The delay model: the hazard of being paid in each interval of days around the due date."""

from dataclasses import dataclass, field

import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Floats
from models.calibration import HazardCalibration
from models.distribution import DelayDistribution
from models.grid import INTERVALS
from models.intervals import design, elapsed_days, live_intervals
from models.shapley import Forest
from models.survival import probabilities

CHUNK = 1_000
"""Observations whose intervals are laid out at once; bounds memory, changes no bit."""


@dataclass(frozen=True, eq=False)
class DelayModel:
    """P(paid in an interval | open before it), for each interval of days around the due date.

    Parameters
    ----------
    text
        LightGBM text model, binary, over the columns of `models.intervals.design`.
    calibration
        Of the logits that the trees give.

    Raises
    ------
    ModelTextError
        If the text cannot be followed exactly as LightGBM does.
    """

    text: str
    calibration: HazardCalibration
    forest: Forest = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forest", Forest.from_model_text(self.text))

    def logits(self, frame: FeatureFrame) -> Floats:
        """Calibrated logit of the hazard of each whole interval, shape (n, INTERVALS).

        -inf for an interval that ends by `as_of`. A row has the same bits alone and in a batch.
        """
        logits = np.full((len(frame), INTERVALS), -np.inf)
        for first in range(0, len(frame), CHUNK):
            part = frame.take(np.arange(first, min(first + CHUNK, len(frame))))
            row, interval = np.nonzero(live_intervals(part))
            margins = self.forest.predict(design(part, row, interval))
            logits[first + row, interval] = self.calibration.logits(margins, interval)
        return logits

    def hazards(self, frame: FeatureFrame) -> Floats:
        """Calibrated hazard of each whole interval, 0 for one that has elapsed, (n, INTERVALS)."""
        return probabilities(self.logits(frame).ravel()).reshape(-1, INTERVALS)

    def distribution(self, frame: FeatureFrame) -> DelayDistribution:
        """Distribution of days_late of each row, given that it is open at the close of `as_of`."""
        return DelayDistribution.of_logits(self.logits(frame), elapsed_days(frame))
