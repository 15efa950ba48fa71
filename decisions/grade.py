"""Grades A to E: from bands of pd, notched or set by the scorecard, capped by how customers pay."""

from dataclasses import dataclass

import numpy as np

from decisions.policy import GRADES, Policy, Scorecard
from ledger.arrays import Array, Codes, Flags, Floats

PAYMENT_CLASSES = ("early", "on_time", "up_to_15", "up_to_30", "over_30")
"""How late a customer pays on average, weighted by amount: early, on time, up to 15 days, ..."""


@dataclass(frozen=True)
class Grades:
    """Grades of n customers, and the rules that shaped each.

    `grade` are positions in GRADES, shape (n,); `rules` names of rules, one tuple a customer.
    """

    grade: Codes
    rules: tuple[tuple[str, ...], ...]

    def letters(self) -> Array:
        """The grades as letters, shape (n,)."""
        return np.array(GRADES, dtype=object)[self.grade]


def payment_classes(days_late_mean: Floats) -> tuple[Codes, Flags]:
    """Payment class of mean days late (NaN: no evidence), and whether there is one; (n,) each.

    >>> payment_classes(np.array([-3.0, 0.0, 15.0, 31.0, np.nan]))
    (array([0, 1, 2, 4, 0], dtype=int32), array([ True,  True,  True,  True, False]))
    """
    known = ~np.isnan(days_late_mean)
    mean = np.where(known, days_late_mean, -1.0)
    bounds = np.array([0.0, np.nextafter(0.0, 1.0), np.nextafter(15.0, 16.0), np.nextafter(30, 31)])
    return np.searchsorted(bounds, mean, side="right").astype(np.int32), known


def scorecard_points(
    card: Scorecard,
    tenure_days: Floats,
    payment_class: Codes,
    has_payment_class: Flags,
    facts: dict[str, Array],
) -> Array:
    """Points of n customers, int64.

    `facts` gives the value of each dated fact as text, by its name, "" where there is none.
    """
    n = len(payment_class)
    points = np.full(n, card.base, np.int64)
    longest = np.zeros(n, np.int64)
    months = np.nan_to_num(tenure_days, nan=-1.0) / 30.4375
    for from_months, worth in sorted(card.tenure_months.items(), key=lambda item: int(item[0])):
        longest = np.where(months >= int(from_months), worth, longest)
    points += longest
    for code, name in enumerate(PAYMENT_CLASSES):
        points += card.payment_class.get(name, 0) * (has_payment_class & (payment_class == code))
    for fact, worths in card.facts.items():
        for value, worth in worths.items():
            points += worth * (facts.get(fact, np.full(n, "", dtype=object)) == value)
    return points


def grades(
    policy: Policy,
    pd: Floats,
    has_pd: Flags,
    points: Array,
    payment_class: Codes,
    has_payment_class: Flags,
    cleared_items: Floats,
) -> Grades:
    """Grades of n customers; a higher pd never gives a better one.

    The band of pd gives the grade and the scorecard moves it by at most one; without a pd the
    scorecard gives it. A customer who pays more than 30 days late on average, or whose history
    is thin, gets no better than the policy says. (DOMAIN section 3.) All inputs shape (n,).
    """
    worst = len(GRADES) - 1
    card, bands = policy.scorecard, policy.grades
    banded = np.searchsorted(np.array(bands.pd_upper), np.where(has_pd, pd, 0.0), side="left")
    carded = worst - np.searchsorted(np.array(card.points_upper), points, side="right")
    low, high = points < card.notch_below, points > card.notch_above
    notched = np.clip(banded + low.astype(int) - high.astype(int), 0, worst)
    notched = np.where(pd >= 1.0, worst, notched)
    grade = np.where(has_pd, notched, carded)
    slow = has_payment_class & (payment_class == PAYMENT_CLASSES.index("over_30"))
    thin = np.nan_to_num(cleared_items) < bands.thin_history_items
    rules = {
        "pd_band": has_pd,
        "scorecard": ~has_pd,
        "scorecard_notch": has_pd & (notched != banded),
    }
    for rule, where, cap in (
        ("slow_payer_cap", slow, bands.best_grade_for_slow_payers),
        ("thin_history_cap", thin, bands.best_grade_for_thin_history),
    ):
        capped = np.where(where, np.maximum(grade, GRADES.index(cap)), grade)
        rules[rule] = capped != grade
        grade = capped
    return Grades(grade.astype(np.int32), named_rules(rules, len(pd)))


def named_rules(rules: dict[str, Flags], n: int) -> tuple[tuple[str, ...], ...]:
    """Names of the rules that hold, for each of n rows, in the order given."""
    return tuple(tuple(name for name, where in rules.items() if where[i]) for i in range(n))
