"""Parts of answers from rows of tables and reports."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar, get_args

from features.catalogue import CATALOGUE
from models.sentences import Language, sentence
from serving.score_answers import ReasonAnswer
from serving.wire import Money, Part

P = TypeVar("P", bound=Part)

_FEATURES = {feature.name: feature for feature in CATALOGUE}


def part_of(model: type[P], row: Mapping[str, Any], currency: str, **more: Any) -> P:
    """A part of an answer from the values of a row that have its fields' names.

    A number where the part has money is money of the currency: a decimal, or the text of one.
    `more` are fields that the row does not have, or not as they are answered.
    """
    values = {
        name: money_of(row[name], currency) if _is_money(field.annotation) else row[name]
        for name, field in model.model_fields.items()
        if name in row and name not in more
    }
    return model.model_validate({**values, **more})


def money_of(amount: Decimal | str | None, currency: str) -> Money | None:
    """An amount of a table, or of a report, where it is text."""
    return None if amount is None else Money.of_decimal(Decimal(amount), currency)


def worded(reason: ReasonAnswer, language: Language) -> ReasonAnswer:
    """A reason in another language; one of a feature that is no more stays as it is."""
    feature = _FEATURES.get(reason.feature)
    if feature is None:
        return reason
    said = sentence(feature, reason.value, reason.reference, language)
    return reason.model_copy(update={"sentence": said})


def _is_money(annotation: Any) -> bool:
    return Money in (annotation, *get_args(annotation))
