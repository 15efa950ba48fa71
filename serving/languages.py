"""The language of reasons that a client accepts."""

from models.sentences import LANGUAGES, Language


def language_of(accept_language: str | None) -> Language:
    """The best of our languages that an `Accept-Language` header names; English if none.

    >>> language_of("de, fr-CA;q=0.8, en;q=0.7"), language_of("en;q=0, fr;q=0.1"), language_of(None)
    ('fr', 'fr', 'en')
    """
    best: tuple[float, Language] = (0.0, "en")
    for entry in (accept_language or "").split(","):
        name, *parameters = (word.strip().lower() for word in entry.split(";"))
        for language in LANGUAGES:
            if name.split("-")[0] == language and _weight(parameters) > best[0]:
                best = _weight(parameters), language
    return best[1]


def _weight(parameters: list[str]) -> float:
    """Weight q of a language, 1 if none is given, 0 if it is no number."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
