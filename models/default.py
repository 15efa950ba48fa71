"""The default model: the probability that a customer defaults within the horizon."""

from dataclasses import dataclass, field

from features.frame import FeatureFrame
from ledger.arrays import Floats
from models.calibration import ProbabilityCalibration
from models.shapley import Forest
from models.survival import probabilities


@dataclass(frozen=True, eq=False)
class DefaultModel:
    """P(default within `pd_horizon_days` of the definitions), for a customer not in default.

    Parameters
    ----------
    text
        LightGBM text model, binary, over the columns of a FeatureFrame.
    calibration
        Of the logits that the trees give.

    Raises
    ------
    ModelTextError
        If the text cannot be followed exactly as LightGBM does.
    """

    text: str
    calibration: ProbabilityCalibration
    forest: Forest = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forest", Forest.from_model_text(self.text))

    def logits(self, frame: FeatureFrame) -> Floats:
        """Calibrated log-odds of default, shape (n,)."""
        return self.calibration.logits(self.forest.predict(frame.values))

    def pd(self, frame: FeatureFrame) -> Floats:
        """Probability of default, shape (n,)."""
        return probabilities(self.logits(frame))
