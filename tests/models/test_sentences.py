"""Values as a collector reads them, and every sentence of the catalogue."""

import pytest

from features.catalogue import CATALOGUE, Feature
from models.sentences import LANGUAGES, UNITS, Language, formatted, sentence


@pytest.mark.parametrize(
    "value, unit, english, french",
    [
        (12.34, "days", "12.3 days", "12,3 jours"),
        (1.0, "days", "1 day", "1 jour"),
        (0.0, "days", "0 days", "0 jour"),
        (1.5, "days", "1.5 days", "1,5 jour"),
        (-1.0, "days", "-1 day", "-1 jour"),
        (-3.0, "days", "-3 days", "-3 jours"),
        (0.456, "share", "46%", "46\u202f%"),
        (0.004, "share", "0.4%", "0,4\u202f%"),
        (2.0, "weekday", "Wednesday", "mercredi"),
        (1.0, "flag", "yes", "oui"),
        (0.0, "flag", "no", "non"),
        (1234567.8, "money", "1,234,568", "1\u202f234\u202f568"),
        (12.0, "count", "12", "12"),
        (1.234, "ratio", "1.23", "1,23"),
        (-0.0, "ratio", "0", "0"),
        (None, "days", "no record", "aucune donnée"),
    ],
)
def test_a_value_reads_well(value: float | None, unit: str, english: str, french: str) -> None:
    assert formatted(value, unit, "en") == english
    assert formatted(value, unit, "fr") == french


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(feature: Feature, language: Language) -> None:
    for value in (None, 0.0, 2.0):
        text = sentence(feature, value, 1.0, language)
        assert text and "{" not in text


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_unit_of_the_catalogue_has_a_format(feature: Feature) -> None:
    assert feature.unit in UNITS
