"""Every reason of a small simulated ledger, and the flaws that would be found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.frame import NAMES
from ledger.files import read_ledger
from ledger.ledger import Ledger
from models.explanation import DAYS, POINTS, Explanation
from tests.training.small_recipe import small_recipe
from training.reason_flaws import flaws_of_ledger, reason_flaws
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation

ROWS = 3


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    directory: Path = tmp_path_factory.mktemp("simulated")
    write_simulation(simulate(SimulationSettings(customers=60, months=24)), directory)
    return read_ledger(directory)


def test_every_reason_of_a_simulated_ledger_is_flawless(ledger: Ledger) -> None:
    recipe = small_recipe(default={"min_defaults": 5})
    found = flaws_of_ledger(ledger, ledger.extract.complete_through - 90, recipe)
    assert set(found) == {"invoices", "customers"}
    for flaws in found.values():
        assert flaws.is_flawless, flaws
        assert flaws.reasons > flaws.rows


def explanation(unit: str = DAYS, **contributions: float) -> Explanation:
    """Rows whose features are 1, beside a reference of which they are 0."""
    own = np.zeros((ROWS, len(NAMES)))
    for name, contribution in contributions.items():
        own[:, NAMES.index(name)] = contribution
    ones = np.ones(own.shape)
    return Explanation(NAMES, ones, 0 * ones, own, own.sum(axis=1) + 2, np.full(ROWS, 2.0), unit)


def test_a_sum_that_is_off_is_found() -> None:
    found = explanation(days_late_mean=1.0)
    assert reason_flaws(found, is_monotone=False).is_flawless
    off = replace(found, prediction=found.prediction + 2e-6)
    assert reason_flaws(off, is_monotone=False).largest_gap == pytest.approx(2e-6)
    assert not reason_flaws(off, is_monotone=False).is_flawless


def test_a_wrong_sign_is_found_where_trees_are_bound() -> None:
    found = explanation(POINTS, days_late_mean=-1.0, late_share=-0.5, on_hold=0.5)
    assert reason_flaws(found, is_monotone=True).wrong_signs == ROWS
    assert reason_flaws(found, is_monotone=False).wrong_signs == 0


def test_a_family_that_nothing_can_speak_for_is_counted() -> None:
    found = reason_flaws(explanation(days_late_mean=-1.0, on_hold=0.5), is_monotone=False)
    assert (found.silent, found.reasons, found.contradictions) == (ROWS, ROWS, 0)


def test_a_sentence_that_reads_the_other_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.reasons.readings", lambda found: np.zeros(found.values.shape))
    found = reason_flaws(explanation(days_late_mean=-1.0), is_monotone=False)
    assert found.contradictions == ROWS
    assert not found.is_flawless


def test_too_many_reasons_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.reason_flaws.AT_MOST", 1)
    found = reason_flaws(explanation(days_late_mean=1.0, on_hold=1.0), is_monotone=False)
    assert found.crowded == ROWS


def test_a_sentence_that_does_not_say_the_reference_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.reasons.sentence", lambda *_: "paid 1 day late")
    found = reason_flaws(explanation(days_late_mean=1.0), is_monotone=False)
    assert found.broken_sentences == 2 * ROWS
