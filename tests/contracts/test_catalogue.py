"""The catalogue, the frames made by it and the page about it say the same."""

from collections import Counter
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from features.catalogue import CATALOGUE, Feature
from features.compute import compute_features
from features.frame import NAMES, of_customers
from features.priors import build_priors
from features.reference import reference_page
from ledger.ledger import Extract, empty_ledger

PAGE = Path(__file__).resolve().parents[2] / "docs" / "features.md"


def test_every_name_is_given_once() -> None:
    assert [name for name, count in Counter(f.name for f in CATALOGUE).items() if count > 1] == []


def test_a_frame_has_the_columns_of_the_catalogue_and_those_of_intervals_come_last() -> None:
    ledger = empty_ledger(Extract("EUR", 20_000))
    nobody = of_customers(np.empty(0, np.int32), np.empty(0, np.int32))
    frame = compute_features(ledger, nobody, build_priors(ledger))
    scopes = [feature.scope for feature in CATALOGUE]
    assert frame.names == NAMES == tuple(f.name for f in CATALOGUE[: len(NAMES)])
    assert frame.values.shape == (0, len(NAMES))
    assert set(scopes[: len(NAMES)]) == {"observation"}
    assert set(scopes[len(NAMES) :]) == {"interval"}


def test_there_are_sixty_features_or_more() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_feature_is_defined_and_has_sentences_for_its_value(feature: Feature) -> None:
    assert feature.definition
    for sentence in (feature.sentence_en, feature.sentence_fr):
        fields = [field for _, field, _, _ in Formatter().parse(sentence) if field is not None]
        assert fields == ["value", "reference"]


def test_the_page_is_written_from_the_catalogue() -> None:
    assert PAGE.read_text() == reference_page(), (
        "run python -m features.reference > docs/features.md"
    )
