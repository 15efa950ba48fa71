"""What a company decides of its customers: exposure, grade, expected loss and credit limit."""

from dataclasses import dataclass

import numpy as np

from decisions.accounts import Accounts, accounts, fact_texts
from decisions.exposure import Exposures, exposures
from decisions.grade import Grades, grades, payment_classes, scorecard_points
from decisions.guarantees import cover, guarantees_in_force
from decisions.limit_inputs import limit_inputs
from decisions.limits import CreditLimits, LimitInputs, credit_limits, lgd_of
from decisions.losses import losses
from decisions.payment_record import PaymentRecords, payment_records
from decisions.policy import Policy
from decisions.position import Position
from decisions.words import PAYMENT_CLASSES
from ledger.arrays import Array, Codes, Flags, Minor
from ledger.money import exponent
from models.scores import CustomerScores, InvoiceScores


@dataclass(frozen=True, eq=False)
class Credit:
    """Decisions on n customers and what they rest on; all shapes (n,).

    Parameters
    ----------
    accounts, exposures, records
        Who they are, what they owe, how they pay.
    natural_person
        Whether only a person may decide, as the policy has it.
    payment_class, has_payment_class
        Positions in PAYMENT_CLASSES, where there is one.
    grades, limit_inputs, limits
        Grade and limit, and what the limit was computed from.
    expected_loss_minor, has_expected_loss
        pd x loss given default of today's exposure, minor units of the reporting currency;
        meaningless without a pd.
    """

    accounts: Accounts
    exposures: Exposures
    records: PaymentRecords
    natural_person: Flags
    payment_class: Codes
    has_payment_class: Flags
    grades: Grades
    limit_inputs: LimitInputs
    limits: CreditLimits
    expected_loss_minor: Minor
    has_expected_loss: Flags

    def payment_class_names(self) -> Array:
        """The payment classes as words, "" where there is none, shape (n,)."""
        words = np.array(PAYMENT_CLASSES, dtype=object)[self.payment_class]
        return np.where(self.has_payment_class, words, "")


def decide_credit(
    policy: Policy,
    position: Position,
    group_exposure_minor: Minor,
    invoice_scores: InvoiceScores,
    customer_scores: CustomerScores,
) -> Credit:
    """Decide on the customers of a position.

    Parameters
    ----------
    policy
        How the business decides.
    position
        What customers owe, n of them.
    group_exposure_minor
        Exposure of each customer's group, see `group_exposures`, shape (n,).
    invoice_scores, customer_scores
        Of the position's items and customers.
    """
    who = accounts(position)
    owed = exposures(position)
    records = payment_records(position, invoice_scores)
    payment_class, has_class = payment_classes(records.days_late)
    facts = {name: fact_texts(position, name) for name in policy.scorecard.facts}
    points = scorecard_points(policy.scorecard, who.tenure_days, payment_class, has_class, facts)
    graded = grades(
        policy,
        customer_scores.pd,
        customer_scores.has_pd,
        points,
        payment_class,
        has_class,
        records.cleared_items,
    )
    covered = cover(position, guarantees_in_force(position, policy.limits.insured_share))
    natural_person = who.treated_as_person(
        unknown_is_natural_person=policy.unknown_is_natural_person
    )
    inputs = limit_inputs(
        policy.limits,
        position,
        who,
        customer_scores,
        graded.grade,
        covered,
        owed.exposure_minor,
        group_exposure_minor,
        natural_person,
    )
    unit = 10.0 ** exponent(position.currency)
    lost = losses(inputs.exposure, covered, lgd_of(policy.limits, who.segment))
    expected_loss = np.where(customer_scores.has_pd, customer_scores.pd, 0.0) * lost
    return Credit(
        who,
        owed,
        records,
        natural_person,
        payment_class,
        has_class,
        graded,
        inputs,
        credit_limits(policy.limits, inputs),
        np.rint(expected_loss * unit).astype(np.int64),
        customer_scores.has_pd,
    )
