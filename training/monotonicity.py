"""Whether a default model follows the directions that the catalogue gives its features."""

import numpy as np

from features.catalogue import CATALOGUE
from ledger.arrays import Floats
from models.default import DefaultModel

PAIRS_OF_A_FEATURE = 200


def largest_wrong_step(model: DefaultModel, seed: int) -> tuple[float, int]:
    """Largest step the wrong way between random pairs, in log-odds, and the number of pairs.

    The two of a pair differ in one feature that has a direction. Values are drawn from those at
    which the trees split, and just above them, for elsewhere nothing changes; so the answer does
    not depend on what customers there are.
    """
    generator = np.random.default_rng(seed)
    nodes = model.forest.nodes
    splits = nodes[nodes["left"] != np.arange(len(nodes))]
    points = [
        _around(splits["threshold"][splits["feature"] == column])
        for column in range(model.forest.n_features)
    ]
    features = [feature for feature in CATALOGUE if feature.scope == "observation"]
    worst, pairs = 0.0, 0
    for column, feature in enumerate(features):
        if feature.direction == 0 or len(points[column]) < 2:
            continue
        low = np.column_stack([generator.choice(some, PAIRS_OF_A_FEATURE) for some in points])
        high = low.copy()
        ends = np.sort(generator.choice(points[column], (2, PAIRS_OF_A_FEATURE)), axis=0)
        low[:, column], high[:, column] = ends
        before, after = (
            model.calibration.logits(model.forest.predict(rows)) for rows in (low, high)
        )
        worst = max(worst, float((feature.direction * (before - after)).max()))
        pairs += PAIRS_OF_A_FEATURE
    return worst, pairs


def _around(thresholds: Floats) -> Floats:
    """Values on either side of each threshold; a missing one where there is none."""
    if len(thresholds) == 0:
        return np.array([np.nan])
    found: Floats = np.unique([thresholds, np.nextafter(thresholds, np.inf)])
    return found
