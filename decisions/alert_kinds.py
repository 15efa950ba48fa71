"""The kinds of alerts: how severe each is, and the sentence it is told by, in two languages."""

from dataclasses import dataclass
from decimal import Decimal

from models.sentences import NOTHING_KNOWN, Language, formatted

SEVERITIES = ("high", "medium", "low")
"""How severe an alert is, the worst first."""

Figure = Decimal | float | str | None
"""What an alert is about: money as decimal of major units, a number, a day or a word."""


@dataclass(frozen=True)
class AlertKind:
    """How severe alerts of a kind are, and what they say, with `{was}`, `{now}`, `{invoice}`."""

    severity: str
    en: str
    fr: str


KINDS = {
    "account_blocked": AlertKind(
        "high",
        "the account is {now}; before: {was}",
        "le compte est au statut {now} ; avant : {was}",
    ),
    "in_default": AlertKind(
        "high", "the customer is newly in default", "le client est nouvellement en défaut"
    ),
    "limit_exceeded": AlertKind(
        "high",
        "the exposure is {now}, above the approved limit of {was}",
        "l'encours est de {now}, au-dessus de la limite accordée de {was}",
    ),
    "insurer_deadline": AlertKind(
        "high",
        "the insurer must hear of an overdue item by {now}",
        "l'assureur doit être informé d'un impayé au plus tard le {now}",
    ),
    "promise_broken": AlertKind(
        "high",
        "promises to pay broken since the last run: {now}",
        "promesses de paiement non tenues depuis le dernier calcul : {now}",
    ),
    "large_item_overdue": AlertKind(
        "medium",
        "invoice {invoice} of {now} is newly overdue",
        "la facture {invoice} de {now} est nouvellement échue",
    ),
    "grade_fell": AlertKind(
        "medium", "the grade fell from {was} to {now}", "la note est passée de {was} à {now}"
    ),
    "pd_rose": AlertKind(
        "medium",
        "the probability of default rose from {was} to {now}",
        "la probabilité de défaut est passée de {was} à {now}",
    ),
    "payment_class_worsened": AlertKind(
        "medium",
        "payment behaviour worsened from {was} to {now}",
        "le comportement de paiement s'est dégradé de {was} à {now}",
    ),
    "limit_expires": AlertKind(
        "medium",
        "the approved limit is valid until {now}",
        "la limite accordée est valable jusqu'au {now}",
    ),
    "guarantee_ends": AlertKind(
        "medium", "a guarantee is valid until {now}", "une garantie est valable jusqu'au {now}"
    ),
    "concentration": AlertKind(
        "low",
        "the customer has {now} of the portfolio's exposure",
        "le client représente {now} de l'encours du portefeuille",
    ),
    "portfolio_overdue_rose": AlertKind(
        "high",
        "the overdue share of the portfolio rose from {was} to {now}",
        "la part échue du portefeuille est passée de {was} à {now}",
    ),
}
"""Every kind of alert, by its name, in the order in which equals are told."""

WORDS_FR = {
    "active": "actif",
    "on_hold": "bloqué",
    "legal": "contentieux",
    "insolvent": "insolvable",
    "early": "en avance",
    "on_time": "à l'heure",
    "up_to_15": "jusqu'à 15 jours",
    "up_to_30": "jusqu'à 30 jours",
    "over_30": "plus de 30 jours",
}
"""Words of the ledger and of decisions in French; in English they are read as they are."""


def alert_sentence(
    kind: str, was: Figure, now: Figure, unit: str, invoice_id: str, language: Language
) -> str:
    """What an alert of a kind says; `unit` is share, count, day, word or a currency.

    >>> alert_sentence("grade_fell", "B", "D", "word", "", "fr")
    'la note est passée de B à D'
    >>> alert_sentence("large_item_overdue", None, Decimal("31000.00"), "EUR", "I7", "en")
    'invoice I7 of 31,000 EUR is newly overdue'
    """
    template = getattr(KINDS[kind], language)
    said: str = template.format(
        was=_figure(was, unit, language), now=_figure(now, unit, language), invoice=invoice_id
    )
    return said


def _figure(figure: Figure, unit: str, language: Language) -> str:
    if figure is None:
        return NOTHING_KNOWN[language]
    if isinstance(figure, str):
        return WORDS_FR.get(figure, figure) if language == "fr" else figure.replace("_", " ")
    if isinstance(figure, Decimal):
        return f"{formatted(float(figure), 'money', language)} {unit}"
    return formatted(figure, unit, language)
