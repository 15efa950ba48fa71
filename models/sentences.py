"""Values of features as a collector reads them, in English and French."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, get_args

from features.catalogue import Feature

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

NARROW_SPACE = "\u202f"
"""Between thousands and before a colon or the per cent sign in French."""

NOTHING_KNOWN = {"en": "no record", "fr": "aucune donnée"}
COLON = {"en": ":", "fr": f"{NARROW_SPACE}:"}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
FLAGS = {"en": ("no", "yes"), "fr": ("non", "oui")}
SIDES: Mapping[str, Mapping[Language, tuple[str, str]]] = {
    "days late": {"en": ("late", "early"), "fr": ("de retard", "d'avance")},
    "days later": {"en": ("later", "earlier"), "fr": ("plus tard", "plus tôt")},
    "days longer": {"en": ("longer", "shorter"), "fr": ("plus longue", "plus courte")},
    "days after": {"en": ("after", "before"), "fr": ("après", "avant")},
}
"""What days mean by their unit: from zero up, and below."""
DAYS = {"en": ("day", "days"), "fr": ("jour", "jours")}


def sentence(
    feature: Feature, value: float | None, reference: float | None, language: Language = "en"
) -> str:
    """The feature's sentence with its value and the reference's; None is no evidence.

    >>> late = Feature(
    ...     "days_late_mean", "days late", "behaviour", 1, "paid {value}, against {reference}",
    ...     "paie avec {value}, contre {reference}",
    ... )
    >>> sentence(late, 12.0, 1.0)
    'paid 12 days late, against 1 day late'
    >>> sentence(late, 12.0, None, "fr")
    'paie avec 12 jours de retard, contre aucune donnée'
    >>> sentence(late, None, -1.5)
    'no record: paid …, against 1.5 days early'
    """
    template = feature.sentence_en if language == "en" else feature.sentence_fr
    text = template.format(
        value="…" if value is None else formatted(value, feature.unit, language),
        reference=formatted(reference, feature.unit, language),
    )
    return text if value is not None else f"{NOTHING_KNOWN[language]}{COLON[language]} {text}"


def formatted(value: float | None, unit: str, language: Language = "en") -> str:
    """A value with its unit, one of `UNITS`.

    >>> formatted(12.34, "days"), formatted(1, "days"), formatted(0.456, "share")
    ('12.3 days', '1 day', '46%')
    >>> formatted(-9.6, "days late"), formatted(1, "days longer", "fr")
    ('9.6 days early', '1 jour plus longue')
    >>> formatted(2, "weekday", "fr"), formatted(1234567.8, "money")
    ('mercredi', '1,234,568')
    """
    return NOTHING_KNOWN[language] if value is None else UNITS[unit](value, language)


def _days(value: float, language: Language) -> str:
    text = _number(value, language, 1)
    singular = abs(value) < 2 if language == "fr" else text in ("1", "-1")
    return f"{text} {DAYS[language][0 if singular else 1]}"


def _sided_days(value: float, language: Language, unit: str) -> str:
    above, below = SIDES[unit][language]
    return f"{_days(abs(value), language)} {above if round(value, 1) >= 0 else below}"


def _share(value: float, language: Language) -> str:
    percent = _number(100 * value, language, 0 if abs(value) >= 0.01 else 1)
    return f"{percent}{NARROW_SPACE if language == 'fr' else ''}%"


def _weekday(value: float, language: Language) -> str:
    return WEEKDAYS[language][round(value) % 7]


def _flag(value: float, language: Language) -> str:
    return FLAGS[language][value > 0]


def _number(value: float, language: Language, digits: int) -> str:
    """A number with at most so many digits after the point, and thousands set apart."""
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if language == "fr":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


UNITS: Mapping[str, Callable[[float, Language], str]] = {
    "count": partial(_number, digits=1),
    "day of month": partial(_number, digits=0),
    "days": _days,
    **{unit: partial(_sided_days, unit=unit) for unit in SIDES},
    "flag": _flag,
    "money": partial(_number, digits=0),
    "ratio": partial(_number, digits=2),
    "share": _share,
    "weekday": _weekday,
}
"""How a value of each unit of the catalogue is written."""
