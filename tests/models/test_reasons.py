"""Reasons: one sentence for a family, the strongest first, at most as many as asked."""

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from features.frame import NAMES
from models.explanation import DAYS, Explanation
from models.reasons import AUDIBLE, reasons

FAMILIES = {feature.name: feature.family for feature in CATALOGUE}


def explanation(contributions: dict[str, float]) -> Explanation:
    own = np.array([[contributions.get(name, 0.0) for name in NAMES]])
    values = np.arange(len(NAMES), dtype=float)[None]
    total = own.sum(axis=1)
    return Explanation(NAMES, values, values + 0.5, own, total + 3, np.full(1, 3.0), DAYS)


def of_families(*wanted: int) -> list[str]:
    """A feature of each of some families, by their place in the catalogue."""
    families = list(dict.fromkeys(FAMILIES[name] for name in NAMES))
    return [next(n for n in NAMES if FAMILIES[n] == families[place]) for place in wanted]


def three_of_one_family() -> list[str]:
    by_family = [[n for n in NAMES if FAMILIES[n] == family] for family in FAMILIES.values()]
    return next(names for names in by_family if len(names) > 2)[:3]


def test_the_strongest_comes_first_whatever_its_sign() -> None:
    small, large, middle = of_families(0, 1, 2)
    (found,) = reasons(explanation({small: 0.5, large: -8.0, middle: 3.0}))
    assert [reason.feature for reason in found] == [large, middle, small]
    assert [reason.contribution for reason in found] == [-8.0, 3.0, 0.5]


def test_at_most_as_many_as_asked() -> None:
    names = of_families(0, 1, 2, 3, 4)
    found = explanation({name: float(place + 1) for place, name in enumerate(names)})
    assert len(reasons(found)[0]) == 4
    assert [reason.feature for reason in reasons(found, at_most=2)[0]] == [names[4], names[3]]
    assert reasons(found, at_most=0) == [()]


def test_a_family_speaks_in_one_sentence_with_its_sum() -> None:
    one, other, _ = three_of_one_family()
    (found,) = reasons(explanation({one: 2.0, other: 3.0}))
    assert [reason.feature for reason in found] == [other]
    assert found[0].contribution == 5.0
    assert found[0].family == FAMILIES[one]


def test_the_feature_that_speaks_points_where_its_family_does() -> None:
    one, other, third = three_of_one_family()
    (found,) = reasons(explanation({one: 5.0, other: -3.5, third: -2.5}))
    assert (found[0].feature, found[0].contribution) == (other, -1.0)
    (found,) = reasons(explanation({one: -5.0, other: 2.5, third: 3.5}))
    assert (found[0].feature, found[0].contribution) == (third, 1.0)


def of(values: dict[str, tuple[float, float, float]]) -> Explanation:
    """One row: of each feature its value, its reference and its contribution."""
    found = explanation({name: contribution for name, (_, _, contribution) in values.items()})
    for name, (value, reference, _) in values.items():
        found.values[0, NAMES.index(name)] = value
        found.references[0, NAMES.index(name)] = reference
    return found


def test_a_feature_does_not_speak_where_its_sentence_reads_the_other_way() -> None:
    early = {"days_late_mean": (-11.0, -2.0, 5.0), "days_late_spread": (9.0, 4.0, 1.0)}
    (found,) = reasons(of(early))
    assert (found[0].feature, found[0].contribution) == ("days_late_spread", 6.0)
    late = {"days_late_mean": (11.0, -2.0, -5.0), "days_late_spread": (9.0, 4.0, -1.0)}
    (found,) = reasons(of(late))
    assert (found[0].feature, found[0].contribution) == ("days_late_spread", -6.0)
    (found,) = reasons(of({name: (v, r, -c) for name, (v, r, c) in early.items()}))
    assert (found[0].feature, found[0].contribution) == ("days_late_mean", -6.0)


def test_lateness_reads_one_way_though_the_trees_are_free() -> None:
    for name in ("days_late_last_1", "days_late_trend", "late_share_90d"):
        assert reasons(of({name: (-0.5, 0.5, 2.0)})) == [()]
        assert len(reasons(of({name: (0.5, -0.5, 2.0)}))[0]) == 1
    assert reasons(of({"early_share": (0.9, 0.1, 2.0)})) == [()]


def test_without_a_value_or_a_reference_nothing_contradicts() -> None:
    for value, reference in ((np.nan, -2.0), (-11.0, np.nan), (np.nan, np.nan)):
        (found,) = reasons(of({"days_late_mean": (value, reference, 5.0)}))
        assert found[0].feature == "days_late_mean"


def test_a_family_of_which_all_contradict_leaves_its_place_to_the_next() -> None:
    told = {name: (1.0, 0.0, 0.5 + place) for place, name in enumerate(of_families(0, 1, 2, 3))}
    silent = {"tenure_days": (900.0, 100.0, 50.0), "invoices": (5.0, 1.0, -1.0)}
    (found,) = reasons(of({**told, **silent}))
    assert [reason.contribution for reason in found] == [3.5, 2.5, 1.5, 0.5]


def test_what_would_not_be_heard_is_not_said() -> None:
    loud, silent = of_families(0, 1)
    (found,) = reasons(explanation({loud: AUDIBLE, silent: -0.9 * AUDIBLE}))
    assert [reason.feature for reason in found] == [loud]


def test_a_reason_has_its_value_its_reference_and_its_unit() -> None:
    (name,) = of_families(1)
    found = explanation({name: 2.5})
    column = NAMES.index(name)
    found.references[0, column] = np.nan
    reason = reasons(found)[0][0]
    assert reason.value == float(column)
    assert reason.reference is None
    assert reason.unit == DAYS


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reasons_of_no_rows_are_none(language: str) -> None:
    found = explanation({})
    nothing = np.empty((0, len(NAMES)))
    none = Explanation(
        NAMES, nothing, nothing, nothing, found.prediction[:0], found.prediction[:0], DAYS
    )
    assert reasons(none, language) == []  # type: ignore[arg-type]
    assert reasons(found) == [()]
