"""The gates before a promotion: what each found, and whether it lets a version pass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.frame import FeatureFrame
from ledger.arrays import Floats
from models.scoring import CLEARED_FEATURE, FEW_CLEARED
from training.comparison import (
    MIN_CUSTOMERS,
    MIN_INVOICES,
    Candidate,
    Comparison,
    Forecasts,
)
from training.metrics import calibration_error, chance_calibration_error
from training.monotonicity import largest_wrong_step
from training.paired_difference import PairedDifference, paired_difference
from training.population_shift import largest_shift

MOST_CALIBRATION_ERROR = 0.05
MIN_THIN_INVOICES = 30
MOST_WRONG_STEP = 1e-9


@dataclass(frozen=True)
class Gate:
    """What a gate found of a version that would be champion.

    Parameters
    ----------
    name
        Such as `log_loss`.
    figure, bound
        What was measured, and the most it may be; None where nothing was.
    passed
        Whether it lets the version pass.
    excusable
        Whether one who says why may pass all the same.
    sentence
        What was measured, on what.
    """

    name: str
    figure: float | None
    bound: float | None
    passed: bool
    excusable: bool
    sentence: str


def gates(challenger: Candidate, champion: Candidate | None) -> tuple[Gate, ...]:
    """Every gate of a version whose bundle was loaded, which re-scored its probe.

    Without a champion only those that need none. A first version has no other to be weighed
    against: what its forecasts are worth, good or bad, may be excused.
    """
    seed = 0 if challenger.bundle is None else int(challenger.bundle.recipe.get("seed", 0))
    same = Comparison.of(challenger, champion)
    found = list(_accuracy(same, seed, champion is None))
    found.append(_thin_history(same, seed))
    if champion is not None:
        found.append(_population_shift(challenger, champion, seed))
    found.append(_monotonicity(challenger, seed))
    return (*found, Gate("probe", 0.0, 0.0, True, False, "its probe scores as when it was made"))


def _accuracy(same: Comparison | None, seed: int, first: bool) -> tuple[Gate, ...]:
    """Not worse than the champion, where there is one, and calibrated."""
    names = ("calibration",) if first else ("log_loss", "absolute_error", "calibration")
    invoices, customers = (0, 0) if same is None else (len(same), same.customers)
    if same is None or invoices < MIN_INVOICES or customers < MIN_CUSTOMERS:
        sentence = (
            f"not judged: {invoices} invoices of {customers} customers, whose outcome is known "
            f"and on which no model asked was fitted; {MIN_INVOICES} of {MIN_CUSTOMERS} are needed"
        )
        return tuple(Gate(name, None, None, False, True, sentence) for name in names)
    if same.champion is None:
        return (_calibration(same),)
    return (
        _not_worse("log_loss", "log loss of P(late)", same, same.champion, same.log_loss, seed),
        _not_worse(
            "absolute_error",
            "mean absolute error of the median in days",
            same,
            same.champion,
            same.absolute_error,
            seed,
        ),
        _calibration(same),
    )


def _not_worse(
    name: str,
    words: str,
    same: Comparison,
    champion: Forecasts,
    loss: Callable[[Forecasts], Floats],
    seed: int,
) -> Gate:
    """Refuses where the whole interval of the paired difference is on the worse side."""
    ours, theirs = loss(same.challenger), loss(champion)
    found = paired_difference(ours, theirs, same.customer, seed)
    sentence = (
        f"{words} {ours.mean():.4f}, the champion's {theirs.mean():.4f} on the same {len(same)} "
        f"invoices of {same.customers} customers: {_difference(found)}"
    )
    return Gate(name, found.mean, found.by_chance, found.low <= 0, False, sentence)


def _calibration(same: Comparison) -> Gate:
    """Refuses an expected calibration error above the bound.

    The bound is `MOST_CALIBRATION_ERROR`, or the champion's error where that is larger, and what
    chance adds to the error of probabilities that are all right.
    """
    said = same.challenger.late
    error, most = calibration_error(said, same.late), MOST_CALIBRATION_ERROR
    sentence = f"calibration error of P(late) {error:.4f} on {len(same)} invoices"
    if same.champion is not None:
        theirs = calibration_error(same.champion.late, same.late)
        most = max(most, theirs)
        sentence += f", the champion's {theirs:.4f}"
    bound, first = most + chance_calibration_error(said), same.champion is None
    return Gate("calibration", error, bound, error <= bound, first, sentence)


def _thin_history(same: Comparison | None, seed: int) -> Gate:
    """Refuses a Brier score worse than that of the late share of the segment or portfolio."""
    prior = np.empty(0) if same is None else segment_late_share(same.frame)
    thin = ~np.isnan(prior)
    if same is not None:
        thin &= same.frame[CLEARED_FEATURE] < FEW_CLEARED
    n = int(thin.sum())
    of_whom = f"{n} invoices of customers with fewer than {FEW_CLEARED} payments known"
    if same is None or n < MIN_THIN_INVOICES:
        sentence = f"not judged: {of_whom}; {MIN_THIN_INVOICES} are needed"
        return Gate("thin_history", None, None, True, False, sentence)
    ours = (same.challenger.late[thin] - same.late[thin]) ** 2
    theirs = (prior[thin] - same.late[thin]) ** 2
    found = paired_difference(ours, theirs, same.customer[thin], seed)
    sentence = (
        f"Brier score of P(late) {ours.mean():.4f}, that of the late share of their segment "
        f"{theirs.mean():.4f} on {of_whom}: {_difference(found)}"
    )
    first = same.champion is None
    return Gate("thin_history", found.mean, found.by_chance, found.low <= 0, first, sentence)


def segment_late_share(frame: FeatureFrame) -> Floats:
    """Share of late invoices in the segment of each, in the portfolio where it has none, (n,)."""
    segment = frame["segment_late_share_365d"]
    return np.where(np.isnan(segment), frame["portfolio_late_share_365d"], segment)


def _population_shift(challenger: Candidate, champion: Candidate, seed: int) -> Gate:
    """Refuses, unless told why, a shift of an important feature above its bound."""
    name = "population_shift"
    if challenger.later is None or champion.later is None:
        sentence = "not judged: one of the two versions kept no later invoices"
        return Gate(name, None, None, False, True, sentence)
    shift = largest_shift(champion.later, challenger.later, seed)
    if shift is None:
        return Gate(name, None, None, True, True, "its trees ask for no feature that is compared")
    sentence = (
        f"population stability index {shift.index:.3f} of {shift.feature}, the most shifted of "
        f"{shift.features} important features, from {len(champion.later)} to "
        f"{len(challenger.later)} later invoices"
    )
    return Gate(name, shift.index, shift.bound, shift.index <= shift.bound, True, sentence)


def _monotonicity(challenger: Candidate, seed: int) -> Gate:
    """Refuses a PD that falls where a feature says riskier, or rises where it says safer."""
    name = "monotonicity"
    model = None if challenger.bundle is None else challenger.bundle.default
    if model is None:
        return Gate(name, None, None, True, False, "there is no default model")
    worst, pairs = largest_wrong_step(model, seed)
    sentence = f"largest step of the PD the wrong way, in log-odds, of {pairs} random pairs"
    return Gate(name, worst, MOST_WRONG_STEP, worst <= MOST_WRONG_STEP, False, sentence)


def _difference(found: PairedDifference) -> str:
    return f"difference {found.mean:+.4f}, 95 % interval {found.low:+.4f} to {found.high:+.4f}"
