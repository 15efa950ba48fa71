"""A sealed bundle is what its manifest says, or it is refused with every reason at once."""

import json
from pathlib import Path

import pytest

from models.bundle_cache import held
from models.manifest import MANIFEST, BundleError, seal, verify


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    directory = tmp_path / "bundle"
    (directory / "calibration").mkdir(parents=True)
    (directory / "delay.txt").write_text("tree")
    (directory / "calibration" / "delay.json").write_text("{}")
    seal(directory, {"grid": [-60, 0, 365], "owner": "Crédit"})
    return directory


def test_a_sealed_bundle_verifies_and_tells_its_facts(bundle: Path) -> None:
    manifest = verify(bundle)
    assert manifest["grid"] == [-60, 0, 365]
    assert manifest["owner"] == "Crédit"
    assert sorted(manifest["files"]) == ["calibration/delay.json", "delay.txt"]


def test_sealing_twice_gives_the_same_bytes_and_hash(bundle: Path) -> None:
    before = (bundle / MANIFEST).read_bytes()
    content = seal(bundle, {"owner": "Crédit", "grid": [-60, 0, 365]})
    assert (bundle / MANIFEST).read_bytes() == before
    assert verify(bundle)["content_sha256"] == content


def test_another_fact_or_another_file_gives_another_hash(bundle: Path) -> None:
    first = verify(bundle)["content_sha256"]
    other_fact = seal(bundle, {"grid": [-60, 0, 180], "owner": "Crédit"})
    (bundle / "delay.txt").write_text("other tree")
    other_file = seal(bundle, {"grid": [-60, 0, 365], "owner": "Crédit"})
    assert len({first, other_fact, other_file}) == 3


def test_facts_that_json_writes_otherwise_still_verify(bundle: Path) -> None:
    seal(bundle, {"by_interval": {2: 0.1, 10: (0.2, 0.3)}})
    assert verify(bundle)["by_interval"] == {"2": 0.1, "10": [0.2, 0.3]}


def test_every_damage_is_named_at_once(bundle: Path) -> None:
    (bundle / "delay.txt").write_text("other tree")
    (bundle / "calibration" / "delay.json").unlink()
    (bundle / "notes.txt").write_text("a file nobody sealed")
    with pytest.raises(BundleError) as caught:
        verify(bundle)
    missing, altered, unknown = caught.value.problems
    assert "calibration/delay.json is missing" in missing
    assert "delay.txt was altered" in altered
    assert "notes.txt is not in the manifest" in unknown


def test_an_altered_fact_is_refused(bundle: Path) -> None:
    manifest = json.loads((bundle / MANIFEST).read_text())
    (bundle / MANIFEST).write_text(json.dumps({**manifest, "grid": [0]}))
    with pytest.raises(BundleError, match=r"manifest\.json was altered"):
        verify(bundle)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}', '{"files": {}}', "null"])
def test_an_unreadable_manifest_is_refused(bundle: Path, text: str) -> None:
    (bundle / MANIFEST).write_text(text)
    with pytest.raises(BundleError, match="expected a bundle's manifest"):
        verify(bundle)


def test_a_directory_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json cannot be read"):
        verify(tmp_path)


def test_an_intact_bundle_under_another_hash_is_not_held(bundle: Path, tmp_path: Path) -> None:
    other = "0" * 64
    content = verify(bundle)["content_sha256"]
    bundle.rename(tmp_path / other)
    assert held(tmp_path, other) is None
    (tmp_path / other).rename(tmp_path / content)
    assert held(tmp_path, content) == tmp_path / content
