"""Random feature frames, and small models trained on them: enough to test what models do."""

from functools import cache

import lightgbm
import numpy as np

from features.catalogue import CATALOGUE
from features.frame import NAMES, FeatureFrame, Observations
from ledger.arrays import Array, Floats
from models.calibration import HazardCalibration, ProbabilityCalibration
from models.default import DefaultModel
from models.delay import DelayModel
from models.grid import INTERVALS, LOWER_ENDS, UPPER_ENDS
from models.intervals import design

TODAY = 19_000
MISSING_SHARE = 0.15
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.2,
    "min_data_in_leaf": 20,
    "num_threads": 1,
    "seed": 3,
    "deterministic": True,
    "verbosity": -1,
}
CALIBRATION = HazardCalibration((0, 4, 20), (0.1, -0.2, 0.05), (0.9, 1.1, 1.3))


def random_frame(n: int, seed: int, of_invoices: bool = True) -> FeatureFrame:
    """n observations of 40 customers, some before their due date, some long after it."""
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(0, 2, (n, len(NAMES))), 1)
    values[rng.random(values.shape) < MISSING_SHARE] = np.nan
    due_on = TODAY + rng.integers(-400, 400, n)
    as_of = due_on + rng.choice([-120, -75, -30, -5, -1, 0, 1, 10, 100, 364, 500], n)
    weekday_share, month_day_share = rng.dirichlet(np.ones(7), n), rng.dirichlet(np.ones(31), n)
    never_paid = rng.random(n) < MISSING_SHARE
    weekday_share[never_paid], month_day_share[never_paid] = np.nan, np.nan
    return FeatureFrame(
        NAMES,
        values,
        Observations(
            rng.integers(0, 40, n).astype(np.int32),
            np.arange(n),
            np.full(n, of_invoices),
            as_of.astype(np.int32),
        ),
        (due_on - 30).astype(np.int32),
        due_on.astype(np.int32),
        (due_on - rng.choice([21, 14, 10, 3], n)).astype(np.int32),
        rng.random(n) < 0.3,
        weekday_share,
        month_day_share,
    )


def influential(names: int) -> Array:
    """Columns that the random models ask: a few of each family, so that all of them speak."""
    families = [feature.family for feature in CATALOGUE if feature.scope == "observation"]
    firsts = [families.index(family) for family in dict.fromkeys(families)]
    return np.unique([*firsts, *range(0, len(families), max(len(families) // names, 1))])


@cache
def delay_model(rounds: int = 25) -> DelayModel:
    """A model of invoices that are paid around the due date, sooner where features are high."""
    frame = random_frame(600, seed=1)
    row, interval = np.repeat(np.arange(600), INTERVALS), np.tile(np.arange(INTERVALS), 600)
    paid = _event(frame, row, -2.5 + 0.08 * np.minimum(UPPER_ENDS, 20)[interval])
    data = lightgbm.Dataset(design(frame, row, interval), paid)
    return DelayModel(lightgbm.train(PARAMETERS, data, rounds).model_to_string(), CALIBRATION)


@cache
def default_model(rounds: int = 20) -> DefaultModel:
    """A model of customers that default where features are low."""
    frame = random_frame(2_000, seed=2, of_invoices=False)
    defaulted = _event(frame, np.arange(2_000), np.full(2_000, -2.0))
    data = lightgbm.Dataset(frame.values, defaulted)
    text = lightgbm.train(PARAMETERS, data, rounds).model_to_string()
    return DefaultModel(text, ProbabilityCalibration(1.2, 0.7, -0.3))


def daily_survival(logits: Array, start: int) -> dict[int, float]:
    """P(later than each day) from the definition alone: day by day, a share of its interval."""
    is_open, by_day = 1.0, {}
    for day in range(int(LOWER_ENDS[0]) + 1, int(UPPER_ENDS[-1]) + 1):
        k = int(np.searchsorted(UPPER_ENDS, day))
        hazard = 1.0 / (1.0 + np.exp(-logits[k]))
        if day > start:
            is_open *= (1.0 - hazard) ** (1.0 / (UPPER_ENDS[k] - LOWER_ENDS[k]))
        by_day[day] = float(is_open)
    return by_day


def _event(frame: FeatureFrame, row: Array, log_odds: Floats) -> Array:
    rng = np.random.default_rng(4)
    asked = np.nan_to_num(frame.values[:, influential(12)])
    push = 0.5 * np.tanh(asked).sum(axis=1)[row]
    happened: Array = rng.random(len(row)) < 1.0 / (1.0 + np.exp(-log_odds - push))
    return happened.astype(float)
