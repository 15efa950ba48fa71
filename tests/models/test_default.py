"""The default model: LightGBM's own margins, calibrated to a probability."""

import lightgbm
import numpy as np
import pytest

from tests.models.random_models import default_model, random_frame

FRAME = random_frame(300, seed=31, of_invoices=False)


def test_pd_is_the_calibrated_probability_of_lightgbms_margins() -> None:
    model = default_model()
    margins = lightgbm.Booster(model_str=model.text).predict(FRAME.values, raw_score=True)
    share = 1 / (1 + np.exp(-margins))
    odds = np.exp(1.2 * np.log(share) - 0.7 * np.log1p(-share) - 0.3)
    assert model.pd(FRAME) == pytest.approx(odds / (1 + odds), rel=1e-9)


def test_a_customer_alone_has_the_bits_of_the_batch() -> None:
    together = default_model().pd(FRAME)
    for row in (0, 99, 299):
        assert default_model().pd(FRAME.take(np.array([row])))[0] == together[row]
