"""Every feature, defined once."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Scope = Literal["observation", "interval"]
Direction = Literal[-1, 0, 1]


@dataclass(frozen=True)
class Feature:
    """One feature: what it is called, measured in, and how a collector reads it.

    Parameters
    ----------
    name, unit, family
        The field's term, its unit, and the family whose members speak in one sentence.
    direction
        +1 where more of it means later or riskier, -1 safer, 0 either.
    sentence_en, sentence_fr
        What a collector reads; `{value}` and `{reference}` stand for formatted values.
    scope
        `observation`: one value per row of a frame; `interval`: derived for each interval of
        days by `models.intervals`.
    """

    name: str
    unit: str
    family: str
    direction: Direction
    sentence_en: str
    sentence_fr: str
    scope: Scope = "observation"


def _family(
    family: str, *rows: tuple[str, str, Direction, str, str], scope: Scope = "observation"
) -> tuple[Feature, ...]:
    """Features of one family from (name, unit, direction, English, French).

    Each sentence ends with what the value stands against.
    """
    return tuple(
        Feature(
            name,
            unit,
            family,
            direction,
            f"{english}, against {{reference}}",
            f"{french}, contre {{reference}}",
            scope,
        )
        for name, unit, direction, english, french in rows
    )


TERMS = _family(
    "terms",
    ("terms_days", "days", 0, "terms of {value}", "échéance à {value}"),
    (
        "terms_over_agreed_days",
        "days",
        0,
        "terms {value} longer than agreed",
        "échéance plus longue que convenu de {value}",
    ),
    ("discount_pct", "count", 0, "discount of {value} %", "escompte de {value} %"),
    (
        "discount_days_left",
        "days",
        0,
        "{value} left to take the discount",
        "{value} pour profiter de l'escompte",
    ),
    (
        "drawn_by_seller",
        "flag",
        0,
        "money drawn by direct debit, card or bill: {value}",
        "prélèvement, carte ou effet : {value}",
    ),
)

CALENDAR = _family(
    "calendar",
    ("due_weekday", "weekday", 0, "due on a {value}", "échéance un {value}"),
    (
        "due_month_day",
        "day of month",
        0,
        "due on day {value} of the month",
        "échéance le {value} du mois",
    ),
    (
        "due_days_to_month_end",
        "days",
        0,
        "due {value} before the end of the month",
        "échéance {value} avant la fin du mois",
    ),
    ("issue_weekday", "weekday", 0, "issued on a {value}", "facture émise un {value}"),
)

AMOUNT = _family("amount", ("amount", "money", 0, "amount of {value}", "montant de {value}"))

USUAL = _family(
    "usual",
    (
        "amount_ratio",
        "ratio",
        0,
        "{value} times the customer's usual amount",
        "{value} fois le montant habituel du client",
    ),
    (
        "terms_change_days",
        "days",
        0,
        "terms {value} longer than the customer's usual",
        "échéance plus longue que d'habitude de {value}",
    ),
)

AGE = _family(
    "age",
    ("days_since_issue", "days", 0, "issued {value} ago", "émise il y a {value}"),
    ("days_past_due", "days", 1, "{value} past due", "échue depuis {value}"),
    ("paid_share", "share", 0, "{value} of it already paid", "déjà payée à {value}"),
)

BEHAVIOUR = _family(
    "behaviour",
    ("outcomes", "count", 0, "{value} invoices paid so far", "{value} factures payées à ce jour"),
    (
        "days_late_mean",
        "days",
        1,
        "paid {value} late on average",
        "paie avec {value} de retard en moyenne",
    ),
    (
        "days_late_median",
        "days",
        0,
        "paid {value} late in the middle case",
        "paie avec {value} de retard dans le cas médian",
    ),
    (
        "days_late_p90",
        "days",
        1,
        "one invoice in ten paid {value} late or later",
        "une facture sur dix payée avec au moins {value} de retard",
    ),
    (
        "days_late_worst",
        "days",
        1,
        "at worst paid {value} late",
        "au pire {value} de retard",
    ),
    (
        "days_late_quartiles",
        "days",
        0,
        "the middle half of payments spreads over {value}",
        "la moitié centrale des paiements s'étale sur {value}",
    ),
    (
        "days_late_spread",
        "days",
        0,
        "days late spread by {value}",
        "retards dispersés de {value}",
    ),
    (
        "days_late_weighted",
        "days",
        0,
        "paid {value} late on average, large invoices weighing more",
        "paie avec {value} de retard en moyenne pondérée par les montants",
    ),
    ("late_share", "share", 0, "{value} of invoices paid late", "{value} des factures en retard"),
    (
        "early_share",
        "share",
        0,
        "{value} of invoices paid early",
        "{value} des factures payées en avance",
    ),
    (
        "on_day_share",
        "share",
        0,
        "{value} of invoices paid on the due date",
        "{value} des factures payées le jour de l'échéance",
    ),
    (
        "over_30_share",
        "share",
        1,
        "{value} of invoices paid more than 30 days late",
        "{value} des factures avec plus de 30 jours de retard",
    ),
    (
        "days_to_pay_mean",
        "days",
        0,
        "paid {value} after issue on average",
        "paie {value} après l'émission en moyenne",
    ),
    (
        "days_late_implied",
        "days",
        0,
        "the usual time to pay would be {value} past these terms",
        "le délai habituel dépasserait cette échéance de {value}",
    ),
    *(
        (
            f"days_late_last_{place}",
            "days",
            0,
            f"paid {{value}} late, {english}",
            f"{{value}} de retard, {french}",
        )
        for place, (english, french) in enumerate(
            (
                ("last time", "dernier paiement"),
                ("the time before last", "avant-dernier paiement"),
                ("three payments ago", "trois paiements plus tôt"),
                ("four payments ago", "quatre paiements plus tôt"),
                ("five payments ago", "cinq paiements plus tôt"),
            ),
            start=1,
        )
    ),
    (
        "days_late_last_lowest",
        "days",
        0,
        "at best paid {value} late in the last five",
        "au mieux {value} de retard sur les cinq derniers",
    ),
    (
        "days_late_last_median",
        "days",
        0,
        "paid {value} late in the middle of the last five",
        "{value} de retard au milieu des cinq derniers",
    ),
    (
        "days_late_last_highest",
        "days",
        0,
        "at worst paid {value} late in the last five",
        "au pire {value} de retard sur les cinq derniers",
    ),
    *(
        (
            f"outcomes_{days}d",
            "count",
            0,
            f"{{value}} invoices paid in the last {days} days",
            f"{{value}} factures payées sur {days} jours",
        )
        for days in (30, 90, 180, 365)
    ),
    *(
        (
            f"days_late_mean_{days}d",
            "days",
            0,
            f"paid {{value}} late on average over the last {days} days",
            f"paie avec {{value}} de retard en moyenne sur {days} jours",
        )
        for days in (30, 90, 180, 365)
    ),
    *(
        (
            f"late_share_{days}d",
            "share",
            0,
            f"{{value}} of invoices paid late over the last {days} days",
            f"{{value}} des factures en retard sur {days} jours",
        )
        for days in (30, 90, 180, 365)
    ),
    *(
        (
            f"days_late_decayed_{days}d",
            "days",
            0,
            f"paid {{value}} late of late (half-life {days} days)",
            f"{{value}} de retard ces temps-ci (demi-vie {days} jours)",
        )
        for days in (15, 60, 180)
    ),
    *(
        (
            f"late_share_decayed_{days}d",
            "share",
            0,
            f"{{value}} of invoices paid late of late (half-life {days} days)",
            f"{{value}} des factures en retard ces temps-ci (demi-vie {days} jours)",
        )
        for days in (15, 60, 180)
    ),
    (
        "days_late_trend",
        "days",
        0,
        "days late moved by {value} of late",
        "retard en évolution de {value} ces temps-ci",
    ),
    (
        "days_late_like_terms",
        "days",
        0,
        "paid {value} late on average at like terms",
        "{value} de retard en moyenne à échéance semblable",
    ),
    (
        "days_late_like_amount",
        "days",
        0,
        "paid {value} late on average at like amounts",
        "{value} de retard en moyenne à montant semblable",
    ),
    (
        "days_late_same_weekday",
        "days",
        0,
        "paid {value} late on average when due on this weekday",
        "{value} de retard en moyenne pour ce jour d'échéance",
    ),
    (
        "outcomes_same_weekday",
        "count",
        0,
        "{value} paid invoices were due on this weekday",
        "{value} factures payées échues ce jour de la semaine",
    ),
)

HABITS = _family(
    "habits",
    (
        "due_weekday_share",
        "share",
        0,
        "{value} of payments made on the weekday it is due",
        "{value} des paiements le jour de semaine de l'échéance",
    ),
    (
        "due_month_day_share",
        "share",
        0,
        "{value} of payments made on the day of month it is due",
        "{value} des paiements le quantième de l'échéance",
    ),
    (
        "days_to_payment_weekday",
        "days",
        0,
        "{value} from due date to the weekdays it pays on",
        "{value} de l'échéance à ses jours de paiement",
    ),
    (
        "days_to_payment_month_day",
        "days",
        0,
        "{value} from due date to its usual day of the month",
        "{value} de l'échéance à son quantième habituel",
    ),
    (
        "days_to_payment_run",
        "days",
        0,
        "{value} from due date to its next likely payment run",
        "{value} de l'échéance à sa prochaine campagne de paiement probable",
    ),
    (
        "payment_weekday_top_share",
        "share",
        0,
        "{value} of payments made on its favourite weekday",
        "{value} des paiements le même jour de semaine",
    ),
    (
        "payment_month_day_top_share",
        "share",
        0,
        "{value} of payments made on its favourite day of the month",
        "{value} des paiements le même quantième",
    ),
    (
        "payment_month_end_share",
        "share",
        0,
        "{value} of payments made at the end of the month",
        "{value} des paiements en fin de mois",
    ),
    (
        "payment_run_items",
        "count",
        0,
        "{value} invoices paid at a time",
        "{value} factures payées à la fois",
    ),
    (
        "payment_gap_days",
        "days",
        0,
        "{value} between payments",
        "{value} entre deux paiements",
    ),
    (
        "payment_gap_longest_days",
        "days",
        0,
        "up to {value} between payments",
        "jusqu'à {value} entre deux paiements",
    ),
    (
        "days_since_payment",
        "days",
        0,
        "last payment {value} ago",
        "dernier paiement il y a {value}",
    ),
)

OPEN_ITEMS = _family(
    "open items",
    ("open_items", "count", 0, "{value} other open items", "{value} autres factures ouvertes"),
    ("open_amount", "money", 0, "{value} open in other items", "{value} d'encours par ailleurs"),
    (
        "overdue_items",
        "count",
        0,
        "{value} other items overdue",
        "{value} autres factures échues",
    ),
    (
        "overdue_amount",
        "money",
        0,
        "{value} overdue in other items",
        "{value} d'échu par ailleurs",
    ),
    (
        "overdue_share",
        "share",
        1,
        "{value} of the open amount overdue",
        "{value} de l'encours échu",
    ),
    (
        "overdue_days_mean",
        "days",
        1,
        "overdue items {value} late on average",
        "échu depuis {value} en moyenne",
    ),
    (
        "overdue_days_oldest",
        "days",
        1,
        "oldest overdue item {value} late",
        "plus ancienne facture échue depuis {value}",
    ),
    (
        "overdue_days_newest",
        "days",
        0,
        "newest overdue item {value} late",
        "plus récente facture échue depuis {value}",
    ),
    (
        "due_soon_items",
        "count",
        0,
        "{value} other items due within 7 days",
        "{value} autres factures échues sous 7 jours",
    ),
    (
        "due_soon_amount",
        "money",
        0,
        "{value} due within 7 days in other items",
        "{value} à échoir sous 7 jours par ailleurs",
    ),
    (
        "limit_use",
        "share",
        1,
        "{value} of the credit limit used",
        "plafond de crédit utilisé à {value}",
    ),
    (
        "part_paid_items",
        "count",
        0,
        "{value} other open items paid in part",
        "{value} autres factures payées en partie",
    ),
)

SIBLINGS = _family(
    "siblings",
    (
        "same_day_items",
        "count",
        0,
        "{value} other invoices issued the same day",
        "{value} autres factures émises le même jour",
    ),
    (
        "same_due_items",
        "count",
        0,
        "{value} other invoices due the same day",
        "{value} autres factures de même échéance",
    ),
    (
        "same_due_paid_share",
        "share",
        0,
        "{value} of the others due that day already paid",
        "{value} des autres de même échéance déjà payées",
    ),
    (
        "same_week_items",
        "count",
        0,
        "{value} other invoices due the same week",
        "{value} autres factures échues la même semaine",
    ),
    (
        "same_week_paid_share",
        "share",
        0,
        "{value} of the others due that week already paid",
        "{value} des autres échues cette semaine déjà payées",
    ),
    (
        "paid_ahead_days",
        "days",
        0,
        "invoices due {value} later are already paid",
        "factures échues {value} plus tard déjà payées",
    ),
)

INCIDENTS = _family(
    "incidents",
    ("disputed", "flag", 0, "in dispute: {value}", "en litige : {value}"),
    (
        "open_disputes",
        "count",
        0,
        "{value} open disputes of other invoices",
        "{value} litiges ouverts sur d'autres factures",
    ),
    (
        "disputes_per_invoice",
        "ratio",
        0,
        "{value} disputes per invoice so far",
        "{value} litige par facture à ce jour",
    ),
    (
        "credit_notes_per_invoice",
        "ratio",
        0,
        "{value} credit notes per invoice so far",
        "{value} avoir par facture à ce jour",
    ),
    (
        "days_to_promise",
        "days",
        0,
        "payment promised in {value}",
        "paiement promis dans {value}",
    ),
    (
        "kept_promise_share",
        "share",
        -1,
        "{value} of promises kept",
        "{value} des promesses tenues",
    ),
    (
        "broken_promises_365d",
        "count",
        1,
        "{value} promises broken in a year",
        "{value} promesses rompues en un an",
    ),
    (
        "returned_payments_365d",
        "count",
        1,
        "{value} payments returned in a year",
        "{value} paiements rejetés en un an",
    ),
    (
        "part_paid_share",
        "share",
        0,
        "{value} of invoices paid in parts",
        "{value} des factures payées en plusieurs fois",
    ),
    (
        "written_off_items",
        "count",
        1,
        "{value} invoices written off",
        "{value} factures passées en perte",
    ),
)

RELATION = _family(
    "relation",
    ("tenure_days", "days", -1, "customer for {value}", "client depuis {value}"),
    (
        "days_since_invoice",
        "days",
        0,
        "previous invoice {value} ago",
        "facture précédente il y a {value}",
    ),
    ("invoices", "count", 0, "{value} other invoices so far", "{value} autres factures à ce jour"),
    (
        "invoices_90d",
        "count",
        0,
        "{value} other invoices in the last 90 days",
        "{value} autres factures sur 90 jours",
    ),
    (
        "billing_growth",
        "ratio",
        0,
        "billing of 90 days {value} times that of the 90 before",
        "facturation de 90 jours {value} fois celle des 90 précédents",
    ),
    ("on_hold", "flag", 1, "account on hold: {value}", "compte bloqué : {value}"),
)

PORTFOLIO = _family(
    "portfolio",
    *(
        (
            f"portfolio_late_share_{days}d",
            "share",
            0,
            f"{{value}} of all invoices due in the last {days} days late",
            f"{{value}} de toutes les factures échues sur {days} jours en retard",
        )
        for days in (30, 90, 365)
    ),
    *(
        (
            f"portfolio_days_late_{days}d",
            "days",
            0,
            f"all invoices paid {{value}} late on average over {days} days",
            f"retard moyen de {{value}} de toutes les factures sur {days} jours",
        )
        for days in (90, 365)
    ),
    *(
        feature
        for group, english, french in (
            ("country", "in the country", "dans le pays"),
            ("segment", "in the segment", "dans le segment"),
            ("parent", "in the group of companies", "dans le groupe"),
        )
        for feature in (
            (
                f"{group}_late_share_365d",
                "share",
                0,
                f"{{value}} of invoices {english} late over a year",
                f"{{value}} des factures en retard {french} sur un an",
            ),
            (
                f"{group}_days_late_365d",
                "days",
                0,
                f"invoices {english} paid {{value}} late on average over a year",
                f"retard moyen de {{value}} {french} sur un an",
            ),
        )
    ),
    (
        "late_share_shrunk",
        "share",
        1,
        "{value} of invoices expected late from its record and its peers'",
        "{value} des factures attendues en retard d'après ses pairs et lui",
    ),
    (
        "days_late_shrunk",
        "days",
        1,
        "{value} late expected from its record and its peers'",
        "{value} de retard attendus d'après ses pairs et lui",
    ),
)

INTERVAL = _family(
    "interval",
    ("interval_end", "days", 0, "{value} past due", "{value} après l'échéance"),
    ("interval_days", "days", 0, "an interval of {value}", "un intervalle de {value}"),
    ("interval_weekday", "weekday", 0, "on a {value}", "un {value}"),
    (
        "interval_month_day",
        "day of month",
        0,
        "on day {value} of the month",
        "le {value} du mois",
    ),
    (
        "interval_days_to_month_end",
        "days",
        0,
        "{value} before the end of the month",
        "{value} avant la fin du mois",
    ),
    (
        "interval_weekday_share",
        "share",
        0,
        "{value} of payments made on such a weekday",
        "{value} des paiements un tel jour de semaine",
    ),
    (
        "interval_month_day_share",
        "share",
        0,
        "{value} of payments made on such a day of the month",
        "{value} des paiements un tel quantième",
    ),
    (
        "interval_holds_discount",
        "flag",
        0,
        "last days of the discount: {value}",
        "derniers jours de l'escompte : {value}",
    ),
    ("interval_days_since_as_of", "days", 0, "{value} from today", "dans {value}"),
    scope="interval",
)

CATALOGUE: tuple[Feature, ...] = (
    *TERMS,
    *CALENDAR,
    *AMOUNT,
    *USUAL,
    *AGE,
    *BEHAVIOUR,
    *HABITS,
    *OPEN_ITEMS,
    *SIBLINGS,
    *INCIDENTS,
    *RELATION,
    *PORTFOLIO,
    *INTERVAL,
)
"""The features in the order of the columns of a FeatureFrame, those of intervals last."""


def fingerprint() -> str:
    """Digest of the catalogue: a bundle refuses features of another."""
    rows = [[f.name, f.unit, f.family, f.direction, f.scope] for f in CATALOGUE]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
