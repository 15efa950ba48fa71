"""Promotion: what a version must show, what is recorded, who was champion when, and going back."""

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from decisions.records import Promotion, append_promotion
from ledger.days import datetimes
from ledger.errors import DuecastError
from ledger.files import read_ledger
from ledger.ledger import Ledger
from ledger.settings import Settings
from models.manifest import seal
from models.registry import (
    CHALLENGER,
    CHAMPION,
    RegistryError,
    UnreachableError,
    connect,
    find,
    promote,
    versions,
)
from tests.training.small_recipe import small_recipe
from training.demo import demonstrate
from training.promotion import (
    PromotionRefusedError,
    champion_at,
    promote_version,
    promotion_history,
    roll_back,
)
from training.simulation.settings import SimulationSettings
from training.simulation.simulator import simulate, write_simulation
from training.tracked import train_tracked
from training.tracking import register, tracked_run

SIMULATED = SimulationSettings(customers=60, months=15, seed=5)
OLDER, NEWER, ONE_TREE, OTHER_TERMS = 1, 2, 3, 4
NOON = datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Settings:
    """A home with four versions and no champion."""
    settings = Settings(home=tmp_path_factory.mktemp("trained"))
    shutil.copy(empty_store, settings.home / "mlflow.db")
    simulation = simulate(SIMULATED)
    ledger = written(simulation, settings.home / "ledger")
    through = ledger.extract.complete_through
    invoices = simulation.frames["invoices"]
    recent = invoices["issued_on"] > datetimes(np.array(through - 150))
    longer = invoices["due_on"].where(~recent, invoices["due_on"] + pd.Timedelta(days=40))
    frames = {**simulation.frames, "invoices": invoices.assign(due_on=longer)}
    shifted = written(replace(simulation, frames=frames), settings.home / "shifted")
    for data, as_of, rounds in (
        (ledger, through - 30, 30),
        (ledger, through, 30),
        (ledger, through, 1),
        (shifted, through, 30),
    ):
        recipe = small_recipe(delay={"trees": {"max_rounds": rounds, "learning_rate": 0.15}})
        train_tracked(settings, data, as_of, recipe)
    return settings


def written(simulation, directory: Path) -> Ledger:
    write_simulation(simulation, directory)
    return read_ledger(directory)


@pytest.fixture
def home(trained: Settings, tmp_path: Path) -> Settings:
    """A copy of that home: its versions' artifacts stay where they are."""
    shutil.copytree(trained.home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def promoted(home: Settings, version: int | None, why: str = "", day: int = 1) -> Promotion:
    return promote_version(home, version, "Ada", why, NOON.replace(day=day))


def gate(record: Promotion, name: str) -> dict[str, object]:
    return next(found for found in record.gates if found["name"] == name)


def test_a_version_fitted_on_more_passes_every_gate_and_each_figure_is_recorded(
    home: Settings,
) -> None:
    first = promoted(home, OLDER, "the first")
    assert (first.previous, first.promoted_by, first.why) == (None, "Ada", "the first")
    assert [found["name"] for found in first.gates] == [
        "calibration", "thin_history", "monotonicity", "probe",
    ]  # fmt: skip
    second = promoted(home, NEWER)
    assert find(home, CHAMPION).version == NEWER
    assert [found["name"] for found in second.gates] == [
        "log_loss", "absolute_error", "calibration", "thin_history", "population_shift",
        "monotonicity", "probe",
    ]  # fmt: skip
    assert all(found["passed"] for found in second.gates)
    for name in ("log_loss", "absolute_error", "calibration", "population_shift"):
        assert gate(second, name)["figure"] <= gate(second, name)["bound"]
    assert promotion_history(home) == (second, first)


def test_a_version_of_one_tree_is_refused_with_its_figures_whatever_the_reason(
    home: Settings,
) -> None:
    promoted(home, NEWER, "the first")
    with pytest.raises(PromotionRefusedError) as refused:
        promoted(home, ONE_TREE, "I like it")
    failed = {found.name: found for found in refused.value.gates if not found.passed}
    assert {"log_loss", "absolute_error"} <= set(failed)
    assert failed["log_loss"].figure > failed["log_loss"].bound > 0
    lines = str(refused.value).splitlines()
    assert len(lines) == len(failed)
    assert f"log_loss is {failed['log_loss'].figure:.4g}, at most" in lines[0]
    assert "the champion's" in lines[0]
    assert find(home, CHAMPION).version == NEWER
    assert len(promotion_history(home)) == 1


def test_a_shifted_population_needs_a_reason(home: Settings) -> None:
    promoted(home, OLDER, "the first")
    with pytest.raises(PromotionRefusedError, match="population_shift is"):
        promoted(home, OTHER_TERMS)
    record = promoted(home, OTHER_TERMS, "new terms for everyone from May")
    shift = gate(record, "population_shift")
    assert (shift["passed"], shift["excusable"]) == (False, True)
    assert shift["figure"] > shift["bound"] >= 0.2
    assert record.why == "new terms for everyone from May"


def test_without_a_number_the_challenger_is_judged(home: Settings) -> None:
    promoted(home, OLDER, "the first")
    assert find(home, CHALLENGER).version == OTHER_TERMS
    assert promoted(home, None, "new terms").version == OTHER_TERMS


def test_the_champion_is_not_promoted_again(home: Settings) -> None:
    promoted(home, NEWER, "the first")
    with pytest.raises(RegistryError, match="is champion already"):
        promoted(home, NEWER, "again")
    assert len(promotion_history(home)) == 1


def test_an_older_version_is_judged_on_what_came_since(home: Settings) -> None:
    promoted(home, NEWER, "the first")
    promote(home, ONE_TREE)
    found = gate(promoted(home, OLDER, "the trees are gone"), "log_loss")
    assert found["figure"] < 0


def test_what_cannot_be_judged_needs_a_reason(home: Settings) -> None:
    promoted(home, OLDER, "the first")
    run_id = find(home, NEWER).run_id
    experiment = connect(home).get_run(run_id).info.artifact_uri
    kept = Path(experiment.removeprefix("file://")) / "later_invoices"
    aside = kept.rename(kept.with_name("aside"))
    try:
        with pytest.raises(PromotionRefusedError) as refused:
            promoted(home, NEWER)
        lines = str(refused.value).splitlines()
        assert [line.split(": ")[1].split(" ")[0] for line in lines] == [
            "log_loss", "absolute_error", "calibration", "population_shift",
        ]  # fmt: skip
        assert all("not judged" in line and "--why" in line for line in lines)
        assert promoted(home, NEWER, "checked by hand").version == NEWER
    finally:
        aside.rename(kept)


def test_a_version_whose_probe_scores_differently_is_not_promoted(
    home: Settings, tmp_path: Path
) -> None:
    altered = shutil.copytree(find(home, NEWER).path, tmp_path / "altered")
    probe = json.loads((altered / "probe.json").read_text())
    probe["scores"]["expected_days_late"][0] += 1
    (altered / "probe.json").write_text(json.dumps(probe))
    seal(altered, facts_of(altered))
    with tracked_run(home, "train") as run:
        version = register(home, run, altered)
    with pytest.raises(PromotionRefusedError, match=r"probe is 1, at most 0 .*expected_days_late"):
        promoted(home, version, "why not")
    assert promotion_history(home) == ()


def facts_of(bundle: Path) -> dict[str, object]:
    manifest = json.loads((bundle / "manifest.json").read_text())
    return {name: manifest[name] for name in manifest.keys() - {"files", "content_sha256"}}


def test_a_version_that_does_not_exist_is_not_promoted(home: Settings) -> None:
    with pytest.raises(DuecastError, match="no version 9"):
        promoted(home, 9, "why not")


def test_who_was_champion_at_any_time(home: Settings) -> None:
    promoted(home, OLDER, "the first", day=2)
    promoted(home, NEWER, day=5)
    roll_back(home, "Bo", "complaints", NOON.replace(day=9))
    expected = {2: OLDER, 4: OLDER, 5: NEWER, 8: NEWER, 9: OLDER, 28: OLDER}
    for day, version in expected.items():
        assert champion_at(home, NOON.replace(day=day)).version == version
    assert champion_at(home, NOON.replace(day=5, hour=11)).version == OLDER
    with pytest.raises(DuecastError, match="no version was promoted by 2026-03-01 12:00"):
        champion_at(home, NOON)


def test_two_rollbacks_go_back_two_promotions(home: Settings) -> None:
    for version in (OLDER, NEWER, ONE_TREE):
        recorded_by_hand(home, version)
    first = roll_back(home, "Ada", "one tree", NOON)
    assert (first.version, first.previous, first.rollback, first.gates) == (NEWER, 3, True, [])
    second = roll_back(home, "Ada", "", NOON)
    assert second.version == find(home, CHAMPION).version == OLDER
    with pytest.raises(RegistryError, match="none to go back to"):
        roll_back(home, "Ada", "", NOON)


def test_a_promotion_after_a_rollback_is_rolled_back_to_where_it_stood(home: Settings) -> None:
    for version in (OLDER, NEWER):
        recorded_by_hand(home, version)
    roll_back(home, "Ada", "", NOON)
    recorded_by_hand(home, OTHER_TERMS)
    assert roll_back(home, "Ada", "", NOON).version == OLDER


def test_a_champion_that_was_never_recorded_can_be_gone_back_to(home: Settings) -> None:
    promote(home, OLDER)
    recorded_by_hand(home, NEWER)
    assert roll_back(home, "Ada", "", NOON).version == OLDER


def recorded_by_hand(home: Settings, version: int) -> None:
    before = [found.version for found in versions(home) if CHAMPION in found.aliases]
    made = promote(home, version)
    previous = before[0] if before else None
    record = Promotion(made.version, previous, made.sha256, NOON, "Ada", "")
    append_promotion(home, record)


def test_a_demo_trains_nothing_where_a_champion_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = Settings(home=tmp_path / "home", tracking_uri="http://127.0.0.1:9")
    small = SimulationSettings(customers=3, months=4, seed=1)
    with pytest.raises(UnreachableError, match="fails"):
        demonstrate(away, small, NOON)


def test_a_demo_trains_nothing_where_the_champion_is_damaged(home: Settings) -> None:
    promote(home, OLDER)
    connect(home).delete_model_version_tag("duecast", str(OLDER), "sha256")
    with pytest.raises(RegistryError, match="has no tag sha256"):
        demonstrate(home, SIMULATED, NOON)
