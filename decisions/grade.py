"""Grades A to E: from bands of pd, notched or set by the scorecard, capped by how customers pay."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from decisions.policy import Policy, Scorecard
from decisions.words import GRADES, PAYMENT_CLASSES
from ledger.arrays import Array, Codes, Flags, Floats

DAYS_IN_MONTH = 30.4375


@dataclass(frozen=True, eq=False)
class Grades:
    """Grades of n customers, and the rules that shaped each.

    Parameters
    ----------
    grade
        Positions in GRADES, shape (n,).
    rules
        Names of rules, one tuple a customer.
    """

    grade: Codes
    rules: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.grade)

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
    classes = np.select([mean < 0, mean <= 0, mean <= 15, mean <= 30], [0, 1, 2, 3], 4)
    return classes.astype(np.int32), known


def scorecard_points(
    card: Scorecard,
    tenure_days: Floats,
    payment_class: Codes,
    has_payment_class: Flags,
    facts: Mapping[str, Array],
) -> Array:
    """Points of n customers, int64, shape (n,).

    Parameters
    ----------
    card
        What counts how much.
    tenure_days
        Days since the relation began; NaN counts as none. Shape (n,).
    payment_class, has_payment_class
        Positions in PAYMENT_CLASSES where there is one, shape (n,).
    facts
        Value of each dated fact as text, by its name; "" where there is none. Shapes (n,).
    """
    n = len(payment_class)
    points = np.full(n, card.base, np.int64)
    months = np.nan_to_num(tenure_days, nan=-1.0) / DAYS_IN_MONTH
    of_tenure = np.zeros(n, np.int64)
    for from_months, worth in sorted((int(k), worth) for k, worth in card.tenure_months.items()):
        of_tenure = np.where(months >= from_months, worth, of_tenure)
    points += of_tenure
    for code, name in enumerate(PAYMENT_CLASSES):
        points += card.payment_class.get(name, 0) * (has_payment_class & (payment_class == code))
    for fact, worths in card.facts.items():
        for value, worth in worths.items():
            points += worth * (facts[fact] == value)
    return points


def grades(
    policy: Policy,
    pd: Floats,
    has_pd: Flags,
    points: Array,
    payment_class: Codes,
    has_payment_class: Flags,
    cleared_items: Array,
) -> Grades:
    """Grades of n customers; a higher pd never gives a better one.

    The band of pd gives the grade and the scorecard moves it by at most one; without a pd the
    scorecard gives it. A customer in default (pd 1) has the worst. One who pays more than 30 days
    late on average, or whose history is thin, gets no better than the policy says. (DOMAIN
    section 3.) All inputs shape (n,).
    """
    worst = len(GRADES) - 1
    card, bands = policy.scorecard, policy.grades
    banded = np.searchsorted(np.array(bands.pd_upper), np.where(has_pd, pd, 0.0), side="left")
    carded = worst - np.searchsorted(np.array(card.points_upper), points, side="right")
    low, high = points < card.notch_below, points > card.notch_above
    notched = np.clip(banded + low.astype(int) - high.astype(int), 0, worst)
    in_default = has_pd & (pd >= 1.0)
    grade = np.where(in_default, worst, np.where(has_pd, notched, carded))
    rules: dict[str, Flags] = {
        "in_default": in_default,
        "pd_band": has_pd & ~in_default,
        "scorecard": ~has_pd,
        "scorecard_notch": has_pd & ~in_default & (notched != banded),
    }
    slow = has_payment_class & (payment_class == PAYMENT_CLASSES.index("over_30"))
    thin = cleared_items < bands.thin_history_items
    for rule, where, best in (
        ("slow_payer_cap", slow, bands.best_grade_for_slow_payers),
        ("thin_history_cap", thin, bands.best_grade_for_thin_history),
    ):
        rules[rule] = where & (grade < GRADES.index(best))
        grade = np.where(rules[rule], GRADES.index(best), grade)
    return Grades(grade.astype(np.int32), named_rules(rules, len(pd)))


def named_rules(rules: Mapping[str, Flags], n: int) -> tuple[tuple[str, ...], ...]:
    """Names of the rules that hold, for each of n rows, in the order given.

    >>> named_rules({"a": np.array([True, False]), "b": np.array([True, True])}, 2)
    (('a', 'b'), ('b',))
    """
    found: list[list[str]] = [[] for _ in range(n)]
    for name, where in rules.items():
        for row in np.flatnonzero(where):
            found[row].append(name)
    return tuple(map(tuple, found))
