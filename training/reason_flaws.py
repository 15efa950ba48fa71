"""Whether the reasons of every row are fit to be read."""

import re
from dataclasses import dataclass

import numpy as np

from features.catalogue import CATALOGUE
from features.compute import compute_features
from features.frame import of_customers, of_invoices
from features.priors import build_priors
from ledger.ledger import Ledger
from models.explanation import Explanation
from models.reasons import AT_MOST, AUDIBLE, Reason, Reasons, reasons
from models.sentences import LANGUAGES, Language, formatted
from training.labels import delay_outcomes
from training.recipe import Recipe
from training.train import train

LARGEST_GAP = 1e-6
"""Between the sum of contributions and what they explain, in their unit; rounding."""

ROUNDING = 1e-9
UNFINISHED = re.compile(r"[{}]|\b(nan|inf|none)\b", re.IGNORECASE)

FEATURES = {feature.name: feature for feature in CATALOGUE}


@dataclass(frozen=True)
class ReasonFlaws:
    """What is wrong with the reasons of some rows.

    Parameters
    ----------
    rows, reasons
        How many were looked at.
    silent
        Rows one of whose strongest families has no feature that can speak for it. Not a flaw.
    largest_gap
        Between the sum of a row's contributions and prediction less reference, in their unit.
    wrong_signs
        Contributions of a feature with a direction that go the other way; 0 where the trees are
        free to.
    contradictions
        Reasons with a sentence that reads the other way than they go.
    crowded
        Rows with too many reasons, or two of one family.
    broken_sentences
        Sentences, in any language, that do not say the value and the reference.
    """

    rows: int
    reasons: int
    silent: int
    largest_gap: float
    wrong_signs: int
    contradictions: int
    crowded: int
    broken_sentences: int

    @property
    def is_flawless(self) -> bool:
        """Whether nothing is wrong, but for rounding."""
        flaws = self.wrong_signs + self.contradictions + self.crowded + self.broken_sentences
        return flaws == 0 and self.largest_gap <= LARGEST_GAP


def flaws_of_ledger(ledger: Ledger, cutoff: int, recipe: Recipe) -> dict[str, ReasonFlaws]:
    """Flaws of the reasons of invoices and of customers; of those there is a model for.

    The models are trained on what was known before the cutoff. Invoices issued from it on are
    explained at issue, customers on the last day that the ledger is complete through.
    """
    bundle = train(ledger, cutoff - 1, recipe)
    outcomes = delay_outcomes(ledger, recipe.definitions)
    invoice = np.flatnonzero(outcomes.observable & (outcomes.observed_from >= cutoff))
    customer = np.arange(len(ledger.customers), dtype=np.int32)
    last_day = np.full(len(customer), ledger.extract.complete_through, np.int32)
    observed = {
        "invoices": of_invoices(
            ledger.invoices["customer_id"][invoice], invoice, outcomes.observed_from[invoice]
        ),
        "customers": of_customers(customer, last_day),
    }
    priors = build_priors(ledger, recipe.definitions)
    found = {}
    for name, observations in observed.items():
        frame = compute_features(ledger, observations, priors, recipe.definitions)
        explanation = bundle.explanation(frame)
        if explanation is not None:
            found[name] = reason_flaws(explanation, is_monotone=name == "customers")
    return found


def reason_flaws(explanation: Explanation, is_monotone: bool) -> ReasonFlaws:
    """What is wrong with the reasons of an explanation, in all languages.

    Parameters
    ----------
    explanation
        Of invoices or customers.
    is_monotone
        Whether the trees are bound to the directions of the catalogue.
    """
    told: dict[Language, Reasons] = {
        language: tuple(reasons(explanation, language)) for language in LANGUAGES
    }
    rows = told["en"]
    gap = explanation.contributions.sum(axis=1) - (
        explanation.prediction - explanation.reference_prediction
    )
    return ReasonFlaws(
        rows=len(rows),
        reasons=sum(map(len, rows)),
        silent=_silent(explanation, rows),
        largest_gap=float(np.abs(gap).max(initial=0.0)),
        wrong_signs=_wrong_signs(explanation) if is_monotone else 0,
        contradictions=sum(_contradicts(reason) for row in rows for reason in row),
        crowded=sum(len(row) > min(AT_MOST, len({r.family for r in row})) for row in rows),
        broken_sentences=sum(
            _is_broken(reason, language)
            for language, of_language in told.items()
            for row in of_language
            for reason in row
        ),
    )


def _wrong_signs(explanation: Explanation) -> int:
    directions = np.array([FEATURES[name].direction for name in explanation.names])
    more = np.nan_to_num(np.sign(explanation.values - explanation.references))
    return int((explanation.contributions * more * directions < -ROUNDING).sum())


def _contradicts(reason: Reason) -> bool:
    if reason.value is None or reason.reference is None:
        return False
    more = np.sign(reason.value - reason.reference)
    return bool(more * FEATURES[reason.feature].reads * np.sign(reason.contribution) < 0)


def _is_broken(reason: Reason, language: Language) -> bool:
    feature = FEATURES[reason.feature]
    told = (
        formatted(number, feature.unit, language) for number in (reason.value, reason.reference)
    )
    return UNFINISHED.search(reason.sentence) is not None or not all(
        text in reason.sentence for text in told
    )


def _silent(explanation: Explanation, rows: Reasons) -> int:
    features = [FEATURES[name] for name in explanation.names]
    families = np.array([feature.family for feature in features])
    names = np.unique(families)
    totals = np.column_stack(
        [explanation.contributions[:, families == f].sum(axis=1) for f in names]
    )
    strongest = np.argsort(-np.abs(totals), axis=1)[:, :AT_MOST]
    found = 0
    for total, places, row in zip(totals, strongest, rows, strict=True):
        loud = {names[place] for place in places if abs(total[place]) > AUDIBLE + ROUNDING}
        found += not loud <= {reason.family for reason in row}
    return found
