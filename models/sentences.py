"""Values of features as a collector reads them, in English and French."""

from typing import Literal, get_args

from features.catalogue import Feature

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

NOTHING_KNOWN = {"en": "no record", "fr": "aucune donnée"}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
FLAGS = {"en": ("no", "yes"), "fr": ("non", "oui")}
DAYS = {"en": ("day", "days"), "fr": ("jour", "jours")}

NARROW_SPACE = "\u202f"
"""Between thousands and before the per cent sign in French."""


def sentence(
    feature: Feature, value: float | None, reference: float | None, language: Language = "en"
) -> str:
    """The feature's sentence with its value and the reference's; None is no evidence.

    >>> terms = Feature(
    ...     "terms_days", "days", "terms", 1, "Terms of {value}, usually {reference}.",
    ...     "Échéance à {value}, d'habitude {reference}.",
    ... )
    >>> sentence(terms, 60.0, 30.0)
    'Terms of 60 days, usually 30 days.'
    >>> sentence(terms, 60.0, None, "fr")
    "Échéance à 60 jours, d'habitude aucune donnée."
    """
    template = feature.sentence_en if language == "en" else feature.sentence_fr
    return template.format(
        value=formatted(value, feature.unit, language),
        reference=formatted(reference, feature.unit, language),
    )


def formatted(value: float | None, unit: str, language: Language = "en") -> str:
    """A value with its unit.

    >>> formatted(12.34, "days"), formatted(1, "days"), formatted(0.456, "share", "en")
    ('12.3 days', '1 day', '46%')
    >>> formatted(2, "weekday", "fr"), formatted(1234567.8, "money")
    ('mercredi', '1,234,568')
    """
    if value is None:
        return NOTHING_KNOWN[language]
    match unit:
        case "days":
            text = _number(value, 1, language)
            return f"{text} {DAYS[language][0 if _is_one(text, language) else 1]}"
        case "share":
            percent = _number(100 * value, 0, language)
            return f"{percent}%" if language == "en" else f"{percent}{NARROW_SPACE}%"
        case "weekday":
            return WEEKDAYS[language][round(value) % 7]
        case "flag":
            return FLAGS[language][round(value) > 0]
        case "money":
            return _number(value, 0, language)
        case _:
            return _number(value, 2 if unit == "ratio" else 1, language)


def _is_one(text: str, language: Language) -> bool:
    """Whether a number takes the singular: 1 in English, below 2 in French."""
    if language == "en":
        return text in ("1", "-1")
    return text.lstrip("-").split(",")[0] in ("0", "1")


def _number(value: float, digits: int, language: Language) -> str:
    """A number with at most so many digits after the point, and thousands set apart."""
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if language == "fr":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return text
