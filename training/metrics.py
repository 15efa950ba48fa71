"""How good forecasts were: of an event, and of the days until payment."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from ledger.arrays import Array, Flags, Floats

BINS = 10
ITEMS_PER_BIN = 20


@dataclass(frozen=True)
class EventAccuracy:
    """Accuracy of probabilities of an event such as "paid later than due + 0".

    `n` items, of which `share` saw the event. AUC, average precision, Brier score, log loss,
    expected calibration error and bias (mean forecast minus share) are None without items of
    both kinds; log loss also where a forecast was certain and wrong, which makes it infinite.
    """

    n: int
    share: float | None
    auc: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    log_loss: float | None = None
    calibration_error: float | None = None
    bias: float | None = None


@dataclass(frozen=True)
class DaysAccuracy:
    """Accuracy of forecasts of days late, on the `n` items that were paid.

    Mean absolute error of the median in days; share between the 10 % and 90 % quantiles of all
    items, paid or not, None for a forecast without quantiles (see `Pit.coverage`); CRPS in days.
    All None where `n` is 0.
    """

    n: int
    mae: float | None = None
    coverage: float | None = None
    crps: float | None = None


def event_accuracy(probability: Floats, happened: Flags) -> EventAccuracy:
    """Accuracy of the forecast probabilities of an event, both shape (n,).

    >>> event_accuracy(np.array([0.1, 0.2, 0.9]), np.array([False, False, True])).auc
    1.0
    """
    n = len(happened)
    share = float(happened.mean()) if n else None
    if not happened.any() or happened.all():
        return EventAccuracy(n, share)
    certain_and_wrong = np.where(happened, probability <= 0, probability >= 1).any()
    return EventAccuracy(
        n,
        share,
        float(roc_auc_score(happened, probability)),
        float(average_precision_score(happened, probability)),
        float(brier_score_loss(happened, probability)),
        None if certain_and_wrong else float(log_loss(happened, probability)),
        calibration_error(probability, happened),
        float(probability.mean() - happened.mean()),
    )


def calibration_error(probability: Floats, truth: Array) -> float:
    """Expected calibration error: mean |forecast - truth| over bins, weighted by their size.

    `truth` is what happened, or the true probability where it is known. The bins are those of
    `reliability`.

    >>> calibration_error(np.array([0.5, 0.5]), np.array([0.0, 0.5]))
    0.25
    """
    bins = reliability(probability, truth)
    return sum(abs(forecast - share) * n for forecast, share, n in bins) / len(probability)


def chance_calibration_error(probability: Floats) -> float:
    """Calibration error to be expected where every forecast is right, for the same bins.

    The share that comes true in a bin of n forecasts p then has variance mean(p (1 - p)) / n, and
    a normal variable lies sqrt(2 / pi) standard deviations from its mean on average.

    >>> round(chance_calibration_error(np.full(100, 0.5)), 3)
    0.089
    """
    spread = reliability(probability, probability * (1 - probability))
    deviations = sum(np.sqrt(2 / np.pi * variance / n) * n for _, variance, n in spread)
    return float(deviations / len(probability))


def reliability(probability: Floats, truth: Array) -> list[tuple[float, float, int]]:
    """Mean forecast, share that came true and number of items, of bins of forecasts.

    The bins, ten where there are 200 items, hold equally many in the order of their forecasts.
    Items with one forecast have their share in common, wherever a bin parts them.
    """
    order = np.argsort(probability, kind="stable")
    _, level, sizes = np.unique(probability, return_inverse=True, return_counts=True)
    truth = (np.bincount(level, weights=truth) / sizes)[level]
    bins = np.array_split(order, max(1, min(BINS, len(order) // ITEMS_PER_BIN)))
    return [
        (float(probability[rows].mean()), float(truth[rows].mean()), len(rows))
        for rows in bins
        if len(rows)
    ]


def days_accuracy(
    days_late: Array, median: Floats, crps: Floats | None = None, coverage: float | None = None
) -> DaysAccuracy:
    """Accuracy of forecasts of signed days late, all arrays of shape (n,).

    Parameters
    ----------
    days_late
        What came.
    median
        Median forecasts, or the point forecasts of a method without a distribution.
    crps
        Continuous ranked probability score of each item; for a point forecast it is the
        absolute error (Gneiting and Raftery 2007) and may be left out.
    coverage
        As in `DaysAccuracy`.
    """
    n = len(days_late)
    if n == 0:
        return DaysAccuracy(0)
    error = np.abs(median - days_late)
    scores = error if crps is None else crps
    return DaysAccuracy(n, float(error.mean()), coverage, float(scores.mean()))
