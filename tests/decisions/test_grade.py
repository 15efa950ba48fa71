"""Grades: bands, scorecard, notches and caps."""

import numpy as np
import pytest

from decisions.grade import grades
from decisions.policy import read_policy

POLICY = read_policy()


@pytest.mark.parametrize(
    ("pd", "points", "payment_class", "cleared", "letter", "rules"),
    [
        (0.01, 50, 1, 9, "A", ("pd_band",)),
        (0.0101, 50, 1, 9, "B", ("pd_band",)),
        (0.5, 50, 1, 9, "E", ("pd_band",)),
        (0.05, 90, 1, 9, "B", ("pd_band", "scorecard_notch")),
        (0.05, 20, 1, 9, "D", ("pd_band", "scorecard_notch")),
        (1.0, 90, 1, 9, "E", ("in_default",)),
        (0.001, 50, 4, 9, "C", ("pd_band", "slow_payer_cap")),
        (0.001, 50, 1, 2, "C", ("pd_band", "thin_history_cap")),
        (0.15, 50, 4, 2, "D", ("pd_band",)),
        (None, 75, 1, 9, "A", ("scorecard",)),
        (None, 74, 1, 9, "B", ("scorecard",)),
        (None, 29, 1, 9, "E", ("scorecard",)),
        (None, 80, 1, 0, "C", ("scorecard", "thin_history_cap")),
    ],
)
def test_grades_follow_bands_scorecard_and_caps(
    pd: float | None,
    points: int,
    payment_class: int,
    cleared: int,
    letter: str,
    rules: tuple[str, ...],
) -> None:
    found = grades(
        POLICY,
        np.array([np.nan if pd is None else pd]),
        np.array([pd is not None]),
        np.array([points]),
        np.array([payment_class], np.int32),
        np.array([True]),
        np.array([cleared]),
    )
    assert (found.letters()[0], found.rules[0]) == (letter, rules)
