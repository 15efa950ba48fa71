"""MLflow is gone, or the champion cannot be used: the old one serves, and it is said why."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from decisions.champion import champion
from features.kept_priors import write_ledger_to
from ledger.files import read_ledger
from ledger.settings import Settings
from ledger.store import open_store
from models.bundle import ModelBundle
from models.manifest import MANIFEST, seal
from models.registry import promote
from serving.meters import new_meters
from serving.readiness import Readiness
from tests.faults.servers import BOUNDS, home_like, load, ok
from tests.serving.running import PROMOTED_AT, Service, running, small_bundle, wait_until
from training.tracking import register, tracked_run

LOOKS = 12
"""Answers of each thread that are waited for while a champion is taken up."""

Change = Callable[[Path], None]

_numbers = count(1)


@dataclass(frozen=True)
class House:
    """A server on a home, where MLflow keeps bundles, one to make others from, and an invoice."""

    service: Service
    settings: Settings
    artifacts: Path
    bundle: ModelBundle
    invoice: str

    def serves(self) -> int:
        """Version in use."""
        return int(self.service.client.get("/v1/model").json()["version"])

    def refused(self) -> dict[str, Any] | None:
        """What is said of the champion that is not taken up; both places say the same."""
        ready, model = (self.service.client.get(path).json() for path in ("/readyz", "/v1/model"))
        return ready["refused"] if ready["refused"] == model["refused"] else None

    def registered(self, change: Change | None = None, damage: Change | None = None) -> int:
        """Version of a new bundle, changed before it is registered, or damaged afterwards."""
        directory = self.settings.home / f"bundle-{next(_numbers)}"
        title = f"# {directory.name}\n"
        replace(self.bundle, card=title).save(directory)
        if change:
            change(directory)
        with tracked_run(self.settings, "train") as run:
            version = register(self.settings, run, directory)
        if damage:
            cards = self.artifacts.rglob("MODEL_CARD.md")
            damage(next(card.parent for card in cards if card.read_text() == title))
        return version


@pytest.fixture(scope="module")
def house(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that was started while MLflow's store was gone, after it had accepted version 1."""
    settings = Settings(home=tmp_path_factory.mktemp("champions"))
    ledger = read_ledger(served_home / "files")
    write_ledger_to(open_store(settings), ledger, "tests", PROMOTED_AT)
    accepted = Settings(home=served_home)
    assert champion(accepted).version == 1
    shutil.copytree(accepted.bundles, settings.bundles)
    with running(settings.home, **BOUNDS) as service:
        wait_until(lambda: service.client.get("/readyz").status_code == 200)
        home_like(served_home, settings.home)
        invoice = str(ledger.text("invoices", "invoice_id")[0])
        yield House(service, settings, served_home / "artifacts", small_bundle(ledger), invoice)


def test_while_mlflow_is_gone_at_the_start_the_version_accepted_last_serves(house: House) -> None:
    said = house.service.log.read_text()
    assert "there is no MLflow store" in said and "going on with version 1" in said


def seal_again(directory: Path, **facts: Any) -> None:
    """Have a bundle say something else of itself, and be intact."""
    manifest = json.loads((directory / MANIFEST).read_text())
    for name in ("files", "content_sha256"):
        del manifest[name]
    seal(directory, manifest | facts)


def of_other_features(directory: Path) -> None:
    seal_again(directory, feature_fingerprint="0" * 64)


def with_another_probe(directory: Path) -> None:
    probe = json.loads((directory / "probe.json").read_text())
    scores = probe["scores"]["expected_days_late"]
    scores[0] += 1e-6
    (directory / "probe.json").write_text(json.dumps(probe))
    seal_again(directory)


def without_trees(directory: Path) -> None:
    (directory / "delay.txt").write_text("no trees\n")
    seal_again(directory)


def cut_off(directory: Path) -> None:
    card = directory / "delay.txt"
    card.write_bytes(card.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("change", "damage", "why"),
    [
        (of_other_features, None, "has another feature_fingerprint than this duecast"),
        (with_another_probe, None, "expected_days_late"),
        (without_trees, None, "cannot be used"),
        (None, cut_off, "delay.txt was altered"),
    ],
)
def test_a_champion_that_cannot_be_used_is_refused_and_the_old_one_goes_on(
    house: House, change: Change | None, damage: Change | None, why: str
) -> None:
    before = house.serves()
    bad = house.registered(change, damage)
    with load(house.service, 2, asking(house)) as asked:
        promote(house.settings, bad)
        wait_until(lambda: (house.refused() or {}).get("version") == bad)
    assert all(map(ok, asked.answers)) and not asked.broken
    refused = house.refused()
    assert refused is not None and why in refused["why"]
    assert house.serves() == before
    assert f"version {bad} is champion, but cannot be used" in house.service.log.read_text()
    metrics = house.service.client.get("/metrics").text
    assert "duecast_champion_refused 1.0" in metrics
    assert f"duecast_model_version {before}.0" in metrics
    promote(house.settings, before)
    wait_until(lambda: house.refused() is None)


def asking(house: House) -> Callable[[httpx.Client, int], httpx.Response]:
    def ask(client: httpx.Client, turn: int) -> httpx.Response:
        if turn % 2:
            return client.get("/v1/model")
        body = {"invoice_ids": [house.invoice], "explain": 2}
        return client.post("/v1/scores/invoices", json=body)

    return ask


def test_a_good_champion_is_taken_up_without_one_failed_request(house: House) -> None:
    before = house.serves()
    good = house.registered()
    with load(house.service, 8, asking(house)) as asked:
        asked.wait_for(LOOKS, lambda answer: version_of(answer) == before)
        promote(house.settings, good)
        asked.wait_for(LOOKS * 8, lambda answer: version_of(answer) == good)
    assert not asked.broken
    assert {answer.status_code for answer in asked.answers} == {200}
    assert {version_of(answer) for answer in asked.answers} == {before, good}
    assert house.refused() is None
    assert f"duecast_model_version {good}.0" in house.service.client.get("/metrics").text


def version_of(answer: httpx.Response) -> int:
    """Version that answered."""
    told = answer.json()
    return int(told["provenance"]["model"]["version"] if "provenance" in told else told["version"])


def test_a_service_that_starts_with_a_bad_champion_says_so_and_serves_the_one_before(
    house: House,
) -> None:
    good = house.serves()
    bad = house.registered(of_other_features)
    promote(house.settings, bad)
    readiness = Readiness(house.settings, lambda: datetime.now(UTC), new_meters())
    readiness.look()
    assert readiness.desk().champion.version == good
    assert readiness.refusal is not None and readiness.refusal.version == bad
    readiness.stop()
    promote(house.settings, good)
    wait_until(lambda: house.refused() is None)
